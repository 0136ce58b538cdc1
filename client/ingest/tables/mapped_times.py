"""When a row of a mapped table was: a day, a moment, or a day with a clock time and a zone in other columns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, tzinfo

from client.ingest.cells.clock_time import read_clock, read_zone
from client.ingest.cells.number_form import is_missing
from client.ingest.cells.row_time import read_time
from client.ingest.clock import LocalClock, Moment
from client.ingest.collector import Collector
from client.ingest.mapping import TimeColumn


@dataclass(slots=True)
class RowTimes:
    """Places the rows of one file. clock: of the file's own zone, which a row's zone column may replace.

    is_zone_said: the mapping names that zone; else the days of times in UTC are a guess.
    """

    column: TimeColumn
    clock: LocalClock
    is_zone_said: bool = False
    _by_zone: dict[tzinfo, LocalClock] = field(default_factory=dict)

    def moment(self, out: Collector, row: Mapping[str, str]) -> Moment | None:
        """Return when the row was; None, and counted, where that cannot be told."""
        found = read_time(row[self.column.column], self.column.format)
        clock = self._clock(out, row)
        if found is None:
            out.counters.count("dropped:time_unreadable")
            return None
        if clock is None:
            return None
        of_day = self._time_of_day(row)
        if of_day is not None:
            found = datetime.combine(found, of_day)
        elif self.column.time_of_day is not None and not is_missing(row[self.column.time_of_day]):
            out.counters.count("dropped:time_unreadable")
            return None
        if not isinstance(found, datetime):
            return clock.local_day(found, out.counters)
        if found.tzinfo is None and self.column.zone == "utc":
            found = found.replace(tzinfo=UTC)
        if found.tzinfo is None:
            return clock.local(found, out.counters)
        is_assumed = self.column.zone_column is None and not self.is_zone_said
        return clock.of(found, out.counters, is_zone_assumed=is_assumed)

    def _time_of_day(self, row: Mapping[str, str]) -> time | None:
        return None if self.column.time_of_day is None else read_clock(row[self.column.time_of_day])

    def _clock(self, out: Collector, row: Mapping[str, str]) -> LocalClock | None:
        """Return the clock of the row's zone; None, and counted, where the cell names none."""
        if self.column.zone_column is None:
            return self.clock
        text = row[self.column.zone_column]
        if is_missing(text):
            out.counters.count("clock:zone_assumed")
            return self.clock
        zone = read_zone(str(text))
        if zone is None:
            out.counters.count("dropped:time_zone_unreadable")
            return None
        return self._by_zone.setdefault(zone, LocalClock(zone, self.clock.now))
