"""Beat intervals as text in every form that spreadsheets and apps write them."""

import math
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.errors import UnreadableFile
from client.ingest.cells import interval_lines
from client.ingest.clock import LocalClock
from client.ingest.format_registry import reader_for
from client.ingest.input_file import InputFile, Reading
from client.ingest.rr_text import read_intervals

NOW = datetime(2026, 11, 29, 22, 30, tzinfo=UTC)
BEATS_MS = [800 + 17 * (n % 7) - 11 * (n % 5) + 10 * (n % 3) for n in range(240)]


def shortened(value: float) -> str:
    """A number in seconds with a comma and without trailing zeros, as spreadsheets write it."""
    return f"{value:.3f}".rstrip("0").rstrip(".").replace(".", ",")


def beats(text: str, name: str = "2026-03-02_0710.txt", zone: str = "Europe/Oslo") -> Reading:
    file, clock = InputFile(name, text.encode()), LocalClock(ZoneInfo(zone), NOW)
    reader = reader_for(file)
    assert reader.name == "rr-text"
    assert reader.read is not None
    return reader.read(file, clock)


def elapsed() -> list[int]:
    return list(accumulate(BEATS_MS))


FORMS: dict[str, Callable[[], list[str]]] = {
    "ms": lambda: [str(value) for value in BEATS_MS],
    "seconds, comma, zeros cut": lambda: [shortened(value / 1000) for value in BEATS_MS],
    "ms, decimal comma": lambda: [f"{value},0" for value in BEATS_MS],
    "elapsed and interval, tab and comma": lambda: [
        f"{shortened(t / 1000)}\t{value / 1000:.3f}".replace(".", ",")
        for t, value in zip(elapsed(), BEATS_MS, strict=True)
    ],
    "elapsed and interval, semicolon and comma": lambda: [
        f"{shortened(t / 1000)};{shortened(value / 1000)}" for t, value in zip(elapsed(), BEATS_MS, strict=True)
    ],
    "elapsed and interval, ms, comma between": lambda: [f"{t},{v}" for t, v in zip(elapsed(), BEATS_MS, strict=True)],
    "a header": lambda: ["rri", *map(str, BEATS_MS)],
    "comments and a header": lambda: ["# strap", "# 240 beats", "RR-interval [ms]", *map(str, BEATS_MS)],
    "time stamp, header": lambda: [
        "Phone timestamp;RR-interval [ms]",
        *(
            f"2026-03-02T07:{10 + t // 60_000:02}:{t // 1000 % 60:02}.{t % 1000:03};{value}"
            for t, value in zip(elapsed(), BEATS_MS, strict=True)
        ),
    ],
    "day and time of day beside": lambda: [
        "date,time,ibi_ms",
        *(
            f"2026-03-02,07:{10 + t // 60_000:02}:{t // 1000 % 60:02}.{t % 1000:03},{value}"
            for t, value in zip(elapsed(), BEATS_MS, strict=True)
        ),
    ],
    "quoted, notes with semicolons": lambda: ["; strap", '"RR"', *(f'"{value}"' for value in BEATS_MS)],
    "interval before heart rate": lambda: ["RR,HR", *(f"{v},{60_000 // v}" for v in BEATS_MS)],
    "a mark beside": lambda: [f"{v} 1" for v in BEATS_MS],
    "powers of ten": lambda: [f"{value:.18e}" for value in BEATS_MS],
    "seconds, powers of ten": lambda: [f"{value / 1000:.18e}" for value in BEATS_MS],
    "a comma behind each": lambda: [f"{value}," for value in BEATS_MS],
    "a unit behind each": lambda: [f"{value} ms" for value in BEATS_MS],
    "time stamp, blank, offset": lambda: [
        "timestamp,rr,since start",
        *(
            f"2026-03-02 07:{10 + t // 60_000:02}:{t // 1000 % 60:02}.{t % 1000:03} +0100,{value},{t / 1000}"
            for t, value in zip(elapsed(), BEATS_MS, strict=True)
        ),
    ],
    "one of six columns, named": lambda: [
        "Date,Time,HR,RR,RMSSD,Flag",
        *(
            f"2026-03-02,07:{10 + t // 60_000:02}:{t // 1000 % 60:02}.{t % 1000:03},{60_000 // value},{value},{t % 9},0"
            for t, value in zip(elapsed(), BEATS_MS, strict=True)
        ),
    ],
    "since 1970 in ms beside": lambda: [
        "Timestamp RR-interval",
        *(f"{1_772_431_800_000 + t} {value}" for t, value in zip(elapsed(), BEATS_MS, strict=True)),
    ],
    "since 1970 in seconds beside": lambda: [
        f"{1_772_431_800 + t / 1000:.3f};{value}" for t, value in zip(elapsed(), BEATS_MS, strict=True)
    ],
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_same_beats_come_from_every_form(form: str, end: str) -> None:
    reading = beats(end.join(FORMS[form]()))

    (series,) = reading.observations
    assert series.value == pytest.approx([float(value) for value in BEATS_MS])
    assert (series.start, series.offset_min) == (datetime(2026, 3, 2, 6, 10, tzinfo=UTC), 60)
    account = reading.ledger.account(reading.rows_of, ())
    assert (account.rows, account.kept) == (240, 240)


@pytest.mark.parametrize("between", [" ", ", ", ";", ","])
def test_all_beats_may_stand_in_one_line(between: str) -> None:
    (series,) = beats(between.join(map(str, BEATS_MS))).observations

    assert series.value == pytest.approx([float(value) for value in BEATS_MS])


def test_a_header_may_hold_the_time_since_1970_from_which_elapsed_time_counts() -> None:
    lines = (f"{t / 1000:.6f},{value / 1000:.6f}" for t, value in zip(elapsed(), BEATS_MS, strict=True))
    reading = beats("\n".join(["1772431800.000000, IBI", *lines]), name="IBI.csv")

    (series,) = reading.observations
    assert (series.day.isoformat(), series.value) == ("2026-03-02", pytest.approx([float(v) for v in BEATS_MS]))
    assert reading.report.details["clock:zone_assumed"] == 1, "it is UTC, which says nothing of the local time"
    beside = beats("\n".join(FORMS["since 1970 in ms beside"]()), name="rr.txt").observations
    assert {one.start for one in beside} == {datetime(2026, 3, 2, 6, 10, tzinfo=UTC)}


def test_a_comment_above_says_the_day_or_asks_for_it_in_the_name() -> None:
    lines = "\n".join(map(str, BEATS_MS))

    (series,) = beats(f"# recorded 2026-03-02 07:10:30\n{lines}", name="morning.txt").observations
    assert series.start == datetime(2026, 3, 2, 6, 10, 30, tzinfo=UTC) - timedelta(milliseconds=BEATS_MS[0])
    for comment in ("# Date: 02.03.2026", "% 3/2/2026 7:10 AM", "RR of 2026-03-02"):
        with pytest.raises(UnreadableFile, match="put the day into its name"):
            beats(f"{comment}\n{lines}", name="morning.txt")
        assert beats(f"{comment}\n{lines}").observations[0].day == date(2026, 3, 2)


def test_the_variability_is_that_of_the_intervals() -> None:
    (series,) = beats("\n".join(FORMS["seconds, comma, zeros cut"]())).observations

    assert isinstance(series.value, tuple)
    differences = [later - earlier for earlier, later in pairwise(series.value)]
    own = [later - earlier for earlier, later in pairwise(BEATS_MS)]
    assert math.hypot(*differences) == pytest.approx(math.hypot(*own))


@given(st.lists(st.integers(300, 2200), min_size=20, max_size=60))
def test_seconds_with_a_comma_are_the_seconds_with_a_point(values: list[int]) -> None:
    pointed = "\n".join(f"{value / 1000}" for value in values)
    clock = LocalClock(UTC, NOW)

    with_point = read_intervals(InputFile("a.txt", pointed.encode()), clock).observations[0].value
    with_comma = read_intervals(InputFile("a.txt", pointed.replace(".", ",").encode()), clock).observations[0].value

    assert with_comma == with_point == pytest.approx([float(value) for value in values])


def test_a_line_that_is_no_number_is_counted_and_the_rest_is_kept() -> None:
    lines = [*map(str, BEATS_MS[:100]), "lost", "1_000", *map(str, BEATS_MS[100:])]

    reading = beats("\n".join(lines))

    account = reading.ledger.account(reading.rows_of, ())
    assert (account.rows, account.kept, account.dropped) == (242, 240, {"not_a_number_rr_intervals": 2})


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "Pacific/Honolulu"])
def test_a_recording_without_a_date_has_the_local_day_of_its_import(zone: str) -> None:
    (series,) = beats("\n".join(map(str, BEATS_MS)), name="morning.txt", zone=zone).observations

    assert series.offset_min == {"Pacific/Auckland": 780, "Pacific/Honolulu": -600}[zone]
    assert series.day == NOW.astimezone(ZoneInfo(zone)).date()


@pytest.mark.parametrize("text", ["\n".join(["hr", *["71", "72", "70"] * 20]), "\n".join(["71", "72", "70"] * 20)])
def test_heart_rates_are_no_intervals_and_no_mapping_is_offered(text: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        read_intervals(InputFile("x.txt", text.encode()), LocalClock(UTC, NOW))

    assert "heart rates per minute, which are no beat intervals" in str(refused.value)


def test_stamps_that_cannot_be_read_are_not_placed_at_the_import() -> None:
    lines = ["time;rr", *(f"02/03/2026 07:10:{n % 60:02};{value}" for n, value in enumerate(BEATS_MS))]

    with pytest.raises(UnreadableFile, match="put the day into its name"):
        beats("\n".join(lines), name="morning.csv")
    assert beats("\n".join(lines)).observations[0].day == date(2026, 3, 2)


def test_a_table_of_dates_and_numbers_is_a_table() -> None:
    rows = "\n".join(f"2026-03-{n:02},{800 + n}" for n in range(1, 29))

    with pytest.raises(UnreadableFile, match="--mapping"):
        reader_for(InputFile("weights.csv", f"date,grams\n{rows}".encode()))


def trace(rate_hz: int) -> list[float]:
    """Force in N: standing, a push, a flight and standing again."""
    push = [700 + 900 * math.sin(math.pi * n / (0.4 * rate_hz)) for n in range(int(0.4 * rate_hz))]
    standing = [700.0 + n % 3 for n in range(2 * rate_hz)]
    return [*standing, *push, *[3.0] * int(0.3 * rate_hz), *standing]


@pytest.mark.parametrize("rate_hz", [100, 500, 1000])
@pytest.mark.parametrize("per", [1.0, 700.0], ids=["N", "body weight"])
def test_one_column_of_force_is_no_column_of_beats(rate_hz: int, per: float) -> None:
    with pytest.raises(UnreadableFile, match="nor is force"):
        beats("\n".join(f"{value / per:.4f}" for value in trace(rate_hz)))


def test_a_push_without_a_flight_is_force_too() -> None:
    pull = [800 + 1200 * min(max(n - 600, 0) / 300, 1.0) + n % 2 * 0.5 for n in range(2_000)]

    with pytest.raises(UnreadableFile, match="nor is force"):
        beats("\n".join(f"{value:.1f}" for value in pull))


@given(st.lists(st.integers(-60, 60), min_size=40, max_size=200), st.integers(600, 1200))
def test_beats_that_breathing_turns_around_are_beats(steps: list[int], mean: int) -> None:
    values = [mean + step + 30 * (n % 4 < 2) for n, step in enumerate(steps)]

    assert len(beats("\n".join(map(str, values))).observations) == 1


def test_more_lines_than_a_series_holds_are_refused_before_they_are_split(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interval_lines, "MAX_SERIES", 100)

    with pytest.raises(UnreadableFile, match="at most 100 lines of beat intervals, found more; split it by days"):
        beats("812\n" * 120)
