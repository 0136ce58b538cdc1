"""A small league on a real store: SQLite by default, and the same on a real PostgreSQL where one can start."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

sys.path.insert(0, str(Path(__file__).parents[2]))  # so that `tests.consent.league` is found however pytest starts

from consent.app import app_of
from tests.consent.league import Caller, FakeClock, Template, World
from tests.postgres_server import PostgresServer


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

    server: PostgresServer
    template: Template

    def copy(self) -> str:
        """Return the URL of a new database that is a copy of the filled one."""
        return self.server.new_database(template="league")

    def programs(self) -> str:
        """Return the folder of the server's own client programs, of its very version."""
        return str(self.server.programs)


@pytest.fixture(scope="session")
def postgresql(postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Postgresql:
    """The filled league on the session's server."""
    postgres_server.execute("CREATE DATABASE league")
    filled = Template.make(tmp_path_factory.mktemp("pg-template") / "union", database=postgres_server.url("league"))
    return Postgresql(postgres_server, filled)


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
