"""The export of Apple Health, as a stream: records of the kinds below, and workouts; everything else is passed over."""

import hashlib
import re
from array import array
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from client.biometrics.observations import PARTIAL_FILE
from client.biometrics.streams import Stream
from client.errors import UnreadableFile
from client.ingest.cells.number_form import plain_number
from client.ingest.clock import LocalClock, Moment
from client.ingest.collector import Collector
from client.ingest.health.sleep_stages import ASLEEP, AWAKE, DEEP, IN_BED, SleepStage, take_sleeps
from client.ingest.input_file import InputFile, Reading
from client.ingest.markup.scan import scan
from client.ingest.reader import Reader

APP = "apple-health"
ROOT = "HealthData"
MOST_RECORDS = 300_000  # ours: of the kinds that are kept one by one; thirty years of them
MOST_BEATS = 20_000_000  # ours: heart rates that are held until the workouts are known, nine bytes each
_QUANTITY = "HKQuantityTypeIdentifier"
_NUMBERS = {
    f"{_QUANTITY}RestingHeartRate": Stream.RESTING_HEART_RATE,
    f"{_QUANTITY}HeartRateVariabilitySDNN": Stream.SDNN,
    f"{_QUANTITY}BodyMass": Stream.BODY_WEIGHT,
}
_SUMS = {f"{_QUANTITY}DietaryEnergyConsumed": Stream.ENERGY_INTAKE, f"{_QUANTITY}DietaryWater": Stream.FLUID}
_HEART_RATE = f"{_QUANTITY}HeartRate"
_SLEEP = "HKCategoryTypeIdentifierSleepAnalysis"
_STAGES = {
    "Asleep": ASLEEP,
    "AsleepUnspecified": ASLEEP,
    "AsleepCore": ASLEEP,
    "AsleepREM": ASLEEP,
    "AsleepDeep": DEEP,
    "Awake": AWAKE,
    "InBed": IN_BED,
}
_FACTORS: dict[Stream, dict[str, float]] = {
    Stream.RESTING_HEART_RATE: {"count/min": 1.0},
    Stream.SDNN: {"ms": 1.0, "s": 1000.0},
    Stream.BODY_WEIGHT: {"kg": 1.0, "g": 0.001, "lb": 0.45359237, "st": 6.35029318},
    Stream.ENERGY_INTAKE: {"kcal": 1.0, "Cal": 1.0, "cal": 0.001, "kJ": 1 / 4.184, "J": 1 / 4184},
    Stream.FLUID: {"mL": 1.0, "L": 1000.0, "fl_oz_us": 29.5735295625, "fl_oz_imp": 28.4130625},
    Stream.DISTANCE: {"km": 1000.0, "m": 1.0, "mi": 1609.344, "yd": 0.9144, "ft": 0.3048},
    Stream.ACTIVITY_DURATION_MIN: {"min": 1.0, "s": 1 / 60, "sec": 1 / 60, "hr": 60.0},
}
_MODEL = re.compile(r"(?:hardware|model):([^,>]{1,30})")


@dataclass(slots=True)
class _Workout:
    attributes: Mapping[str, str]
    numbers: dict[str, str] = field(default_factory=dict)
    distance: tuple[str, str] | None = None
    zone: str = ""


class _HealthData:
    """Takes each record as it comes, except what needs others: heart rates, stages of sleep, sums of days."""

    def __init__(self, file: InputFile, clock: LocalClock) -> None:
        self.file, self.clock = file, clock
        self.out = Collector(file, clock, app=APP)
        self.rows = self.not_taken = 0
        self.stages: dict[str, list[SleepStage]] = defaultdict(list)
        self.sums: dict[tuple[Stream, str, date], tuple[Moment, float]] = {}
        self.workouts: list[_Workout] = []
        self.beat_times, self.beats = array("d"), array("B")
        self.last_day: date | None = None
        self._export_offset: int | None = None
        self._held = 0

    def start(self, path: list[str], attributes: Mapping[str, str]) -> None:
        if len(path) == 2 and path[1] == "Record":
            self._record(attributes)
        elif len(path) == 2 and path[1] == "Workout":
            self._hold()
            self.workouts.append(_Workout(dict(attributes)))
        elif len(path) == 2 and path[1] == "ExportDate":
            self._export(attributes.get("value"))
        elif len(path) == 3 and path[1:] == ["Workout", "MetadataEntry"] and attributes.get("key") == "HKTimeZone":
            self.workouts[-1].zone = attributes.get("value", "")
        elif len(path) == 3 and path[1:] == ["Workout", "WorkoutStatistics"]:
            self._statistics(self.workouts[-1], attributes)

    def end(self, path: list[str], text: str) -> None:
        """Everything stands in attributes."""

    def _export(self, text: str | None) -> None:
        """Take the day of the export, and whether it was made in the athlete's zone."""
        made = self.moment(text)
        if made is not None:
            self.last_day = made.local_day
            at_home = self.clock.at(made.utc, self.out.counters)
            self._export_offset = made.offset_min if at_home == made else None

    def _record(self, attributes: Mapping[str, str]) -> None:
        kind = attributes.get("type", "")
        if kind == _HEART_RATE:
            self._beat(attributes)
        elif kind in _NUMBERS:
            self._number(_NUMBERS[kind], attributes)
        elif kind == _SLEEP:
            self._stage(attributes)
        elif kind in _SUMS:
            self._add(_SUMS[kind], attributes)
        else:
            self.not_taken += 1
            return
        self.rows += 1

    def _beat(self, attributes: Mapping[str, str]) -> None:
        value, at = plain_number(attributes.get("value", "")), _time(attributes.get("startDate"))
        if value is not None and at is not None and 25 <= value <= 230 and len(self.beats) < MOST_BEATS:
            self.beat_times.append(at.timestamp())
            self.beats.append(round(value))

    def _number(self, stream: Stream, attributes: Mapping[str, str]) -> None:
        self._hold()
        start, end, factor = self._span(stream, attributes)
        if start is not None and factor is not None:
            self.out.of_device(device_of(attributes))
            ended = end.utc if end else None
            if not self.out.number(stream, start, attributes.get("value", ""), end=ended, factor=factor):
                self._refuse()

    def _stage(self, attributes: Mapping[str, str]) -> None:
        self._hold()
        kind = _STAGES.get(attributes.get("value", "").removeprefix("HKCategoryValueSleepAnalysis"))
        start, end = self.moment(attributes.get("startDate")), self.moment(attributes.get("endDate"))
        if kind is not None and start is not None and end is not None:
            self.stages[device_of(attributes)].append(SleepStage(start, end, kind))

    def _add(self, stream: Stream, attributes: Mapping[str, str]) -> None:
        start, _, factor = self._span(stream, attributes)
        value = plain_number(attributes.get("value", ""))
        if start is None or factor is None:
            return
        if value is None or value < 0:
            self.out.counters.count(f"dropped:not_a_number_{stream.value}")
            self._refuse()
            return
        key = stream, device_of(attributes), start.local_day
        if key not in self.sums:
            self._hold()
        known = self.sums.get(key)
        self.sums[key] = start if known is None else known[0], value * factor + (0.0 if known is None else known[1])

    def _span(self, stream: Stream, attributes: Mapping[str, str]) -> tuple[Moment | None, Moment | None, float | None]:
        factor = _FACTORS[stream].get(attributes.get("unit", ""))
        if factor is None:
            self.out.counters.count(f"dropped:unit_{stream.value}")
            self._refuse()
            return None, None, None
        start = self.moment(attributes.get("startDate"))
        end = self.moment(attributes.get("endDate")) if start else None
        return start, end if start and end and end.utc >= start.utc else None, factor

    def moment(self, text: str | None) -> Moment | None:
        """Place a time. All times of an export may have the offset of the day on which it was made.

        Where that is the offset of the athlete's zone on that day, each has what the zone says; changes are counted.
        """
        found = self.clock.instant(text or "", self.out.counters)
        if found is None or found.offset_min != self._export_offset:
            return found
        at_home = self.clock.at(found.utc, self.out.counters)
        if at_home is not None and at_home != found:
            self.out.counters.count("clock:offset_of_export")
        return at_home

    def _statistics(self, workout: _Workout, attributes: Mapping[str, str]) -> None:
        kind = attributes.get("type", "")
        if kind == _HEART_RATE:
            workout.numbers = {name: attributes[name] for name in ("average", "maximum") if name in attributes}
        elif kind.startswith(f"{_QUANTITY}Distance") and "sum" in attributes:
            workout.distance = attributes["sum"], attributes.get("unit", "")

    def _refuse(self) -> None:
        """The record gives nothing; what is wrong with it is counted already."""
        self.rows -= 1
        self.out.counters.ledger.lose("dropped:value_refused", 1)

    def _hold(self) -> None:
        self._held += 1
        if self._held > MOST_RECORDS:
            raise UnreadableFile(f"more than {MOST_RECORDS} records of one kind, which no person has")


def device_of(attributes: Mapping[str, str]) -> str:
    """Return the model of the device, with a mark that tells sources apart: their names are often those of people."""
    mark = hashlib.sha256(attributes.get("sourceName", "").encode()).hexdigest()[:6]
    match = _MODEL.search(attributes.get("device", ""))
    return f"{match[1].strip() if match else 'source'} {mark}"


def _time(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat((text or "").replace(" +", "+").replace(" -", "-"))
    except ValueError:
        return None


def read_apple(file: InputFile, clock: LocalClock) -> Reading:
    """Read an export, whole or cut off; a large one in little memory. Raises UnreadableFile for one without end."""
    data = _HealthData(file, clock)
    defect = scan(file, data)
    out = data.out
    out.counters.rows = data.rows + len(data.workouts)
    if data.not_taken:
        out.counters.lose_rows("left_out:kind_not_taken", data.not_taken)
    out.cut_off(defect)
    for device, stages in data.stages.items():
        out.of_device(device)
        take_sleeps(out, stages)
    last_day = data.last_day or max((day for _, _, day in data.sums), default=None)
    for (stream, device, day), (start, total) in data.sums.items():
        out.of_device(device)
        out.begin_record()
        # The day of the export was not over: the sum of a later one takes its place.
        out.number(stream, start.midnight, total, quality=(PARTIAL_FILE,) if day == last_day else ())
    _take_workouts(out, data)
    return out.reading()


def _take_workouts(out: Collector, data: _HealthData) -> None:
    times, beats = np.asarray(data.beat_times), np.asarray(data.beats)
    order = np.argsort(times, kind="stable")
    times, beats = times[order], beats[order]
    for workout in data.workouts:
        told = workout.attributes
        start, end = (_in_zone(data.moment(told.get(name)), workout.zone) for name in ("startDate", "endDate"))
        if start is None or end is None or end.utc <= start.utc:
            continue
        out.of_device(device_of(told))
        out.begin_record(f"workout {start.utc.isoformat()}")
        factor = _FACTORS[Stream.ACTIVITY_DURATION_MIN].get(told.get("durationUnit", ""))
        minutes = plain_number(told.get("duration", ""))
        if not minutes or factor is None:  # some apps write 0
            minutes, factor = (end.utc - start.utc).total_seconds() / 60, 1.0
        out.number(Stream.ACTIVITY_DURATION_MIN, start, minutes * factor, end=end.utc)
        _take_distance(out, workout, start, end)
        _take_beats(out, workout, start, end, beats[slice(*np.searchsorted(times, _limits(start, end)))])


def _in_zone(moment: Moment | None, name: str) -> Moment | None:
    """Return the moment with the local offset of the zone that a workout names, where it names one."""
    try:
        shift = moment.utc.astimezone(ZoneInfo(name)).utcoffset() if moment is not None and name else None
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return moment
    return moment if moment is None or shift is None else Moment(moment.utc, round(shift.total_seconds() / 60))


def _limits(start: Moment, end: Moment) -> tuple[float, float]:
    return start.utc.timestamp(), end.utc.timestamp()


def _take_distance(out: Collector, workout: _Workout, start: Moment, end: Moment) -> None:
    told = workout.attributes
    value, unit = workout.distance or (told.get("totalDistance", ""), told.get("totalDistanceUnit", ""))
    if not value:
        return
    factor = _FACTORS[Stream.DISTANCE].get(unit)
    if factor is None:
        out.counters.count("dropped:unit_distance")
        return
    out.number(Stream.DISTANCE, start, value, end=end.utc, factor=factor, sentinels=(0.0,))


def _take_beats(out: Collector, workout: _Workout, start: Moment, end: Moment, beats: "np.ndarray") -> None:
    """What the workout says itself, else what the heart rates in it give."""
    mean, most = (plain_number(workout.numbers.get(name, "")) for name in ("average", "maximum"))
    if beats.size:
        mean = float(beats.mean()) if mean is None else mean
        most = float(beats.max()) if most is None else most
    for stream, value in ((Stream.HEART_RATE_MEAN, mean), (Stream.HEART_RATE_MAX, most)):
        if value is not None:
            out.number(stream, start, value, end=end.utc)


READER = Reader(
    "apple-health",
    "Apple Health `export.xml`, also in its zip",
    "root element",
    "resting heart rate, SDNN, sleep, body mass, energy and water of a day; minutes, distance, heart rate of workouts",
    "birth date, sex, blood group, positions, names of sources, single heart rates, cycle, medicines, all other kinds",
    read_apple,
)
