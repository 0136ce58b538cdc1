"""Times in a database: stored as naive UTC, so that SQLite and PostgreSQL hold the same."""

from datetime import UTC, datetime

from sqlalchemy import DateTime
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from policies.errors import InvalidInput


class UtcTime(TypeDecorator[datetime]):
    """A time that is aware in Python and naive UTC in the database."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database; raises InvalidInput for a time without zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise InvalidInput("expected a time with zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database."""
        return None if value is None else value.replace(tzinfo=UTC)
