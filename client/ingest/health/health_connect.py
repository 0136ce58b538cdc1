"""Health Connect records as JSON, named and built as Android's own record types; everything else is passed over."""

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any

from client.biometrics.observations import PARTIAL_FILE
from client.biometrics.streams import Stream
from client.ingest.clock import LocalClock, Moment
from client.ingest.collector import Collector
from client.ingest.health.json_record import JsonRecord
from client.ingest.health.sleep_records import SleepRecord, told_once
from client.ingest.health.sleep_stages import ASLEEP, AWAKE, DEEP, SleepStage, take_sleeps
from client.ingest.input_file import InputFile, Reading
from client.ingest.markup.field_names import FieldNames
from client.ingest.markup.json_stream import JsonObjects
from client.ingest.reader import Reader

APP = "health-connect"
_KINDS = frozenset(
    (
        "RestingHeartRate",
        "HeartRateVariabilityRmssd",
        "Weight",
        "SleepSession",
        "ExerciseSession",
        "Nutrition",
        "Hydration",
        "HeartRate",
    )
)
_OTHERS = frozenset(("Steps", "Distance", "ActiveCaloriesBurned", "TotalCaloriesBurned", "OxygenSaturation", "Height"))
# Android's constants of SleepSessionRecord; 3 is out of bed, and 0 and 6 and 7 are no stage that says more.
_STAGES = {1: AWAKE, 2: ASLEEP, 4: ASLEEP, 5: DEEP, 6: ASLEEP, 7: AWAKE}
_STAGE_WORDS = {"awake": AWAKE, "sleeping": ASLEEP, "light": ASLEEP, "deep": DEEP, "rem": ASLEEP}


def kind_of(record: JsonRecord) -> str:
    """Return the record's type, from its own field or the key of its list, without "Record" at its end; "" for none."""
    for name in (record.text("recordType"), record.text("type"), record.text("dataType"), record.key):
        plain = name.rpartition(".")[2].removesuffix("Record")
        if plain in _KINDS or plain in _OTHERS:
            return plain
    return ""


class _HealthConnect:
    """Takes each record as it comes, except what needs others: sums of days and sleeps."""

    def __init__(self, file: InputFile, clock: LocalClock) -> None:
        self.out = Collector(file, clock, app=APP)
        self.sums: dict[tuple[Stream, str, date], tuple[Moment, float]] = {}
        self.sleeps: list[SleepRecord] = []

    def take(self, record: JsonRecord) -> bool:
        """Take one record; False for one of a kind that is not taken."""
        kind = kind_of(record)
        if kind == "RestingHeartRate":
            self._point(record, Stream.RESTING_HEART_RATE, record.number("beatsPerMinute"))
        elif kind == "HeartRateVariabilityRmssd":
            self._point(record, Stream.RMSSD, record.number("heartRateVariabilityMillis"))
        elif kind == "Weight":
            self._point(record, Stream.BODY_WEIGHT, _quantity(record.value("weight"), _KILOGRAMS))
        elif kind == "SleepSession":
            self._sleep(record)
        elif kind == "ExerciseSession":
            self._exercise(record)
        elif kind == "Nutrition":
            self._add(record, Stream.ENERGY_INTAKE, _quantity(record.value("energy"), _KILOCALORIES))
        elif kind == "Hydration":
            self._add(record, Stream.FLUID, _quantity(record.value("volume"), _MILLILITRES))
        else:
            return False
        return True

    def take_sums(self) -> None:
        """Take energy and water of each day, as each app has them, for a meal is often passed on from one to another.

        The last day was not over, so that a later export's sum replaces it.
        """
        last_day = max((day for _, _, day in self.sums), default=None)
        for (stream, device, day), (start, total) in self.sums.items():
            self.out.of_device(device)
            self.out.begin_record()
            self.out.number(stream, start.midnight, total, quality=(PARTIAL_FILE,) if day == last_day else ())

    def take_sleeps(self) -> None:
        """Take each sleep once, as often as a watch or a second app wrote it."""
        self.out.of_device("")
        sleeps = told_once(self.sleeps)
        for stages in sleeps:
            take_sleeps(self.out, stages)
        if len(sleeps) < len(self.sleeps):
            self.out.counters.count("duplicate:sleep", len(self.sleeps) - len(sleeps))

    def _point(self, record: JsonRecord, stream: Stream, value: float | None) -> None:
        moment = record.instant("time", self.out, offset="zoneOffset")
        if moment is not None:
            self.out.number(stream, moment, value, sentinels=(0.0,))

    def _span(self, record: JsonRecord) -> tuple[Moment, Moment] | None:
        start = record.instant("startTime", self.out, offset="startZoneOffset")
        end = record.instant("endTime", self.out, offset="endZoneOffset")
        return None if start is None or end is None or end.utc <= start.utc else (start, end)

    def _sleep(self, record: JsonRecord) -> None:
        stages: list[SleepStage] = []
        span = self._span(record)
        told = record.value("stages")
        for one in told if isinstance(told, list) else ():
            stage = JsonRecord("", one) if isinstance(one, Mapping) else None
            kind = _stage(one.get("stage", one.get("type"))) if stage else None
            if stage is not None and kind is not None:
                stages += _placed(stage, kind, span, self.out)
        if not stages and span is not None:
            stages = [SleepStage(*span, ASLEEP)]
            self.out.counters.count("sleep_without_stages")
        if stages:
            start, end = min(stage.start.utc for stage in stages), max(stage.end.utc for stage in stages)
            self.sleeps.append(SleepRecord(_origin(record), start, end, tuple(stages)))

    def _exercise(self, record: JsonRecord) -> None:
        span = self._span(record)
        if span is None:
            self.out.counters.count("dropped:activity_without_duration")
            return
        start, end = span
        self.out.of_device(_device(record))  # two apps are two sources, of which one tells of a session
        self.out.begin_record(f"exercise {start.utc.isoformat()}")
        self.out.number(Stream.ACTIVITY_DURATION_MIN, start, (end.utc - start.utc).total_seconds() / 60, end=end.utc)
        self.out.of_device("")

    def _add(self, record: JsonRecord, stream: Stream, value: float | None) -> None:
        moment = record.instant("startTime", self.out, offset="startZoneOffset")
        if moment is None:
            return
        if value is None or value < 0:
            self.out.counters.count(f"missing:{stream.value}")
            return
        key = stream, _device(record), moment.local_day
        first, total = self.sums.get(key, (moment, 0.0))
        self.sums[key] = first, total + value


def _device(record: JsonRecord) -> str:
    """Return a mark that tells the apps apart that wrote the records; "" where it is not said."""
    origin = _origin(record)
    return f"source {hashlib.sha256(origin.encode()).hexdigest()[:6]}" if origin else ""


def _origin(record: JsonRecord) -> str:
    """Return the package of the app that wrote the record, "" where it is not said; it is stored nowhere."""
    paths = (("metadata", "dataOrigin", "packageName"), ("metadata", "dataOrigin"), ("dataOrigin",))
    return next(filter(None, (record.text(*path) for path in paths)), "")


def _placed(stage: JsonRecord, kind: str, span: tuple[Moment, Moment] | None, out: Collector) -> list[SleepStage]:
    """Place one stage, with the offset of its sleep."""
    times = [out.clock.instant(stage.text(name), out.counters) for name in ("startTime", "endTime")]
    start, end = (one if one is None or span is None else Moment(one.utc, span[0].offset_min) for one in times)
    return [SleepStage(start, end, kind)] if start is not None and end is not None else []


_KILOGRAMS = {"inKilograms": 1.0, "kilograms": 1.0, "inGrams": 0.001}
_KILOCALORIES = {"inKilocalories": 1.0, "kilocalories": 1.0, "inCalories": 0.001, "inKilojoules": 1 / 4.184}
_MILLILITRES = {"inMilliliters": 1.0, "milliliters": 1.0, "inLiters": 1000.0, "liters": 1000.0}


def _quantity(value: Any, units: Mapping[str, float]) -> float | None:
    """Return a quantity that is written in each of several units; a bare number does not say its unit."""
    if not isinstance(value, Mapping):
        return None
    for name, factor in units.items():
        found = JsonRecord("", value).number(name)
        if found is not None:
            return found * factor
    return None


def _stage(value: Any) -> str | None:
    if isinstance(value, int):
        return _STAGES.get(value)
    return _STAGE_WORDS.get(str(value).lower().removeprefix("stage_type_").removeprefix("sleep_stage_"))


def read_health_connect(file: InputFile, clock: LocalClock) -> Reading:
    """Read the records of a file, whole or cut off."""
    taken, objects = _HealthConnect(file, clock), JsonObjects(file)
    out = taken.out
    rows, fields = 0, FieldNames()
    for key, values in objects:
        out.begin_record()
        if taken.take(JsonRecord(key, values, fields)):
            rows += 1
            fields.see(values)
        else:
            out.counters.lose_rows("left_out:kind_not_taken", 1)
    out.counters.rows = rows
    fields.note(out.counters)
    taken.take_sums()
    taken.take_sleeps()
    out.cut_off(objects.defect)
    return out.reading()


READER = Reader(
    "health-connect",
    "Health Connect records (JSON)",
    "names of record types",
    "resting heart rate, RMSSD, sleep, body mass, energy and water of each day, minutes of exercises",
    "single heart rates, positions, notes, cycle, blood, temperature, all other types",
    read_health_connect,
    is_by_schema=True,
)
