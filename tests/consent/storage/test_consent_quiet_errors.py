"""An error of the database names no value: its text may end in an operational log."""

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from consent.storage.transaction import make_engine


def test_a_database_error_holds_no_values(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'one.sqlite3'}")
    with engine.connect() as connection, pytest.raises(SQLAlchemyError) as caught:
        connection.execute(text("INSERT INTO missing VALUES (:name)"), {"name": "Canary Hansen"})
    engine.dispose()

    assert "Canary" not in str(caught.value)
