"""One health problem from its beginning to its end, as the club's medical staff record it.

An episode is stored as a text reading of the category injury: a text is in no daily table, so that body area and
illness reach only those who may read the full record. What others may see of it are the days lost and days away.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from enum import StrEnum

LOG_APP = "health-log"  # names the source of episodes and of the days that they cost
RECORD_APP = "health-record"  # the source of episodes that medical staff entered at this node
MOST_AREA = 120  # ours: letters of a body area


class ProblemKind(StrEnum):
    """What kind of health problem it is (Bahr et al. 2020)."""

    INJURY = "injury"
    ILLNESS = "illness"


def episode_text(kind: ProblemKind, area: str, ended: date | None, more: Sequence[str] = ()) -> str:
    """Return what is stored of an episode: its kind, the day of return, "" while it lasts, and the body area.

    Its beginning is that of the reading. more: words that a log does not have, such as the type of an injury.
    """
    return "|".join((kind.value, "" if ended is None else ended.isoformat(), area.replace("|", "/")[:MOST_AREA], *more))


def kind_of(text: str) -> ProblemKind:
    """Return the kind of an episode that `episode_text` gave."""
    return ProblemKind(text.partition("|")[0])


def return_of(text: str) -> date | None:
    """Return the day of return of an episode that `episode_text` gave; None while it lasts."""
    ended = text.split("|")[1]
    return date.fromisoformat(ended) if ended else None


def area_and_more(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the body area of an episode that `episode_text` gave, and the words after it."""
    area, *more = text.split("|")[2:]
    return area, tuple(more)


def days_between(began: date, ended: date) -> Iterator[date]:
    """Give the days lost: from the day after onset to the day before return (Bahr et al. 2020)."""
    return (began + timedelta(days=step) for step in range(1, (ended - began).days))
