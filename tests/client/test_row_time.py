"""The time column of a mapped table: a pattern that cannot fix a day is refused, and exchanged dates are noticed."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.errors import UnreadableFile
from client.ingest.cells.clock_time import read_zone
from client.ingest.cells.row_time import DayOrder, check_format, likely_format, read_time
from client.ingest.cells.time_columns import FoundTime, find_time


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("%Y-W%W", "fix a day"),
        ("%Y-%m", "fix a day"),
        ("%d.%m. %H:%M", "fix a day"),
        ("%H:%M", "fix a day"),
        ("%G-W%V", "weekday"),
        ("%m/%d/%Y %H:%M %p", "needed together"),
        ("%m/%d/%Y %I:%M", "needed together"),
        ("%d.%m.%Y %M", "say the hour"),
        ("%Y-%m-%d %Z", "%z"),
        ("%c", "depend on the machine"),
        ("%-d/%m/%Y", "cannot be used"),
        ("%Q", "cannot be used"),
        ("yyyy-mm-dd", "a pattern such as"),
    ],
)
def test_a_format_that_fixes_no_day_or_hour_is_refused(pattern: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        check_format(pattern)


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2039, 12, 31)),  # noqa: DTZ001 - local times
    st.sampled_from(
        ["%d.%m.%Y, %H:%M:%S", "%b %d, %Y, %I:%M:%S %p", "%G-W%V-%u %H:%M", "%Y%j", "%d/%m/%y %H", "%Y-%U-%a"]
    ),
)
def test_a_format_that_passes_gives_back_the_day_and_the_hour(moment: datetime, pattern: str) -> None:
    found = read_time(moment.strftime(check_format(pattern)), pattern)

    assert isinstance(found, datetime)
    assert found.date() == moment.date()
    assert found.hour in (moment.hour, 0 if "H" not in pattern and "I" not in pattern else moment.hour)


def test_spreadsheet_days_and_seconds_since_1970_are_read_where_they_are_declared() -> None:
    assert read_time("46083", "excel") == datetime(2026, 3, 2)  # noqa: DTZ001 - serials are local
    assert read_time("46083.75", "excel") == datetime(2026, 3, 2, 18)  # noqa: DTZ001 - serials are local
    assert read_time("1772436600", "unix_s") == datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
    assert read_time("1772436600000", "unix_ms") == datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
    assert [
        likely_format([text])
        for text in ("46083", "1772436600", "1772436600000", "2 March", "2026-03-02 10:00", "2.3.2026")
    ] == [
        "excel",
        "unix_s",
        "unix_ms",
        None,
        "iso",
        "%d.%m.%Y",
    ]


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("+05:30", 330),
        ("-0530", -330),
        ("\u22125", -300),
        ("UTC+2", 120),
        ("gmt -3:30", -210),
        ("Z", 0),
        ("0530", None),
        ("7200", None),
        ("530", None),
        (",5", None),
        ("A5", None),
        ("+15", None),
        ("+05:60", None),
        ("CET", None),
    ],
)
def test_a_zone_is_an_offset_with_its_sign_or_a_place(text: str, minutes: int | None) -> None:
    zone = read_zone(text)

    offset = None if zone is None else zone.utcoffset(datetime(2026, 3, 2))  # noqa: DTZ001 - of any time
    assert offset == (None if minutes is None else timedelta(minutes=minutes))


def test_a_column_of_offsets_in_seconds_is_not_proposed_as_a_zone() -> None:
    assert find_time({"Date": ["2026-03-02"] * 3, "Offset": ["7200"] * 3}) == FoundTime(
        "Date", "date", None, None, False
    )


@pytest.mark.parametrize("text", ["2026-W09", "2026W09", "٢٠٢٦-03-02", "2026-03", "46083"])
def test_a_week_a_month_and_other_digits_are_no_day(text: str) -> None:
    assert read_time(text, "date") is None


def seen(form: str, *texts: str) -> DayOrder:
    order = DayOrder(form)
    for text in texts:
        order.see(text)
    return order


@pytest.mark.parametrize(
    ("form", "texts"),
    [
        ("%m/%d/%Y", ["02/03/2026", "03/03/2026", "13/03/2026", "14/03/2026"]),
        ("%d.%m.%Y %H:%M", ["03.13.2026 18:00"]),
        ("date", ["2026-13-03", "2026-02-03"]),
        ("iso", ["2026-13-03T10:00:00"]),
        ("%m/%d/%Y", ["13/03/2026", "03/14/2026"]),
    ],
)
def test_dates_that_only_fit_the_other_order_refuse_the_file(form: str, texts: list[str]) -> None:
    with pytest.raises(UnreadableFile, match="exchanged in the column when"):
        seen(form, *texts).check("when")


def test_one_slip_among_many_dates_that_prove_the_order_is_a_slip() -> None:
    days = [date(2026, 3, 13) + timedelta(days=n) for n in range(18)]

    seen("date", "2026-13-01", *(day.isoformat() for day in days)).check("when")


def test_dates_that_may_be_read_both_ways_are_doubtful_only_where_all_fall_on_one_day_of_the_month() -> None:
    assert seen("%m/%d/%Y", *(f"{day:02}/03/2026" for day in range(1, 8))).is_doubtful
    assert not seen("%d/%m/%Y", *(f"{day:02}/03/2026" for day in range(1, 8))).is_doubtful
    assert not seen("%m/%d/%Y", "01/03/2026", "02/03/2026").is_doubtful
