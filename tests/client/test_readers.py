"""Readers of questionnaires, device exports and intervals: what is kept, and how the rest is counted."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest

from client.biometrics.quality import QualityCounters
from client.biometrics.streams import Stream
from client.errors import NotUsed, UnreadableFile
from client.ingest import fitbit, hrv_csv, pmsys, rr_text, soccermon
from client.ingest.clock import LocalClock
from client.ingest.format_registry import reader_for
from client.ingest.input_file import InputFile, Reading

TextFile = Callable[..., InputFile]

WELLNESS = "effective_time_frame,fatigue,mood,readiness,sleep_duration_h,sleep_quality,soreness,soreness_area,stress\n"


def values(reading: Reading, stream: Stream) -> list[object]:
    return [observation.value for observation in reading.observations if observation.stream is stream]


def test_wellness_zeros_are_missing_and_a_zero_readiness_is_marked(text_file: TextFile, clock: LocalClock) -> None:
    rows = "2019-11-01T08:00:00.000Z,0,3,0,7,3,2,[],3\n2019-11-01T20:00:00.000Z,2,3,8,7,3,2,[12921003],3\n"

    reading = pmsys.read_wellness(text_file(WELLNESS + rows + "2019-11-02T08:00:00Z,0,0,0,0,0,0,[0],0\n"), clock)

    assert values(reading, Stream.FATIGUE) == [2.0]
    assert values(reading, Stream.READINESS) == [0.0, 8.0]
    assert reading.observations[-1].start.day == 1, "a row of zeros only holds no answer at all"
    flagged = [o.quality for o in reading.observations if o.stream is Stream.READINESS]
    assert flagged == [("ambiguous_zero",), ()]
    details = reading.report.details
    assert (details["ambiguous_zero:readiness"], details["all_zero_row"], reading.report.duplicate) == (2, 1, 1)
    assert details["sentinel:fatigue"] == 2
    assert values(reading, Stream.SORENESS_AREA) == ["[12921003]"]


def test_a_session_starts_before_it_ends_and_half_a_session_is_kept_as_half(
    text_file: TextFile, clock: LocalClock
) -> None:
    text = (
        "end_date_time,activity_names,perceived_exertion,duration_min\n"
        "2019-11-05T22:30:00.000Z,\"['individual', 'running']\",7,30\n2019-11-18T13:34:02.327Z, {},,\n"
    )

    reading = pmsys.read_srpe(text_file(text), clock)

    assert [o.start.hour for o in reading.observations] == [22, 22]
    assert values(reading, Stream.SESSION_DURATION_MIN) == [30.0]
    assert reading.report.details["incomplete_session"] == 1


def test_injury_reports_give_the_worst_degree_and_nothing_is_evaluated(text_file: TextFile, clock: LocalClock) -> None:
    text = (
        "effective_time_frame,injuries\n2020-01-06T05:39:54Z,{}\n"
        "2020-01-07T22:33:38Z,\"{'right_hand': 'minor', 'left_knee': 'major'}\"\n"
        "2020-01-08T22:33:38Z,\"__import__('os').getcwd()\"\n2020-01-09T22:33:38Z,{'knee': 'purple'}\n"
    )

    reading = pmsys.read_injury(text_file(text), clock)

    assert values(reading, Stream.INJURY_STATUS) == [0.0, 2.0]
    assert values(reading, Stream.INJURY_SITES) == ["left_knee: major, right_hand: minor"]
    assert reading.report.details["dropped:report_unreadable"] == 2


def test_zero_resting_heart_rate_is_a_day_without_one(clock: LocalClock) -> None:
    rows = [
        {"dateTime": "2019-11-01 00:00:00", "value": {"date": "11/01/19", "value": 53.7, "error": 6.8}},
        {"dateTime": "2019-11-02 00:00:00", "value": {"date": None, "value": 0.0, "error": 0.0}},
    ]
    file = InputFile("resting_heart_rate.json", json.dumps(rows).encode())

    reading = reader_for(file).read(file, clock)  # type: ignore[misc]  # this file's reader is a function

    assert values(reading, Stream.RESTING_HEART_RATE) == [53.7]
    assert reading.report.sentinel == 1


def test_sleep_times_in_mixed_formats_and_our_own_efficiency(clock: LocalClock) -> None:
    night = {
        "dateOfSleep": "2019-11-02",
        "startTime": "2019-11-01 23:30:00",
        "endTime": "2019-11-02T07:30:00.000",
        "minutesAsleep": 432,
        "timeInBed": 480,
        "efficiency": 97,
        "mainSleep": True,
    }
    nap = {
        **night,
        "startTime": "2019-11-02 14:00:00",
        "endTime": "2019-11-02 14:30:00",
        "minutesAsleep": 25,
        "mainSleep": False,
    }
    file = InputFile("sleep.json", json.dumps([night, nap]).encode())

    reading = fitbit.read_sleep(file, clock)

    assert values(reading, Stream.SLEEP_EFFICIENCY) == [90.0]
    assert values(reading, Stream.SLEEP_PERIOD_MIN) == [432.0, 25.0]
    assert {o.day.isoformat() for o in reading.observations} == {"2019-11-02"}


def test_imputed_values_never_become_readings(text_file: TextFile, clock: LocalClock) -> None:
    rows = "3,2020-03-20,6.0,True\n3,2020-03-21,6.14,False\n4,2020-03-20,7.0,True\n3,2020-03-22,5.0,\n"
    text = "player,date,readiness,observed\n" + rows

    players = soccermon.read_players(text_file(text), clock)

    assert set(players) == {"3", "4"}
    assert values(players["3"], Stream.READINESS) == [6.0]
    assert players["3"].report.details["sentinel:imputed"] == 2
    assert set(soccermon.read_players(text_file(text), clock, player="4")) == {"4"}


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(["812", "845", "798"] * 10),
        "\n".join(["0.812", "0.845", "0.798"] * 10),
        "\n".join(f"{i * 0.8:.3f} {rr}" for i, rr in enumerate(["0.812", "0.845", "0.798"] * 10)),
        "\r".join(["812", "845", "798"] * 10),
        "\ufeff812\r\n845\r\n798\r\n" * 1 + "\r\n".join(["812", "845", "798"] * 9),
    ],
)
def test_intervals_in_ms_or_s_in_one_or_two_columns(text: str, clock: LocalClock) -> None:
    file = InputFile("2026-03-04_0715.txt", text.encode())
    assert reader_for(file).name == "rr-text"

    reading = rr_text.read_intervals(file, clock)

    (series,) = values(reading, Stream.RR_INTERVALS)
    assert isinstance(series, tuple)
    assert series[:3] == pytest.approx((812.0, 845.0, 798.0))
    assert len(series) == 30
    assert reading.observations[0].start == datetime(2026, 3, 4, 7, 15, tzinfo=UTC)


def test_an_impossible_interval_stays_in_its_place_as_an_artefact(clock: LocalClock) -> None:
    text = "\n".join(["812"] * 20 + ["29", "15000"] + ["812"] * 20)

    reading = rr_text.read_intervals(InputFile("x.txt", text.encode()), clock)

    (series,) = values(reading, Stream.RR_INTERVALS)
    assert isinstance(series, tuple)
    assert (len(series), series[20], series[21]) == (42, 29.0, 10_000.0)
    assert reading.report.details["artefact:rr_intervals"] == 2


def test_beats_per_minute_are_no_intervals(clock: LocalClock) -> None:
    with pytest.raises(UnreadableFile, match="which are no beat intervals"):
        rr_text.read_intervals(InputFile("bpm.txt", "\n".join(["71", "72", "70"] * 20).encode()), clock)


def test_dates_with_the_day_before_the_month_are_turned_round(text_file: TextFile, clock: LocalClock) -> None:
    text = "timestamp_measurement,HR,rMSSD\n2017-19-07 08:00:00 +0000,50,60\n2017-05-08 08:00:00 +0000,50,61\n"

    reading = hrv_csv.read_hrv4training(text_file(text), clock)

    assert [o.start.strftime("%m-%d") for o in reading.observations[::2]] == ["07-19", "08-05"]
    assert reading.report.clock == 2


def test_readings_that_are_not_at_rest_are_left_out_with_a_reason_however_the_type_is_written(
    text_file: TextFile, clock: LocalClock
) -> None:
    text = (
        "Member,Date,Datetime,Type,Rmssd,HR\nm,2026-03-02,2026-03-02 07:10:00,Readiness,53.4,52.1\n"
        "m,2026-03-02,2026-03-02 12:10:00,Training,20,120\n"
    )

    reading = hrv_csv.read_elitehrv(text_file(text), clock)

    assert values(reading, Stream.RMSSD) == [53.4]
    account = reading.ledger.account(reading.rows_of, ())
    assert (account.kept, account.dropped, reading.report.dropped) == (1, {"not_at_rest": 1}, 0)


def test_a_reported_day_of_rest_is_no_session_of_unknown_load(text_file: TextFile, clock: LocalClock) -> None:
    text = (
        "end_date_time,activity_names,perceived_exertion,duration_min\n2026-03-05T18:00:00Z,x,0,0\n"
        "2026-03-06T18:00:00Z,x,6,60\n2026-03-07T18:00:00Z,x,0,\n2026-03-08T18:00:00Z,x,-1,60\n"
    )

    reading = pmsys.read_srpe(text_file(text), clock)

    assert [o.day.day for o in reading.observations if o.stream is Stream.REST_DAY] == [5]
    assert values(reading, Stream.SESSION_RPE) == [6.0, 0.0]
    assert values(reading, Stream.SESSION_DURATION_MIN) == [60.0, 60.0]


def test_a_header_one_name_short_is_not_read_as_shifted_columns(text_file: TextFile, clock: LocalClock) -> None:
    text = "timestamp_measurement,HR,rMSSD\n" + "2017-04-01 09:56:21 +0000,963,62.3,71.2\n" * 8

    with pytest.raises(UnreadableFile, match="columns cannot be told apart"):
        hrv_csv.read_hrv4training(text_file(text), clock)


def test_a_shifted_column_is_caught_by_its_range(text_file: TextFile, clock: LocalClock) -> None:
    text = "timestamp_measurement,HR,rMSSD\n" + "".join(f"2017-04-{n:02} 09:56:21 +0000,963,962\n" for n in range(1, 9))

    with pytest.raises(UnreadableFile, match="shifted"):
        hrv_csv.read_hrv4training(text_file(text), clock)


@pytest.mark.parametrize("cell", ["NaN", "inf", "-inf", "1e999", "twelve", "", "null"])
def test_what_is_no_number_is_never_a_zero(cell: str, text_file: TextFile, clock: LocalClock) -> None:
    row = f"2019-11-01T08:00:00Z,{cell},3,5,7,3,2,[],3\n"

    reading = pmsys.read_wellness(text_file(WELLNESS + row), clock)

    assert values(reading, Stream.FATIGUE) == []
    assert values(reading, Stream.MOOD) == [3.0]
    assert any("fatigue" in code for code in reading.report.details)


@pytest.mark.parametrize("text", ["1989-12-31T00:00:00Z", "2031-01-01T00:00:00Z", "yesterday", "2019-13-45T00:00:00Z"])
def test_an_impossible_time_drops_the_row_and_says_so(text: str, text_file: TextFile, clock: LocalClock) -> None:
    reading = pmsys.read_wellness(text_file(WELLNESS + f"{text},2,3,5,7,3,2,[],3\n"), clock)

    assert reading.observations == ()
    assert reading.report.dropped == 1


def test_local_time_and_utc_are_both_kept_over_daylight_saving() -> None:
    try:
        oslo = LocalClock(ZoneInfo("Europe/Oslo"), datetime(2026, 1, 1, tzinfo=UTC))
    except ZoneInfoNotFoundError:
        pytest.skip("this machine has no time zone database")
    counters = QualityCounters()

    summer = oslo.instant("2019-07-01 00:30:00", counters)
    winter = oslo.instant("2019-12-01T23:30:00Z", counters)
    twice = oslo.instant("2019-10-27 02:30:00", counters)

    assert summer is not None
    assert (summer.utc.isoformat(), summer.offset_min) == ("2019-06-30T22:30:00+00:00", 120)
    assert winter is not None
    assert winter.offset_min == 60
    assert twice is not None
    assert counters.report().clock == 1


def test_a_written_offset_wins_over_the_club_s_time_zone(clock: LocalClock) -> None:
    moment = clock.instant("2017-04-01 09:56:21 -0300", QualityCounters())

    assert moment is not None
    assert (moment.utc.hour, moment.offset_min) == (12, -180)


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("empty.csv", b"", "empty"),
        ("blank.csv", b"\xef\xbb\xbf \r\n\n", "empty"),
        ("heart_rate.json", b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", "git-lfs pointer"),
        ("cut.json", b'[{"dateOfSleep": "2019-', "only its beginning"),
        ("list.json", b"[1, 2]", "list of records"),
        ("odd.json", b'[{"a": 1}]', "no reader"),
        ("odd.json", b'{"a": {"b": 1}}', "a kind that no reader knows"),
        ("odd.json", b'{"a": [{"b": 1}]', "a kind that no reader knows"),
        ("ride.json", b'\xef\xbb\xbf{\n\t"RIDE":{"STARTTIME": "2026/03/13 16:30:00 UTC "}}', "a ride of GoldenCheetah"),
        ("night.json", b'{"dailySleepDTO": {"sleepTimeSeconds": 27000}}', "a page of Garmin Connect"),
        ("night.json", b'[{"night": "2026-03-13", "sleepResult": {}}]', "a night of a Polar account"),
        ("health.json", b'{"data": {"metrics": [{"name": "weight"}]}}', "the app Health Auto Export"),
        ("other.csv", b"a,b,c\n1,2,3\n", "no reader"),
        ("twice.csv", b"a,a\n1,2\n", "same name"),
        ("weeks.csv", b"nr. sessions,nr. rest days,Date\n1,2,3\n", "without dates"),
        ("records.csv", b"timestamp,heart_rate,speed,distance\n1,2,3,4\n", "single records"),
        ("days.csv", b"Day,RPE.Load\n1,567\n", "days are numbers"),
        ("walk.mot", b"Coordinates\nversion=1\nendheader\ntime\tknee\n0.0\t1.0\n", "OpenSim"),
        ("a.pdf", b"%PDF-1.7 ...", "a PDF"),
        ("a.html", b"<!DOCTYPE html><html><body></body></html>", "a page of a browser"),
        ("a.html", b"<html><body></body></html>", "a page of a browser"),
        ("a.xml", b"<?xml version='1.0'?><Recipe/>", "Recipe"),
        ("a.7z", b"7z\xbc\xaf\x27\x1c" + b"\x00" * 20, "a 7z archive"),
        ("a.tar", b"a" * 257 + b"ustar\x0000", "a tar archive"),
        ("binary.csv", b"\x00\x01\x02" * 50, "binary"),
        ("deep.json", b"[" * 100_000, "JSON"),
    ],
)
def test_what_is_no_data_has_a_reason(name: str, data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        reader_for(InputFile(name, data))


def test_known_files_without_reader_are_not_called_broken() -> None:
    minutes = InputFile("lightly_active_minutes.json", b'[{"dateTime": "2019-11-01 00:00:00", "value": "245"}]')

    with pytest.raises(NotUsed):
        reader_for(minutes)


@pytest.mark.parametrize(
    "change", [lambda t: "\ufeff" + t, lambda t: t.replace("\n", "\r\n"), lambda t: t.replace("\n", "\r")]
)
def test_byte_order_marks_and_line_ends_change_nothing(
    change: Callable[[str], str], text_file: TextFile, clock: LocalClock
) -> None:
    text = WELLNESS + "2019-11-01T08:00:00Z,2,3,5,7,3,2,[],3\n"
    plain, changed = text_file(text), text_file(change(text))

    assert reader_for(changed).name == "pmsys-wellness"
    assert len(pmsys.read_wellness(changed, clock).observations) == len(pmsys.read_wellness(plain, clock).observations)


def test_an_export_of_hrv4training_names_what_is_not_read(text_file: TextFile, clock: LocalClock) -> None:
    text = "timestamp_measurement,HR,rMSSD,sport,note\n2026-03-02 07:00:00,50,60,run,\n"

    assert hrv_csv.read_hrv4training(text_file(text), clock).report.notes == ("columns that are not read: sport, note",)
