"""What is kept of a FIT activity: laps, times at each heart rate and speed, fast running, developers' fields, parts."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from garmin_fit_sdk import Decoder
from garmin_fit_sdk import Stream as SdkStream

from client.biometrics.interruption import interrupted_by
from client.biometrics.observations import PARTIAL_FILE
from client.biometrics.streams import Stream
from client.errors import UnreadableFile
from client.ingest.clock import LocalClock
from client.ingest.format_registry import reader_for
from client.ingest.importer import Attribution, Importer
from client.ingest.input_file import InputFile, Reading, load
from client.ingest.sessions.fit.activity import read_activity, take_activity
from client.ingest.sessions.fit.container import FitContent, read_messages
from client.vault.store import Vault
from policies.vocabulary import AthleteId
from tests.client.sessions.fit_files import Message, at, fit_file, local, session
from tests.growth import assert_grows_in_proportion

Values = dict[Stream, list[Any]]


def values(reading: Reading) -> Values:
    found: Values = {}
    for one in reading.observations:
        found.setdefault(one.stream, []).append(one.value)
    return found


def records(speeds: list[float], *, start: float = 0.0, bpm: int = 150) -> list[Message]:
    return [
        ("RECORD", {"timestamp": at(start + second), "heart_rate": bpm + second % 2, "enhanced_speed": speed})
        for second, speed in enumerate(speeds)
    ]


@pytest.fixture
def read(clock: LocalClock) -> Callable[..., Values]:
    """Read the messages of an activity."""

    def read_(messages: list[Message], **named: Any) -> Values:
        return values(read_activity(InputFile("a.fit", fit_file(messages, **named)), clock))

    return read_


def test_fast_running_and_hard_changes_are_summarised_from_the_records(read: Callable[..., Values]) -> None:
    speeds = [3.0] * 60 + [6.5] * 20 + [7.5] * 10 + [3.0] * 30

    found = read([*records(speeds), session(120), local(120)])

    assert found[Stream.HIGH_SPEED_DISTANCE] == [pytest.approx(20 * 6.5 + 10 * 7.5)]
    assert found[Stream.SPRINT_DISTANCE] == [pytest.approx(10 * 7.5)]
    assert (found[Stream.ACCELERATIONS], found[Stream.DECELERATIONS]) == ([1.0], [1.0])
    (bands,) = found[Stream.TIME_AT_SPEED]
    assert {place / 2: seconds for place, seconds in enumerate(bands) if seconds} == {3.0: 89.0, 6.5: 20.0, 7.5: 10.0}
    (beats,) = found[Stream.TIME_AT_HEART_RATE]
    assert {25 + place: seconds for place, seconds in enumerate(beats) if seconds} == {150: 59.0, 151: 60.0}
    assert found[Stream.HEART_RATE_MEAN] == [pytest.approx(150.5)], "the session itself does not say"


def test_a_pause_counts_for_nothing(read: Callable[..., Values]) -> None:
    speeds = [6.0] * 10

    found = read([*records(speeds), *records(speeds, start=600), session(20, total_elapsed_time=620), local(620)])

    assert found[Stream.HIGH_SPEED_DISTANCE] == [pytest.approx(18 * 6.0)]


def test_what_was_recorded_of_a_small_part_of_a_session_is_not_taken_for_the_whole(read: Callable[..., Values]) -> None:
    found = read([*records([6.0] * 60), session(600), local(600)])

    assert not {Stream.HIGH_SPEED_DISTANCE, Stream.TIME_AT_SPEED, Stream.TIME_AT_HEART_RATE} & set(found)
    assert Stream.HEART_RATE_MEAN in found


@pytest.mark.parametrize("sport", ["cycling", "swimming", "alpine_skiing", "rowing", "e_biking"])
def test_high_speed_running_is_of_people_on_foot(read: Callable[..., Values], sport: str) -> None:
    found = read([*records([9.0] * 60), session(60, sport=sport), local(60)])

    running = {Stream.HIGH_SPEED_DISTANCE, Stream.SPRINT_DISTANCE, Stream.ACCELERATIONS, Stream.TIME_AT_SPEED}
    assert not running & set(found)
    assert Stream.TIME_AT_HEART_RATE in found


def test_points_far_apart_tell_no_acceleration(read: Callable[..., Values]) -> None:
    points = [("RECORD", {"timestamp": at(5 * n), "enhanced_speed": 1.0 if n % 2 else 8.0}) for n in range(30)]

    found = read([*points, session(150), local(150)])

    assert Stream.ACCELERATIONS not in found
    assert Stream.HIGH_SPEED_DISTANCE in found


def test_laps_are_kept_where_every_one_has_the_value(read: Callable[..., Values]) -> None:
    laps: list[Message] = [
        ("LAP", {"start_time": at(0), "total_timer_time": 60.0, "total_distance": 200.0, "avg_heart_rate": 140}),
        ("LAP", {"start_time": at(60), "total_timer_time": 50.0, "total_distance": 210.0}),
    ]

    found = read([*laps, session(110), local(110)])

    assert found[Stream.LAP_DURATIONS] == [(60.0, 50.0)]
    assert found[Stream.LAP_DISTANCES] == [(200.0, 210.0)]
    assert Stream.LAP_HEART_RATES not in found


def test_laps_and_records_belong_to_the_session_they_lie_in(read: Callable[..., Values]) -> None:
    laps = [("LAP", {"start_time": at(start), "total_timer_time": 30.0}) for start in (0, 30, 60, 90, 120)]
    points = [*records([6.0] * 60), *records([3.0] * 90, start=60, bpm=120)]

    found = read([*points, *laps, session(60.4), session(90, start=60), local(150)])

    assert found[Stream.LAP_DURATIONS] == [(30.0, 30.0), (30.0, 30.0, 30.0)]
    assert found[Stream.HEART_RATE_MAX] == [151.0, 121.0]


def test_the_parts_of_a_chained_file_are_sessions_of_their_own(clock: LocalClock) -> None:
    """Both parts begin at the same time: a clock that was set back, or two files of one watch put together."""
    first = fit_file([*records([6.0] * 30), session(30, total_distance=180.0), local(30)])
    second = fit_file([*records([3.0] * 40, bpm=120), session(40, total_distance=120.0), local(40, hours=-8)])

    reading = read_activity(InputFile("a.fit", first + second), clock)

    found = values(reading)
    assert found[Stream.DISTANCE] == [180.0, 120.0]
    assert found[Stream.HIGH_SPEED_DISTANCE] == [pytest.approx(29 * 6.0), 0.0]
    assert found[Stream.HEART_RATE_MAX] == [151.0, 121.0]
    assert len({one.entry for one in reading.observations}) == 2
    assert {one.offset_min for one in reading.observations} == {60, -480}
    assert reading.report.rows == 30 + 40 + 2


def test_a_chained_file_that_is_cut_off_in_its_last_part_keeps_both(clock: LocalClock) -> None:
    first = fit_file([*records([3.0] * 30), session(30), local(30)])
    second = fit_file([*records([3.0] * 40, start=3600), session(40, start=3600), local(3640)])

    reading = read_activity(InputFile("a.fit", first + second[:-120]), clock)

    minutes = [one for one in reading.observations if one.stream is Stream.ACTIVITY_DURATION_MIN]
    assert [PARTIAL_FILE in one.quality for one in minutes] == [False, True]
    assert reading.report.details["partial_file"] == 1


@pytest.mark.parametrize(("native", "expected"), [(5, [150.0]), (None, []), (2, [])])
def test_a_developers_field_counts_only_in_place_of_the_native_one(
    clock: LocalClock, native: int | None, expected: list[float]
) -> None:
    from garmin_fit_sdk import Encoder, Profile

    numbers = Profile["mesg_num"]
    declared = {"developer_data_index": 0, "field_definition_number": 0, "fit_base_type_id": 136, "units": "m"}
    declared |= {"field_name": "total_distance", "native_mesg_num": numbers["SESSION"]}
    declared |= {} if native is None else {"native_field_num": 9 if native == 5 else native}
    developer = {"mesg_num": numbers["DEVELOPER_DATA_ID"], "application_id": [1] * 16, "developer_data_index": 0}
    description = {"mesg_num": numbers["FIELD_DESCRIPTION"], **declared}
    encoder = Encoder({0: {"developer_data_id_mesg": developer, "field_description_mesg": description}})
    encoder.write_mesg({"mesg_num": numbers["FILE_ID"], "type": "activity", "manufacturer": "development"})
    encoder.write_mesg(developer)
    encoder.write_mesg(description)
    encoder.write_mesg({"mesg_num": numbers["SESSION"], **session(80)[1], "developer_fields": {0: 150.0}})

    reading = read_activity(InputFile("a.fit", bytes(encoder.close())), clock)

    assert values(reading).get(Stream.DISTANCE, []) == expected


def test_a_night_gives_variability_sleep_and_beats(clock: LocalClock) -> None:
    stages = ["awake", "light", "deep", "rem", "light", "awake"]
    night: list[Message] = [
        ("HRV_VALUE", {"timestamp": at(0), "value": 40.0}),
        ("HRV_VALUE", {"timestamp": at(300), "value": 60.0}),
        *[("SLEEP_LEVEL", {"timestamp": at(3600 * n), "sleep_level": stage}) for n, stage in enumerate(stages)],
        ("SLEEP_ASSESSMENT", {"overall_sleep_score": 81}),
        ("BEAT_INTERVALS", {"timestamp": at(60), "timestamp_ms": 0, "time": [900, 910, 890]}),
    ]
    file = InputFile("night.fit", fit_file(night, kind="monitoring_b"))

    reader = reader_for(file)
    reading = reader.readings(file, clock, label=None, nobody="")[""]

    found = values(reading)
    assert reader.name == "fit-night"
    assert "by schema only" in reading.report.notes[-1]
    assert found[Stream.RMSSD] == [50.0]
    assert found[Stream.SLEEP_PERIOD_MIN] == [240.0]
    assert found[Stream.SLEEP_EFFICIENCY] == [pytest.approx(80.0)]
    assert (found[Stream.DEEP_SLEEP_MIN], found[Stream.SLEEP_SCORE]) == ([60.0], [81.0])
    assert found[Stream.RR_INTERVALS] == [(900.0, 910.0, 890.0)]


def test_the_devices_own_mean_of_a_night_comes_before_its_values(clock: LocalClock) -> None:
    night: list[Message] = [
        ("HRV_STATUS_SUMMARY", {"timestamp": at(0), "last_night_average": 55.0, "weekly_average": 70.0}),
        ("HRV_VALUE", {"timestamp": at(0), "value": 40.0}),
    ]
    file = InputFile("night.fit", fit_file(night))

    assert values(reader_for(file).readings(file, clock, label=None, nobody="")[""]) == {Stream.RMSSD: [55.0]}


def test_all_day_monitoring_gives_the_steps_of_the_day(real_data: Path, clock: LocalClock) -> None:
    """The file's last two messages hold its own totals of the day: 3,142 walking and 31 running."""
    file = load(real_data / "fit" / "MonitoringFile.fit")

    reading = reader_for(file).readings(file, clock, label=None, nobody="")[""]

    (steps,) = [one for one in reading.observations if one.stream is Stream.STEPS]
    assert (steps.value, steps.day.isoformat()) == (3173.0, "2014-12-27")


def test_two_people_of_one_scale_are_never_one(
    real_data: Path, vault: Vault, clock: LocalClock, athlete: AthleteId
) -> None:
    path = real_data / "fit" / "WeightScaleMultiUser.fit"

    (refused,) = Importer(vault, clock, Attribution(athlete)).take(path)
    (taken,) = Importer(vault, clock, Attribution(athlete, player="1")).take(path)

    assert "2 athletes" in refused.reason
    assert (taken.status, [one.value for one in vault.read(athlete)]) == ("stored", [58.2])


@pytest.mark.parametrize(
    "name",
    ["10kUNLP2014-Garmin15", "garmin-fenix-5-run", "GarminSwimExample", "sample-activity-indoor-trainer", "Activity"],
)
def test_sessions_and_laps_are_those_of_the_makers_own_kit(real_data: Path, clock: LocalClock, name: str) -> None:
    path = real_data / "fit" / f"{name}.fit"
    messages, _ = Decoder(SdkStream.from_file(str(path))).read()
    told = messages["session_mesgs"]

    found = values(read_activity(load(path), clock))

    assert found[Stream.ACTIVITY_DURATION_MIN] == [pytest.approx(one["total_timer_time"] / 60) for one in told]
    assert found.get(Stream.DISTANCE, []) == [one["total_distance"] for one in told if one.get("total_distance")]
    assert all(one["avg_heart_rate"] in found[Stream.HEART_RATE_MEAN] for one in told if one.get("avg_heart_rate"))
    laps = [one["total_timer_time"] for one in messages["lap_mesgs"]]
    assert found.get(Stream.LAP_DURATIONS, [()])[0] == (tuple(pytest.approx(one) for one in laps) if laps[1:] else ())
    beats = [one.get("heart_rate") for one in messages.get("record_mesgs", [])]
    if any(beats):
        (seconds,) = found[Stream.TIME_AT_HEART_RATE]
        assert {25 + place for place, one in enumerate(seconds) if one} <= {one for one in beats if one}


def test_a_file_of_many_sessions_takes_time_in_proportion(clock: LocalClock) -> None:
    def made(sessions: int) -> FitContent:
        starts, content = [at(20.0 * number) for number in range(sessions)], FitContent()
        lasting = [{"start_time": start, "total_timer_time": 20.0} for start in starts]
        ends = [{"timestamp": start, "local_timestamp": start} for start in starts]
        content.messages = {"session": lasting, "lap": lasting, "activity": ends}
        for start in starts:
            content.track.append(start.timestamp(), heart_rate=150.0)
        return content

    file = InputFile("a.fit", b"")
    assert_grows_in_proportion(made, lambda content: take_activity(file, clock, content), 800)


def test_reading_many_sessions_ends_where_nobody_waits_for_them(clock: LocalClock) -> None:
    content = read_messages(fit_file([*(session(20, start=20.0 * number) for number in range(5)), local(100)]))
    asked = list[int]()

    def check() -> None:
        asked.append(len(asked))
        if len(asked) == 4:
            raise UnreadableFile("gone")

    with interrupted_by(check), pytest.raises(UnreadableFile, match="gone"):
        take_activity(InputFile("a.fit", b""), clock, content)
