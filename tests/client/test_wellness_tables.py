"""Wellness and variability of training diaries: methods, scales and directions stay apart, cycle fields are dropped."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from client.biometrics.quality import QualityCounters
from client.biometrics.streams import SPECS, Stream
from client.errors import BadMapping, UnreadableFile
from client.features.daily import build
from client.ingest.clock import LocalClock
from client.ingest.format_registry import reader_for
from client.ingest.input_file import InputFile, Reading
from client.ingest.mapped_csv import NOBODY
from client.ingest.mapping import read_mapping
from client.ingest.preview.file_reading import read_file
from client.ingest.preview.proposal import propose
from client.ingest.text_table import read_table

TextFile = Callable[..., InputFile]
INTERVALS = (
    "date,weight,restingHR,hrv,hrvSDNN,menstrualPhase,sleepSecs,sleepQuality,soreness,fatigue,stress,mood,motivation,"
    "comments\n"
)


def read(file: InputFile, clock: LocalClock) -> Reading:
    (reading,) = read_file(file, clock)[1].values()
    return reading


def values(reading: Reading) -> dict[str, object]:
    return {one.stream.value: one.value for one in reading.observations}


def test_intervals_items_have_streams_of_their_own(text_file: TextFile, clock: LocalClock) -> None:
    text = INTERVALS + "2026-03-02,71.5,51,63.2,58.1,LUTEAL,27000,1,2,3,4,1,2,slept badly\n2026-03-03,,0,,,,,,,,,,,\n"

    reading = read(text_file(text), clock)

    assert values(reading) == {
        "rmssd": 63.2,
        "sdnn": 58.1,
        "resting_heart_rate": 51.0,
        "sleep_duration_h": 7.5,
        "intervals_sleep_quality": 1.0,
        "intervals_fatigue": 3.0,
        "intervals_stress": 4.0,
        "intervals_soreness": 2.0,
        "intervals_mood": 1.0,
        "intervals_motivation": 2.0,
        "body_weight": 71.5,
    }
    assert {one.day for one in reading.observations} == {date(2026, 3, 2)}
    assert reading.report.details["sentinel:resting_heart_rate"] == 1
    assert any("by schema only" in note for note in reading.report.notes)


def test_items_of_two_instruments_are_never_one_column(text_file: TextFile, clock: LocalClock) -> None:
    fields = {"version": 1, "app": "hooper", "time": {"column": "day", "format": "date"}}
    streams = [{"column": "fatigue", "stream": "hooper_fatigue", "scale": [1, 7]}]
    hooper = read_mapping(json.dumps({**fields, "streams": streams}).encode())
    items = [
        *read(text_file(INTERVALS + "2026-03-02,,,,,,,,,3,,,,\n"), clock).observations,
        *read_file(text_file("day,fatigue\n2026-03-02,6\n"), clock, mapping=hooper)[1][NOBODY].observations,
    ]

    table = build(items)

    assert table.column("intervals_fatigue").tolist() == [3.0]
    assert table.column("hooper_fatigue").tolist() == [6.0]
    assert "fatigue" not in table.columns
    assert SPECS[Stream.HOOPER_FATIGUE].meaning == "fatigue item, 1 is best"
    with pytest.raises(BadMapping, match="scale from 1 to 7"):
        read_mapping(json.dumps({**fields, "streams": [{**streams[0], "scale": [1, 5]}]}).encode())


def test_seven_steps_in_a_column_of_five_refuse_the_file(text_file: TextFile, clock: LocalClock) -> None:
    rows = "".join(f"2026-03-{day:02},,,,,,,,,{1 + day % 7},,,,\n" for day in range(1, 15))

    with pytest.raises(UnreadableFile, match="another scale"):
        read(text_file(INTERVALS + rows), clock)


def test_metrics_of_trainingpeaks_are_taken_by_name_and_hrv_without_a_method_is_not(
    text_file: TextFile, clock: LocalClock
) -> None:
    text = (
        '"Timestamp","Type","Value"\n"2026-03-02 07:00:00","Pulse","48"\n"2026-03-02 07:00:00","HRV","70"\n'
        '"2026-03-02 07:00:00","Weight Pounds","150"\n"2026-03-02 07:00:00","Fatigue","3"\n'
    )

    reading = read(text_file(text), clock)

    assert values(reading) == {"resting_heart_rate": 48.0, "body_weight": pytest.approx(68.0388555)}
    assert reading.report.details["left_out:metric_not_read"] == 2
    assert reading.ledger.account(reading.rows_of, ()).dropped == {"metric_not_read": 2}


def test_measures_of_goldencheetah(clock: LocalClock) -> None:
    at = int(datetime(2026, 3, 2, 6, 30, tzinfo=UTC).timestamp())
    hrv = {"when": at, "comment": "", "rmssd": 53.4, "hr": 52.1, "avnn": 1100, "sdnn": 0, "source": 3}
    body = {"when": at, "weightkg": 71.5, "fatkg": 8}
    rest = [{"when": "soon"}, {"when": at, "lf": 3}]
    files = [json.dumps({"measures": [one, *rest], "version": 1}) for one in (hrv, body)]

    found = [read(InputFile("measures.json", text.encode()), clock) for text in files]

    assert [values(reading) for reading in found] == [
        {"rmssd": 53.4, "resting_heart_rate": 52.1},
        {"body_weight": 71.5},
    ]
    account = found[0].ledger.account(found[0].rows_of, ())
    assert (account.rows, account.dropped) == (3, {"time_unreadable": 1, "metric_not_read": 1})
    assert found[0].report.details["clock:zone_assumed"] == 2


@pytest.mark.parametrize("text", ['{"measures": 5}', '{"measures": [5]}', '{"measures": [{"when": 1'])
def test_damaged_measures_are_refused_by_their_own_name(clock: LocalClock, text: str) -> None:
    file = InputFile("hrvmeasures.json", text.encode())

    with pytest.raises(UnreadableFile, match="GoldenCheetah"):
        reader_for(file).readings(file, clock, label=None, nobody=NOBODY)


@pytest.mark.parametrize("name", ["menstrualPhase", "Cycle day", "period_start", "pregnancy_snapshot", "Ovulation"])
def test_cycle_and_pregnancy_are_dropped_where_a_table_is_split(text_file: TextFile, name: str) -> None:
    streams = [{"column": name, "stream": "readiness"}]
    mapping = {"version": 1, "app": "a", "time": {"column": "date"}, "streams": streams}

    found = propose(text_file(f"date,readiness,{name}\n2026-03-02,7,3\n"))

    (row,) = read_table(text_file(f"date,readiness,{name}\n2026-03-02,7,3\n")).rows(QualityCounters())
    assert row == {"date": "2026-03-02", "readiness": "7"}
    assert [entry.column for entry in found.mapping.streams] == ["readiness"]
    with pytest.raises(BadMapping, match="never read"):
        read_mapping(json.dumps(mapping).encode())


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"{60 + n % 9}\n" for n in range(60)),
        "RR\n" + "".join(f"{60 + n % 9}\n" for n in range(60)),
        "elapsed;rr\n" + "".join(f"{n};{60 + n % 9}\n" for n in range(60)),
        "".join(f"{n / 2:.1f}\t{120 + n % 9}\n".replace(".", ",") for n in range(60)),
    ],
)
def test_heart_rates_per_minute_are_no_beat_intervals(text_file: TextFile, clock: LocalClock, text: str) -> None:
    with pytest.raises(UnreadableFile, match="heart rates per minute, which are no beat intervals"):
        read(text_file(text, "2026-03-02.txt"), clock)


def test_beat_intervals_beside_times_in_another_form_are_not_sent_to_a_mapping(
    text_file: TextFile, clock: LocalClock
) -> None:
    text = "time,RR (ms)\n" + "".join(f"03/02/2026 07:10:{n:02} AM,{800 + n}\n" for n in range(40))

    with pytest.raises(UnreadableFile, match="keep the intervals alone"):
        read(text_file(text, "rr.csv"), clock)


@pytest.mark.parametrize("time", ["{n}", "07:10:{n:02}", "{n}.5"])
def test_a_table_of_heart_rates_per_minute_is_named(text_file: TextFile, clock: LocalClock, time: str) -> None:
    text = "Time,Heart rate\n" + "".join(f"{time.format(n=n)},{60 + n % 9}\n" for n in range(40))

    with pytest.raises(UnreadableFile, match="heart rates per minute of one recording"):
        read(text_file(text, "2026-03-02.csv"), clock)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "timestamp_measurement;HR;rMSSD\n2026-03-02 07:01:00 +0000;52,1;53,4\n2026-03-03 07:01:00 +0000;51;60\n",
            [53.4, 52.1, 60.0, 51.0],
        ),
        ("date;restingHR;hrv;sleepSecs\n2026-03-02;51;63,2;27000\n", [63.2, 51.0, 7.5]),
        ("Timestamp;Type;Value\n2026-03-02 05:00:00;Sleep Hours;7,5\n2026-03-02 05:00:00;Pulse;48\n", [7.5, 48.0]),
        ("end_date_time;perceived_exertion;duration_min\n2026-03-02T17:00:00Z;6;62,5\n", [6.0, 62.5]),
        (
            "effective_time_frame;fatigue;mood;readiness;sleep_duration_h;sleep_quality;soreness;stress\n"
            "2026-03-02T06:00:00Z;3;;6;7,5;;;\n2026-03-03T06:00:00Z;;;;8;;;\n",
            [3.0, 7.5, 6.0, 8.0],
        ),
        ("player;date;readiness;observed\n1;2026-03-02;6,5;True\n", [6.5]),
        ("date;Average HRV;Lowest Resting Heart Rate\n2026-03-02;61,5;48,5\n", [61.5, 48.5]),
        ("timestamp;rmssd;nremhr;entropy\n2026-03-02T00:00:00;61,5;50,1;2,1\n", [61.5]),
        ("timestamp;overall_score;deep_sleep_in_minutes\n2026-03-02T06:42:30Z;78,5;85\n", [78.5, 85.0]),
        (
            "date;timestamp;meals;weight;glasses_of_fluid;alcohol_consumed\n02/03/2026;x;Lunch;72,5;8;No\n",
            [1.0, 8.0, 72.5, 0.0],
        ),
    ],
)
def test_exports_that_a_spreadsheet_saved_again_have_decimal_commas(
    text_file: TextFile, clock: LocalClock, text: str, found: list[float]
) -> None:
    assert [one.value for one in read(text_file(text), clock).observations] == found


def test_a_test_lying_and_standing_is_an_instrument_of_its_own(text_file: TextFile, clock: LocalClock) -> None:
    text = (
        " timestamp_measurement, HR_lying, rMSSD_lying, HR_standing, rMSSD_standing\n\n"
        "2026-03-02 07:01:00 +0000,52.1,53.4,80,20\n"
    )

    reading = read(text_file(text), clock)

    assert values(reading) == {"rmssd": 53.4, "resting_heart_rate": 52.1}
    assert {one.source.device for one in reading.observations} == {"lying"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "Phone timestamp;HR [bpm]\n2026-03-02T06:10:00.804;61\n2026-03-02T06:10:01.804;62\n",
            "no variability comes from",
        ),
        ("seconds,heart rate,speed\n0,120,3.1\n1,121,3.2\n", "no variability comes from"),
        ("Kubios HRV Standard\nPARAMETERS,,\nRMSSD (ms):,43.1,\n", "a report of results of Kubios"),
    ],
)
def test_what_looks_like_beats_and_holds_none_is_told_by_its_name(
    text_file: TextFile, clock: LocalClock, text: str, says: str
) -> None:
    with pytest.raises(UnreadableFile, match=says):
        read(text_file(text, "2026-03-02.txt"), clock)


@pytest.mark.parametrize(
    "text",
    [
        "# Kubios, RR in s\n" + "".join(f"0,8{n % 10}\n" for n in range(40)),
        "".join(f"{800 + n % 10}\n" for n in range(40)),
        "Time;RR-interval [ms]\n" + "".join(f"{n},5;{800 + n % 10}\n" for n in range(40)),
        "".join(f"{0.8 * n:.3f}\t0.8{n % 10}\n".replace(".", ",") for n in range(40)),
    ],
)
def test_beats_as_kubios_elite_hrv_and_polar_write_them(text_file: TextFile, clock: LocalClock, text: str) -> None:
    (series,) = read(text_file(text, "2026-03-02 07-10-00.txt"), clock).observations

    assert isinstance(series.value, tuple)
    assert (len(series.value), min(series.value) >= 800, max(series.value) < 900) == (40, True, True)
