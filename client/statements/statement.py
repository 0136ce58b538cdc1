"""A statement: an athlete's own word that they are not OK, ill or in pain. It outranks every light, until midnight.

Staff for training read "not OK" whatever it was, the medical team all of it; no standing grant is needed for either,
because the athlete sends it to them by name. It can be taken back, and the record keeps both.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import StrEnum
from typing import Final

from client.coaching.evidence import Flags
from client.errors import ClientError
from policies.vocabulary import AthleteId, PersonId, Role

MOST_NOTE: Final = 500
NOT_OK: Final = Flags(not_ok=True)
"""What every statement raises, so that nothing that is made from it differs between ill and in pain."""


class BadStatement(ClientError, ValueError):
    """A note that is too long."""


class StatementKind(StrEnum):
    """What an athlete says."""

    NOT_OK = "not_ok"
    ILL = "ill"
    IN_PAIN = "in_pain"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. day: the day of training that it is about; at: when it was made; number: of its row.

    Raises BadStatement for a note above 500 characters.
    """

    athlete: AthleteId
    day: date
    kind: StatementKind
    note: str
    at: datetime
    number: int = 0

    def __post_init__(self) -> None:
        if len(self.note) > MOST_NOTE:
            raise BadStatement(f"expected a note of at most {MOST_NOTE} characters, got {len(self.note)}")

    def stands(self, now: datetime, zone: tzinfo) -> bool:
        """True until the midnight that ends the local day on which it was made."""
        return self.at.astimezone(zone).date() == now.astimezone(zone).date()


@dataclass(frozen=True, slots=True)
class StatementRead:
    """Who of the staff read a statement, and when for the first time."""

    person: PersonId
    role: Role
    at: datetime


def flags_of(statements: Iterable[Statement], *, today: date, now: datetime, zone: tzinfo) -> dict[date, Flags]:
    """Return what stops a session by the athlete's own word, by day; today's only while it stands."""
    return {one.day: NOT_OK for one in statements if one.day != today or one.stands(now, zone)}
