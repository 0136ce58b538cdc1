"""Which days without a session are known rest: one rule per athlete, for commands, pages, proposals and models.

A day without a reading is unknown, and no load of it is 0. Whoever knows that every session is reported may say so
per athlete; a day that is rest only by that rule is marked as assumed. Source: docs/indices.md §2.2.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Self

import numpy as np
from numpy.typing import NDArray

from client.errors import BadRestRule
from models.arrays import Floats

ASSUMED_REST = "assumed_rest"
"""Quality code of what rests on an assumed rest day, and the daily column that is 1 on such a day."""


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


@dataclass(frozen=True, slots=True)
class RestEvidence:
    """What is known of consecutive days; each array is (days,).

    load: AU, NaN where unknown. answered: a morning answer was given. trained: any sign of training, or the athlete
    said that it was no rest day. over: the day has ended, so that no session of it can still come.
    """

    dates: tuple[date, ...]
    load: Floats
    answered: NDArray[np.bool_]
    trained: NDArray[np.bool_]
    over: NDArray[np.bool_]


def assumed_rest_days(rule: RestRule, days: RestEvidence) -> NDArray[np.bool_]:
    """True on days that are rest by `rule` alone, (days,); none without any sign of training in the history.

    Where no session is seen at all, none is reported here (or the reader may not see any), and nothing follows.
    """
    silent: NDArray[np.bool_] = np.isnan(days.load) & ~days.trained
    if rule.basis is RestBasis.EXPLICIT or not days.trained.any():
        return np.zeros(len(days.dates), dtype=bool)
    if rule.basis is RestBasis.REPORTED:
        return silent & days.answered & days.over
    begun = np.cumsum(days.trained) > 0
    complete = np.array([rule.until is not None and day <= rule.until for day in days.dates], dtype=bool)
    return silent & begun & complete


def assumed_in(column: Floats) -> bool:
    """True if any day of an `assumed_rest` column (days,) is one."""
    return bool((column == 1.0).any())
