"""The times of position tables: with a day, as seconds since 1970, or as a time of day with the day elsewhere."""

import re
from datetime import UTC, date, datetime, timedelta

import polars as pl

from client.errors import UnreadableFile
from client.ingest.clock import Moment
from client.ingest.collector import Collector

_FARTHEST_S = 6e10  # ours: the years 69 to 3871; beyond them the calendar ends
_LEAST_S, _LEAST_MS = 1e8, 1e11  # ours: smaller numbers are seconds from the start, larger ones ms since 1970
_WITH_DAY = ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y/%m/%d %H:%M:%S%.f")
_DAY_FIRST = ("%d/%m/%Y %H:%M:%S%.f", "%d.%m.%Y %H:%M:%S%.f", "%d-%m-%Y %H:%M:%S%.f")
_MONTH_FIRST = ("%m/%d/%Y %H:%M:%S%.f", "%m-%d-%Y %H:%M:%S%.f")
_DAY = re.compile(r"(?<!\d)(\d{4})[-_.]?(\d\d)[-_.]?(\d\d)(?!\d)|(?<!\d)(\d\d)[.](\d\d)[.](\d{4})(?!\d)")
_DAY_S = 86_400
_LEAST_READ = 0.8  # ours: share of times that a form has to read


def seconds_and_start(column: pl.Series, out: Collector, *, said: str, name: str) -> tuple[pl.Series, Moment | None]:
    """Return the times as seconds from one zero, and the moment of the first one.

    said: what the lines above the header say; name: of the file. Both may hold the day where the times do not.
    Raises UnreadableFile where the times cannot be read or their day is not known.
    """
    numbers = column.cast(pl.Float64, strict=False)
    if _is_read(numbers, column):
        return _of_numbers(numbers, out, said=said, name=name)
    text = column.cast(pl.String).str.strip_chars().str.strip_suffix("Z")
    is_utc = bool(column.cast(pl.String).str.ends_with("Z").any())
    for forms in (_WITH_DAY, _proved(text)):
        for form in forms:
            times = text.str.to_datetime(form, strict=False)
            if _is_read(times, column):
                return _placed(times.dt.epoch("us") / 1e6, out, is_utc=is_utc)
    clock = text.str.to_time("%H:%M:%S%.f", strict=False)
    if _is_read(clock, column):
        day = _day_in(said, name)
        seconds = _going_on(clock.cast(pl.Int64) / 1e9)
        return _placed(seconds + _midnight(day), out, is_utc=False)
    raise UnreadableFile("its times are in a form that is not read; export them as 2026-03-02 17:30:00.1")


def _going_on(seconds: pl.Series) -> pl.Series:
    """Return times of day that go on over midnight, where they fall back by more than half a day."""
    is_next_day = seconds.forward_fill().diff() < -_DAY_S / 2
    return seconds + is_next_day.fill_null(value=False).cast(pl.Int64).cum_sum() * _DAY_S


def _is_read(found: pl.Series, column: pl.Series) -> bool:
    return len(column) > 0 and found.count() >= _LEAST_READ * len(column)


def _of_numbers(numbers: pl.Series, out: Collector, *, said: str, name: str) -> tuple[pl.Series, Moment | None]:
    first = float(numbers.drop_nulls()[0])
    if first < _LEAST_S:
        return _placed(numbers + _midnight(_day_in(said, name)), out, is_utc=False)
    seconds = numbers / 1000 if first >= _LEAST_MS else numbers
    return _placed(seconds, out, is_utc=True)


def _placed(seconds: pl.Series, out: Collector, *, is_utc: bool) -> tuple[pl.Series, Moment | None]:
    first = seconds.drop_nulls().min()
    if not isinstance(first, float) or not abs(first) < _FARTHEST_S:
        raise UnreadableFile("its times are in a form that is not read; export them as 2026-03-02 17:30:00.1")
    start = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=first)
    if is_utc:
        return seconds, out.clock.placed(start, out.counters)
    return seconds, out.clock.local(start.replace(tzinfo=None), out.counters)


def _proved(text: pl.Series) -> tuple[str, ...]:
    """Return the forms of dates whose day and month the whole column proves; raises UnreadableFile where none does."""
    parts = text.str.extract_groups(r"^(\d{1,2})[./-](\d{1,2})[./-]\d{4}").struct.unnest()
    first, second = (parts[name].cast(pl.Int64, strict=False) for name in parts.columns[:2])
    if first.count() == 0:
        return ()
    if (first > 12).any() or text.str.contains(r"^\d{1,2}\.\d{1,2}\.").all():
        return _DAY_FIRST
    if (second > 12).any():
        return _MONTH_FIRST
    raise UnreadableFile("its dates do not tell day from month; export them as 2026-03-02 17:30:00.1")


def _day_in(said: str, name: str) -> date:
    for text in (said, name):
        match = _DAY.search(text)
        if match:
            year, month, day = (match[1], match[2], match[3]) if match[1] else (match[6], match[5], match[4])
            try:
                return date(int(year), int(month), int(day))
            except ValueError:
                continue
    raise UnreadableFile("it does not say its day; put the day into its name, such as 2026-03-02 training.csv")


def _midnight(day: date) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
