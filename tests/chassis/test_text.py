"""Dates, numbers and lists read the same on every page."""

import locale
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.text import (
    counted,
    date_range,
    listed,
    long_date,
    moment,
    moment_of,
    month_of_year,
    plural,
    sentence,
    short_date,
    shortened,
    spelled,
    weekday_date,
)

DAY = date(2026, 11, 24)
EAST = timezone(timedelta(hours=9))


@pytest.fixture
def english() -> Iterator[None]:
    """The locale in which Python's own names of days and months are those of the pages."""
    former = locale.setlocale(locale.LC_TIME)
    locale.setlocale(locale.LC_TIME, "C")
    yield
    locale.setlocale(locale.LC_TIME, former)


def test_dates_read_as_the_voice_says() -> None:
    at = datetime(2026, 11, 24, 8, 14, tzinfo=UTC)

    assert long_date(at) == "24 November 2026"
    assert short_date(date(2027, 6, 30)) == "30 Jun 2027"
    assert short_date(date(2027, 6, 30), this_year=2027) == "30 Jun"
    assert weekday_date(at) == "Tuesday 24 November 2026"
    assert month_of_year(at) == "November 2026"
    assert moment(at) == "24 November 2026, 08:14 UTC"


def test_every_day_has_the_names_that_python_gives_it(english: None) -> None:
    for number in range(0, 3 * 366, 7):
        day = date(2023, 1, 1) + timedelta(days=number + number % 5)
        assert weekday_date(day) == f"{day:%A} {day.day} {day:%B %Y}"
        assert short_date(day) == f"{day.day} {day:%b %Y}"


def test_a_datetime_is_read_in_utc() -> None:
    early = datetime(2026, 11, 25, 8, 59, tzinfo=EAST)

    assert {long_date(early), long_date(early.date() - timedelta(days=1))} == {"24 November 2026"}
    assert weekday_date(early) == "Tuesday 24 November 2026"
    assert moment(early) == "24 November 2026, 23:59 UTC"


def test_a_range_is_as_short_as_both_days_allow() -> None:
    assert date_range(DAY, DAY) == "24 November 2026"
    assert date_range(date(2026, 11, 1), DAY) == "1 to 24 November 2026"
    assert date_range(date(2026, 3, 1), DAY) == "1 March to 24 November 2026"
    assert date_range(date(2025, 3, 1), DAY) == "1 March 2025 to 24 November 2026"


def test_a_time_that_no_calendar_has_is_none() -> None:
    assert moment_of(1_795_507_200) == datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    assert [moment_of(number) for number in (0, 2**62, -(2**62))] == [None, None, None]


def test_numbers_in_words_and_figures() -> None:
    assert [spelled(n) for n in (0, 1, 9, 10, 11, 12_345, -1)] == ["no", "one", "nine", "ten", "11", "12,345", "-1"]
    assert [plural(n, "entry", "entries") for n in (0, 1, 48_213)] == ["0 entries", "1 entry", "48,213 entries"]
    assert [counted(n, "request") for n in (0, 1, 9, 10)] == [
        "no requests",
        "one request",
        "nine requests",
        "10 requests",
    ]
    assert counted(2, "person", "people") == "two people"


@pytest.mark.parametrize(
    ("items", "text"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_lists_read_as_sentences(items: list[str], text: str) -> None:
    assert listed(items) == text


def test_numbers_read_as_words_up_to_nine() -> None:
    assert counted(0, "try", "tries") == "no tries"
    assert counted(1, "look") == "one look"
    assert counted(9, "look") == "nine looks"
    assert counted(1212, "look") == "1,212 looks"


@given(st.lists(st.text("abc", min_size=1), max_size=5))
def test_a_list_loses_no_word(words: list[str]) -> None:
    assert listed(words).replace(" and ", ", ").split(", ") == (words or [""])
    assert listed(words).count(" and ") == (len(words) > 1)


def test_a_sentence_keeps_the_case_of_what_follows() -> None:
    assert [sentence(text) for text in ("", "a", "four HRV days")] == ["", "A", "Four HRV days"]


def test_what_somebody_typed_is_cut_to_a_messages_length() -> None:
    assert shortened("a" * 40) == "a" * 40
    assert shortened("a" * 41) == "a" * 40 + "…"
