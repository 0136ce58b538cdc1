"""Meals and fluid: PMData's diary, Cronometer and MyFitnessPal."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

from client.biometrics.quality import QualityCounters
from client.biometrics.streams import SPECS, Stream
from client.ingest.clock import LocalClock
from client.ingest.input_file import InputFile, Reading, load
from client.ingest.mapped_csv import NOBODY
from client.ingest.preview.file_reading import read_file
from policies.vocabulary import Category
from tests.client.conftest import NOW
from tests.client.workbooks import excel

TextFile = Callable[..., InputFile]


def read(file: InputFile, clock: LocalClock, reader: str) -> Reading:
    name, readings = read_file(file, clock)
    assert name == reader
    return readings[NOBODY]


def days(reading: Reading) -> list[tuple[date, str, object]]:
    return [(one.day, one.stream.value, one.value) for one in reading.observations]


def days_of(reading: Reading, stream: str) -> list[tuple[date, object]]:
    return [(day, value) for day, name, value in days(reading) if name == stream]


def test_pmdata_diary_counts_meals_and_reads_day_before_month(text_file: TextFile, clock: LocalClock) -> None:
    text = (
        "date,timestamp,meals,weight,glasses_of_fluid,alcohol_consumed\n"
        '06/11/2019,06/12/2019 21:58:30,"Breakfast, Dinner",100,7,No\n'
        '09/11/2019,11/09/2019 21:17:02,"Breakfast, Lunch, Dinner",,9,Do not want to provide this information\n'
        "10/11/2019,10/12/2019 21:52:58,Nothing,0,,Yes\n"
    )

    reading = read(text_file(text), clock, "meal-diary")

    first, second, third = date(2019, 11, 6), date(2019, 11, 9), date(2019, 11, 10)
    assert days(reading) == [
        (first, "meals", 2.0),
        (first, "fluid_glasses", 7.0),
        (first, "body_weight", 100.0),
        (first, "alcohol_day", 0.0),
        (second, "meals", 3.0),
        (second, "fluid_glasses", 9.0),
        (third, "alcohol_day", 1.0),
    ]
    assert reading.report.details["missing:alcohol_day"] == 1
    assert reading.report.details["sentinel:body_weight"] == 1


def test_every_diary_of_the_real_files_is_accounted_for(real_data: Path, clock: LocalClock) -> None:
    paths = sorted(real_data.glob("pmdata/p*/googledocs/reporting.csv"))

    accounts = []
    for path in paths:
        reading = read(load(path), clock, "meal-diary")
        accounts.append(reading.ledger.account(reading.rows_of, ()))
        assert {one.day.year for one in reading.observations} <= {2019, 2020}

    assert len(accounts) == 11
    assert all(account.kept == account.rows > 0 for account in accounts)


def test_both_of_two_answers_for_a_day_are_read(text_file: TextFile, clock: LocalClock) -> None:
    text = (
        "date,timestamp,meals,weight,glasses_of_fluid,alcohol_consumed\n"
        "15/11/2019,11/15/2019 20:00:00,Breakfast,80,9,No\n"
        "16/11/2019,11/16/2019 20:00:00,Breakfast,,5,No\n"
        "15/11/2019,11/16/2019 20:01:00,Breakfast,80,8,No\n"
    )

    reading = read(text_file(text), clock, "meal-diary")

    first, second = date(2019, 11, 15), date(2019, 11, 16)
    assert days_of(reading, "fluid_glasses") == [(first, 9.0), (second, 5.0), (first, 8.0)]
    account = reading.ledger.account(reading.rows_of, ())
    assert (account.rows, account.kept, dict(account.dropped)) == (3, 3, {})


def test_cronometer_days(text_file: TextFile, clock: LocalClock) -> None:
    text = (
        "Date,Energy (kcal),Alcohol (g),Caffeine (mg),Water (g),Carbs (g),Protein (g),Completed\n"
        "2026-03-02,2900.5,0,80,2450.2,410,160.2,true\n2026-03-03,,,,,,,false\n"
    )

    reading = read(text_file(text), clock, "cronometer-days")

    assert {stream: value for _, stream, value in days(reading)} == {
        "energy_intake": 2900.5,
        "alcohol": 0.0,
        "fluid": 2450.2,
        "carbohydrate": 410.0,
        "protein": 160.2,
    }
    account = reading.ledger.account(reading.rows_of, ())
    assert (account.kept, account.dropped) == (1, {"missing": 1})


def test_meals_of_a_day_are_added_up_and_a_day_with_an_unknown_part_has_no_sum(
    text_file: TextFile, clock: LocalClock
) -> None:
    text = (
        "Date,Meal,Calories,Fat (g),Carbohydrates (g),Protein (g),Note\n"
        '2026-03-02,Breakfast,"1,400.5",20,90,30,with a friend\n2026-03-02,Dinner,900,30,110,60,\n'
        "2026-03-03,Breakfast,500,10,,25,\nsoon,Lunch,1,1,1,1,\n2026-03-03,Dinner,600,10,80,30\n"
    )

    reading = read(text_file(text), clock, "myfitnesspal-meals")

    second, third = date(2026, 3, 2), date(2026, 3, 3)
    assert sorted(days(reading)) == [
        (second, "carbohydrate", 200.0),
        (second, "energy_intake", 2300.5),
        (second, "protein", 90.0),
        (third, "energy_intake", 500.0),
        (third, "protein", 25.0),
    ]
    assert reading.report.details["incomplete_day:carbohydrate"] == 1
    account = reading.ledger.account(reading.rows_of, ())
    assert (account.rows, account.kept, account.dropped) == (5, 3, {"row_ragged": 1, "time_unreadable": 1})


def test_the_total_of_a_day_is_no_meal_and_a_comma_groups_where_commas_part_the_cells(
    text_file: TextFile, clock: LocalClock
) -> None:
    text = (
        "Date,Meal,Calories,Carbohydrates (g),Protein (g)\n2026-03-02,Breakfast,820,95,48\n"
        '2026-03-02,Lunch,"1,050",120,70\n2026-03-02,TOTAL,"1,870",215,118\n'
    )

    reading = read(text_file(text), clock, "myfitnesspal-meals")

    assert sorted((name, value) for _, name, value in days(reading)) == [
        ("carbohydrate", 215.0),
        ("energy_intake", 1870.0),
        ("protein", 118.0),
    ]
    account = reading.ledger.account(reading.rows_of, ())
    assert (account.rows, account.kept, account.dropped) == (3, 2, {"row_of_total": 1})


def test_servings_of_a_day_are_added_up(text_file: TextFile, clock: LocalClock) -> None:
    text = (
        "Day,Time,Group,Food Name,Amount,Energy (kcal),Alcohol (g),Carbs (g),Protein (g)\n"
        "2026-03-02,,Breakfast,Oats,80 g,300,,50,10\n2026-03-02,,Lunch,Rice,200 g,260,0,56,5\n"
    )

    reading = read(text_file(text), clock, "cronometer-servings")

    assert sorted(stream for _, stream, _ in days(reading)) == ["carbohydrate", "energy_intake", "protein"]
    assert reading.report.details["incomplete_day:alcohol"] == 1


def test_food_is_of_the_category_that_only_medical_staff_may_read() -> None:
    food = (
        Stream.ENERGY_INTAKE,
        Stream.PROTEIN,
        Stream.CARBOHYDRATE,
        Stream.FLUID,
        Stream.ALCOHOL,
        Stream.ALCOHOL_DAY,
    )

    assert {SPECS[stream].category for stream in (*food, Stream.MEALS)} == {Category.NUTRITION}


def test_a_column_that_stands_twice_is_not_read(text_file: TextFile, clock: LocalClock) -> None:
    text = "Date,Meal,Calories,Carbohydrates (g),Protein (g),Protein (g)\n2026-03-02,Lunch,900,110,60,61\n"

    reading = read(text_file(text), clock, "myfitnesspal-meals")

    assert sorted(stream for _, stream, _ in days(reading)) == ["carbohydrate", "energy_intake"]


def test_days_and_times_of_a_workbook_make_one_sum_a_day(clock: LocalClock) -> None:
    head = ("Date", "Meal", "Calories", "Carbohydrates (g)", "Protein (g)")
    days = (date(2026, 3, 2), datetime(2026, 3, 2), datetime(2026, 3, 2, 19, 30))  # noqa: DTZ001 - a sheet's are local
    book = excel({"A": [head, *((day, "a meal", 500, 60, 20) for day in days)]})

    reading = read(InputFile("meals.xlsx", book), clock, "myfitnesspal-meals")

    assert days_of(reading, "energy_intake") == [(date(2026, 3, 2), 1500.0)]


def test_a_time_in_utc_is_of_the_athletes_day() -> None:
    here = LocalClock(timezone(timedelta(hours=10)), NOW)
    late = datetime(2026, 3, 1, 20, tzinfo=UTC)

    assert here.day_of(late) == date(2026, 3, 2)
    assert here.day_of(late.astimezone(timezone(timedelta(hours=-5)))) == date(2026, 3, 1)
    assert here.day_of(datetime.max.replace(tzinfo=UTC)) == date.max
    assert here.local_day(late, QualityCounters()) == here.local_day(date(2026, 3, 2), QualityCounters())
