"""Every figure of a chart's table is of the source that its row names; where none is named there is only one."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
import vl_convert
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.text import long_date
from chassis.web.charts import Chart
from client.biometrics.observations import Observation, ReadingSource, observe
from client.biometrics.streams import Stream
from client.features.daily import DailyTable, build
from client.features.day_sources import Source
from client.features.days.column_sources import SourcesByDay, SourcesOfFigures, sources_of_figures
from client.features.days.days_of_readings import DaysOfReadings
from client.web import text
from client.web.charts.hrv import hrv_chart
from client.web.charts.load import load_chart
from client.web.charts.of_page import charts_of
from client.web.charts.sleep import sleep_chart
from client.web.charts.sources import FROM

TODAY = date(2026, 3, 30)
DAYS = 30
ANSWERS, WATCH, RING = (ReadingSource("", app, app[0] * 64) for app in ("pmsys", "fit", "oura"))
SLEPT = {"answers": 8.0, "watch": 7.0, "ring": 6.0}
VARIABILITY = {"watch": 50.0, "ring": 70.0}
LOADS = {"answers": 300.0, "another table": 500.0}


def at(back: int, hour: float = 7) -> datetime:
    return datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=UTC) + timedelta(days=-back, hours=hour)


def night(back: int, source: ReadingSource, word: str) -> Observation:
    end = at(back)
    return observe(Stream.SLEEP_PERIOD_MIN, end - timedelta(hours=8), 60 * SLEPT[word], source, end=end)


def world(rng: np.random.Generator) -> list[Observation]:
    """Days on each of which every source has something or not."""
    found: list[Observation] = []
    shares = rng.choice([0.0, 0.3, 0.9], 7)
    for back in range(DAYS + 20):
        asked, worn, ring, first, second, rated, listed = rng.random(7) < shares
        found += [observe(Stream.SLEEP_DURATION_H, at(back), 8.0, ANSWERS)] * int(asked)
        found += [night(back, WATCH, "watch")] * int(worn) + [night(back, RING, "ring")] * int(ring)
        found += [observe(Stream.RMSSD, at(back), VARIABILITY["watch"] + back % 2 / 10, WATCH)] * int(first)
        found += [observe(Stream.RMSSD, at(back), VARIABILITY["ring"] + back % 2 / 10, RING)] * int(second)
        found += [observe(Stream.SESSION_LOAD, at(back, 9), LOADS["answers"], ANSWERS)] * int(rated)
        table = ReadingSource("", "club-sheet", "c" * 64)
        found += [observe(Stream.SESSION_LOAD, at(back, 17), LOADS["another table"], table)] * int(listed)
    return found


def rows(chart: Chart, column: int) -> list[tuple[str, str]]:
    """The words of a column with what the row says it is from; "" where nothing is named."""
    last = list(chart.columns).index(FROM) if FROM in chart.columns else None
    return [(str(row[column]), "" if last is None else str(row[last])) for row in chart.rows]


def one_or_named(found: list[tuple[str, str]], words: dict[str, str]) -> None:
    """Each known value has the word of its source; without any word all are of one."""
    known = [(value, said) for value, said in found if value in words]
    assert all(said in ("", words[value]) for value, said in known), known
    assert all(said for _, said in known) or len({words[value] for value, _ in known}) < 2, known


@contextmanager
def undrawn() -> Iterator[None]:
    """No picture is needed: the rows of many charts are read."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(vl_convert, "vegalite_to_svg", lambda _, **__: "<svg ></svg>")
        yield


def made(seed: int) -> tuple[DailyTable, SourcesOfFigures]:
    readings = sorted(world(np.random.default_rng(seed)), key=lambda one: one.start)
    table = build(readings).extended_to(TODAY)
    return table, sources_of_figures(DaysOfReadings(readings))


@settings(deadline=None)
@given(st.integers(0, 2**32))
def test_every_figure_is_of_the_source_that_its_row_names(seed: int) -> None:
    table, sources = made(seed)

    with undrawn():
        slept = sleep_chart(table, sources, day=TODAY)
        varied = hrv_chart(table, sources.variability)
        load = load_chart(table, day=TODAY, planned_au=None, sources=sources.load)

    if slept is not None:
        asleep = {text.hours(hours): word for word, hours in SLEPT.items()}
        column = list(slept.columns).index("Asleep")
        one_or_named([(value, said.split("asleep: ")[-1]) for value, said in rows(slept, column)], asleep)
    if varied is not None:
        values = {f"{np.log(ms + more):.2f}": word for word, ms in VARIABILITY.items() for more in (0, 0.1)}
        one_or_named(rows(varied, 1), values)
    if load is not None:
        units = {"300": "answers", "500": "another table", "800": "another table and answers"}
        one_or_named(rows(load, 1), units)


def test_the_caption_names_whose_the_bars_are_and_whose_the_hours() -> None:
    readings = [observe(Stream.SLEEP_DURATION_H, at(back), 8.0, ANSWERS) for back in range(20)]
    readings += [night(back, WATCH, "watch") for back in range(9)]

    chart = sleep_chart(build(readings), sources_of_figures(DaysOfReadings(readings)), day=TODAY)

    assert chart is not None
    assert "Time in bed: watch. Time asleep: answers." in chart.about
    assert chart.rows[0][-1] == "in bed: watch; asleep: answers"
    assert chart.rows[-1][-1] == "answers"
    assert (chart.wide.count("× not timed"), chart.wide.count("× not recorded")) == (5, 0), "answered, and not timed"
    assert chart.wide.count("8\u00a0h\u00a000") == 14


def test_a_day_by_another_source_is_no_day_without_a_reading() -> None:
    readings = [observe(Stream.RMSSD, at(back), 60.0 + back % 3, WATCH) for back in range(6, 60)]
    readings += [observe(Stream.RMSSD, at(back), 60.0 + back % 3, RING) for back in (3, 5)]
    readings += [observe(Stream.RMSSD, at(back), 60.0 + back % 3, WATCH) for back in (0, 1, 2)]

    table = build(readings)
    chart = hrv_chart(table, sources_of_figures(DaysOfReadings(readings)).variability)

    assert chart is not None
    assert "Dots: watch. Without a dot: 2 days of another source or method (○, ring)" in chart.about
    assert [row[1] for row in chart.rows].count("of another source or method") == 2
    assert [row[1] for row in chart.rows].count("not recorded") == 1


def test_the_last_nights_are_not_compared_with_those_of_another_source() -> None:
    """A ring that tells an hour less than the watch before it makes no night a shorter one."""
    readings = [night(back, WATCH, "watch") for back in range(2, 40)]
    readings += [night(back, RING, "ring") for back in range(2)]

    chart = sleep_chart(build(readings), sources_of_figures(DaysOfReadings(readings)), day=TODAY)

    assert chart is not None
    assert chart.finding == "Sleep over the last two weeks"
    assert "over the 2 nights of the last source" in chart.label
    assert "Sources: watch and ring." in chart.about


def test_two_sources_of_one_kind_have_numbers() -> None:
    other = ReadingSource("fr945", "fit", "e" * 64)
    readings = [night(back, WATCH if back % 2 else other, "watch") for back in range(10)]

    chart = sleep_chart(build(readings), sources_of_figures(DaysOfReadings(readings)), day=TODAY)

    assert chart is not None
    assert {row[-1] for row in chart.rows} == {"watch 1", "watch 2", "not recorded"}


@settings(deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 3)] * 4), min_size=1, max_size=20))
def test_one_word_is_one_source_on_all_charts_of_a_page(days: list[tuple[int, int, int, int]]) -> None:
    """Three watches and a form, in turns; each day which of them, or nobody, told each kind of figure."""
    watches = [ReadingSource(device, "fit", device * 64) for device in "ab"] + [ReadingSource("", "tcx", "f" * 64)]
    readings = [observe(Stream.RMSSD, at(back), 60.0 + back % 3, watches[0]) for back in range(30, 60)]
    for back, (varied, slept, loaded, asked) in enumerate(days):
        readings += [observe(Stream.RMSSD, at(back), 60.0 + back % 3, one) for one in watches[varied : varied + 1]]
        readings += [night(back, one, "watch") for one in watches[slept : slept + 1]]
        readings += [observe(Stream.SESSION_LOAD, at(back, 9), 300.0, one) for one in [*watches, ANSWERS][loaded:][:1]]
        readings += [observe(Stream.SLEEP_DURATION_H, at(back), 8.0, ANSWERS)] * (asked == 0)
    sources = sources_of_figures(DaysOfReadings(readings))

    with undrawn():
        charts = charts_of(build(readings).extended_to(TODAY), sources, day=TODAY, planned_au=None)

    of_word: dict[str, set[Source]] = defaultdict(set)
    for chart in charts:
        for word, source in said_of_days(chart, sources):
            of_word[word].add(source)
    assert all(len(held) == 1 for held in of_word.values()), of_word
    assert len({next(iter(held)) for held in of_word.values()}) == len(of_word), of_word
    numbers = sorted(word for word in of_word if word.startswith("watch"))
    assert numbers in ([], ["watch"], ["watch 1", "watch 2"], ["watch 1", "watch 2", "watch 3"])


def said_of_days(chart: Chart, sources: SourcesOfFigures) -> Iterator[tuple[str, Source]]:
    """Each word of the last column of a chart's table, with the source of that day."""
    of_chart = {"HRV (ln ms)": sources.variability, "Load (AU)": sources.load}
    hours: SourcesByDay = of_chart.get(chart.columns[1], {**sources.nights, **sources.hours})
    dates = {long_date(at(back).date()): at(back).date() for back in range(61)}
    for row in chart.rows if chart.columns[-1] == FROM else ():
        day, said = dates[str(row[0])], str(row[-1])
        bar, _, word = said.rpartition("; asleep: ")
        if bar:
            yield bar.removeprefix("in bed: "), *sources.nights[day]
        if word not in ("", "not recorded"):
            yield word, *hours[day]
