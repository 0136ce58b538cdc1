"""The kit over real storages: the node's file and the coordinator's database, at a clock that tests move."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chassis.sign_in.codes import CodeStorage, OneTimeCodes
from chassis.sign_in.sessions import SessionLimits, Sessions, SessionStorage
from client.staff.codes import CodeRows
from client.staff.database import StaffFile
from client.staff.sessions import SessionRows
from policies.vocabulary import OrgId
from server.settings import CoordinatorSettings
from server.store import open_database
from server.web.sign_in_rows import LeagueCodeRows, LeagueSessionRows
from server.web.staff import LeagueStaff
from server.web.staff_role import StaffRole

ROBIN, KIM = (LeagueStaff(name, StaffRole.OPERATOR).key for name in ("Robin", "Kim"))


@dataclass
class HandClock:
    """A clock that tests move."""

    now: datetime = field(default_factory=lambda: datetime(2026, 11, 24, 6, 28, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **step: float) -> None:
        self.now += timedelta(**step)


@dataclass
class Kit:
    """Codes and sessions of one program."""

    codes: OneTimeCodes
    sessions: Sessions
    code_storage: CodeStorage
    session_storage: SessionStorage
    clock: HandClock
    files: Path

    def bytes_on_disk(self) -> bytes:
        return b"".join(path.read_bytes() for path in self.files.rglob("*") if path.is_file())


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture(params=["node", "league"])
def kit(request: pytest.FixtureRequest, tmp_path: Path, clock: HandClock) -> Iterator[Kit]:
    if request.param == "node":
        file = StaffFile(tmp_path)
        yield made(CodeRows(file, "staff_code"), SessionRows(file, "staff_session"), clock, tmp_path)
        file.close()
    else:
        engine = open_database(CoordinatorSettings(tmp_path, OrgId("league"), "League", "http://127.0.0.1:9"))
        yield made(LeagueCodeRows(engine), LeagueSessionRows(engine), clock, tmp_path)
        engine.dispose()


def made(codes: CodeStorage, sessions: SessionStorage, clock: HandClock, files: Path) -> Kit:
    return Kit(
        OneTimeCodes(codes, digest=lambda plain: f"digest of {hash(plain)}", clock=clock),
        Sessions(sessions, limits=SessionLimits(most=5), clock=clock),
        codes,
        sessions,
        clock,
        files,
    )
