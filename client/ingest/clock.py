"""Times in files: local and UTC are both kept, and doubtful ones are counted instead of guessed.

A reading's instant is stored in UTC with the offset of local time, so that "the day" stays the athlete's day
after travel and daylight saving.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple

from client.biometrics.observations import MAX_OFFSET_MIN
from client.biometrics.quality import QualityCounters

# Ours: a device whose clock was reset begins again on 31 December 1989 (the FIT epoch) or on 1 January 2000; no
# export that we know reaches back so far.
EARLIEST = datetime(2001, 1, 1, tzinfo=UTC)
FUTURE_TOLERANCE = timedelta(days=1)  # ours: local time in the far east is less than a day ahead, never more
MAX_OFFSET = timedelta(minutes=MAX_OFFSET_MIN)
_YEARS = range(2, 9999)  # at the ends of the calendar a time zone's arithmetic overflows

_SPACED_OFFSET = re.compile(r" ([+-]\d{2}:?\d{2})$")


class Moment(NamedTuple):
    """An instant in UTC and the local offset from UTC at it, in minutes."""

    utc: datetime
    offset_min: int

    def plus(self, step: timedelta) -> "Moment":
        """The instant `step` later, with the same offset."""
        return Moment(self.utc + step, self.offset_min)

    def later(self, seconds: float) -> "Moment":
        """The instant so many seconds later, with the same offset."""
        return self.plus(timedelta(seconds=seconds))

    def shifted(self, offset_min: int) -> "Moment":
        """The same local time at another offset from UTC."""
        return Moment(self.utc + timedelta(minutes=self.offset_min - offset_min), offset_min)

    @property
    def local_day(self) -> date:
        """The local calendar day."""
        return (self.utc + timedelta(minutes=self.offset_min)).date()

    @property
    def midnight(self) -> "Moment":
        """Local midnight at the beginning of that day, with the same offset."""
        local = datetime(self.local_day.year, self.local_day.month, self.local_day.day, tzinfo=UTC)
        return Moment(local - timedelta(minutes=self.offset_min), self.offset_min)


@dataclass(frozen=True, slots=True)
class LocalClock:
    """The athlete's time zone, for files that do not say theirs, and the time of the import."""

    zone: tzinfo
    now: datetime

    def instant(self, text: str, counters: QualityCounters) -> Moment | None:
        """Read a time with an offset or Z; without one it is local time. None (and counted) when unreadable."""
        try:
            moment = datetime.fromisoformat(_SPACED_OFFSET.sub(r"\1", text.strip()))
        except ValueError:
            counters.count("dropped:time_unreadable")
            return None
        return self.of(moment, counters)

    def of(self, moment: datetime, counters: QualityCounters, *, is_zone_assumed: bool = False) -> Moment | None:
        """Place a time: one without offset is local time. is_zone_assumed: nobody said the zone of times in UTC."""
        if moment.tzinfo is None:
            return self.local(moment, counters)
        if moment.year not in _YEARS:
            return self._implausible(counters)
        offset = moment.utcoffset() or timedelta(0)
        if abs(offset) > MAX_OFFSET:  # no place on earth has it, so the instant is not known either
            counters.count("dropped:offset_implausible")
            return None
        utc = moment.astimezone(UTC)
        if not offset:  # Z says nothing about where the athlete was
            return self.placed(utc, counters) if is_zone_assumed else self.at(utc, counters)
        return self._plausible(Moment(utc, round(offset.total_seconds() / 60)), counters)

    def at(self, utc: datetime, counters: QualityCounters) -> Moment | None:
        """Give an instant the athlete's local offset."""
        if utc.year not in _YEARS:
            return self._implausible(counters)
        offset = utc.astimezone(self.zone).utcoffset() or timedelta(0)
        return self._plausible(Moment(utc, round(offset.total_seconds() / 60)), counters)

    def placed(self, utc: datetime, counters: QualityCounters) -> Moment | None:
        """Give an instant the athlete's offset, counted: the file does not say what the local time was."""
        counters.count("clock:zone_assumed")
        return self.at(utc, counters)

    def local(self, naive: datetime, counters: QualityCounters) -> Moment | None:
        """Place a naive local time; an hour that happens twice or never (daylight saving) is counted.

        The first of two is taken; one that never happens is read as standard time.
        """
        if naive.year not in _YEARS:
            return self._implausible(counters)
        early = naive.replace(tzinfo=self.zone, fold=0)
        late = naive.replace(tzinfo=self.zone, fold=1)
        offset = early.utcoffset() or timedelta(0)
        if offset != late.utcoffset():
            counters.count("clock:daylight_saving")
        return self._plausible(Moment(naive.replace(tzinfo=UTC) - offset, round(offset.total_seconds() / 60)), counters)

    def local_day(self, day: date, counters: QualityCounters) -> Moment | None:
        """Place a reading that has a date only, or of which only the day counts: local midnight."""
        day = self.day_of(day)
        return self.local(datetime(day.year, day.month, day.day), counters)  # noqa: DTZ001 - local on purpose

    def day_of(self, time: date) -> date:
        """Return the local day of a day or a time; a time in UTC says nothing of it, so that the zone does."""
        if not isinstance(time, datetime):
            return time
        is_utc = time.tzinfo is not None and not time.utcoffset() and time.year in _YEARS
        return (time.astimezone(self.zone) if is_utc else time).date()

    def _plausible(self, moment: Moment, counters: QualityCounters) -> Moment | None:
        if EARLIEST <= moment.utc <= self.now + FUTURE_TOLERANCE:
            return moment
        return self._implausible(counters)

    @staticmethod
    def _implausible(counters: QualityCounters) -> None:
        counters.count("dropped:time_implausible")
