"""Readers of tables, texts and workbooks under changes of good input: read, or refused with a named error.

A drill (tests/drills/fuzz.py) tries over a hundred thousand of each.
"""

import random
from datetime import date

import pytest

from client.errors import NotUsed, UnreadableFile
from client.ingest.clock import LocalClock
from client.ingest.input_file import InputFile
from client.ingest.mapping import read_mapping
from client.ingest.preview.file_reading import read_file
from client.ingest.preview.proposal import propose
from client.ingest.preview.rows_as_read import MAPPED
from client.ingest.spreadsheets.workbook import read_sheets
from tests.client.workbooks import excel, open_document
from tests.scale import counts, scaled, seeded, sized

CASES = 2_000  # in the gate
SLOW = {"unknown table": 400}  # forms of times are tried one by one
MAPPING = read_mapping(
    b'{"version": 1, "app": "a", "decimal": ",", "athlete": "Athlete",'
    b' "time": {"column": "Date", "format": "%d.%m.%Y %H:%M"}, "streams": [{"column": "RPE", "stream": "session_rpe"},'
    b' {"column": "Distance (km)", "stream": "distance", "unit": "km"}]}'
)
ROWS = [("date", "rpe", "min"), (date(2026, 3, 2), 6, 60), ("03.03.2026", "7,5", "0:45:00")]
SHEET = b"Date;Athlete;RPE;Distance (km)\r\n02.03.2026 17:30;A;6;10,5\r\n03.03.2026 17:30;B;7;9,44\r\n"
HRV = (
    b"timestamp_measurement,HR,AVNN,SDNN,rMSSD,pNN50,LF,HF,HRV4T_Recovery_Points\n"
    b"2026-03-02 07:01:00 +0000,52.1,1,1,53.4,1,1,1,7\n"
)
WELLNESS = b"date,restingHR,hrv,menstrualPhase,sleepSecs,fatigue\n2026-03-02,51,63.2,LUTEAL,27000,2\n"
MEASURES = b'{"measures": [{"when": 1772436600, "rmssd": 53.4, "hr": 52.1}, {"when": 9, "rmssd": 0}], "version": 1}'
MEALS = b"Date,Meal,Calories,Carbohydrates (g),Protein (g)\n2026-03-02,Lunch,900,110,60\n2026-03-02,Dinner,800,90,50\n"
DIARY = (
    b"date,timestamp,meals,weight,glasses_of_fluid,alcohol_consumed\n"
    b'06/11/2019,06/12/2019 21:58:30,"Breakfast, Dinner",100,7,No\n'
)
HEALTH = (
    b"Player,Injury date,Return date,Body area,Kind\nA,2026-03-02,2026-03-06,knee,injury\nA,2026-03-13,,,illness\n",
    b"Athlete,Availability,Date\nA,Full,2026-03-02\nB,out,2026-03-02\n",
    b"date,OSTRC Q1,OSTRC Q2,OSTRC Q3,OSTRC Q4\n2026-03-08,8,17,8,17\n2026-03-15,0,,,\n",
)
TRIALS = (
    b'Name,ExternalId,Test Type,Date,Time,"Jump Height (Imp-Mom) [cm] "\n'
    b"A,,Countermovement Jump,02/28/2026,9:15 AM,36.9\n",
    b"Athlete;Date;10 m (s);30m (s)\nA;02.03.2026;1,74;4,11\nA;02.03.2026;1,70;\n",
    b"Name,ExternalId,Date UTC,Time UTC,Direction,Test,L Max Force (N),R Max Force (N)\n"
    b"A,,2026-03-02,07:10:00,Squeeze,Hip AD/AB,410,362\n",
    b"Time (s),Force (N)\n" + b"".join(b"%.3f,735.5\n" % (n / 1000) for n in range(40)),
)
BEATS = b"# device\nPhone timestamp;RR-interval [ms]\n" + b"".join(
    b"2026-03-02T06:10:%02d;8%02d\n" % (n, n) for n in range(24)
)

SAMPLES: dict[str, tuple[bytes, ...]] = {
    "workbook": (excel({"A": ROWS}), open_document(ROWS)),
    "unknown table": (SHEET, SHEET.decode().encode("utf-16")),
    "mapped table": (SHEET,),
    "variability table": (HRV, WELLNESS),
    "measures": (MEASURES,),
    "meals": (MEALS, DIARY),
    "health problems": HEALTH,
    "trials": TRIALS,
    "beat intervals": (BEATS,),
}
_PUT = (b"", b"\x00", b'"', b",", b";", b"\n", b"\xff", b"9" * 30, b"\xd9\xa3", b"-", b"<", b"{", b"1e999", b"NaN")


def changed(sample: bytes, chance: random.Random) -> bytes:
    """Return the sample with one to three places changed, cut out, doubled or moved."""
    data = sample
    for _ in range(chance.randint(1, 3)):
        first, last = sorted((chance.randrange(len(data) + 1), chance.randrange(len(data) + 1)))
        last = min(last, first + chance.choice((0, 1, 2, 40)))
        piece = chance.choice((chance.choice(_PUT), chance.randbytes(chance.randint(0, 4)), data[first:last] * 2))
        data = data[:first] + piece + data[last:]
    return data


def tried(name: str, file: InputFile, clock: LocalClock) -> None:
    if name == "workbook":
        read_sheets(file.data)
    elif name == "unknown table":
        found = propose(file)
        assert read_file(file, clock, mapping=found.mapping)[0] == MAPPED
    else:
        read_file(file, clock, mapping=MAPPING if name == "mapped table" else None)


@pytest.mark.parametrize("name", SAMPLES)
def test_changed_files_are_read_or_refused_by_name(name: str, clock: LocalClock) -> None:
    chance, cases = random.Random(seeded(1)), sized(SLOW.get(name, CASES), in_drill=scaled(CASES))

    refused = 0
    for number in range(cases):
        sample = SAMPLES[name][number % len(SAMPLES[name])]
        try:
            tried(name, InputFile("file.csv", changed(sample, chance)), clock)
        except (UnreadableFile, NotUsed):
            refused += 1
    counts[f"{name} inputs"] += cases

    assert 0 < refused < cases
