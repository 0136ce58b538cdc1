"""The export of Apple Health: what is taken of it, and that its size does not matter. All figures are invented."""

import io
import json
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from client.biometrics.observations import Observation
from client.biometrics.streams import Stream
from client.errors import UnreadableFile
from client.ingest import input_file
from client.ingest.clock import LocalClock
from client.ingest.health.apple import read_apple
from client.ingest.importer import Attribution, Importer
from client.ingest.input_file import InputFile, Reading, load
from client.ingest.mapping import read_mapping
from client.ingest.preview.file_reading import read_file
from client.vault.store import Vault
from policies.vocabulary import AthleteId

Read = Callable[[str], Reading]
HEART = "HKQuantityTypeIdentifierHeartRate"
SLEEP = "HKCategoryTypeIdentifierSleepAnalysis"


def record(kind: str, value: object, start: str, end: str = "", unit: str = "", source: str = "Mara's Watch") -> str:
    kind = kind if kind.startswith("HK") else f"HKQuantityTypeIdentifier{kind}"
    device = "&lt;&lt;HKDevice: 0x1&gt;, name:Watch, hardware:Watch2,4&gt;"
    times = f'startDate="{start} +0100" endDate="{end or start} +0100"'
    return f'<Record type="{kind}" sourceName="{source}" device="{device}" unit="{unit}" {times} value="{value}"/>'


def stage(kind: str, start: str, end: str, source: str = "Mara's Watch") -> str:
    return record(SLEEP, f"HKCategoryValueSleepAnalysis{kind}", start, end, source=source)


@pytest.fixture
def read(clock: LocalClock) -> Read:
    """Read an export with these elements, in Oslo."""
    oslo = LocalClock(ZoneInfo("Europe/Oslo"), clock.now)

    def read_(body: str) -> Reading:
        return read_apple(InputFile("export.xml", f"<HealthData>{body}</HealthData>".encode()), oslo)

    return read_


def of(reading: Reading, stream: Stream) -> list[Any]:
    return [one.value for one in reading.observations if one.stream is stream]


def only(reading: Reading, stream: Stream) -> Observation:
    (found,) = [one for one in reading.observations if one.stream is stream]
    return found


def test_single_readings_keep_their_own_names_and_units(read: Read) -> None:
    reading = read(
        record("RestingHeartRate", 51, "2026-03-02 00:05:00", "2026-03-02 07:55:00", "count/min")
        + record("HeartRateVariabilitySDNN", 64.2, "2026-03-02 03:00:00", unit="ms")
        + record("BodyMass", 150, "2026-03-02 07:00:00", unit="lb")
        + record("BodyMass", 11, "2026-03-03 07:00:00", unit="stone")
        + record("RestingHeartRate", 500, "2026-03-03 07:00:00", unit="count/min")
        + record("StepCount", 900, "2026-03-02 09:00:00", unit="count")
    )

    assert (of(reading, Stream.RESTING_HEART_RATE), of(reading, Stream.SDNN)) == ([51.0], [64.2])
    assert of(reading, Stream.RMSSD) == [], "Apple's variability is another figure"
    assert of(reading, Stream.BODY_WEIGHT) == [pytest.approx(68.0389, abs=1e-3)]
    account = reading.ledger.account(reading.rows_of, ())
    assert (account.rows, account.kept) == (6, 3)
    assert account.dropped == {"value_refused": 2, "kind_not_taken": 1}


def test_energy_and_water_are_sums_of_local_days(read: Read) -> None:
    reading = read(
        record("DietaryEnergyConsumed", 500, "2026-03-02 08:00:00", unit="kcal")
        + record("DietaryEnergyConsumed", 4184, "2026-03-02 23:30:00", unit="kJ")
        + record("DietaryEnergyConsumed", 300, "2026-03-03 00:30:00", unit="Cal")
        + record("DietaryWater", 0.5, "2026-03-02 08:00:00", unit="L")
    )

    energy = {one.day.isoformat(): one.value for one in reading.observations if one.stream is Stream.ENERGY_INTAKE}
    assert energy == {"2026-03-02": pytest.approx(1500.0), "2026-03-03": 300.0}
    assert of(reading, Stream.FLUID) == [500.0]


@pytest.mark.parametrize("order", [(0, 1), (1, 0), (1, 0, 1, 0)])
def test_the_day_of_an_export_is_replaced_by_the_whole_day(
    tmp_path: Path, vault: Vault, clock: LocalClock, athlete: AthleteId, order: tuple[int, ...]
) -> None:
    meal = record("DietaryEnergyConsumed", 500, "2026-03-02 08:00:00", unit="kcal")
    exports = [
        f'<ExportDate value="2026-03-02 09:00:00 +0100"/>{meal}',
        f'<ExportDate value="2026-03-05 09:00:00 +0100"/>{meal * 3}',
    ]
    for number, body in enumerate(exports):
        (tmp_path / f"{number}.xml").write_text(f"<HealthData>{body}</HealthData>")

    for number in order:
        Importer(vault, clock, Attribution(athlete)).take(tmp_path / f"{number}.xml")

    assert [(one.value, one.quality) for one in vault.read(athlete)] == [(1500.0, ())]


def test_a_night_is_made_of_its_stages_and_sources_are_not_added(read: Read) -> None:
    reading = read(
        stage("InBed", "2026-03-01 22:30:00", "2026-03-02 06:30:00")
        + stage("AsleepCore", "2026-03-01 23:00:00", "2026-03-02 02:00:00")
        + stage("AsleepDeep", "2026-03-02 02:00:00", "2026-03-02 03:00:00")
        + stage("Awake", "2026-03-02 03:00:00", "2026-03-02 03:30:00")
        + stage("AsleepREM", "2026-03-02 03:30:00", "2026-03-02 06:00:00")
        + stage("AsleepUnspecified", "2026-03-02 05:00:00", "2026-03-02 06:00:00")
        + stage("AsleepUnspecified", "2026-03-02 14:00:00", "2026-03-02 14:30:00")
        + stage("Asleep", "2026-03-01 23:30:00", "2026-03-02 06:00:00", source="Ring")
    )

    sleeps = [one for one in reading.observations if one.stream is Stream.SLEEP_PERIOD_MIN]
    assert [one.value for one in sleeps] == [390.0, 30.0, 390.0]
    assert len({one.source.device for one in sleeps}) == 2
    assert {one.day.isoformat() for one in sleeps} == {"2026-03-02"}
    assert of(reading, Stream.SLEEP_EFFICIENCY) == [pytest.approx(100 * 390 / 480)]
    assert of(reading, Stream.DEEP_SLEEP_MIN) == [60.0]


WORKOUT = (
    '<Workout workoutActivityType="HKWorkoutActivityTypeRunning" duration="30" durationUnit="min"'
    ' totalDistance="{distance}" totalDistanceUnit="{unit}" sourceName="Watch" startDate="2026-03-02 17:00:00 +0100"'
    ' endDate="2026-03-02 17:31:00 +0100">{body}</Workout>'
)


def test_a_workout_takes_its_heart_rate_from_the_records_in_it(read: Read) -> None:
    beats = "".join(record(HEART, 140 + n, f"2026-03-02 17:{n:02d}:00", unit="count/min") for n in range(31))
    other = record(HEART, 60, "2026-03-02 18:00:00", unit="count/min")
    route = '<WorkoutRoute><Location latitude="59.91" longitude="10.75"/></WorkoutRoute>'

    reading = read(beats + other + WORKOUT.format(distance=3.1, unit="mi", body=route))

    assert of(reading, Stream.ACTIVITY_DURATION_MIN) == [30.0]
    assert of(reading, Stream.DISTANCE) == [pytest.approx(3.1 * 1609.344)]
    assert (of(reading, Stream.HEART_RATE_MEAN), of(reading, Stream.HEART_RATE_MAX)) == ([155.0], [170.0])
    assert only(reading, Stream.DISTANCE).offset_min == 60
    assert "59.91" not in repr(reading)
    assert "Mara" not in repr(reading)


def test_a_workout_whose_duration_is_0_takes_from_its_start_to_its_end(read: Read) -> None:
    workout = WORKOUT.format(distance=0, unit="km", body="").replace('duration="30"', 'duration="0"')
    assert 'duration="0"' in workout

    assert of(read(workout), Stream.ACTIVITY_DURATION_MIN) == [31.0]


def test_all_times_of_an_export_may_have_the_offset_of_its_day(read: Read) -> None:
    """Made in Oslo in summer: a weight of 23:30 in winter is written as half past midnight of the next day."""
    mass = record("BodyMass", 70, "2026-01-05 00:30:00", unit="kg").replace("+0100", "+0200")

    for made, day, offset in (("+0200", "2026-01-04", 60), ("-0700", "2026-01-05", 120)):
        reading = read(f'<ExportDate value="2026-07-19 10:36:11 {made}"/>{mass}')
        found = only(reading, Stream.BODY_WEIGHT)
        assert (found.start.isoformat(), found.day.isoformat(), found.offset_min) == (
            "2026-01-04T22:30:00+00:00",
            day,
            offset,
        )
        assert bool(reading.report.clock) == (offset == 60)


@pytest.mark.parametrize(
    ("zone", "offset"), [("America/Los_Angeles", -480), ("Nowhere/At_All", 60), ("../etc/passwd", 60)]
)
def test_a_workout_that_names_its_zone_has_the_local_time_of_it(read: Read, zone: str, offset: int) -> None:
    entry = f'<MetadataEntry key="HKTimeZone" value="{zone}"/>'

    reading = read(WORKOUT.format(distance=3.1, unit="mi", body=entry))

    assert only(reading, Stream.DISTANCE).offset_min == offset


def test_what_a_workout_says_of_itself_comes_first(read: Read) -> None:
    told = (
        f'<WorkoutStatistics type="{HEART}" average="150.5" minimum="90" maximum="181" unit="count/min"/>'
        '<WorkoutStatistics type="HKQuantityTypeIdentifierDistanceWalkingRunning" sum="5.2" unit="km"/>'
    )

    reading = read(record(HEART, 60, "2026-03-02 17:10:00") + WORKOUT.format(distance="", unit="", body=told))

    assert of(reading, Stream.DISTANCE) == [5200.0]
    assert (of(reading, Stream.HEART_RATE_MEAN), of(reading, Stream.HEART_RATE_MAX)) == ([150.5], [181.0])


@pytest.mark.parametrize(
    "types",
    [
        "<!DOCTYPE HealthData [<!ELEMENT HealthData (Record)><!ATTLIST Record a CDATA #IMPLIED>]>",
        "<!DOCTYPE HealthData [<!ATTLIST ]>",
    ],
)
def test_a_broken_list_of_element_types_does_not_matter(clock: LocalClock, types: str) -> None:
    mass = record("BodyMass", 70, "2026-03-02 07:00:00", unit="kg")
    text = f'<?xml version="1.0"?>\n{types}<HealthData>{mass}</HealthData>'

    assert of(read_apple(InputFile("export.xml", text.encode()), clock), Stream.BODY_WEIGHT) == [70.0]


def test_the_zip_of_an_export_is_read_without_its_other_files(
    real_data: Path, tmp_path: Path, vault: Vault, clock: LocalClock, athlete: AthleteId
) -> None:
    folder = real_data / "apple" / "zip_contents"
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        for path in sorted(folder.rglob("*.*")):
            archive.write(path, path.relative_to(folder))

    results = Importer(vault, clock, Attribution(athlete)).take(tmp_path / "export.zip")

    assert [(one.status, one.reader) for one in results] == [("stored", "apple-health"), ("skipped", "")]
    distance = [one for one in vault.read(athlete) if one.stream is Stream.DISTANCE]
    assert [one.value for one in distance] == [pytest.approx(800.1255)]


def test_the_real_export_is_read(real_data: Path, clock: LocalClock) -> None:
    reading = read_apple(load(real_data / "apple" / "export.xml"), clock)

    assert of(reading, Stream.ACTIVITY_DURATION_MIN) == [pytest.approx(5.194, abs=1e-3)]


class _Endless(io.RawIOBase):
    """An export that is made while it is read."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        super().__init__()
        self._parts, self._left = parts, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._left = self._left or next(self._parts, b"")
        size = min(len(buffer), len(self._left))
        buffer[:size], self._left = self._left[:size], self._left[size:]
        return size


def test_a_large_export_needs_little_memory(clock: LocalClock) -> None:
    """2 MB of heart rates: nine bytes are held for each, so that 2 GB take some 60 MiB."""

    def parts() -> Iterator[bytes]:
        yield b"<HealthData>"
        for _ in range(60):
            yield record(HEART, 61, "2026-03-02 17:10:00", unit="count/min").encode() * 100
        yield b"</HealthData>"

    file = InputFile("export.xml", lambda: io.BufferedReader(_Endless(parts())))
    tracemalloc.start()
    reading = read_apple(file, clock)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert reading.report.rows == 6000
    assert peak < 3 * 2**20


def test_more_records_than_a_life_has_are_refused(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("client.ingest.health.apple.MOST_RECORDS", 3)

    with pytest.raises(UnreadableFile, match="which no person has"):
        read(record("BodyMass", 70, "2026-03-02 07:00:00", unit="kg") * 4)


MASS = record("BodyMass", 70, "2026-03-02 07:00:00", unit="kg")
SCORE = {"user_calibrating": False, "resting_heart_rate": 48, "hrv_rmssd_milli": 71.5}
RECOVERY = {"cycle_id": 1, "user_id": 9, "created_at": "2026-03-02T06:10:00Z", "score_state": "SCORED", "score": SCORE}


@pytest.mark.parametrize(
    ("text", "reader"),
    [
        (f"\n<HealthData>{MASS * 100}</HealthData>", "apple-health"),
        (json.dumps({"records": [RECOVERY] * 100}), "whoop"),
    ],
    ids=["XML", "JSON"],
)
def test_a_large_export_is_a_stream_whatever_mapping_is_given_with_it(
    clock: LocalClock, monkeypatch: pytest.MonkeyPatch, text: str, reader: str
) -> None:
    monkeypatch.setattr(input_file, "MAX_WHOLE", 1000)
    file = InputFile("export", lambda: io.BytesIO(text.encode()))
    mapping = read_mapping(
        b'{"version": 1, "app": "a", "time": {"column": "day"}, "streams": [{"column": "m", "stream": "mood"}]}'
    )

    assert read_file(file, clock, mapping=mapping)[0] == reader
