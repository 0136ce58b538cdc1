"""A league of real programs for measurements: a consent service with its log, a coordinator with TLS, a node a club.

Athletes are enrolled and have consented through the service's own store; their days lie in their club's vault. Every
program is a process of its own, started by its command line, and every campaign goes the way of the commands.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from click.testing import CliRunner
from typer.main import get_command

import client.cli
import consent.cli
import server.cli
from chassis.clock import utc_now
from client.settings import load_settings
from client.vault.access import open_vault
from client.vault.store import new_athlete_id
from consent.grants.values import Change, ConsentMethod
from consent.keys import read_keys
from consent.registry.values import OrgKind
from consent.service import Service, found, open_service
from consent.settings import make_settings, read_settings, write_settings
from policies.vocabulary import AthleteId, OrgId, Role
from server.settings import load_settings as load_league
from tests.consent.portal_choices import portal
from tests.killed.consent_load import LEARNING
from tests.killed.killed_program import KilledProgram, free_port
from tests.killed.league_round import recorded_days
from tests.privacy.running_programs import done
from tests.waiting import wait_until

LEAGUE = OrgId("league")
LEVEL = "info"  # what programs log where nobody asks for more
NO_LIMIT = 10**9  # a measurement asks more often than an organisation does


@dataclass(frozen=True)
class ServedLeague:
    """Folders and command lines of a league. squad: athletes a club, each with `days` recorded days."""

    folder: Path
    clubs: tuple[OrgId, ...]
    programs: tuple[KilledProgram, ...]

    @classmethod
    def make(cls, folder: Path, *, clubs: int, squad: int, days: int) -> "ServedLeague":
        """Set everything up; nothing runs yet."""
        names = tuple(OrgId(f"club-{number}") for number in range(1, clubs + 1))
        ports = {name: free_port() for name in ("consent", "fleet", "web", *names)}
        union, league, url = folder / "union", folder / "league", f"http://127.0.0.1:{ports['consent']}"
        union.mkdir(parents=True)
        _found_union(union)
        key = ("--service-key", read_keys(union / "keys").service.verify_key.text)
        done(server.cli.app, "init", league, "--name", "League", "--consent", url, *key)
        fleet = ("--coordinator", f"127.0.0.1:{ports['fleet']}", "--ca", league / "tls" / "ca.crt")
        league_key = load_league(league).league_key().verify_key
        with contextlib.closing(open_service(read_settings(union), clock=utc_now)) as service:
            service.store.add_org(LEAGUE, name="League", kind=OrgKind.LEAGUE, key=league_key)
            for name in names:
                node = folder / name
                done(client.cli.app, "init", node, "--club", name, "--name", name)
                done(client.cli.app, "link", node, "--consent", url, *fleet, "--league-key", league_key.text, *key)
                _join(service, node, name, squad=squad, days=days)
        lines = {
            "consent": ("consent", "serve", union, "--port", ports["consent"]),
            "coordinator": ("server", "serve", league, "--fleet-port", ports["fleet"], "--web-port", ports["web"]),
            **{name: ("client", "run", folder / name, "--port", ports[name]) for name in names},
        }
        programs = (
            KilledProgram(folder, name, module, tuple(words), level=LEVEL) for name, (module, *words) in lines.items()
        )
        return cls(folder, names, tuple(programs))

    @property
    def league(self) -> Path:
        """The coordinator's folder."""
        return self.folder / "league"

    @contextlib.contextmanager
    def going(self) -> Iterator[None]:
        """Run every program until the block ends, with every club's node enrolled."""
        consent, *others = self.programs
        with contextlib.ExitStack() as running:
            running.enter_context(consent.going())
            for club in self.clubs:
                done(server.cli.app, "node", "add", self.league, club, self.folder / club / "keys" / "fleet.pub")
            for program in others:
                running.enter_context(program.going())
            yield

    def signed(self, number: int, *terms: object) -> Path:
        """Plan a campaign and have league and union sign it; returns its manifest."""
        out = self.folder / f"manifest-{number}.json"
        signature, name = out.with_suffix(".union.json"), f"campaign-{number}"
        done(server.cli.app, "campaign", "plan", self.league, *terms, "--name", name, "--out", out)
        done(server.cli.app, "campaign", "sign", self.league, out)
        done(consent.cli.app, "campaign", "sign", self.folder / "union", out, "--out", signature, "--yes")
        done(server.cli.app, "campaign", "attach", self.league, out, signature)
        return out

    def start(self, manifest: Path) -> None:
        """Hand a signed campaign to the running coordinator."""
        done(server.cli.app, "campaign", "start", self.league, manifest)

    def approve(self, manifest: Path) -> None:
        """Have every club approve a campaign, one after the other, once the ledger knows it.

        The command line is made once, as each of these people's programs would.
        """
        node = get_command(client.cli.app)
        for club in self.clubs:
            words = ("campaign", "approve", str(self.folder / club), str(manifest), "--yes")
            wait_until(lambda words=words: CliRunner().invoke(node, words).exit_code == 0)


def _found_union(folder: Path) -> None:
    limits = ("requests_a_minute", "items_a_minute", "address_requests_a_minute")
    settings = make_settings({"directory": folder, "name": "Union", **dict.fromkeys(limits, NO_LIMIT)})
    found(settings)
    write_settings(settings)


def _join(service: Service, node: Path, club: OrgId, *, squad: int, days: int) -> None:
    """Enrol a club's athletes, who all let the league learn, and put their days into the club's vault."""
    settings = load_settings(node)
    service.store.add_org(club, name=club, kind=OrgKind.CLUB, key=settings.node_key().verify_key)
    service.store.join_league(club, LEAGUE)
    with open_vault(settings) as vault:
        for number in range(1, squad + 1):
            athlete = new_athlete_id()
            vault.add_athlete(athlete, f"Athlete {number}", shirt_no=number)
            vault.add(athlete, recorded_days(number, days))
            service.store.enrol(club, athlete, name=f"Athlete {number}", shirt_no=number, is_minor=False)
            _let_learn(service, athlete)


def _let_learn(service: Service, athlete: AthleteId) -> None:
    wanted = [
        Change(cell.cell, cell.ceiling, utc_now() + timedelta(days=100))
        for cell in service.store.matrix(athlete)
        if cell.category in LEARNING and cell.recipient.role is Role.FL_AGGREGATOR
    ]
    portal(service.store).change(athlete, wanted, method=ConsentMethod.PORTAL)
