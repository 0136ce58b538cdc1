"""All programs of a small league as they really run, each with its operator's listener, full of canaries."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import typer
from sqlmodel import Session
from typer.testing import CliRunner

import audit.cli
import client.cli
import server.cli
from chassis.clock import utc_now
from client.settings import load_settings
from client.vault.access import open_vault
from client.vault.store import new_athlete_id
from consent.grants.values import Change, ConsentMethod
from consent.identity import codes
from consent.registry.values import OrgKind
from consent.service import found, open_service
from consent.settings import make_settings, write_settings
from policies.signing import SigningKey
from policies.vocabulary import AthleteId, Category, OrgId, Role
from server.settings import load_settings as load_league
from tests.consent.portal_choices import portal
from tests.waiting import wait_until

CLUB, LEAGUE = OrgId("club-a"), OrgId("league")
NAMES = ("Canary Osk Eleven", "Canary Bex Twelve", "Canary Ulla Coach")
PROGRAMS = ("consent", "node", "coordinator", "auditor", "witness", "monitor")


@dataclass(frozen=True, slots=True)
class Running:
    """One running program, and where what it writes stands."""

    process: subprocess.Popen[bytes]
    out: Path
    err: Path

    def address(self, what: str) -> str:
        """The address that it printed as `what`."""
        wait_until(lambda: f"{what} on " in self.out.read_text() or self.process.poll() is not None)
        (line,) = [line for line in self.out.read_text().splitlines() if line.startswith(f"{what} on ")]
        return line.split(" on ")[1].strip()

    @property
    def pages(self) -> str:
        return self.address("listening")

    @property
    def operator(self) -> str:
        return self.address("metrics and readiness")


@dataclass
class SmallLeague:
    """Folders of a union, a club and a league, and their programs once they run. secrets: what no line may hold."""

    folder: Path
    athletes: tuple[AthleteId, ...]
    portal_code: str
    coach_code: str
    secrets: tuple[str, ...]
    running: dict[str, Running]

    @property
    def lines(self) -> str:
        """Everything that every program has written to standard error."""
        return "\n".join(one.err.read_text() for one in self.running.values())


def start(folder: Path, name: str, module: str, *words: object, form: str = "json", level: str = "debug") -> Running:
    """Start one program with its operator's listener, and every line of its log where no other level is asked for."""
    out, err = folder / f"{name}.out", folder / f"{name}.err"
    common = ("--metrics-port", 0, "--log-format", form, "--log-level", level)
    code = f"from {module}.cli import main; main()"
    command = [sys.executable, "-u", "-c", code, *map(str, (*words, *common))]
    with out.open("wb") as told, err.open("wb") as log:
        process = subprocess.Popen(command, stdout=told, stderr=log, cwd=folder, env=os.environ | {"PYTHONPATH": ROOT})
    return Running(process, out, err)


ROOT = str(Path(__file__).parents[2])


def done(app: typer.Typer, *words: object) -> str:
    answer = CliRunner().invoke(app, [str(word) for word in words])
    assert answer.exit_code == 0, (answer.output, answer.exception)
    return answer.output


@contextlib.contextmanager
def small_league(folder: Path) -> Iterator[SmallLeague]:
    """Set everything up and run it until the block ends."""
    union, node, league, witness = (folder / name for name in ("union", "node", "league", "witness"))
    union.mkdir()
    settings = make_settings({"directory": union, "name": "Union"})
    found(settings)
    write_settings(settings)
    done(client.cli.app, "init", node, "--club", CLUB, "--name", "Eastmere FC")
    with open_vault(load_settings(node)) as vault:
        athletes = (new_athlete_id(), new_athlete_id())
        for number, athlete in enumerate(athletes, start=11):
            vault.add_athlete(athlete, NAMES[number - 11], shirt_no=number)
    key = _service_key(union)
    done(server.cli.app, "init", league, "--name", "Coast League", "--consent", "http://127.0.0.1:9", *key)
    code = _fill(union, athletes, load_settings(node).node_key(), load_league(league).league_key())
    done(audit.cli.app, "witness", "init", witness, "--name", "board.example/w1")
    made = SmallLeague(folder, athletes, code, "", (), {})
    try:
        _run(made, union, node, league, witness, key)
        yield made
    finally:
        for one in made.running.values():
            one.process.terminate()
        for one in made.running.values():
            one.process.wait()


def _service_key(union: Path) -> tuple[str, str]:
    from consent.keys import read_keys

    return "--service-key", read_keys(union / "keys").service.verify_key.text


def _fill(union: Path, athletes: tuple[AthleteId, ...], node: SigningKey, league: SigningKey) -> str:
    from consent.settings import read_settings

    with contextlib.closing(open_service(read_settings(union), clock=utc_now)) as service:
        service.store.add_org(LEAGUE, name="League", kind=OrgKind.LEAGUE, key=league.verify_key)
        service.store.add_org(CLUB, name="Eastmere FC", kind=OrgKind.CLUB, key=node.verify_key)
        service.store.join_league(CLUB, LEAGUE)
        for number, athlete in enumerate(athletes, start=11):
            service.store.enrol(CLUB, athlete, name=NAMES[number - 11], shirt_no=number, is_minor=False)
            wanted = [
                Change(cell.cell, cell.ceiling, utc_now() + timedelta(days=100))
                for cell in service.store.matrix(athlete)
                if cell.category is Category.READINESS and cell.recipient.role is Role.COACH
            ]
            portal(service.store).change(athlete, wanted, method=ConsentMethod.PORTAL)
        with Session(service.engine.execution_options(is_writer=True)) as session:
            code, _ = codes.create(session, athletes[0], key=service.keys.codes, now=utc_now())
            session.commit()
        service.publish()
    return code


def _run(made: SmallLeague, union: Path, node: Path, league: Path, witness: Path, key: tuple[str, str]) -> None:
    """Start every program; the consent service first, since the others ask it."""
    folder, running = made.folder, made.running
    consent = running["consent"] = start(folder, "consent", "consent", "serve", union, "--port", 0)
    done(server.cli.app, "link", league, "--consent", consent.pages, *key)
    ports = ("--fleet-port", 0, "--web-port", 0)
    running["coordinator"] = start(folder, "coordinator", "server", "serve", league, *ports)
    fleet = running["coordinator"].address("fleet api").removeprefix("https://")
    ca, league_key = league / "tls" / "ca.crt", load_league(league).league_key().verify_key.text
    where = ("--consent", consent.pages, "--coordinator", fleet, "--ca", ca, "--league-key", league_key)
    done(client.cli.app, "link", node, *where, *key)
    done(server.cli.app, "node", "add", league, CLUB, node / "keys" / "fleet.pub")
    added = done(client.cli.app, "staff", "add", node, "--name", NAMES[2], "--role", "coach", "--json")
    made.coach_code = added.partition('"code": "')[2].partition('"')[0]
    running["node"] = start(folder, "node", "client", "run", node, "--port", 0)
    policy = ("--policy", union / "trust.policy")
    running["auditor"] = start(folder, "auditor", "audit", "serve", union / "log", *policy, "--port", 0)
    running["witness"] = start(folder, "witness", "audit", "witness", "serve", witness, "--port", 0)
    state = ("--state", folder / "monitor.json", "--every", 1)
    running["monitor"] = start(folder, "monitor", "audit", "monitor", union / "log", *policy, *state)
    made.secrets = (
        *NAMES,
        *(name.split()[1] for name in NAMES),
        *made.athletes,
        "ath-",
        made.portal_code,
        made.coach_code,
        (node / "keys" / "node.key").read_text().strip(),
    )
