"""Readings that are stored and not used: another source tells of the same session, night or day and comes first.

Source: docs/indices.md §1.2, §1.4, §3.3 and §4.1. A figure of a day rests on what was known until then, and pages on
the whole history: a reading is found here where the figures of no day use it, from its own day to the newest.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import chain

from client.biometrics.observations import Observation
from client.biometrics.sessions import MEASURED, OF_SESSIONS, REPORTED
from client.biometrics.stream_spec import Aggregation
from client.biometrics.streams import SPECS, Stream
from client.features.day_sources import Source, chosen_by_day, counted_sources, overlapping_parted, ranking, source_of
from client.features.days.days_of_readings import BY_MINUTE, DaysOfReadings
from client.features.days.nights import is_sleep_measured, nights_of
from client.features.days.resting_beats import first_valid
from client.features.days.session_reports import matched_reports
from client.features.days.source_orders import last_days, orders_so_far

_Dated = Mapping[date, Sequence[Observation]]
_Judge = Callable[[_Dated], Iterable["Outranked"]]
"""What of the readings of some days is not used, as of the last of them."""
_SLEEP = (Stream.SLEEP_PERIOD_MIN, Stream.SLEEP_DURATION_H)


class WhyFirst(StrEnum):
    """Why another source comes first."""

    ORDER = "order"
    """It stands first in the order of sources, or has more of the history."""
    WHOLE = "whole"
    """Its report of the session is whole or told, this one is half or was noticed by a device."""
    NIGHTS = "nights"
    """Hours of sleep are measured, on as many nights as they are answered or on more."""
    HOURS = "hours"
    """Hours of sleep are answered, on more nights than measured; when the measured nights were is used all the same."""
    BEATS = "beats"
    """Variability is that of the day's beats at rest; an app's own figure stands in where there are none."""


@dataclass(frozen=True, slots=True)
class Outranked:
    """One reading that no figure uses, the source that is used in its place, and why."""

    reading: Observation
    by: Source
    why: WhyFirst

    @property
    def is_used_in_part(self) -> bool:
        """True where other figures do use it: when a night was, for one whose hours do not count."""
        return self.why is WhyFirst.HOURS


def outranked(readings: Iterable[Observation], *, priority: Sequence[str] = ()) -> list[Outranked]:
    """Return the readings of one athlete that another source outranks; priority: as for the daily table."""
    return outranked_of(DaysOfReadings(readings, priority))


def outranked_of(days: DaysOfReadings) -> list[Outranked]:
    """Return the same of readings whose days are found already."""
    by_beats = _of_variability(days)
    beaten = {id(one.reading) for one in by_beats}
    found = [*_of_sessions(days), *_of_steps(days), *_of_sleep(days)]
    for stream in days.by_stream:
        if _is_chosen_by_day(stream):
            found += _of_days(days, stream)
    return [*(one for one in found if id(one.reading) not in beaten), *by_beats]


def _never_used(dated: _Dated, ends: Sequence[date], judge: _Judge) -> Iterator[Outranked]:
    """Yield what is not used as of the newest day, nor as of any other of these days from its own on.

    ends: the last day of each order of sources; on all days of one order the same readings are used.
    """
    *earlier, newest = ends
    lost = {end: {id(one.reading) for one in judge(_until(dated, end))} for end in earlier}
    own = {id(one): day for day, held in dated.items() for one in held} if lost else {}
    for one in judge(_until(dated, newest)):
        if all(id(one.reading) in them for end, them in lost.items() if end >= own[id(one.reading)]):
            yield one


def _until(dated: _Dated, last: date) -> _Dated:
    return {day: held for day, held in dated.items() if day <= last}


def _ends(dated: _Dated, priority: Sequence[str]) -> list[date]:
    """Return the last day of each order of the sources."""
    return last_days(orders_so_far({day: counted_sources(held) for day, held in dated.items()}, priority).items())


def _dated(days: DaysOfReadings, streams: Iterable[Stream]) -> _Dated:
    """Return the readings of these streams by the day to which they belong; empty where they have one source."""
    wanted, found = frozenset(streams), defaultdict[date, list[Observation]](list)
    held = [one for one in days.readings if one.stream in wanted]
    if len(counted_sources(held)) > 1 or {one.stream for one in held}.issuperset(_SLEEP):
        for one in held:
            found[days.nights.day_of(one)].append(one)
    return found


def _of_sessions(days: DaysOfReadings) -> Iterator[Outranked]:
    """Yield what witnesses say that the reports which stand for them say better."""

    def judge(dated: _Dated) -> Iterator[Outranked]:
        matched = matched_reports(chain.from_iterable(dated.values()), priority=days.priority)
        counted = set(map(id, matched.counted))
        for report, beside in matched.witnesses:
            by = beside[0]
            why = WhyFirst.ORDER if report.grade == by.grade else WhyFirst.WHOLE
            if by.source != report.source:  # another file of the same source takes nothing out of the figures
                lost = (one for one in report.readings.values() if id(one) not in counted)
                yield from (Outranked(one, by.source, why) for one in lost)

    for kind in (REPORTED, MEASURED):
        if dated := _dated(days, kind):
            yield from _never_used(dated, _ends(dated, days.priority), judge)


def _of_steps(days: DaysOfReadings) -> Iterator[Outranked]:
    if dated := _dated(days, [Stream.STEPS]):
        yield from _never_used(dated, _ends(dated, days.priority), lambda held: _overlapped(held, days.priority))


def _overlapped(dated: _Dated, priority: Sequence[str]) -> Iterator[Outranked]:
    for stream in BY_MINUTE:
        held = [one for one in chain.from_iterable(dated.values()) if one.stream is stream]
        _, left_out = overlapping_parted(held, priority)
        yield from (Outranked(one, source_of(better), WhyFirst.ORDER) for one, better in left_out)


def _of_days(days: DaysOfReadings, stream: Stream) -> Iterator[Outranked]:
    """Yield the readings of the sources of a day that are not its chosen one."""
    dated = days.by_stream[stream]
    if stream not in _SLEEP and len(counted_sources(chain.from_iterable(dated.values()))) > 1:
        yield from _never_used(dated, _ends(dated, days.priority), lambda held: _beside_chosen(held, days.priority))


def _beside_chosen(dated: _Dated, priority: Sequence[str]) -> Iterator[Outranked]:
    rank = ranking(counted_sources(chain.from_iterable(dated.values())), priority)
    for readings in dated.values():
        best = min(map(source_of, readings), key=rank)
        lost = (one for one in readings if source_of(one) != best)
        yield from (Outranked(one, best, WhyFirst.ORDER) for one in lost)


def _is_chosen_by_day(stream: Stream) -> bool:
    return not (stream in OF_SESSIONS or stream in BY_MINUTE or SPECS[stream].aggregation is Aggregation.NONE)


def _of_sleep(days: DaysOfReadings) -> Iterator[Outranked]:
    """Yield nights and answers beside others of the same night, and those of the way that has fewer nights."""
    if dated := _dated(days, _SLEEP):
        yield from _never_used(dated, _ends_of_sleep(dated, days), lambda held: _slept(held, days.priority))


def _ends_of_sleep(dated: _Dated, days: DaysOfReadings) -> list[date]:
    """Return the last day of each order of watches and of forms, and of which of the two has more nights."""
    parts = [{day: [one for one in held if one.stream is stream] for day, held in dated.items()} for stream in _SLEEP]
    held = [{day: counted_sources(readings) for day, readings in part.items()} for part in parts]
    orders = [orders_so_far(counted, days.priority) for counted in held]
    measured, asked, states = 0, 0, []
    for day in sorted(dated):
        measured, asked = measured + (day in days.nights.main), asked + bool(parts[1][day])
        states.append((day, (*(order[day] for order in orders), is_sleep_measured(measured, asked))))
    return last_days(states)


def _slept(dated: _Dated, priority: Sequence[str]) -> Iterator[Outranked]:
    yield from _overlapped(dated, priority)
    asked = {day: [one for one in held if one.stream is Stream.SLEEP_DURATION_H] for day, held in dated.items()}
    asked = {day: held for day, held in asked.items() if held}
    yield from _beside_chosen(asked, priority)
    answered = chosen_by_day(asked, priority)
    measured = {
        day: night.pieces
        for day, night in nights_of(chain.from_iterable(dated.values()), priority=priority).main.items()
    }
    if answered and measured:
        is_measured = is_sleep_measured(len(measured), len(answered))
        better, lost = (measured, answered) if is_measured else (answered, measured)
        by = Counter(map(source_of, chain.from_iterable(better.values()))).most_common(1)[0][0]
        why = WhyFirst.NIGHTS if is_measured else WhyFirst.HOURS
        yield from (Outranked(one, by, why) for one in chain.from_iterable(lost.values()))


def _of_variability(days: DaysOfReadings) -> list[Outranked]:
    """Return what apps say of variability on days whose beats say it themselves (docs/indices.md §3.3)."""
    found, beats = [], days.by_stream.get(Stream.RR_INTERVALS, {})
    for day, told in days.by_stream.get(Stream.RMSSD, {}).items():
        valid = first_valid(beats.get(day, ()))
        if valid is not None:
            found += [Outranked(one, source_of(valid[0]), WhyFirst.BEATS) for one in told]
    return found
