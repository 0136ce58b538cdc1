"""Reports of one session by several sources: one counts, the others are witnesses; what does not overlap adds up.

Source: docs/indices.md §1.4. What a person reports and what a device measures are matched apart: they never add up.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from client.biometrics.observations import AUTO_DETECTED, BY_HAND, PARTIAL_FILE, Observation
from client.biometrics.sessions import (
    MEASURED,
    OF_SESSIONS,
    REPORTED,
    Session,
    has_only_a_date,
    has_source_id,
    session_of,
)
from client.biometrics.streams import Stream
from client.features.day_sources import Source, counted_sources, ranking, source_of

LEAST_OVERLAP = 0.5  # of the shorter of two
NEAR = timedelta(minutes=15)  # between two starts
LEAST_RATIO = 0.8  # of the shorter duration to the longer

_LENGTH = {Stream.SESSION_DURATION_MIN, Stream.ACTIVITY_DURATION_MIN}
_COMPLETE = ({Stream.SESSION_LOAD}, {Stream.SESSION_RPE, Stream.SESSION_DURATION_MIN}, {Stream.ACTIVITY_DURATION_MIN})


@dataclass(frozen=True, slots=True)
class SessionReport:
    """What one source says of one session. minutes: None where it does not say how long it was."""

    source: Source
    readings: Mapping[Stream, Observation]
    start: datetime
    end: datetime
    minutes: float | None
    day: date
    has_time: bool

    @property
    def is_complete(self) -> bool:
        """True where the report alone gives a load or a duration."""
        return any(needed <= set(self.readings) for needed in _COMPLETE)

    @property
    def grade(self) -> tuple[bool, bool]:
        """The smaller, the better: whole reports before half ones, told sessions before noticed ones."""
        return not self.is_complete, self.is_auto_detected

    @property
    def is_auto_detected(self) -> bool:
        """True where a device noticed the session by itself."""
        return any(AUTO_DETECTED in reading.quality for reading in self.readings.values())


Beside = tuple[SessionReport, tuple[SessionReport, ...]]
"""A report and those of other sources that it was found beside."""


@dataclass(slots=True)
class MatchedReports:
    """counted: readings that count. witnesses: reports that do not, each with those that stand for it.

    unclear: reports that count although they may be of the same session as the counted ones beside them.
    completed: what only a file that was cut off has of a session, with what the whole file has: it does not count.
    filled: by session of a witness that gave what was lacking, the one counted session of that day, as long as itself.
    """

    counted: list[Observation] = field(default_factory=list)
    witnesses: list[Beside] = field(default_factory=list)
    unclear: list[Beside] = field(default_factory=list)
    completed: list[Beside] = field(default_factory=list)
    filled: dict[Session, Session] = field(default_factory=dict)


def matched_reports(readings: Iterable[Observation], *, priority: Sequence[str] = ()) -> MatchedReports:
    """Match the session reports among the readings; readings of other streams are not returned.

    Whole reports come before half ones, told sessions before noticed ones, then the better source; of two days the
    earlier one, for no day may change by what a later one brings. A stream that only a witness has is taken from it, if
    a device measured it.
    """
    found = MatchedReports()
    held = _without_cut_off([reading for reading in readings if reading.stream in OF_SESSIONS], found)
    for kind in (REPORTED, MEASURED):
        told = _without_unnamed([reading for reading in held if reading.stream in kind], found)
        _match(told, priority, found, fill=kind is MEASURED)
    return found


def _without_unnamed(readings: Sequence[Observation], found: MatchedReports) -> Sequence[Observation]:
    """Leave out a report without the source's own id beside one of the same source, start and length that has it.

    Another file of the same session did not say the id; which of the two came first makes no difference.
    """
    if len({has_source_id(one) for one in readings}) < 2:
        return readings
    named, unnamed = defaultdict(list), []
    for report in _reports(readings):
        if has_source_id(next(iter(report.readings.values()))):
            named[report.source, report.start].append(report)
        elif report.has_time:
            unnamed.append(report)
    left_out: set[int] = set()
    for report in unnamed:
        same = [one for one in named[report.source, report.start] if _is_as_long(one.minutes, report.minutes)]
        if same:
            found.witnesses.append((report, tuple(same)))
            left_out.update(map(id, report.readings.values()))
    return [one for one in readings if id(one) not in left_out]


def _without_cut_off(readings: Sequence[Observation], found: MatchedReports) -> Sequence[Observation]:
    """Leave out what only the cut-off file of a session gave, where the whole file came too and has no such value."""
    cut_off = [one for one in readings if PARTIAL_FILE in one.quality]
    if not cut_off:
        return readings
    whole = {session_of(one) for one in readings if not {PARTIAL_FILE, BY_HAND} & set(one.quality)}
    left_out = {id(one) for one in cut_off if session_of(one) in whole}
    kept = [one for one in readings if id(one) not in left_out]
    whole_reports = {session_of(next(iter(one.readings.values()))): one for one in _reports(kept)}
    for report in _reports(one for one in cut_off if id(one) in left_out):
        found.completed.append((report, (whole_reports[session_of(next(iter(report.readings.values())))],)))
    return kept


def _match(readings: Sequence[Observation], priority: Sequence[str], found: MatchedReports, *, fill: bool) -> None:
    seen = counted_sources(readings)
    if len(seen) < 2:
        found.counted += readings
        return
    rank, taken = ranking(seen, priority), _TakenReports()
    tiers: dict[tuple[object, ...], list[SessionReport]] = defaultdict(list)
    for report in _reports(readings):
        tiers[(report.day, report.grade, rank(report.source))].append(report)
    for tier in sorted(tiers):
        fresh = []
        for report, same in taken.counterparts(tiers[tier]):
            if not same:
                fresh.append(report)
                found.counted += report.readings.values()
                doubtful = taken.doubtful(report)
                found.unclear += [(report, doubtful)] if doubtful else []
                continue
            found.witnesses.append((report, tuple(same)))
            if fill:
                found.filled.update(_as_whole(report, same))
                found.counted += [one for stream, one in report.readings.items() if taken.lacks(same, stream)]
        taken.add(fresh)


def _as_whole(witness: SessionReport, same: Sequence[SessionReport]) -> dict[Session, Session]:
    """Return the session that a witness is of, where what it measured is of that whole session and of no other."""
    if len(same) != 1 or witness.minutes is None or same[0].minutes is None or witness.day != same[0].day:
        return {}
    if not _is_as_long(witness.minutes, same[0].minutes):
        return {}
    of_witness, counted = (session_of(next(iter(one.readings.values()))) for one in (witness, same[0]))
    return {of_witness: counted}


def _reports(readings: Iterable[Observation]) -> list[SessionReport]:
    groups: dict[Session, dict[Stream, Observation]] = defaultdict(dict)
    for reading in readings:
        groups[session_of(reading)][reading.stream] = reading
    return [_report(group) for group in groups.values()]


def _report(readings: Mapping[Stream, Observation]) -> SessionReport:
    first = next(iter(readings.values()))
    end = max(reading.end for reading in readings.values())
    told = [float(one.value) for stream, one in readings.items() if stream in _LENGTH and isinstance(one.value, float)]
    minutes = told[0] if told else (end - first.start).total_seconds() / 60 or None
    if end == first.start and minutes is not None:
        end += timedelta(minutes=minutes)
    return SessionReport(source_of(first), readings, first.start, end, minutes, first.day, not has_only_a_date(first))


class _TakenReports:
    """Reports that count, by day."""

    def __init__(self) -> None:
        self._by_day: dict[date, list[SessionReport]] = defaultdict(list)
        self._stands_for: set[tuple[int, Source]] = set()
        self._filled: set[tuple[int, Stream]] = set()

    def add(self, reports: Iterable[SessionReport]) -> None:
        for report in reports:
            self._by_day[report.day].append(report)

    def counterparts(self, reports: Sequence[SessionReport]) -> list[tuple[SessionReport, list[SessionReport]]]:
        """Return each report of one source with the taken reports of others that are of the same session."""
        found = {id(report): self._at_the_same_time(report) for report in reports}
        by_day: dict[date, list[SessionReport]] = defaultdict(list)
        for report in reports:
            by_day[report.day].append(report)
        for day, held in by_day.items():
            left = [report for report in held if not found[id(report)]]
            for report, same in self._on_the_day(day, left):
                found[id(report)] = same
        return [(report, found[id(report)]) for report in reports]

    def doubtful(self, report: SessionReport) -> tuple[SessionReport, ...]:
        """Return the taken reports of other sources that begin near it, overlap it, or share a day without time."""
        return tuple(one for one in self._near(report) if _is_doubtful(report, one))

    def lacks(self, same: Sequence[SessionReport], stream: Stream) -> bool:
        """True, once for each stream, where none of these reports has it."""
        if any(stream in one.readings or (id(one), stream) in self._filled for one in same):
            return False
        self._filled.update((id(one), stream) for one in same)
        return True

    def _at_the_same_time(self, report: SessionReport) -> list[SessionReport]:
        same = [one for one in self._near(report) if _is_same_time(report, one)]
        return [one for one in same if one.day >= report.day or one.grade <= report.grade]

    def _on_the_day(
        self, day: date, reports: Sequence[SessionReport]
    ) -> list[tuple[SessionReport, list[SessionReport]]]:
        """Match what has no time of day: one to one by duration, else one with the sum of the others."""
        found: list[tuple[SessionReport, list[SessionReport]]] = []
        left = list(reports)
        for report in reports:
            free = [one for one in self._free(day, report.source) if not (report.has_time and one.has_time)]
            same = next((one for one in free if _is_as_long(report.minutes, one.minutes)), None)
            if same is not None:
                self._stands_for.add((id(same), report.source))
                found.append((report, [same]))
                left.remove(report)
        return found + self._by_sum(day, left)

    def _by_sum(self, day: date, left: list[SessionReport]) -> list[tuple[SessionReport, list[SessionReport]]]:
        if not left:
            return []
        free = self._free(day, left[0].source)
        if len(left) == 1 and not left[0].has_time and _is_as_long(left[0].minutes, _sum(free)):
            return [(left[0], free)]
        for one in free:
            if not one.has_time and _is_as_long(_sum(left), one.minutes):
                return [(report, [one]) for report in left]
        return []

    def _free(self, day: date, source: Source) -> list[SessionReport]:
        held = self._by_day[day]
        return [one for one in held if one.source != source and (id(one), source) not in self._stands_for]

    def _near(self, report: SessionReport) -> list[SessionReport]:
        days = (report.day + timedelta(days=step) for step in (-1, 0, 1))
        return [one for day in days for one in self._by_day.get(day, ()) if one.source != report.source]


def _is_same_time(one: SessionReport, other: SessionReport) -> bool:
    if not (one.has_time and other.has_time):
        return False
    near = abs(one.start - other.start) <= NEAR
    if one.minutes is None or other.minutes is None:
        return near or _overlap(one, other) > timedelta(0)
    shorter = min(one.end - one.start, other.end - other.start)
    return _overlap(one, other) >= LEAST_OVERLAP * shorter or (near and _is_as_long(one.minutes, other.minutes))


def _is_doubtful(one: SessionReport, other: SessionReport) -> bool:
    if one.has_time and other.has_time:
        return abs(one.start - other.start) <= NEAR or _overlap(one, other) > timedelta(0)
    return one.day == other.day


def _overlap(one: SessionReport, other: SessionReport) -> timedelta:
    return min(one.end, other.end) - max(one.start, other.start)


def _is_as_long(one: float | None, other: float | None) -> bool:
    """True within 20 %, and where one of the two does not say."""
    return one is None or other is None or min(one, other) >= LEAST_RATIO * max(one, other)


def _sum(reports: Sequence[SessionReport]) -> float:
    return sum(report.minutes or 0.0 for report in reports)
