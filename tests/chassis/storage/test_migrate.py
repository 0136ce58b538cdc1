"""Alembic over a real database: foreign keys off while tables are rebuilt, checked after, all or nothing."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

from chassis.errors import CannotMigrate, UnusableDatabase
from chassis.storage.engine import make_engine
from chassis.storage.migrate import Migrations

ENV = """
from alembic import context
connection = context.config.attributes["connection"]
context.configure(connection=connection, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
"""
FIRST = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "0001", None
def upgrade():
    op.create_table("club", sa.Column("number", sa.Integer, primary_key=True), sa.Column("name", sa.String))
    op.create_table("player", sa.Column("number", sa.Integer, primary_key=True),
                    sa.Column("club", sa.Integer, sa.ForeignKey("club.number", ondelete="CASCADE"), nullable=False))
"""
REBUILD = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "0002", "0001"
def upgrade():
    recreate = "always" if op.get_bind().dialect.name == "sqlite" else "never"  # as SQLite does for most changes
    with op.batch_alter_table("club", recreate=recreate) as batch:
        batch.add_column(sa.Column("town", sa.String, server_default="", nullable=False))
"""
LOSSY = """
from alembic import op
revision, down_revision = "0002", "0001"
def upgrade():
    op.execute("DELETE FROM club WHERE number = 2")
"""


def scripts(folder: Path, *versions: str) -> Path:
    """A folder of migrations."""
    (folder / "versions").mkdir(parents=True)
    (folder / "env.py").write_text(dedent(ENV))
    for number, version in enumerate(versions, start=1):
        (folder / "versions" / f"r{number:04}.py").write_text(dedent(version))
    return folder


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database at the first revision, with two clubs and three players."""
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_server").new_database()
    else:
        url = f"sqlite:///{tmp_path / 'a.sqlite3'}"
    made = make_engine(url)
    Migrations(scripts(tmp_path / "first", FIRST)).upgrade(made)
    with made.execution_options(is_writer=True).begin() as connection:
        connection.execute(text("INSERT INTO club VALUES (1, 'Eastmere'), (2, 'Norrvik')"))
        connection.execute(text("INSERT INTO player VALUES (1, 1), (2, 1), (3, 2)"))
    yield made
    made.dispose()


def rows(engine: Engine, table: str) -> list[tuple[object, ...]]:
    """All rows of a table."""
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(f"SELECT * FROM {table} ORDER BY 1"))]


def test_a_rebuilt_table_takes_no_row_of_another_with_it(engine: Engine, tmp_path: Path) -> None:
    Migrations(scripts(tmp_path / "second", FIRST, REBUILD)).upgrade(engine)

    assert rows(engine, "club") == [(1, "Eastmere", ""), (2, "Norrvik", "")]
    assert rows(engine, "player") == [(1, 1), (2, 1), (3, 2)]
    with pytest.raises(Exception, match=r"(?i)foreign key"), engine.begin() as connection:
        connection.execute(text("INSERT INTO player VALUES (4, 9)"))


def test_a_step_that_would_leave_a_reference_to_nothing_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    migrations = Migrations(scripts(tmp_path / "second", FIRST, LOSSY))

    if engine.dialect.name == "sqlite":
        with pytest.raises(CannotMigrate, match="rows of player would refer to rows of club"):
            migrations.upgrade(engine)
    else:  # there the reference itself acts: nothing refers to what is gone
        migrations.upgrade(engine)

    assert len(rows(engine, "player")) == (3 if engine.dialect.name == "sqlite" else 2)


def test_a_database_of_a_newer_program_is_refused(engine: Engine, tmp_path: Path) -> None:
    Migrations(scripts(tmp_path / "second", FIRST, REBUILD)).upgrade(engine)

    with pytest.raises(CannotMigrate, match="0002, which this program does not know"):
        Migrations(tmp_path / "first").upgrade(engine)


def test_a_database_from_before_the_first_migration_is_taken_over(engine: Engine, tmp_path: Path) -> None:
    with engine.execution_options(is_writer=True).begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))

    Migrations(scripts(tmp_path / "second", FIRST, REBUILD), unversioned=("club", "0001")).upgrade(engine)

    assert rows(engine, "club") == [(1, "Eastmere", ""), (2, "Norrvik", "")]
    assert rows(engine, "alembic_version") == [("0002",)]


@pytest.mark.parametrize("url", ["nonsense", "postgresql+psycopg://nobody@127.0.0.1:1/none"])
def test_a_database_that_cannot_be_had_is_one_clear_error(url: str, tmp_path: Path) -> None:
    with pytest.raises(UnusableDatabase, match="database"):
        Migrations(scripts(tmp_path / "first", FIRST)).upgrade(make_engine(url))


@pytest.mark.parametrize("folder", ["consent/storage/migrations", "server/migrations"])
def test_the_newest_revision_by_the_names_of_files_is_alembics_head(folder: str) -> None:
    migrations = Migrations(Path(__file__).parents[3] / folder)

    assert migrations.newest() == ScriptDirectory.from_config(migrations.config()).get_current_head()


def test_alembic_is_not_loaded_where_nothing_is_to_be_migrated(engine: Engine, tmp_path: Path) -> None:
    start = (
        "import sys; from pathlib import Path; from chassis.storage.engine import make_engine;"
        "from chassis.storage.migrate import Migrations;"
        "Migrations(Path(sys.argv[1])).upgrade(make_engine(sys.argv[2])); print('alembic' in sys.modules)"
    )
    url = engine.url.render_as_string(hide_password=False)

    ran = subprocess.run([sys.executable, "-c", start, tmp_path / "first", url], capture_output=True, text=True)

    assert (ran.returncode, ran.stdout) == (0, "False\n")
