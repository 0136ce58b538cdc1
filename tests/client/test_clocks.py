"""Clocks that are wrong: what cannot have been recorded is dropped and counted, what is only likely is told."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.biometrics.observations import MAX_OFFSET_MIN
from client.biometrics.quality import QualityCounters
from client.biometrics.row_account import RowAccount
from client.biometrics.streams import Stream
from client.ingest import pmsys
from client.ingest.clock import LocalClock
from client.ingest.input_file import InputFile, Reading
from client.ingest.mapped_csv import NOBODY, read_mapped
from client.ingest.mapping import read_mapping
from client.ingest.results.clock_words import notes_of
from client.ingest.sessions.fit import activity as fit_activity
from client.ingest.sessions.fit import container as fit_container

TextFile = Callable[..., InputFile]
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
OSLO = LocalClock(ZoneInfo("Europe/Oslo"), NOW)
SHEET = b"""{"version": 1, "app": "sheet", "time": {"column": "date", "format": "date"},
"streams": [{"column": "rpe", "stream": "session_rpe"}, {"column": "min", "stream": "session_duration_min"}]}"""


@pytest.fixture
def activity(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Reading]:
    """Read a FIT activity that starts at `start`; `local` is what it says of local time at its end."""

    def read(start: datetime, local: datetime | None = None, clock: LocalClock = OSLO) -> Reading:
        end = start + timedelta(hours=1)
        content = fit_container.FitContent(
            messages={
                "file_id": [{"type": "activity"}],
                "session": [{"start_time": start, "total_timer_time": 3600.0, "total_distance": 10_000.0}],
                "activity": [{"timestamp": end} | ({} if local is None else {"local_timestamp": local})],
            }
        )
        monkeypatch.setattr(fit_activity, "read_messages", lambda _: content)
        return fit_activity.read_activity(InputFile("a.fit", b""), clock)

    return read


@pytest.mark.parametrize(
    "start",
    [
        datetime(1989, 12, 31, 0, 5, tzinfo=UTC),
        datetime(2000, 1, 1, 0, 5, tzinfo=UTC),
        datetime(2000, 3, 1, tzinfo=UTC),
        NOW + timedelta(days=1, hours=1),
        datetime(2040, 1, 1, tzinfo=UTC),
    ],
)
def test_a_clock_that_was_reset_or_runs_ahead_gives_no_reading(
    activity: Callable[..., Reading], start: datetime
) -> None:
    reading = activity(start, start + timedelta(hours=2))

    assert reading.observations == ()
    assert reading.report.details["dropped:time_implausible"] == 1


def test_a_file_without_local_time_is_placed_in_the_athletes_zone_and_counted(
    activity: Callable[..., Reading],
) -> None:
    start = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    london = LocalClock(ZoneInfo("Europe/London"), NOW)

    guessed, elsewhere = activity(start), activity(start, clock=london)
    told = activity(start, start + timedelta(hours=2))

    assert {one.day.isoformat() for one in guessed.observations} == {"2026-03-03"}
    assert {one.day.isoformat() for one in elsewhere.observations} == {"2026-03-02"}
    assert (guessed.report.clock, told.report.clock) == (1, 0)
    (said,) = notes_of([guessed.report], RowAccount())
    assert said.startswith("1 time is in UTC or without a zone")


def test_a_local_time_that_is_a_month_off_is_not_used(activity: Callable[..., Reading]) -> None:
    start = datetime(2016, 5, 23, 20, 18, 27, tzinfo=UTC)

    reading = activity(start, start - timedelta(days=31))

    assert {(one.start, one.offset_min) for one in reading.observations} == {(start, 120)}
    assert reading.report.details["clock:offset_implausible"] == 1


def test_each_part_of_a_chained_file_has_its_own_local_time(monkeypatch: pytest.MonkeyPatch) -> None:
    starts = [datetime(2026, 3, 2, 8, tzinfo=UTC), datetime(2026, 3, 4, 8, tzinfo=UTC)]
    content = fit_container.FitContent(
        messages={
            "file_id": [{"type": "activity", "serial_number": 7}, {"type": "activity", "serial_number": 7}],
            "session": [{"start_time": start, "total_timer_time": 3600.0} for start in starts],
            "activity": [
                {"timestamp": start + timedelta(hours=1), "local_timestamp": start + timedelta(hours=1 + zone)}
                for start, zone in zip(starts, (1, -8), strict=True)
            ],
        }
    )
    monkeypatch.setattr(fit_activity, "read_messages", lambda _: content)

    reading = fit_activity.read_activity(InputFile("a.fit", b""), OSLO)

    assert [one.offset_min for one in reading.observations] == [60, -480]


def test_two_sessions_of_one_device_with_equal_starts_are_two(monkeypatch: pytest.MonkeyPatch) -> None:
    start = datetime(2026, 3, 2, 8, tzinfo=UTC)

    def entries(serial: int | None) -> list[str]:
        content = fit_container.FitContent(
            messages={
                "file_id": [{"type": "activity"} | ({"serial_number": serial} if serial else {})],
                "session": [{"start_time": start, "total_timer_time": seconds} for seconds in (600.0, 1200.0)],
            }
        )
        monkeypatch.setattr(fit_activity, "read_messages", lambda _: content)
        return [one.entry for one in fit_activity.read_activity(InputFile("a.fit", b""), OSLO).observations]

    assert len(set(entries(7))) == len(set(entries(None))) == 2


@pytest.mark.parametrize("moment", [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, tzinfo=UTC)])
@pytest.mark.parametrize("place", ["America/New_York", "Pacific/Auckland"])
def test_the_ends_of_the_calendar_are_counted_in_every_zone(moment: datetime, place: str) -> None:
    counters, clock = QualityCounters(), LocalClock(ZoneInfo(place), NOW)

    found = clock.placed(moment, counters)

    assert (found, counters.report().details["dropped:time_implausible"]) == (None, 1)


@pytest.mark.parametrize("offset", ["+14:15", "-18:00", "+23:59"])
def test_an_offset_that_no_place_has_drops_the_row(text_file: TextFile, offset: str) -> None:
    text = f"effective_time_frame,injuries\n2026-01-06T05:39:54{offset},{{}}\n2026-01-07T05:39:54+14:00,{{}}\n"

    reading = pmsys.read_injury(text_file(text), OSLO)

    assert [one.offset_min for one in reading.observations] == [MAX_OFFSET_MIN]
    assert reading.report.details["dropped:offset_implausible"] == 1


@given(
    st.datetimes(),
    st.none() | st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)
def test_any_time_is_placed_or_counted(naive: datetime, zone: timezone | None) -> None:
    counters = QualityCounters()

    moment = OSLO.instant(naive.replace(tzinfo=zone).isoformat(), counters)

    assert (moment is None) == (counters.report().dropped == 1)
    if moment is not None:
        assert datetime(2001, 1, 1, tzinfo=UTC) <= moment.utc <= NOW + timedelta(days=1)
        assert abs(moment.offset_min) <= MAX_OFFSET_MIN


@pytest.mark.parametrize(
    ("days", "far"),
    [
        (["2006-03-02", "2026-03-02"], 2),
        (["2020-03-02", "2020-03-03", "2026-03-02"], 2),
        (["2006-03-02", "2020-03-02", "2020-03-03", "2020-03-04", "2026-03-02"], 4),
        (["2023-03-02", "2026-03-02"], 0),
        (["2026-03-02"], 0),
    ],
)
def test_a_year_far_from_all_others_is_told(text_file: TextFile, days: list[str], far: int) -> None:
    rows = "".join(f"{day},5,60\n" for day in days)

    reading = read_mapped(text_file("date,rpe,min\n" + rows), OSLO, read_mapping(SHEET))[NOBODY]

    assert reading.report.details.get("clock:far_from_others", 0) == far
    assert len([one for one in reading.observations if one.stream is Stream.SESSION_RPE]) == len(days)
