"""Every parser of recordings, archives and exports under changes of a good file: readings, or an error by name.

Two thousand cases a parser in the gate, sixty times as many in the drill `fuzz`.
"""

import contextlib
import gzip
import io
import json
import random
import resource
import zipfile
from datetime import UTC
from pathlib import Path

import pytest

from client.errors import ClientError
from client.ingest.archives.members import members
from client.ingest.clock import LocalClock
from client.ingest.format_registry import reader_for
from client.ingest.input_file import InputFile
from client.uploads.import_kinds import kind_of
from tests.client.conftest import NOW
from tests.client.sessions.fit_files import at, fit_file, local, session
from tests.scale import counts, scaled, seeded, sized

CASES = 2000
MOST_GROWTH_KIB = 400 * 1024  # of this process, over all cases of a parser
CLOCK = LocalClock(UTC, NOW)

TIME = "2026-03-02T06:00:0"
FIT = fit_file(
    [
        ("RECORD", {"timestamp": at(0), "heart_rate": 140}),
        ("HRV", {"time": [0.8]}),
        session(60, total_distance=200.0),
        local(60),
    ]
)
NIGHT = fit_file(
    [
        ("HRV_STATUS_SUMMARY", {"timestamp": at(0), "last_night_average": 55.0}),
        *[("SLEEP_LEVEL", {"timestamp": at(n * 3600), "sleep_level": "light"}) for n in range(2)],
        ("BEAT_INTERVALS", {"timestamp": at(60), "timestamp_ms": 0, "time": [900, 910]}),
    ]
)
TCX = (
    f'<TrainingCenterDatabase><Activities><Activity Sport="Running"><Id>{TIME}0Z</Id><Lap StartTime="{TIME}0Z">'
    "<TotalTimeSeconds>60</TotalTimeSeconds><DistanceMeters>200</DistanceMeters><Track><Trackpoint>"
    f"<Time>{TIME}1Z</Time><HeartRateBpm><Value>150</Value></HeartRateBpm></Trackpoint></Track></Lap></Activity>"
    "</Activities></TrainingCenterDatabase>"
)
GPX = (
    f'<gpx><trk><type>run</type><trkseg><trkpt lat="50.1" lon="8.1"><time>{TIME}0Z</time></trkpt>'
    f'<trkpt lat="50.2" lon="8.1"><time>{TIME}9Z</time><extensions><hr>150</hr></extensions></trkpt></trkseg></trk>'
    "</gpx>"
)
PWX = (
    f"<pwx><workout><sportType>Run</sportType><time>{TIME}0</time><summarydata><duration>60</duration><hr avg='150'/>"
    "</summarydata><sample><timeoffset>1</timeoffset><hr>150</hr></sample></workout></pwx>"
)
SML = (
    f"<sml><DeviceLog><Header><Duration>60</Duration><HR><Avg>2.5</Avg></HR><DateTime>{TIME}0</DateTime></Header>"
    f"<Samples><Sample><UTC>{TIME}0Z</UTC><Time>1</Time><HR>2.5</HR></Sample></Samples><R-R><Data>800 810</Data></R-R>"
    "</DeviceLog></sml>"
)
HRM = (
    "[Params]\nVersion=106\nSMode=110000000\nDate=20260302\nStartTime=06:00:00\nLength=00:01:00.0\nInterval=5\n"
    "[HRData]\n150\t30\n151\t31\n"
)
FLOW = (
    "Name,Sport,Date,Start time,Duration,Total distance (km),Average heart rate (bpm),\n"
    "x,RUNNING,02-03-2026,06:00:00,00:00:04,0.02,150,\n"
    "Sample rate,Time,HR (bpm),Speed (km/h),Distances (m),\n"
    "1,00:00:00,150,10.8,0.0,\n,00:00:02,151,10.8,6.0,\n,00:00:04,152,10.8,12.0,\n"
)
APPLE = (
    '<HealthData><Record type="HKQuantityTypeIdentifierBodyMass" unit="kg" startDate="2026-03-02 06:00:00 +0100" '
    'endDate="2026-03-02 06:00:00 +0100" value="70"/><Record type="HKCategoryTypeIdentifierSleepAnalysis" '
    'value="HKCategoryValueSleepAnalysisAsleep" startDate="2026-03-01 23:00:00 +0100" '
    'endDate="2026-03-02 06:00:00 +0100"/></HealthData>'
)
POSITIONS = "Player,Time,Lat,Lon,Speed (m/s)\n" + "".join(
    f"P1,2026-03-02 06:00:00.{n},50.1,8.{n},{n}\n" for n in range(6)
)
DRILLS = "Player Name,Period Name,Date,Total Duration,Total Distance (m)\nP 1,Game,14/03/2026,00:40:00,5000\n"
CONNECT = {
    "RestingHeartRateRecord": [{"time": f"{TIME}0Z", "zoneOffset": "+01:00", "beatsPerMinute": 49}],
    "SleepSessionRecord": [{"startTime": f"{TIME}0Z", "endTime": "2026-03-02T07:00:00Z", "stages": [{"stage": 4}]}],
}
WHOOP = [{"user_id": 1, "score_state": "SCORED", "created_at": f"{TIME}0Z", "score": {"hrv_rmssd_milli": 60.0}}]
OURA = {"data": [{"type": "long_sleep", "bedtime_start": f"{TIME}0Z", "bedtime_end": f"{TIME}9Z", "average_hrv": 60}]}
GARMIN = [
    {"summaryId": "x", "startTimeInSeconds": 1772402400, "durationInSeconds": 9, "lastNightAvg": 50},
    {"measurementTimeInSeconds": 1772402400, "weightInGrams": 70500},
]
POLAR = {"exportVersion": "1", "startTime": f"{TIME}0", "timezoneOffset": 60, "duration": "PT45M", "exercises": []}
SUUNTO = {"DeviceLog": {"Header": {"DateTime": f"{TIME}0Z", "Duration": 60, "HR": {"Avg": 2.5}}}}
CYCLES = "Cycle start time,Wake onset,Heart rate variability (ms)\n2026-03-01 23:00:00,2026-03-02 07:00:00,71\n"

SEEDS: dict[str, bytes] = {
    "fit": FIT,
    "fit-night": NIGHT,
    **{name: text.encode() for name, text in {"tcx": TCX, "gpx": GPX, "pwx": PWX, "sml": SML, "hrm": HRM}.items()},
    "polar-flow": FLOW.encode(),
    **{name: text.encode() for name, text in {"apple": APPLE, "positions": POSITIONS, "drills": DRILLS}.items()},
    "whoop-cycles": CYCLES.encode(),
    **{
        name: json.dumps(document).encode()
        for name, document in {
            "health-connect": CONNECT,
            "whoop": WHOOP,
            "oura": OURA,
            "garmin": GARMIN,
            "polar": POLAR,
            "suunto": SUUNTO,
        }.items()
    },
}
PARTS = (
    b"<",
    b">",
    b'"',
    b"{",
    b"[",
    b"]",
    b"}",
    b",",
    b"\n",
    b"\x00",
    b"\xff\xff\xff\xff",
    b"-1",
    b"1e999",
    b"NaN",
    b"null",
)


def changed(chance: random.Random, data: bytes) -> bytes:
    """A good file with one to three changes: bytes flipped, a part left out, doubled, put in, or the end cut off."""
    for _ in range(chance.randint(1, 3)):
        start = chance.randrange(len(data) + 1)
        end = min(len(data), start + chance.choice((1, 2, 4, 9, 40)))
        kind = chance.randrange(5)
        if kind == 0:
            noise = chance.randbytes(end - start)
            data = data[:start] + noise + data[end:]
        elif kind == 1:
            data = data[:start] + data[end:]
        elif kind == 2:
            data = data[:start] + chance.choice(PARTS) + data[start:]
        elif kind == 3:
            data = data[:end] + data[start:end] * chance.randint(1, 3) + data[end:]
        else:
            data = data[:start]
    return data


def read(data: bytes) -> int:
    file = InputFile("2026-03-02 a.bin", data)
    reader = reader_for(file)
    readings = reader.readings(file, CLOCK, label=None, nobody="")
    told = kind_of(reader.name).categories or frozenset()
    assert {o.category for one in readings.values() for o in one.observations} <= told, (
        "a page tells less than it takes"
    )
    assert all(one.ledger.account(one.rows_of, ()).rows == one.report.rows for one in readings.values())
    return sum(one.report.kept for one in readings.values())


@pytest.mark.parametrize("name", SEEDS)
def test_a_changed_file_gives_readings_or_an_error_by_name(name: str) -> None:
    chance = random.Random(seeded(len(name)))
    assert read(SEEDS[name]) > 0, "the file itself is good"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    # polars takes 5 ms for the smallest table.
    for _ in range(sized(400, in_drill=scaled(CASES)) if name == "positions" else scaled(CASES)):
        data = changed(chance, SEEDS[name])
        with contextlib.suppress(ClientError):
            read(data)
        counts[f"inputs to the reader {name}"] += 1

    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST_GROWTH_KIB


def test_a_changed_archive_gives_files_or_an_error_by_name(tmp_path: Path) -> None:
    chance, packed = random.Random(seeded(3)), io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", CYCLES)
        archive.writestr("b.tcx.gz", gzip.compress(TCX.encode()))
    path, gzipped = tmp_path / "a.zip", gzip.compress(packed.getvalue())

    for number in range(scaled(CASES)):
        good = packed.getvalue() if number % 2 else gzipped
        path.write_bytes(changed(chance, good))
        for member in members(path):
            with contextlib.suppress(ClientError):
                assert len(member.opened().data) < 2**20
        counts["inputs to the reader of archives"] += 1
