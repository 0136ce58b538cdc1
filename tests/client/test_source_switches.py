"""An import says which days come from another source since then, and of no other day."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from client.biometrics.observations import Observation, ReadingSource, observe
from client.biometrics.own_settings import NOTHING_SET, OwnSettings
from client.biometrics.streams import Stream
from client.features.day_sources import source_of
from client.features.days.days_of_readings import DaysOfReadings
from client.features.days.outranked import outranked
from client.features.past.as_of import tables_as_of
from client.ingest.clock import LocalClock
from client.ingest.importer import Attribution, Importer
from client.ingest.mapping import read_mapping
from client.ingest.results.days_before import DaysBefore
from client.ingest.results.lost_figures import known_figures, lost_figures
from client.ingest.results.source_switches import HOURS_OF_SLEEP, DaysAsKnown, figure_sources, switched
from client.metrics.athlete_metrics import metrics_between
from client.metrics.catalogue import catalogue
from client.settings import load_settings
from client.vault.access import open_vault
from client.vault.preferences.own_settings import set_own_settings
from client.vault.store import Vault
from policies.vocabulary import AthleteId
from tests.client.sessions_of_two_sources import sessions_of_two_sources

Run = Callable[..., tuple[int, str, str]]
START = datetime(2026, 3, 2, tzinfo=UTC)
WATCH, SHEET = ReadingSource("", "fit", "a" * 64), ReadingSource("", "club-sheet", "b" * 64)
PULSE, ASLEEP = {WATCH: 60.0, SHEET: 50.0}, 400.0
LOADS = {WATCH: 300.0, SHEET: 200.0}
KINDS = ["pulse", "slept", "asked", "trained"]
DAYS = st.sets(st.tuples(st.sampled_from(KINDS), st.integers(0, 6), st.sampled_from([WATCH, SHEET])), max_size=14)
ORDERS = st.sampled_from([(), ("fit",), ("club-sheet",)])
OF_COLUMN = {"resting_heart_rate": "resting_heart_rate", HOURS_OF_SLEEP: "sleep_h", "session_load": "load_au"}
KEY = bytes(32)


def made(days: set[tuple[str, int, ReadingSource]]) -> list[Observation]:
    found = []
    for kind, day, source in sorted(days, key=lambda one: (one[0], one[1], one[2].app)):
        at = START + timedelta(days=day, hours=7)
        if kind == "pulse":
            found.append(observe(Stream.RESTING_HEART_RATE, at, PULSE[source], source))
        elif kind == "asked":
            found.append(observe(Stream.SLEEP_DURATION_H, at, 8.0, SHEET))
        elif kind == "trained":
            end = at + timedelta(hours=1)
            found.append(observe(Stream.SESSION_LOAD, at, LOADS[source], source, end=end))
        else:
            found.append(observe(Stream.SLEEP_PERIOD_MIN, at - timedelta(hours=8), ASLEEP, WATCH, end=at))
    return list({(one.stream, one.start, one.source): one for one in found}.values())


def known(readings: list[Observation], order: tuple[str, ...]) -> list[DaysAsKnown]:
    held = tables_as_of(readings, priority=order)
    return [DaysAsKnown(DaysOfReadings(one.readings, order), one.days) for one in held]


def on_each_day(readings: list[Observation], order: tuple[str, ...], column: str) -> dict[date, float]:
    """Each day's own value, as the figures of that day see it."""
    held = tables_as_of(readings, priority=order)
    of_day = ((day, one.table, one.table.dates.index(day)) for one in held for day in one.days)
    values = {day: float(table.column(column)[at]) for day, table, at in of_day}
    return {day: value for day, value in values.items() if value == value}  # NaN is not itself


@given(DAYS, DAYS, ORDERS)
def test_what_is_told_is_what_the_figures_of_a_day_take_from_another_source(
    stored: set[tuple[str, int, ReadingSource]], brought: set[tuple[str, int, ReadingSource]], order: tuple[str, ...]
) -> None:
    before, after = made(stored), made(stored | brought)

    told = switched(figure_sources(known(before, order)), known(after, order))

    for name, column in OF_COLUMN.items():
        first, then = on_each_day(before, order, column), on_each_day(after, order, column)
        other = sorted(day for day in first.keys() & then.keys() if first[day] != then[day])
        of_it = [one for one in told if name in one.streams]
        assert sum(one.days for one in of_it) == len(other), (name, told)
        assert {day for one in of_it for day in (one.first, one.last)} <= set(other)
        assert (not other) or min(one.first for one in of_it) == other[0]
        assert (not other) or max(one.last for one in of_it) == other[-1]


@given(DAYS, DAYS, ORDERS)
def test_days_on_which_no_session_is_told_to_switch_keep_their_load(
    stored: set[tuple[str, int, ReadingSource]], brought: set[tuple[str, int, ReadingSource]], order: tuple[str, ...]
) -> None:
    before, after = made(stored), made(stored | brought)

    told = switched(figure_sources(known(before, order)), known(after, order))

    first, then = (loads(one, order) for one in (before, after))
    other = [day for day, load in first.items() if load is not None and then[day] not in (None, load)]
    assert bool(other) == any("session_load" in one.streams for one in told)


def loads(readings: list[Observation], order: tuple[str, ...]) -> dict[date, float | None]:
    """`load_today` of each day, as `metrics` gives it."""
    held = tables_as_of(readings, priority=order)
    if not held:
        return {}
    dates, metrics = held[0].table.dates, [one for one in catalogue(NOTHING_SET) if one.name == "load_today"]
    found = metrics_between(held, dates[0], dates[-1], key=KEY, metrics=metrics)
    return {one.day: one.value for one in found["load_today"]}


@given(DAYS, ORDERS)
def test_what_makes_the_figure_of_its_day_is_not_called_unused(
    stored: set[tuple[str, int, ReadingSource]], order: tuple[str, ...]
) -> None:
    readings = made(stored)

    sources = figure_sources(known(readings, order))

    for one in outranked(readings, priority=order):
        slept = one.reading.stream in (Stream.SLEEP_PERIOD_MIN, Stream.SLEEP_DURATION_H)
        of_days = sources.get(HOURS_OF_SLEEP if slept else one.reading.stream.value, {})
        assert source_of(one.reading) not in of_days.get(one.reading.day, frozenset())


def test_answers_of_a_later_season_take_nothing_from_the_nights_before() -> None:
    nights = [("slept", day, WATCH) for day in range(3)]
    answers = [("asked", day, SHEET) for day in range(10, 15)]
    before, after = made(set(nights)), made({*nights, *answers})

    assert switched(figure_sources(known(before, ())), known(after, ())) == []
    assert lost_figures(*(known_figures(tables_as_of(one)) for one in (before, after))) == []


def test_the_import_its_rehearsal_and_its_notes_say_it(node_of_one: Path, run: Run, tmp_path: Path) -> None:
    first, second, mapping = sessions_of_two_sources(tmp_path)
    run("source-priority", node_of_one, "club-sheet")
    words = ("ingest", node_of_one, second, "--athlete", "7", "--mapping", mapping)
    assert "instead of" not in run("ingest", node_of_one, first, "--athlete", "7")[1]

    rehearsed = " ".join(run(*words, "--dry-run")[1].split())
    notes = json.loads(run(*words, "--json")[1])["files"][0]["notes"]

    told = "session_duration_min, session_rpe: figures of 2026-03-05 to 2026-03-06 now come from club-sheet"
    told += " instead of pmsys"
    assert told in rehearsed
    assert told in notes
    assert "instead of" not in run(*words)[1], "what is known already switches nothing"
    with open_vault(load_settings(node_of_one)) as vault:
        assert len(vault.read(vault.athletes()[0].athlete)) == 8


def test_a_watched_folder_tells_what_changed_once(
    vault: Vault, athlete: AthleteId, clock: LocalClock, tmp_path: Path
) -> None:
    first, second, mapping = sessions_of_two_sources(tmp_path)
    third = tmp_path / "later.csv"
    third.write_text("when,rpe,minutes\n2026-03-09T17:00:00Z,8,60\n")
    set_own_settings(vault, athlete, OwnSettings(source_priority=("club-sheet",)))
    Importer(vault, clock, Attribution(athlete)).take_all([first])
    described, before = read_mapping(mapping.read_bytes()), DaysBefore(vault, clock)
    importer = Importer(vault, clock, Attribution(athlete), described, before=before)

    told = [len(result.changed.texts) for path in (second, third) for result in importer.take_all([path])]

    assert told == [1, 0]
