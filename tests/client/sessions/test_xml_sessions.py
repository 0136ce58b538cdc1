"""TCX and GPX: sessions as other programs read them, without a position, and XML that would do harm."""

import math
import re
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import gpxpy
import pytest
from tcxreader.tcxreader import TCXReader

from client.biometrics.observations import PARTIAL_FILE
from client.biometrics.streams import Stream
from client.errors import NotUsed, UnreadableFile
from client.ingest.clock import LocalClock
from client.ingest.format_registry import reader_for
from client.ingest.importer import Attribution, Importer
from client.ingest.input_file import InputFile, Reading, load
from client.ingest.sessions.fit.activity import read_activity
from client.ingest.sessions.gpx import metres_between, read_gpx
from client.ingest.sessions.tcx import read_tcx
from client.vault.store import Vault
from policies.vocabulary import AthleteId

START = datetime(2026, 3, 2, 6, tzinfo=UTC)


def one(reading: Reading, stream: Stream) -> Any:
    (found,) = [o.value for o in reading.observations if o.stream is stream]
    return found


def gpx(points: int, *, kind: str = "running", gap_at: int = 0) -> str:
    """A track towards the north, a point a second and about 3 m apart, with a gap of ten minutes between segments."""

    def point(n: int) -> str:
        at = START + timedelta(seconds=n + (600 if gap_at and n >= gap_at else 0))
        break_ = "</trkseg><trkseg>" if gap_at and n == gap_at else ""
        heart = f"<extensions><g:TrackPointExtension><g:hr>{140 + n % 3}</g:hr></g:TrackPointExtension></extensions>"
        time = f"<time>{at:%Y-%m-%dT%H:%M:%SZ}</time>"
        return f'{break_}<trkpt lat="{50 + n * 27e-6}" lon="{8 + n * 1e-6}"><ele>9</ele>{time}{heart}</trkpt>'

    body = "".join(map(point, range(points)))
    head = (
        '<gpx xmlns="http://www.topografix.com/GPX/1/1" xmlns:g="http://garmin.example/v1" creator="x" version="1.1">'
    )
    return f"{head}<trk><name>Home of Mara</name><type>{kind}</type><trkseg>{body}</trkseg></trk></gpx>"


def tcx(laps: int, *, points: int = 30, lead: str = "") -> str:
    def lap(n: int) -> str:
        began = START + timedelta(seconds=n * points)
        times = [began + timedelta(seconds=second) for second in range(points)]
        track = "".join(
            f"<Trackpoint><Time>{at:%Y-%m-%dT%H:%M:%SZ}</Time><Position><LatitudeDegrees>50.123456</LatitudeDegrees>"
            f"<LongitudeDegrees>8.654321</LongitudeDegrees></Position><DistanceMeters>{(at - START).seconds * 3}"
            f"</DistanceMeters><HeartRateBpm><Value>{150 + n}</Value></HeartRateBpm></Trackpoint>"
            for at in times
        )
        return (
            f'<Lap StartTime="{began:%Y-%m-%dT%H:%M:%SZ}"><TotalTimeSeconds>{points}</TotalTimeSeconds><DistanceMeters>'
            f"{points * 3}</DistanceMeters><AverageHeartRateBpm><Value>{150 + n}</Value></AverageHeartRateBpm>"
            f"<MaximumHeartRateBpm><Value>{160 + n}</Value></MaximumHeartRateBpm><Track>{track}</Track></Lap>"
        )

    body = f'<Activity Sport="Running"><Id>{START:%Y-%m-%dT%H:%M:%SZ}</Id>{"".join(map(lap, range(laps)))}</Activity>'
    space = "http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"
    return f'{lead}<TrainingCenterDatabase xmlns="{space}"><Activities>{body}</Activities></TrainingCenterDatabase>'


@pytest.mark.parametrize("name", ["10kUNLP2014-Garmin15", "cross-country-skiing_activity_1", "sup_activity_1"])
def test_real_tcx_files_are_what_another_program_reads(real_data: Path, clock: LocalClock, name: str) -> None:
    path = real_data / "xml" / f"{name}.tcx"
    truth = TCXReader().read(str(path))

    reading = read_tcx(load(path), clock)

    assert one(reading, Stream.DISTANCE) == pytest.approx(truth.distance)
    assert one(reading, Stream.ACTIVITY_DURATION_MIN) == pytest.approx(truth.duration / 60, abs=1 / 60)
    assert len(one(reading, Stream.LAP_DURATIONS)) == len(truth.laps)
    assert reading.report.rows == len(truth.trackpoints) + len(truth.laps) + 1


def test_fit_and_tcx_of_one_run_agree_and_count_once(
    real_data: Path, vault: Vault, clock: LocalClock, athlete: AthleteId
) -> None:
    fit, xml = (load(real_data / folder / f"10kUNLP2014-Garmin15.{folder_}") for folder, folder_ in _OF_ONE_RUN)
    readings = read_activity(fit, clock), read_tcx(xml, clock)

    for stream in (Stream.DISTANCE, Stream.ACTIVITY_DURATION_MIN, Stream.HIGH_SPEED_DISTANCE):
        assert one(readings[0], stream) == pytest.approx(one(readings[1], stream), rel=1e-5)
    assert one(readings[0], Stream.DISTANCE) == pytest.approx(10_011, abs=0.5)
    assert one(readings[0], Stream.ACTIVITY_DURATION_MIN) == pytest.approx(37.1, abs=0.05)
    importer = Importer(vault, clock, Attribution(athlete))
    importer.take(real_data / "fit" / "10kUNLP2014-Garmin15.fit")
    (second,) = importer.take(real_data / "xml" / "10kUNLP2014-Garmin15.tcx")
    assert second.report.details["witness:session"] == 1


_OF_ONE_RUN = (("fit", "fit"), ("xml", "tcx"))


def test_a_gpx_track_is_as_long_as_another_program_says(clock: LocalClock) -> None:
    text = gpx(300, gap_at=100)
    truth = gpxpy.parse(text)

    reading = read_gpx(InputFile("a.gpx", text.encode()), clock)

    assert one(reading, Stream.DISTANCE) == pytest.approx(truth.length_2d(), rel=0.003)
    assert one(reading, Stream.ACTIVITY_DURATION_MIN) == pytest.approx((99 + 199) / 60)
    assert one(reading, Stream.HEART_RATE_MEAN) == pytest.approx(141.0)
    assert Stream.HIGH_SPEED_DISTANCE not in {o.stream for o in reading.observations}, "no speed was recorded"


def test_the_length_of_a_degree_is_that_of_the_sphere() -> None:
    assert metres_between((0, 0), (0, 1)) == pytest.approx(2 * math.pi * 6_371_000 / 360)
    assert metres_between((10, 179.5), (10, -179.5)) == pytest.approx(metres_between((10, 0), (10, 1)))


@pytest.mark.parametrize("text", [gpx(60), tcx(2)])
def test_nothing_of_a_position_or_a_name_is_kept(clock: LocalClock, text: str) -> None:
    file = InputFile("a.xml", text.encode())

    reading = reader_for(file).readings(file, clock, label=None, nobody="")[""]

    kept = repr(reading)
    assert not re.search(r"50\.\d{4}|8\.65|Mara", kept)


@pytest.mark.parametrize("lead", ["", "\n  ", "\ufeff", '<?xml version="1.0" encoding="UTF-8"?>\n'])
def test_what_stands_before_the_root_does_not_matter(clock: LocalClock, lead: str) -> None:
    file = InputFile("a.xml", tcx(2, lead=lead).encode())

    assert reader_for(file).name == "tcx"
    reading = read_tcx(file, clock)
    assert (one(reading, Stream.HEART_RATE_MEAN), one(reading, Stream.HEART_RATE_MAX)) == (150.5, 161.0)
    assert reading.report.clock == 1, "the file is in UTC and does not say what the local time was"


def test_the_whole_file_replaces_the_one_that_was_cut_off(
    tmp_path: Path, vault: Vault, clock: LocalClock, athlete: AthleteId
) -> None:
    text = tcx(4)
    cut, whole = tmp_path / "cut.tcx", tmp_path / "whole.tcx"
    cut.write_text(text[: len(text) * 5 // 8])
    whole.write_text(text)
    importer = Importer(vault, clock, Attribution(athlete))

    (partial,) = importer.take(cut)
    before = {o.stream: o for o in vault.read(athlete)}
    importer.take(whole)
    after = {o.stream: o for o in vault.read(athlete)}

    assert partial.status == "partial"
    assert PARTIAL_FILE in before[Stream.DISTANCE].quality
    assert 60 < float(before[Stream.ACTIVITY_DURATION_MIN].value) * 60 < 90  # type: ignore[arg-type]  # a number
    assert (after[Stream.DISTANCE].value, after[Stream.DISTANCE].quality) == (360.0, ())


@pytest.mark.parametrize(
    "text", ['<gpx><rte><rtept lat="1" lon="2"/></rte></gpx>', "<gpx><trk><trkseg/></trk></gpx>", "<gpx/>"]
)
def test_a_gpx_without_a_recorded_track_is_skipped(clock: LocalClock, text: str) -> None:
    with pytest.raises(NotUsed, match="without a recorded track"):
        read_gpx(InputFile("a.gpx", text.encode()), clock)


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
HARMFUL = (
    f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]><TrainingCenterDatabase>&l11;</TrainingCenterDatabase>',
    '<!DOCTYPE gpx [<!ENTITY x SYSTEM "file:///etc/passwd">]><gpx><trk><name>&x;</name></trk></gpx>',
    '<!DOCTYPE gpx [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x">%x;]><gpx/>',
    '<!DOCTYPE gpx SYSTEM "http://127.0.0.1:9/x.dtd"><gpx/>',
)


@pytest.mark.parametrize("text", HARMFUL)
@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
def test_entities_are_refused_and_nothing_is_read(
    tmp_path: Path, vault: Vault, clock: LocalClock, athlete: AthleteId, text: str, codec: str
) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(text.encode(codec))

    (result,) = Importer(vault, clock, Attribution(athlete)).take(path)

    assert result.status == "quarantined"
    assert "entities" in result.reason


@pytest.mark.parametrize(
    "make", [lambda n: "<a>" * n, lambda n: f"<name>{'x' * n * 20}</name>", lambda n: f"<a b='{'y' * n}'>" * 20]
)
def test_a_deep_or_long_file_is_refused_in_little_memory(clock: LocalClock, make: Callable[[int], str]) -> None:
    file = InputFile("a.gpx", f"<gpx><trk>{make(300_000)}".encode())

    tracemalloc.start()
    with pytest.raises((UnreadableFile, NotUsed)):
        read_gpx(file, clock)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 40 * 2**20
