"""FIT files, real ones and what is left of them when they are cut, flipped or random."""

import csv
import math
import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from client.biometrics.observations import EXERCISE, PARTIAL_FILE
from client.biometrics.streams import Stream
from client.errors import ClientError, NotUsed, UnreadableFile
from client.ingest.clock import LocalClock
from client.ingest.format_registry import reader_for
from client.ingest.importer import Attribution, Importer
from client.ingest.input_file import InputFile, Reading, load
from client.ingest.sessions.fit.activity import read_activity
from client.ingest.sessions.fit.container import read_messages
from client.vault.store import Vault
from policies.vocabulary import AthleteId


def value(reading: Reading, stream: Stream) -> object:
    (found,) = [o.value for o in reading.observations if o.stream is stream]
    return found


def fit(real_data: Path, name: str) -> InputFile:
    return load(real_data / "fit" / name)


def test_every_real_file_is_read_or_skipped_with_a_reason(real_data: Path, clock: LocalClock) -> None:
    read, skipped = [], []
    for path in sorted((real_data / "fit").glob("*.[fF][iI][tT]")):
        try:
            read.append((path.name, read_activity(load(path), clock)))
        except NotUsed:
            skipped.append(path.name)

    assert skipped == ["DeveloperData.fit", "MonitoringFile.fit", "WeightScaleMultiUser.fit"], "no activity is in these"
    assert len(read) == 15
    assert all(reading.observations for _, reading in read)


@pytest.mark.parametrize(
    ("name", "beats"), [("garmin-edge-820-bike", 126), ("garmin-fenix-5-run", 113), ("garmin-fenix-5-walk", 62)]
)
def test_a_short_activity_in_full(real_data: Path, clock: LocalClock, name: str, beats: int) -> None:
    reading = read_activity(fit(real_data, f"{name}.fit"), clock)

    series = value(reading, Stream.RR_INTERVALS)
    assert isinstance(series, tuple)
    assert len(series) == beats
    assert all(EXERCISE in o.quality for o in reading.observations if o.stream is Stream.RR_INTERVALS)
    assert {o.offset_min for o in reading.observations} == {-420}, "the device was in California in summer"


@pytest.mark.parametrize(
    "name",
    ["garmin-edge-500-activity", "garmin-edge-820-bike", "garmin-fenix-5-run", "garmin-fenix-5-walk"],
)
def test_parity_with_the_ground_truth(real_data: Path, name: str) -> None:
    with (real_data / "fit" / f"{name}-records.csv").open(newline="") as file:
        truth = list(csv.DictReader(file))

    track = read_messages((real_data / "fit" / f"{name}.fit").read_bytes()).parts[0].track

    assert len(track) == len(truth)
    for place, row in enumerate(truth):
        at = datetime.strptime(row["timestamp"].replace("PDT ", ""), "%a %b %d %H:%M:%S %Y").replace(tzinfo=UTC)
        assert track.times[place] - at.timestamp() == 7 * 3600
        for field, column in (("heart_rate", track.heart_rate), ("speed", track.speed), ("distance", track.distance)):
            expected = math.nan if row[field] == "null" else float(row[field])
            assert column[place] == pytest.approx(expected, abs=5e-4, nan_ok=True), field


def test_compressed_records_and_a_relative_clock(real_data: Path, clock: LocalClock) -> None:
    with (real_data / "fit" / "compressed-speed-distance-records.csv").open(newline="") as file:
        truth = list(csv.DictReader(file, skipinitialspace=True))

    file_ = fit(real_data, "compressed-speed-distance.fit")
    track = read_messages(file_.data).parts[0].track
    beats = dict(zip(track.times, track.heart_rate, strict=True))
    reading = read_activity(file_, clock)

    assert len(truth) >= 750
    for row in truth:
        if row["Heart Rate [bpm]"] != "null":
            assert beats[int(row["Timestamp"])] == int(row["Heart Rate [bpm]"])
    assert reading.report.details["clock:relative"] == 1
    assert reading.observations[0].start.date().isoformat() == "2012-02-13"


def test_no_position_survives_the_first_step(real_data: Path) -> None:
    content = read_messages(fit(real_data, "garmin-edge-500-activity.fit").data)
    raw = fit(real_data, "garmin-edge-500-activity.fit").data

    names = {name for messages in content.messages.values() for message in messages for name in message}

    assert not [name for name in names if "lat" in str(name) or "long" in str(name) or "position" in str(name)]
    assert len(raw) > 100_000, "the file itself does hold a track"


def test_a_wrong_checksum_is_noted_and_the_content_kept(real_data: Path, clock: LocalClock) -> None:
    reading = read_activity(fit(real_data, "activity-filecrc.fit"), clock)

    assert "checksum" in reading.report.notes[0]
    assert value(reading, Stream.DISTANCE) == pytest.approx(5.73)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
@pytest.mark.parametrize(
    "name", ["garmin-edge-820-bike", "activity-small-fenix2-run", "sample-activity-indoor-trainer"]
)
def test_a_file_cut_off_keeps_what_is_good(real_data: Path, clock: LocalClock, name: str, share: float) -> None:
    whole = fit(real_data, f"{name}.fit")
    cut = InputFile(whole.name, whole.data[: int(len(whole.data) * share)])

    try:
        reading = read_activity(cut, clock)
    except UnreadableFile:
        assert share == 0.3
        assert len(whole.data) < 10_000
        return

    complete = read_activity(whole, clock)
    assert reading.report.details["partial_file"] == 1
    assert all(PARTIAL_FILE in o.quality for o in reading.observations if o.stream is not Stream.RR_INTERVALS)
    assert {o.start for o in reading.observations} == {o.start for o in complete.observations}
    full = value(complete, Stream.ACTIVITY_DURATION_MIN)
    partial = value(reading, Stream.ACTIVITY_DURATION_MIN)
    assert isinstance(full, float)
    assert isinstance(partial, float)
    assert 0 < partial <= full * 1.01


def test_the_whole_file_replaces_the_cut_one(
    real_data: Path, tmp_path: Path, clock: LocalClock, vault: Vault, athlete: AthleteId
) -> None:
    whole = real_data / "fit" / "activity-small-fenix2-run.fit"
    cut = tmp_path / "cut.fit"
    cut.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * 0.6)])
    importer = Importer(vault, clock, Attribution(athlete))

    importer.take(cut)
    importer.take(whole)
    importer.take(cut)

    minutes = [o for o in vault.read(athlete) if o.stream is Stream.ACTIVITY_DURATION_MIN]
    assert [o.value for o in minutes] == [pytest.approx(47.2)]
    assert minutes[0].quality == ()


def test_beats_that_are_a_bare_number_or_invalid_are_survived(
    clock: LocalClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from client.ingest.sessions.fit import activity as fit_activity
    from client.ingest.sessions.fit import container as fit_container

    content = fit_container.FitContent(
        messages={
            "file_id": [{"type": "activity"}],
            "session": [{"start_time": datetime(2026, 1, 1, tzinfo=UTC), "total_timer_time": 60.0}],
            "hrv": [{"time": 0.8}, {"time": (0.81, 65.535, None)}, {}],
        }
    )
    monkeypatch.setattr(fit_activity, "read_messages", lambda _: content)

    reading = read_activity(InputFile("a.fit", b""), clock)

    assert value(reading, Stream.RR_INTERVALS) == (800.0, 810.0)
    assert reading.report.details["sentinel:rr_intervals"] == 1


@pytest.mark.parametrize("seed", range(12))
def test_random_bytes_are_refused_with_a_reason(seed: int, clock: LocalClock) -> None:
    noise = random.Random(seed).randbytes(600)
    file = InputFile("noise.fit", b"\x0e\x10\x2c\x08" + (588).to_bytes(4, "little") + b".FIT" + noise)

    with pytest.raises((UnreadableFile, NotUsed)):
        read_activity(file, clock)


@pytest.mark.parametrize("seed", range(30))
def test_flipped_bytes_never_crash_the_reader(real_data: Path, clock: LocalClock, seed: int) -> None:
    random_ = random.Random(seed)
    data = bytearray(fit(real_data, "garmin-fenix-5-run.fit").data)
    for _ in range(6):
        data[random_.randrange(14, len(data))] = random_.randrange(256)

    file = InputFile("flipped.fit", bytes(data))
    try:
        reading = read_activity(file, clock)
    except ClientError:
        return
    assert reading.report.kept == len(reading.observations)


def test_a_file_named_fit_that_is_text_is_refused(clock: LocalClock) -> None:
    file = InputFile("notes.fit", b"hello, this is no FIT file at all")
    reader = reader_for(file)

    assert reader.read is not None
    with pytest.raises(UnreadableFile):
        reader.read(file, clock)
