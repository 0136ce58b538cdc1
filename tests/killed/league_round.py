"""A league of one club whose three programs run and are killed while a campaign is under way."""

import contextlib
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import numpy as np
from sqlmodel import Session, select

import client.cli
import consent.cli
import server.cli
from chassis.clock import utc_now
from client.biometrics.observations import Observation, ReadingSource, observe
from client.biometrics.streams import Stream
from client.settings import load_settings
from client.vault.access import open_vault
from consent.ledger.ledger import Movement
from consent.storage.rows import LedgerRow
from policies.campaign import parse_signed_manifest
from server.store import CampaignState
from tests.killed.consent_load import CLUB, LEAGUE, KilledUnion
from tests.killed.killed_program import KilledProgram, free_port
from tests.privacy.programs import WELLNESS
from tests.privacy.running_programs import done
from tests.waiting import HANG_S, wait_until

OVER = (CampaignState.DONE, CampaignState.FAILED)
SOURCE = ReadingSource("club", "records", "0" * 64)
MODEL, ROUNDS = "recovery-linear-1", 6


def recorded_days(seed: int, days: int = 60) -> list[Observation]:
    """Morning answers, sleep and sessions of one athlete, from which a model of recovery learns."""
    rng, found = np.random.default_rng(seed), list[Observation]()
    end = utc_now().replace(hour=6, minute=0, second=0, microsecond=0) - timedelta(days=1)
    for back in range(days):
        at = end - timedelta(days=back)
        for stream in (Stream.FATIGUE, Stream.MOOD, Stream.SORENESS, Stream.STRESS):
            found.append(observe(stream, at, float(rng.integers(2, 5)), SOURCE))
        found.append(observe(Stream.READINESS, at, float(rng.integers(4, 9)), SOURCE))
        found.append(observe(Stream.SLEEP_DURATION_H, at, round(float(rng.normal(7, 0.5)), 2), SOURCE))
        found.append(observe(Stream.SLEEP_QUALITY, at, float(rng.integers(2, 5)), SOURCE))
    return found


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a campaign is."""

    name: str
    state: CampaignState
    rounds_done: int
    detail: str


@dataclass
class KilledLeague:
    """The folders, the programs by name, and what became of each campaign."""

    folder: Path
    union: KilledUnion
    programs: dict[str, KilledProgram] = field(default_factory=dict)
    campaigns: list[str] = field(default_factory=list)
    days: list[str] = field(default_factory=list)
    rounds_paid: int = 0

    @classmethod
    def make(cls, folder: Path) -> "KilledLeague":
        """Set everything up; nothing runs yet."""
        union = KilledUnion.make(folder / "union", sharing=1, learning=3)
        made = cls(folder, union)
        ports = {name: free_port() for name in ("consent", "fleet", "web", "node")}
        url, key = f"http://127.0.0.1:{ports['consent']}", ("--service-key", made._service_key())
        node, league = made.node, made.league
        done(client.cli.app, "init", node, "--club", CLUB, "--name", "Eastmere FC")
        (node / "keys" / "node.key").write_text(union.keys[CLUB].seed.hex())
        with open_vault(load_settings(node)) as vault:
            for number, athlete in enumerate(union.learners, start=1):
                vault.add_athlete(athlete, f"Learner {number}", shirt_no=number)
                vault.add(athlete, recorded_days(number))
        done(server.cli.app, "init", league, "--name", "Coast League", "--consent", url, *key)
        (league / "keys" / "league.key").write_text(union.keys[LEAGUE].seed.hex())
        where = ("--coordinator", f"127.0.0.1:{ports['fleet']}", "--ca", league / "tls" / "ca.crt")
        league_key = ("--league-key", union.keys[LEAGUE].verify_key.text)
        done(client.cli.app, "link", node, "--consent", url, *where, *league_key, *key)
        lines = {
            "consent": ("consent", "serve", union.folder, "--port", ports["consent"]),
            "coordinator": ("server", "serve", league, "--fleet-port", ports["fleet"], "--web-port", ports["web"]),
            "node": ("client", "run", node, "--port", ports["node"]),
        }
        made.programs = {
            name: KilledProgram(folder, name, module, tuple(words)) for name, (module, *words) in lines.items()
        }
        return made

    def _service_key(self) -> str:
        from consent.keys import read_keys

        return read_keys(self.union.folder / "keys").service.verify_key.text

    @property
    def node(self) -> Path:
        return self.folder / "node"

    @property
    def league(self) -> Path:
        return self.folder / "league"

    @contextlib.contextmanager
    def going(self) -> Iterator[None]:
        """Run every program until the block ends."""
        with contextlib.ExitStack() as running:
            running.enter_context(self.programs["consent"].going())
            _server("node", "add", self.league, CLUB, self.node / "keys" / "fleet.pub")
            for name in ("coordinator", "node"):
                running.enter_context(self.programs[name].going())
            yield

    def campaign(self, sha256: str) -> "Progress":
        """How far a campaign is, read beside the program."""
        with contextlib.closing(sqlite3.connect(self.league / "server.sqlite3", timeout=HANG_S)) as connection:
            query = "SELECT campaign_id, state, rounds_done, detail FROM campaign WHERE sha256 = ?"
            name, state, rounds, detail = connection.execute(query, (sha256,)).fetchone()
        return Progress(name, CampaignState(state), rounds, detail)

    def open_campaign(self) -> str:
        """Open a campaign and have the club approve it, by the commands; returns its manifest's hash."""
        out = self.folder / f"manifest-{len(self.campaigns)}.json"
        terms = (
            "--model",
            MODEL,
            "--rounds",
            ROUNDS,
            "--sigma",
            60,
            "--public-athletes",
            40,
            "--name",
            f"campaign-{len(self.campaigns)}",
        )
        signature = out.with_suffix(".union.json")
        _server("campaign", "plan", self.league, *terms, "--out", out)
        _server("campaign", "sign", self.league, out)
        done(consent.cli.app, "campaign", "sign", self.union.folder, out, "--out", signature, "--yes")
        _server("campaign", "attach", self.league, out, signature)
        _server("campaign", "start", self.league, out)
        done(client.cli.app, "campaign", "approve", self.node, out, "--yes")
        self.campaigns.append(parse_signed_manifest(out.read_bytes()).manifest.sha256)
        return self.campaigns[-1]

    def finishes_a_campaign(self) -> bool:
        """Whether a campaign that nobody disturbs is done, after everything that was killed before."""
        sha256 = self.open_campaign()
        wait_until(lambda: self.campaign(sha256).state in OVER)
        return self.campaign(sha256).state is CampaignState.DONE

    def killed_in_a_round(self, name: str, rounds_done: int) -> Progress:
        """Open a campaign, kill a program once so many rounds are done, start it again, and wait for the end."""
        sha256 = self.open_campaign()
        wait_until(lambda: self.campaign(sha256).rounds_done >= rounds_done or self.campaign(sha256).state in OVER)
        self.programs[name].kill()
        self.programs[name].begin()
        wait_until(lambda: self.campaign(sha256).state in (*OVER, CampaignState.INTERRUPTED))
        if self.campaign(sha256).state is CampaignState.INTERRUPTED:
            _server("campaign", "resume", self.league, sha256)
            wait_until(lambda: self.campaign(sha256).state in OVER)
        return self.campaign(sha256)

    def ingest_killed(self, name: str, after_s: float) -> None:
        """Import one day of answers, kill the import or the node meanwhile, and import until it is done."""
        day = f"{utc_now() - timedelta(days=200 + len(self.days)):%Y-%m-%d}"
        file = self.folder / f"answers-{day}.csv"
        file.write_text(WELLNESS.replace("2019-11-01", day))
        command = [sys.executable, "-c", "from client.cli import main; main()", "ingest", self.node, file]
        line = [str(word) for word in (*command, "--athlete", "1")]
        with (self.folder / "ingest.log").open("wb") as said:
            process = subprocess.Popen(line, stdout=said, stderr=said)
            threading.Event().wait(after_s)
            if name == "ingest":
                process.kill()
            else:
                self.programs[name].kill()
                self.programs[name].begin()
            while process.wait() != 0:
                process = subprocess.Popen(line, stdout=said, stderr=said)
        self.days.append(day)

    def vault_problems(self) -> list[str]:
        """Whether each imported day is in the vault, each of its readings once."""
        with open_vault(load_settings(self.node)) as vault:
            held = vault.read(self.union.learners[0])
        found = Counter((f"{one.start:%Y-%m-%d}", one.stream) for one in held)
        twice = [f"{stream} of {day} stands {count} times" for (day, stream), count in found.items() if count != 1]
        return twice + [f"{day} is missing" for day in self.days if not found[day, Stream.FATIGUE]]

    def problems(self) -> list[str]:
        """Whether each athlete's budget is what the campaigns cost: each round once, and all else given back."""
        with contextlib.closing(self.union.opened()) as service, Session(service.engine) as session:
            rows = session.exec(select(LedgerRow)).all()
            found = []
            for sha256 in self.campaigns:
                campaign = self.campaign(sha256)
                for athlete in self.union.learners:
                    own = [row for row in rows if (row.athlete, row.campaign) == (athlete, sha256)]
                    self.rounds_paid += sum(row.movement == Movement.COMMIT for row in own)
                    if not own:
                        continue  # without days to learn from nobody asks for a token
                    found += [f"{campaign.name} ({campaign.detail}): {one}" for one in _problems(own, campaign)]
        return found if self.rounds_paid else [*found, "no round was ever paid"]


def _server(*words: object) -> None:
    """A command of the league beside its running coordinator, in a process of its own: what it opens, it closes."""
    code = "from server.cli import main; main()"
    told = subprocess.run([sys.executable, "-c", code, *map(str, words)], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr


def _problems(rows: list[LedgerRow], campaign: Progress) -> list[str]:
    paid = [row.round_no for row in rows if row.movement == Movement.COMMIT]
    moved, found = Counter[str](), list[str]()
    for row in rows:
        moved[row.movement] += row.micro_rho
    reserved, spent, given_back = (moved[one] for one in (Movement.RESERVE, Movement.COMMIT, Movement.REFUND))
    if sorted(set(paid)) != list(range(1, len(paid) + 1)):
        found.append(f"rounds {paid} are paid")
    if not campaign.rounds_done <= len(paid) <= campaign.rounds_done + 1 + (campaign.state is CampaignState.FAILED):
        found.append(f"{campaign.rounds_done} rounds are done and {len(paid)} paid")
    if campaign.state is CampaignState.DONE and len(paid) != ROUNDS:
        found.append(f"done, and {len(paid)} rounds are paid")
    if reserved != spent + given_back:
        found.append(f"{campaign.state}: {reserved} reserved, {spent} spent, {given_back} given back")
    return found
