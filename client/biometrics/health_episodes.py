"""One health problem from its beginning to its end, as the club's medical staff record it.

An episode is stored as a text reading of the category injury: a text is in no daily table, so that body area and
illness reach only those who may read the full record. What others may see of it are the days lost and days away.
"""

from datetime import date
from enum import StrEnum

MOST_AREA = 120  # ours: letters of a body area


class ProblemKind(StrEnum):
    """What kind of health problem it is (Bahr et al. 2020)."""

    INJURY = "injury"
    ILLNESS = "illness"


def episode_text(kind: ProblemKind, area: str, ended: date | None) -> str:
    """Return what is stored of an episode: its kind, the day of return, "" while it lasts, and the body area.

    Its beginning is that of the reading.
    """
    return "|".join((kind.value, "" if ended is None else ended.isoformat(), area.replace("|", "/")[:MOST_AREA]))
