"""Recordings as XML and text as programs in use write them wrongly: never a part for the whole. Invented figures."""

import re
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from client.biometrics.observations import PARTIAL_FILE
from client.biometrics.streams import Stream
from client.errors import UnreadableFile
from client.ingest.clock import LocalClock
from client.ingest.format_registry import reader_for
from client.ingest.input_file import InputFile, Reading
from tests.client.sessions.test_other_recordings import hrm, pwx, sml

Read = Callable[..., Reading]
MINUTES, DISTANCE, MEAN = Stream.ACTIVITY_DURATION_MIN, Stream.DISTANCE, Stream.HEART_RATE_MEAN
SECONDS = 300


@pytest.fixture
def read(clock: LocalClock) -> Read:
    """Read a text in Oslo with the reader that its content asks for."""
    oslo = LocalClock(ZoneInfo("Europe/Oslo"), clock.now)

    def read_(text: str, codec: str = "utf-8") -> Reading:
        file = InputFile("a.txt", text.encode(codec))
        return reader_for(file).readings(file, oslo, label=None, nobody="")[""]

    return read_


def values(reading: Reading) -> dict[Stream, Any]:
    return {one.stream: one.value for one in reading.observations}


def clock_time(second: int) -> str:
    return f"2026-03-02T06:{second // 60:02}:{second % 60:02}Z"


def points(start: int = 0, *, further_m: float = 0.0) -> str:
    """Five minutes at 3 m/s and 140 beats a minute."""
    return "".join(
        f"<Trackpoint><Time>{clock_time(second)}</Time><DistanceMeters>{further_m + second * 3}</DistanceMeters>"
        "<HeartRateBpm><Value>140</Value></HeartRateBpm></Trackpoint>"
        for second in range(start, start + SECONDS + 1)
    )


def lap(
    start: int = 0, *, seconds: object = SECONDS, metres: object = 900, bpm: object = None, inside: str = ""
) -> str:
    said = {"TotalTimeSeconds": seconds, "DistanceMeters": metres}
    parts = "".join(f"<{name}>{value}</{name}>" for name, value in said.items() if value is not None)
    heart = "" if bpm == "" else f"<AverageHeartRateBpm><Value>{bpm}</Value></AverageHeartRateBpm>"
    return f'<Lap StartTime="{clock_time(start)}">{parts}{heart}<Track>{inside}</Track></Lap>'


def tcx(*laps: str, id_: str = clock_time(0), lead: str = "") -> str:
    body = f'<Activity Sport="Running"><Id>{id_}</Id>{"".join(laps)}</Activity>'
    return f"{lead}<TrainingCenterDatabase><Activities>{body}</Activities></TrainingCenterDatabase>"


def test_heart_rates_of_points_are_read(read: Read) -> None:
    found = values(read(tcx(lap(inside=points()))))

    assert found[MEAN] == 140
    assert found[Stream.TIME_AT_HEART_RATE][140 - 25] == SECONDS


@pytest.mark.parametrize(
    ("laps", "right"),
    [
        ((lap(), lap(300, metres=None)), {MINUTES: 10, DISTANCE: None}),
        ((lap(inside=points()), lap(300, metres=None, inside=points(300))), {MINUTES: 10, DISTANCE: 1800}),
        ((lap(inside=points()), lap(300, seconds=None, inside=points(300))), {MINUTES: 10, DISTANCE: 1800}),
        ((lap(), lap(300, seconds=None)), {MINUTES: None}),
        ((lap(metres=None, inside=points(further_m=40_330.8)),), {MINUTES: 5, DISTANCE: 900}),
        ((lap(metres=0, inside=points()),), {MINUTES: 5, DISTANCE: 900}),
        ((lap(bpm=150), lap(300, bpm=0)), {MEAN: None, Stream.LAP_HEART_RATES: None}),
        ((lap(bpm=0, inside=points()),), {MEAN: 140}),
    ],
)
def test_what_one_lap_does_not_say_is_no_sum_of_the_others(
    laps: tuple[str, ...], right: dict[Stream, float | None], read: Read
) -> None:
    reading = read(tcx(*laps))

    found = values(reading)
    assert {stream: found.get(stream) for stream in right} == {
        stream: None if value is None else pytest.approx(value) for stream, value in right.items()
    }
    assert "dropped:range_lap_heart_rates" not in reading.report.details


@pytest.mark.parametrize("id_", ["8f2a-42", "", "Morning run"])
def test_an_activity_whose_id_is_no_time_begins_with_its_first_lap(id_: str, read: Read) -> None:
    (start,) = {one.start for one in read(tcx(lap(), id_=id_)).observations}

    assert f"{start:%Y-%m-%dT%H:%M:%SZ}" == clock_time(0)


def test_a_text_of_one_byte_a_sign_that_says_utf_16_is_read(read: Read) -> None:
    assert values(read(tcx(lap(), lead='<?xml version="1.0" encoding="utf-16"?>')))[DISTANCE] == 900


@pytest.mark.parametrize(
    "text",
    [
        "<TrainingCenterDatabase><Folders>",
        "<gpx><trk><name>run & swim</name><trkseg/></trk></gpx>",
        "<pwx><cmt>",
        "<sml><DeviceLog>",
    ],
    ids=["tcx", "gpx", "pwx", "sml"],
)
def test_a_defect_before_everything_is_a_file_that_cannot_be_read(text: str, read: Read) -> None:
    with pytest.raises(UnreadableFile, match="copy or export it again"):
        read(text)


STEP = 3 / 111_194.9266  # degrees of latitude in 3 m


def gpx(*, odd: str = "", first: str = "", tag: str = "hr") -> str:
    def point(second: int) -> str:
        heart = f"<extensions><{tag}>150</{tag}></extensions>"
        time = f"<time>{clock_time(second)}</time>"
        return f'<trkpt lat="{59.9 + second * STEP:.7f}" lon="10.7">{time}{heart}</trkpt>{odd if second == 99 else ""}'

    return f"<gpx><trk><trkseg>{first}{''.join(map(point, range(SECONDS + 1)))}</trkseg></trk></gpx>"


def wrong(lat: float, lon: float, time: str = clock_time(99)) -> str:
    return f'<trkpt lat="{lat}" lon="{lon}"><time>{time}</time></trkpt>'


ODD_TRACKS = {
    "none": gpx(),
    "a point without a position": gpx(odd=wrong(0, 0)),
    "a point that jumped": gpx(odd=wrong(59.95, 10.9)),
    "a first point without a position": gpx(first=wrong(0, 0, clock_time(0))),
    "a first point of an unset clock": gpx(first=wrong(59.9, 10.7, "1970-01-01T00:00:00Z")),
    "a name in capitals": gpx(tag="HeartRate"),
}


@pytest.mark.parametrize("odd", ODD_TRACKS)
def test_a_position_that_jumped_is_no_way_and_an_unset_clock_no_start(odd: str, read: Read) -> None:
    reading = read(ODD_TRACKS[odd])

    found = values(reading)
    assert (found[MINUTES], found[MEAN]) == (5, 150)
    assert found[DISTANCE] == pytest.approx(900, abs=4)
    assert f"{reading.observations[0].start:%Y-%m-%dT%H:%M:%SZ}" == clock_time(0)


@pytest.mark.parametrize("seconds", [(0, 0), (9, 5), ("x", "x")])
def test_times_that_cannot_be_read_or_do_not_go_on_are_a_failure(seconds: tuple[object, object], read: Read) -> None:
    points_ = "".join(wrong(59.9, 10.7, f"2026-03-02T06:00:0{second}Z") for second in seconds)

    with pytest.raises(UnreadableFile, match="times cannot be read"):
        read(f"<gpx><trk><trkseg>{points_}</trkseg></trk></gpx>")


@pytest.mark.parametrize("late_s", [0, 510, 2400])
def test_the_offset_of_a_move_does_not_depend_on_when_its_position_was_found(late_s: int, read: Read) -> None:
    told = f"2026-03-02T{16 + (30 + late_s // 60) // 60}:{(30 + late_s // 60) % 60:02}:{late_s % 60:02}Z"

    reading = read(sml(told).replace("<Time>0</Time></Sample>", f"<Time>{late_s}</Time></Sample>", 1))

    assert {one.offset_min for one in reading.observations} == {60}


def test_two_moves_of_a_file_are_two_sessions(read: Read) -> None:
    both = sml().replace(
        "</sml>", re.findall("<DeviceLog>.*</DeviceLog>", sml())[0].replace("T17:30", "T19:30") + "</sml>"
    )

    assert [one.value for one in read(both).observations if one.stream is DISTANCE] == [236, 236]


def test_a_summary_of_zeros_says_nothing_where_the_samples_know(read: Read) -> None:
    of_move = values(read(sml().replace("<Avg>2.5</Avg>", "<Avg>0</Avg>")))
    of_workout = values(read(pwx().replace('avg="151"', 'avg="0"').replace("<dist>240</dist>", "<dist>0</dist>", 1)))

    assert of_move[MEAN] == 150
    assert (of_workout[MEAN], of_workout[DISTANCE]) == (150.5, 59 * 4)


@pytest.mark.parametrize("interval", [1, 238])
def test_a_polar_file_that_was_cut_off_is_as_long_as_its_data(interval: int, read: Read) -> None:
    reading = read(hrm("500\n" * 20 if interval == 238 else "150\n" * 10, interval=interval), "utf-16")

    assert values(reading)[MINUTES] == pytest.approx(1 / 6)
    assert all(PARTIAL_FILE in one.quality for one in reading.observations)
    assert reading.report.details["partial_file"] == 1
