"""PWX, SML and HRM: the figures in these files are invented."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from client.biometrics.observations import EXERCISE, PARTIAL_FILE
from client.biometrics.streams import Stream
from client.errors import UnreadableFile
from client.ingest.clock import LocalClock
from client.ingest.format_registry import reader_for
from client.ingest.input_file import InputFile, Reading
from client.ingest.reader import BY_SCHEMA

Read = Callable[[str], Reading]


@pytest.fixture
def read(clock: LocalClock) -> Read:
    """Read a text in Oslo with the reader that its content asks for."""
    oslo = LocalClock(ZoneInfo("Europe/Oslo"), clock.now)

    def read_(text: str) -> Reading:
        file = InputFile("a.txt", text.encode())
        return reader_for(file).readings(file, oslo, label=None, nobody="")[""]

    return read_


def values(reading: Reading) -> dict[Stream, Any]:
    return {one.stream: one.value for one in reading.observations}


def starts(reading: Reading) -> set[tuple[str, int]]:
    return {(one.start.isoformat(), one.offset_min) for one in reading.observations}


def pwx(samples: int = 60) -> str:
    points = "".join(
        f"<sample><timeoffset>{n}</timeoffset><hr>{150 + n % 2}</hr><spd>{6.0 if n < 20 else 3.0}</spd>"
        f"<dist>{n * 4}</dist><lat>50.123456</lat><lon>8.654321</lon></sample>"
        for n in range(samples)
    )
    return (
        '<pwx xmlns="http://www.peaksware.com/PWX/1/0" version="1.0"><workout><athlete><name>Mara Lind</name></athlete>'
        "<sportType>Run</sportType><time>2026-03-02T17:30:00</time><summarydata><beginning>0</beginning><duration>70"
        '</duration><durationstopped>10</durationstopped><hr max="171" min="120" avg="151"/><dist>240</dist>'
        "</summarydata><segment><summarydata><duration>30</duration><dist>120</dist></summarydata></segment><segment>"
        f"<summarydata><duration>30</duration><dist>116</dist></summarydata></segment>{points}</workout></pwx>"
    )


def test_a_workout_of_training_peaks(read: Read) -> None:
    reading = read(pwx())

    found = values(reading)
    assert found[Stream.ACTIVITY_DURATION_MIN] == 1.0, "without the ten seconds stopped"
    assert (found[Stream.DISTANCE], found[Stream.HEART_RATE_MEAN], found[Stream.HEART_RATE_MAX]) == (240, 151, 171)
    assert found[Stream.HIGH_SPEED_DISTANCE] == pytest.approx(19 * 6.0)
    assert found[Stream.LAP_DISTANCES] == (120.0, 116.0)
    assert starts(reading) == {("2026-03-02T16:30:00+00:00", 60)}
    assert BY_SCHEMA in reading.report.notes
    assert not {"Mara", "50.12"} & set(repr(reading).split())


def test_a_workout_that_was_cut_off_is_what_its_samples_give(read: Read) -> None:
    reading = read(pwx()[:-900])

    assert all(PARTIAL_FILE in one.quality for one in reading.observations)
    assert 0.3 < values(reading)[Stream.ACTIVITY_DURATION_MIN] < 1.0
    assert reading.report.details["partial_file"] == 1


def sml(utc: str = "2026-03-02T16:30:00Z") -> str:
    sample = "".join(
        f"<Sample><HR>2.5</HR><Speed>{6.0 if n < 20 else 3.0}</Speed><Distance>{n * 4}</Distance>"
        f"<Latitude>0.88123456</Latitude><Time>{n}</Time></Sample>"
        for n in range(60)
    )
    lap = (
        "<Sample><Events><Lap><Type>Manual</Type><Duration>{}</Duration><Distance>{}</Distance></Lap></Events></Sample>"
    )
    return (
        '<?xml version="1.0"?><sml xmlns="http://www.suunto.com/schemas/sml"><DeviceLog><Header><Duration>60</Duration>'
        "<HR><Avg>2.5</Avg><Max>2.9</Max></HR><Activity>Running</Activity><Distance>236</Distance>"
        f"<DateTime>2026-03-02T17:30:00</DateTime></Header><Samples><Sample><UTC>{utc}</UTC><Time>0</Time></Sample>{sample}"
        f"{lap.format(30, 120)}{lap.format(30, 116)}</Samples><R-R><Data>400 410 405</Data></R-R></DeviceLog></sml>"
    )


def test_a_move_of_suunto(read: Read) -> None:
    reading = read(sml())

    found = values(reading)
    assert found[Stream.HEART_RATE_MEAN] == 150.0
    assert found[Stream.HEART_RATE_MAX] == pytest.approx(174.0)
    assert (found[Stream.DISTANCE], found[Stream.LAP_DURATIONS]) == (236, (30.0, 30.0))
    assert found[Stream.HIGH_SPEED_DISTANCE] == pytest.approx(19 * 6.0)
    assert found[Stream.RR_INTERVALS] == (400.0, 410.0, 405.0)
    assert starts(reading) == {("2026-03-02T16:30:00+00:00", 60)}


def test_the_time_of_the_first_sample_tells_the_offset(read: Read) -> None:
    assert starts(read(sml("2026-03-03T01:30:00Z"))) == {("2026-03-03T01:30:00+00:00", -480)}


def hrm(rows: str, *, interval: int, mode: str = "000000000", length: str = "00:01:00.0") -> str:
    return (
        f"[Params]\nVersion=106\nSMode={mode}\nDate=20260302\nStartTime=17:30:00.0\nLength={length}\n"
        f"Interval={interval}\nMaxHR=195\nWeight=66\n\n[Note]\nMara\n\n[IntTimes]\n00:00:20.0\t150\t140\t150\t160\n0\n0\n0\n0\n"
        f"00:01:00.0\t150\t140\t150\t160\n0\n0\n0\n0\n\n[HRData]\n{rows}\n"
    )


def test_heart_rates_of_polar_at_an_interval(read: Read) -> None:
    rows = "\n".join(f"{150 + n % 2}\t{300}\t80\t250" for n in range(12))

    reading = read(hrm(rows, interval=5, mode="110100100"))

    found = values(reading)
    assert (found[Stream.ACTIVITY_DURATION_MIN], found[Stream.LAP_DURATIONS]) == (1.0, (20.0, 40.0))
    assert (found[Stream.HEART_RATE_MEAN], found[Stream.HEART_RATE_MAX], found[Stream.POWER_MEAN]) == (150.5, 151, 250)
    assert starts(reading) == {("2026-03-02T16:30:00+00:00", 60)}
    assert Stream.BODY_WEIGHT not in found, "a weight of the settings was not measured"


def test_beats_of_an_exercise_are_no_resting_variability(read: Read) -> None:
    reading = read(hrm("\n".join(["400", "410", "390"] * 20), interval=238, length="00:00:24.0"))

    (beats,) = [one for one in reading.observations if one.stream is Stream.RR_INTERVALS]
    assert (len(beats.value), beats.quality) == (60, (EXERCISE,))  # type: ignore[arg-type]  # a series
    assert values(reading)[Stream.HEART_RATE_MEAN] == pytest.approx(150.0)


def test_an_hrm_file_without_its_data_is_named(read: Read) -> None:
    with pytest.raises(UnreadableFile, match=r"a Polar \.hrm export"):
        read("[Params]\nVersion=106\nDate=20260302\n")
