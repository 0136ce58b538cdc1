"""One reading of one stream: the only form in which raw biometrics exist, and it exists only in the node."""

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from client.biometrics.stream_spec import Shape, StreamSpec
from client.biometrics.streams import SPECS, Stream
from client.biometrics.unit_words import with_unit
from client.errors import BadObservation
from policies.vocabulary import Category

Value = float | tuple[float, ...] | str

EXERCISE = "exercise"
"""Quality code of beat intervals recorded while exercising: never a resting variability."""
PARTIAL_FILE = "partial_file"
"""Quality code of a reading from a file that was cut off; the whole file's reading replaces it."""
AUTO_DETECTED = "auto_detected"
"""Quality code of an activity that a device noticed by itself: a walk to the shops is no training."""
NAP = "nap"
"""Quality code of a sleep that its source says is not the main sleep of the day."""
BY_HAND = "corrected"
"""Quality code of a value that a person put in place of the one that was read."""

MAX_OFFSET_MIN = 14 * 60  # the widest offset from UTC in use on earth
MAX_TEXT = 400
MAX_SERIES = 500_000
_NUMBER = Shape.NUMBER
_MICROSECOND = timedelta(microseconds=1)
_MOMENTS = 4096  # of one athlete; a full cache of more costs a node memory for good


@dataclass(frozen=True, slots=True)
class ReadingSource:
    """Where a reading came from: device, app or instrument, and the file it stood in."""

    device: str
    app: str
    file_sha256: str


@dataclass(frozen=True, slots=True)
class Observation:
    """One reading; constructing it checks value, unit and time against its stream.

    start, end: aware UTC, start <= end. offset_min: local time minus UTC at the reading, in minutes.
    value: a finite number, a tuple of numbers (beat series) or a short text, as the stream's shape says.
    quality: codes such as "exercise" or "ambiguous_zero"; empty when nothing is to be said.
    entry: which record of the source this is, where the start alone does not tell (`client.vault.identity`).
    Raises BadObservation naming the stream and the expectation, never the value.
    """

    stream: Stream
    start: datetime
    end: datetime
    offset_min: int
    value: Value
    unit: str
    source: ReadingSource
    quality: tuple[str, ...] = ()
    entry: str = ""

    def __post_init__(self) -> None:
        spec, start, end = SPECS[self.stream], self.start, self.end
        if self.unit != spec.unit:
            raise BadObservation(f"{self.stream.value}: expected the unit {spec.unit}")
        if start.tzinfo is not UTC or end.tzinfo is not UTC or (end is not start and end < start):
            raise BadObservation(f"{self.stream.value}: expected a start and an end in UTC, in this order")
        if not -MAX_OFFSET_MIN <= self.offset_min <= MAX_OFFSET_MIN:
            raise BadObservation(f"{self.stream.value}: expected an offset within 14 hours of UTC")
        value = self.value
        if spec.shape is not _NUMBER or not isinstance(value, float) or not spec.low <= value <= spec.high:
            _check_value(self.stream, spec, value)  # a call for each reading of a season costs more than it says

    @property
    def category(self) -> Category:
        """The consent category that an athlete decides about."""
        return SPECS[self.stream].category

    @property
    def day(self) -> date:
        """The local calendar day: of waking up for sleep and for what a night measures, else of starting.

        What ends at midnight ends on the day before it. See `client.features.days.nights` for what a night decides.
        """
        if SPECS[self.stream].day_of_end and self.end > self.start:
            return _day_before(self.end, self.offset_min)
        return _local_day(self.start, self.offset_min)

    def local(self, moment: datetime) -> datetime:
        """Return a moment of this reading in local time, without a zone."""
        return _local(moment, self.offset_min)


@lru_cache(maxsize=_MOMENTS)  # the answers of one morning share their moment, and every reading is asked several times
def _local_day(moment: datetime, offset_min: int) -> date:
    return (moment + _offset(offset_min)).date()


@lru_cache(maxsize=_MOMENTS)
def _day_before(moment: datetime, offset_min: int) -> date:
    """The local day of the last microsecond before a moment."""
    return (moment + (_offset(offset_min) - _MICROSECOND)).date()


@lru_cache(maxsize=_MOMENTS)
def _local(moment: datetime, offset_min: int) -> datetime:
    return (moment + _offset(offset_min)).replace(tzinfo=None)


@lru_cache(maxsize=64)
def _offset(minutes: int) -> timedelta:
    return timedelta(minutes=minutes)


def _check_value(stream: Stream, spec: StreamSpec, value: Value) -> None:
    if spec.shape is Shape.NUMBER:
        if not isinstance(value, float) or not spec.low <= value <= spec.high:
            raise BadObservation(f"{stream.value}: expected a number from {fitting(spec)}")
    elif spec.shape is Shape.TEXT:
        if not isinstance(value, str) or len(value) > MAX_TEXT:
            raise BadObservation(f"{stream.value}: expected a text of at most {MAX_TEXT} characters")
    elif not isinstance(value, tuple) or not 0 < len(value) <= MAX_SERIES:
        raise BadObservation(f"{stream.value}: expected a series of numbers")
    elif not all(spec.low <= element <= spec.high for element in value):
        raise BadObservation(f"{stream.value}: expected every element from {fitting(spec)}")


def fitting(spec: StreamSpec) -> str:
    """Return the range of a stream's numbers in words, with its unit."""
    return with_unit(f"{spec.low:g} to {spec.high:g}", spec.unit)


def is_in_range(stream: Stream, value: float) -> bool:
    """True for a finite number inside the stream's gate."""
    spec = SPECS[stream]
    return math.isfinite(value) and spec.low <= value <= spec.high


def observe(
    stream: Stream,
    start: datetime,
    value: Value,
    source: ReadingSource,
    *,
    end: datetime | None = None,
    offset_min: int = 0,
    quality: tuple[str, ...] = (),
) -> Observation:
    """Return an observation in the stream's own unit; `end` defaults to `start`, a point in time."""
    return Observation(
        stream=stream,
        start=start,
        end=start if end is None else end,
        offset_min=offset_min,
        value=value,
        unit=SPECS[stream].unit,
        source=source,
        quality=quality,
    )
