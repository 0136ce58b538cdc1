"""When releases become visible: only at fixed times, all together, so that the time of an approval reveals nothing."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

HOUR_S, DAY_S = 3_600, 86_400
ANCHOR = datetime(2026, 1, 1, 6, 0, tzinfo=UTC)  # ours: 06:00 UTC; docs/privacy.md §4.5


@dataclass(frozen=True, slots=True)
class Publication:
    """A fixed timetable: every `every`, counted from 06:00 UTC."""

    every: timedelta = timedelta(days=1)

    def last(self, now: datetime) -> datetime:
        """The newest publication time at or before `now`."""
        return ANCHOR + ((now - ANCHOR) // self.every) * self.every

    def next(self, now: datetime) -> datetime:
        """The first publication time after `now`."""
        return self.last(now) + self.every

    def is_published(self, approved: datetime, now: datetime) -> bool:
        """True once a publication time has passed since the approval."""
        return approved <= self.last(now)


def seconds(count: int) -> timedelta:
    """Whole seconds as a duration."""
    return timedelta(seconds=count)
