"""An athlete's rule of rest days: what makes a day without a session a day of rest (docs/indices.md §2.2)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Self

from client.errors import BadRestRule


class RestBasis(StrEnum):
    """What makes a day without a session a rest day, beside a recorded rest day.

    EXPLICIT: nothing else. REPORTED: the morning form was answered and no session was reported.
    COMPLETE_UNTIL: every session up to a day is in the node.
    """

    EXPLICIT = "explicit"
    REPORTED = "reported"
    COMPLETE_UNTIL = "complete-until"


@dataclass(frozen=True, slots=True)
class RestRule:
    """The rule of one athlete. until: the last complete day (inclusive); given for COMPLETE_UNTIL alone."""

    basis: RestBasis = RestBasis.EXPLICIT
    until: date | None = None

    def __post_init__(self) -> None:
        if (self.until is not None) != (self.basis is RestBasis.COMPLETE_UNTIL):
            raise BadRestRule(f"expected a day with {RestBasis.COMPLETE_UNTIL} and with no other rule")

    @classmethod
    def of(cls, word: str, day: str | None = None) -> Self:
        """Return the rule that the words name, for instance "complete-until" and "2026-03-01"; raises BadRestRule."""
        try:
            return cls(RestBasis(word), None if day is None else date.fromisoformat(day))
        except BadRestRule:
            raise
        except ValueError as error:
            raise BadRestRule("expected explicit, reported, or complete-until with a day such as 2026-03-01") from error

    @property
    def text(self) -> str:
        """The rule as it is given: one or two words."""
        return self.basis.value if self.until is None else f"{self.basis.value} {self.until.isoformat()}"


EXPLICIT = RestRule()
