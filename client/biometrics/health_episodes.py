"""One health problem from its beginning to its end, as the club's medical staff record it.

An episode is stored as a text reading of the category injury: a text is in no daily table, so that body area and
illness reach only those who may read the full record. What others may see of it are the days lost and days away.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from client.biometrics.observations import Observation
from client.biometrics.streams import Stream

MOST_AREA = 120  # ours: letters of a body area


class ProblemKind(StrEnum):
    """What kind of health problem it is (Bahr et al. 2020)."""

    INJURY = "injury"
    ILLNESS = "illness"


@dataclass(frozen=True, slots=True)
class HealthEpisode:
    """One episode. began: the local day of onset. ended: the day of return, None while it lasts or is not recorded."""

    kind: ProblemKind
    area: str
    began: date
    ended: date | None

    @property
    def days_lost(self) -> int | None:
        """Days from the day after onset to the day before return (Bahr et al. 2020); None while it lasts."""
        return None if self.ended is None else max((self.ended - self.began).days - 1, 0)


def episode_text(kind: ProblemKind, area: str, ended: date | None) -> str:
    """Return what is stored of an episode; its beginning is that of the reading."""
    return "|".join((kind.value, "" if ended is None else ended.isoformat(), area.replace("|", "/")[:MOST_AREA]))


def episode_of(reading: Observation) -> HealthEpisode:
    """Return the episode that a reading of `health_episode` holds."""
    kind, ended, area = str(reading.value).split("|", 2)
    return HealthEpisode(ProblemKind(kind), area, reading.day, date.fromisoformat(ended) if ended else None)


def episodes(readings: list[Observation]) -> list[HealthEpisode]:
    """Return the episodes among an athlete's readings, in order of onset."""
    found = [episode_of(one) for one in readings if one.stream is Stream.HEALTH_EPISODE]
    return sorted(found, key=lambda one: (one.began, one.kind, one.area))
