"""Exports that a spreadsheet saved again in the form of its country: days and times stay what they were."""

import re
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from client.errors import UnreadableFile
from client.ingest.clock import LocalClock
from client.ingest.input_file import InputFile, Reading
from client.ingest.preview.file_reading import read_file

EXPORTS = {
    "whoop-cycles": (
        "Cycle start time,Cycle timezone,Heart rate variability (ms),Sleep onset,Wake onset,Asleep duration (min)\n"
        "2026-03-12 23:00:00,UTC+01:00,71,2026-03-12 23:00:00,2026-03-13 07:00:00,420\n"
        "2026-03-01 23:00:00,UTC+01:00,65,2026-03-01 23:10:00,2026-03-02 07:00:00,400\n"
    ),
    "whoop-sleeps": (
        "Cycle start time,Sleep onset,Wake onset,Asleep duration (min),Nap\n"
        "2026-03-12 23:00:00,2026-03-13 14:00:00,2026-03-13 14:30:00,25,true\n"
        "2026-03-01 23:00:00,2026-03-01 23:10:00,2026-03-02 07:00:00,400,false\n"
    ),
    "whoop-workouts": (
        "Workout start time,Workout end time,Average HR (bpm)\n2026-03-13 17:00:00,2026-03-13 18:00:00,150\n"
        "2026-03-02 17:00:00,2026-03-02 18:30:00,140\n"
    ),
    "oura-trends": (
        "date,Average HRV,Bedtime Start,Bedtime End,Total Sleep Duration\n"
        "2026-03-13,62,2026-03-12 23:00:00,2026-03-13 07:00:00,26100\n"
        "2026-03-02,60,2026-03-01 23:00:00,2026-03-02 07:00:00,25200\n"
    ),
    "fitbit-variability": "timestamp,rmssd,nremhr\n2026-03-13 00:00:00,41.5,52\n2026-03-02 00:00:00,40,51\n",
    "fitbit-sleep-score": (
        "timestamp,overall_score,deep_sleep_in_minutes\n2026-03-13 07:00:00,81,90\n2026-03-02 07:10:00,79,80\n"
    ),
    "hrv4training": "timestamp_measurement,HR,rMSSD\n2026-03-13 07:00:00,51,62\n2026-03-02 07:05:00,52,60\n",
    "elitehrv": "Datetime,Type,Rmssd,HR\n2026-03-13 07:00:00,readiness,62,51\n2026-03-02 07:05:00,readiness,60,52\n",
    "pmsys-srpe": (
        "end_date_time,activity_names,perceived_exertion,duration_min\n2026-03-13 18:00:00,run,5,75\n"
        "2026-03-02 18:00:00,run,6,60\n"
    ),
    "pmsys-injury": (
        "effective_time_frame,injuries\n2026-03-13 07:00:00,{'knee': 'minor'}\n2026-03-02 07:00:00,{'knee': 'major'}\n"
    ),
    "soccermon-readiness": "player,date,readiness,observed\n7,2026-03-13,6,True\n7,2026-03-02,7,True\n",
    "trainingpeaks-metrics": "Timestamp,Type,Value\n2026-03-13 07:00:00,Pulse,48\n2026-03-02 07:00:00,Pulse,47\n",
    "intervals-wellness": "date,restingHR,hrv,sleepSecs\n2026-03-13,51,62,27000\n2026-03-02,50,60,26000\n",
    "cronometer-days": "Date,Energy (kcal),Carbs (g)\n2026-03-13,2500,300\n2026-03-02,2400,280\n",
    "cronometer-servings": "Day,Food Name,Energy (kcal)\n2026-03-13,Oats,2500\n2026-03-02,Oats,2400\n",
    "myfitnesspal-meals": ("Date,Meal,Calories,Carbohydrates (g)\n2026-03-13,Lunch,900,80\n2026-03-02,Lunch,800,70\n"),
}
FORMS = {
    "day first": ("{d:02}/{m:02}/{y}", "{H:02}:{M:02}"),
    "month first": ("{m}/{d}/{y}", "{I}:{M:02} {p}"),
    "points": ("{d:02}.{m:02}.{y}", "{H:02}:{M:02}:00"),
    "short year": ("{d:02}/{m:02}/{short:02}", "{H}:{M:02}"),
    "dashes": ("{d:02}-{m:02}-{y}", "{H:02}:{M:02}:00"),
}
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)( \d\d:\d\d:\d\d)?")
Write = Callable[[re.Match[str]], str]


def in_form(form: str) -> Write:
    day, clock = FORMS[form]

    def written(match: re.Match[str]) -> str:
        at = datetime.fromisoformat(match[0])
        parts = {"d": at.day, "m": at.month, "y": at.year, "short": at.year % 100, "H": at.hour, "M": at.minute}
        parts |= {"I": at.hour % 12 or 12, "p": "PM" if at.hour >= 12 else "AM"}
        return (day if match[2] is None else f"{day} {clock}").format(**parts)

    return written


def read(text: str, clock: LocalClock) -> tuple[str, Reading]:
    name, readings = read_file(InputFile("a.csv", text.encode()), LocalClock(ZoneInfo("Europe/Oslo"), clock.now))
    (reading,) = readings.values()
    return name, reading


def told(reading: Reading) -> list[tuple[object, ...]]:
    return [(one.stream, one.start, one.end, one.offset_min, one.value) for one in reading.observations]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", EXPORTS)
def test_a_day_over_12_decides(clock: LocalClock, name: str, form: str) -> None:
    as_it_was = read(EXPORTS[name], clock)

    found = read(_TIME.sub(in_form(form), EXPORTS[name]), clock)

    assert (found[0], as_it_was[0]) == (name, name)
    assert len(told(as_it_was[1])) >= 2
    assert told(found[1]) == told(as_it_was[1])


@pytest.mark.parametrize("name", EXPORTS)
def test_dates_that_can_be_read_both_ways_are_asked_about(clock: LocalClock, name: str) -> None:
    early = EXPORTS[name].replace("2026-03-13", "2026-03-09").replace("2026-03-12", "2026-03-08")

    with pytest.raises(UnreadableFile, match="as day/month and as month/day"):
        read(_TIME.sub(in_form("day first"), early), clock)


def test_dates_that_prove_both_orders_are_asked_about(clock: LocalClock) -> None:
    text = "date,restingHR,hrv,sleepSecs\n13/03/2026,51,62,27000\n" + "03/14/2026,51,62,27000\n" * 9

    with pytest.raises(UnreadableFile, match="as day/month and as month/day"):
        read(text + "02/03/2026,50,60,26000\n" * 9, clock)


def test_one_column_proves_the_order_of_another(clock: LocalClock) -> None:
    """The nights' days are all before the 13th; when one of them began is not."""
    text = EXPORTS["oura-trends"].replace("2026-03-13", "2026-04-01").replace("2026-03-12", "2026-03-31")

    assert told(read(_TIME.sub(in_form("day first"), text), clock)[1]) == told(read(text, clock)[1])


@pytest.mark.parametrize("name", ["fitbit-variability", "fitbit-sleep-score"])
def test_a_download_of_fitbit_writes_the_month_first_and_two_figures_of_the_year(clock: LocalClock, name: str) -> None:
    early = EXPORTS[name].replace("2026-03-13", "2026-03-09")

    found = read(_TIME.sub(lambda at: f"{datetime.fromisoformat(at[0]):%m/%d/%y %H:%M:%S}", early), clock)

    assert told(found[1]) == told(read(early, clock)[1])


def test_the_meal_diary_has_the_day_first_also_where_no_day_is_over_12(clock: LocalClock) -> None:
    head = "date,timestamp,meals,weight,glasses_of_fluid,alcohol_consumed\n"
    rows = "02/03/2026,x,Breakfast,70,5,No\n03/03/2026,x,Lunch,71,4,No\n"

    found = read(head + rows, clock)

    assert {one.day.isoformat() for one in found[1].observations} == {"2026-03-02", "2026-03-03"}
    iso = read(
        head + _TIME.sub(r"\1", rows).replace("02/03/2026", "2026-03-02").replace("03/03/2026", "2026-03-03"), clock
    )
    assert told(iso[1]) == told(found[1])
