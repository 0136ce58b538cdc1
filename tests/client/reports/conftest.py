"""The athletes of the web tests in a vault of each test's own, for a report is kept in it; and two other squads."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from chassis.web.site_address import OWN_MACHINE_ONLY
from client.app import build_site
from client.biometrics.observations import Observation, observe
from client.biometrics.streams import Stream
from client.coaching.journal import PlannedDay
from client.coaching.training_session import TrainingSession
from client.reports.opening import open_report
from client.reports.preparing import prepare_due
from client.reports.value import Report
from client.vault.keys import UnlockKey
from client.vault.store import Vault
from client.web.access import PageAccess
from client.web.site import ClubSite
from client.web.viewer import Viewer
from policies.vocabulary import AthleteId, PersonId, Role
from tests.client.node_settings import node_settings
from tests.client.web.conftest import ALL, NOW, SOURCE, Clock, FakeConsent, clock, consent, context, ids, settings
from tests.client.web.conftest import stocked as shared_vault

__all__ = ["clock", "consent", "context", "ids", "settings", "shared_vault"]

SQUAD = 30
ODD_NAMES = {7: "李娜", 11: "Łukasz Żół", 13: "محمد", 17: "😀 Ride", 19: "Nguyễn Thị", 23: "김민수"}
COACH = Viewer(PersonId("demo-coach"), "Robin Dale", Role.COACH, frozenset({"first-team"}), "")


@pytest.fixture
def stocked(shared_vault: Path, tmp_path: Path) -> Path:
    """A copy of the vault that the web tests only read."""
    return Path(shutil.copy(shared_vault, tmp_path / "vault.sqlite3"))


def trained_every_day(number: int, days: int = 60) -> list[Observation]:
    """Sessions of every day, so that each week has a sum, with answers, sleep and heart; some are worse lately."""
    rng = np.random.default_rng(number)
    found: list[Observation] = []
    for back in range(days - 1, -1, -1):
        at = NOW.replace(hour=6, minute=0) - timedelta(days=back)
        is_low = number % 5 == 0 and back < 3
        for stream in (Stream.FATIGUE, Stream.MOOD, Stream.SORENESS, Stream.STRESS):
            found.append(observe(stream, at, float(1 if is_low else 3 + rng.integers(0, 2)), SOURCE))
        hours = 4.5 if is_low else 7.5 + round(float(rng.normal(0, 0.4)), 2)
        found.append(observe(Stream.SLEEP_DURATION_H, at, hours, SOURCE))
        found.append(observe(Stream.RMSSD, at, float(np.exp(4.1 + rng.normal(0, 0.05))), SOURCE))
        if back:
            session = at.replace(hour=10)
            found.append(observe(Stream.SESSION_RPE, session, float(rng.integers(2, 9)), SOURCE))
            found.append(observe(Stream.SESSION_DURATION_MIN, session, float(rng.integers(40, 91)), SOURCE))
    return found


@dataclass
class Squad:
    """A node of athletes who share everything with coaches."""

    site: ClubSite
    consent: FakeConsent
    clock: Clock
    athletes: list[AthleteId]


def _filled(path: Path, number_of: int) -> Path:
    with Vault.open(path, UnlockKey(b"k" * 32)) as vault:
        for number in range(1, number_of + 1):
            athlete = AthleteId(f"ath-{number:016x}")
            vault.add_athlete(athlete, ODD_NAMES.get(number, f"Athlete {number:02d}"), shirt_no=number)
            vault.add(athlete, trained_every_day(number))
    return path


@pytest.fixture(scope="session")
def thirty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The vault of thirty athletes, which each test copies."""
    return _filled(tmp_path_factory.mktemp("thirty") / "vault.sqlite3", SQUAD)


@pytest.fixture(scope="session")
def six(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The vault of six athletes, which each test copies."""
    return _filled(tmp_path_factory.mktemp("six") / "vault.sqlite3", 6)


@contextmanager
def node_of(vault_file: Path, folder: Path, clock: Clock) -> Iterator[Squad]:
    """Open a node in `folder` over a copy of their vault."""
    (folder / "keys").mkdir(mode=0o700, exist_ok=True)
    path = Path(shutil.copy(vault_file, folder / "vault.sqlite3"))
    with Vault.open(path, UnlockKey(b"k" * 32)) as vault:
        athletes = [one.athlete for one in vault.athletes()]
        asked = FakeConsent(dict.fromkeys(athletes, ALL), clock=clock, enrolled=set(athletes))
        site = build_site(
            node_settings(folder), vault=vault, consent_client=asked, clock=clock, demo=False, address=OWN_MACHINE_ONLY
        )
        site.journal.set_plan(PlannedDay(NOW.date(), TrainingSession(300.0), "passing *b* #panic(1)"))
        yield Squad(site, asked, clock, athletes)
        site.journal.close()


@pytest.fixture
def squad(six: Path, clock: Clock, tmp_path: Path) -> Iterator[Squad]:
    """A node of six, before anything is prepared."""
    with node_of(six, tmp_path, clock) as found:
        yield found


@dataclass
class Opened:
    """What a coach opened at 06:45."""

    squad: Squad
    report: Report
    access: PageAccess


@pytest.fixture(scope="session")
def opened(thirty: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """A report on thirty athletes that tests only read."""
    clock = Clock(NOW)
    with node_of(thirty, tmp_path_factory.mktemp("opened"), clock) as squad:
        prepare_due(squad.site)
        clock.at += timedelta(minutes=17)
        yield Opened(squad, *open_report(squad.site, COACH))
