"""Nights: one main sleep a day, joined from its pieces; naps apart; and the morning that a night's readings belong to.

Source: docs/indices.md §4.5. A night belongs to the local day of waking up, whenever it began.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from client.biometrics.observations import NAP, Observation
from client.biometrics.streams import SPECS, Stream
from client.features.day_sources import not_overlapping

MAX_GAP = timedelta(minutes=120)  # awake for longer, and a second sleep begins
LEAST_MAIN_MIN = 180.0  # ours: a shorter sleep whose middle lies after noon is a nap
EVENING = time(18)  # ours: three hours or more of sleep do not end after it, so such a time is that of falling asleep
MORNING = timedelta(hours=4)  # a beat recording that starts later after waking is no morning value

_OF_THE_SLEEP = frozenset({Stream.SLEEP_EFFICIENCY, Stream.SLEEP_SCORE, Stream.DEEP_SLEEP_MIN})
_OF_THE_MORNING = frozenset({Stream.RR_INTERVALS, Stream.RMSSD})


@dataclass(frozen=True, slots=True)
class Sleep:
    """One sleep with its pieces, in order. asleep_min: their sum, at most its length.

    start, end: local and naive, each as the clock of its piece showed. began, ended: the same in UTC, for a night in
    which the clock is changed is not as long as the clock says.
    """

    start: datetime
    end: datetime
    began: datetime
    ended: datetime
    asleep_min: float
    pieces: tuple[Observation, ...]

    @property
    def day(self) -> date:
        """The day of waking up."""
        return (self.end - timedelta(microseconds=self.end > self.start)).date()

    @property
    def middle(self) -> datetime:
        """The moment in the middle."""
        return self.start + (self.end - self.start) / 2

    @property
    def is_called_nap(self) -> bool:
        """True where the source says that it is a nap."""
        return NAP in self.pieces[0].quality

    @property
    def is_before_noon(self) -> bool:
        """True where its middle lies between the noon before waking and the noon after: it is that day's night."""
        return self.middle < datetime.combine(self.day, time(12))


@dataclass(frozen=True, slots=True)
class Nights:
    """The main sleep and the naps of each day."""

    main: Mapping[date, Sleep]
    naps: Mapping[date, tuple[Sleep, ...]]
    _starts: tuple[datetime, ...]
    _by_start: tuple[tuple[datetime, date], ...]

    def day_of(self, reading: Observation) -> date:
        """Return the day of a reading: what began in a main sleep belongs to the day of waking from it.

        So does a sleep that ended in one: another source's record of the same night.
        """
        if SPECS[reading.stream].day_of_end:
            day = self._around(reading.local(reading.start))
            if day is None and reading.stream is Stream.SLEEP_PERIOD_MIN and reading.end > reading.start:
                day = self._around(reading.local(reading.end) - timedelta(microseconds=1))
            if day is not None:
                return day
        return reading.day

    def counts(self, reading: Observation) -> bool:
        """False for a nap's efficiency or score, and for beats recorded more than four hours after waking."""
        return self._counts_on(reading, self.day_of(reading))

    def counted_day_of(self, reading: Observation) -> date | None:
        """Return the day of a reading that counts (`day_of`, `counts`); None for one that does not."""
        day = self.day_of(reading)
        return day if self._counts_on(reading, day) else None

    def _counts_on(self, reading: Observation, day: date) -> bool:
        if reading.stream in _OF_THE_SLEEP:
            naps = self.naps.get(reading.day, ())
            return NAP not in reading.quality and not any(_is_inside(reading, nap) for nap in naps)
        if reading.stream in _OF_THE_MORNING:
            night = self.main.get(day)
            return night is None or reading.local(reading.start) <= night.end + MORNING
        return True

    def _around(self, moment: datetime) -> date | None:
        """Return the day of the main sleep that holds the moment."""
        index = bisect_right(self._starts, moment) - 1
        if index < 0:
            return None
        end, day = self._by_start[index]
        return day if moment < end else None


def nights_of(readings: Iterable[Observation], *, priority: Sequence[str] = ()) -> Nights:
    """Find the nights in the sleep readings of an athlete; of two sources at one time the better one counts.

    The longest sleep of three hours or more with its middle before noon is the main one, else the longest of three
    hours or more, as of who works at night, else the longest with its middle before noon.
    """
    sleeps = _joined(not_overlapping([r for r in readings if r.stream is Stream.SLEEP_PERIOD_MIN], priority))
    by_day: dict[date, list[Sleep]] = defaultdict(list)
    for sleep in sleeps:
        by_day[sleep.day].append(sleep)
    main = {day: found for day, held in by_day.items() if (found := _main(held)) is not None}
    naps = {day: tuple(one for one in held if one is not main.get(day)) for day, held in by_day.items()}
    ordered = sorted(main.items(), key=lambda held: held[1].start)
    starts = tuple(night.start for _, night in ordered)
    return Nights(
        main,
        {day: held for day, held in naps.items() if held},
        starts,
        tuple((night.end, day) for day, night in ordered),
    )


def is_sleep_measured(measured: int, asked: int) -> bool:
    """True where hours of sleep are those of a device (docs/indices.md §4.1). measured, asked: nights of each."""
    return measured >= asked


def _main(sleeps: Sequence[Sleep]) -> Sleep | None:
    able = [one for one in sleeps if not one.is_called_nap and (one.asleep_min >= LEAST_MAIN_MIN or one.is_before_noon)]
    return max(able, key=_as_main) if len(able) > 1 else next(iter(able), None)


def _as_main(one: Sleep) -> tuple[bool, bool, float, datetime]:
    return (one.asleep_min >= LEAST_MAIN_MIN, one.is_before_noon, one.asleep_min, one.start)


def _joined(readings: Sequence[Observation]) -> list[Sleep]:
    """Join what lies at most 120 minutes apart; a nap by its source's word, and a sleep without length, stay alone."""
    pieces = sorted(map(_alone, readings), key=lambda sleep: (sleep.began, sleep.ended))
    found: list[Sleep] = []
    for piece in pieces:
        if not _stays_alone(piece):
            if found and piece.began - found[-1].ended <= MAX_GAP:
                found[-1] = _merge(found[-1], piece)
            else:
                found.append(piece)
    return found + [piece for piece in pieces if _stays_alone(piece)]


def _stays_alone(piece: Sleep) -> bool:
    return piece.is_called_nap or piece.ended == piece.began


def _merge(last: Sleep, piece: Sleep) -> Sleep:
    later = max(last, piece, key=lambda sleep: sleep.ended)
    length_min = (later.ended - last.began).total_seconds() / 60
    asleep_min = min(last.asleep_min + piece.asleep_min, length_min)
    return Sleep(last.start, later.end, last.began, later.ended, asleep_min, (*last.pieces, *piece.pieces))


def _alone(reading: Observation) -> Sleep:
    minutes = float(reading.value) if isinstance(reading.value, float) else 0.0
    start, ended = reading.local(reading.start), reading.end
    if ended == reading.start and start.time() >= EVENING and minutes >= LEAST_MAIN_MIN:
        ended = reading.start + timedelta(minutes=minutes)
    return Sleep(start, reading.local(ended), reading.start, ended, minutes, (reading,))


def _is_inside(reading: Observation, sleep: Sleep) -> bool:
    return sleep.start <= reading.local(reading.start) and reading.local(reading.end) <= sleep.end
