"""An import says which figures of which days are not known any more, and of no other; the dry run says it before."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.biometrics.observations import Observation, ReadingSource, observe
from client.biometrics.own_settings import OwnSettings
from client.biometrics.rest_rule import EXPLICIT, RestBasis, RestRule
from client.biometrics.streams import Stream
from client.features.day_derived import SLEEP_AGREEMENT
from client.features.past.as_of import tables_as_of
from client.ingest.results.lost_figures import FIGURES, KnownFigures, known_figures, lost_figures
from client.metrics.catalogue import catalogue
from client.metrics.columns import parts_of
from policies.vocabulary import Category

Run = Callable[..., tuple[int, str, str]]
START = datetime(2026, 3, 2, 17, tzinfo=UTC)
WATCH, SHEET = ReadingSource("", "fit", "a" * 64), ReadingSource("", "club-sheet", "b" * 64)
CONSTANTS = OwnSettings(heart_rate_max=190.0, heart_rate_rest=50.0, trimp_factor=0.64, trimp_exponent=1.92)
READ = (Stream.ACTIVITY_DURATION_MIN, Stream.HEART_RATE_MEAN, Stream.SESSION_RPE, Stream.SESSION_DURATION_MIN)
VALUES = {Stream.ACTIVITY_DURATION_MIN: 60.0, Stream.HEART_RATE_MEAN: 140.0, Stream.SESSION_RPE: 5.0}
TOLD = st.sets(st.tuples(st.sampled_from(READ), st.integers(0, 4), st.sampled_from([WATCH, SHEET])))


def made(told: set[tuple[Stream, int, ReadingSource]]) -> list[Observation]:
    found = []
    for stream, day, source in sorted(told, key=lambda one: (one[0], one[1], one[2].app)):
        at = START + timedelta(days=day)
        found.append(observe(stream, at, VALUES.get(stream, 60.0), source, end=at + timedelta(hours=1)))
    return found


def known_of(readings: list[Observation], order: tuple[str, ...] = (), rest: RestRule = EXPLICIT) -> KnownFigures:
    return known_figures(tables_as_of(readings, priority=order, own=CONSTANTS, rest=rest))


def on_each_day(readings: list[Observation], order: tuple[str, ...], name: str) -> dict[date, float]:
    """A figure of each day, as it was known on that day."""
    held = tables_as_of(readings, priority=order, own=CONSTANTS)
    return {day: float(one.table.column(name)[one.table.dates.index(day)]) for one in held for day in one.days}


@given(TOLD, TOLD, st.sampled_from([(), ("fit",), ("club-sheet",)]))
def test_what_is_told_is_what_the_table_no_longer_has(
    stored: set[tuple[Stream, int, ReadingSource]],
    brought: set[tuple[Stream, int, ReadingSource]],
    order: tuple[str, ...],
) -> None:
    before, after = made(stored), made(stored | brought)

    told = lost_figures(known_of(before, order), known_of(after, order))

    for name in ("load_au", "trimp_banister", "heart_rate_mean"):
        first, then = on_each_day(before, order, name), on_each_day(after, order, name)
        lost = sorted(day for day, value in first.items() if value == value and np.isnan(then[day]))
        of_it = [one for one in told if name in one.figures]
        assert [(one.days, one.first, one.last) for one in of_it] == ([(len(lost), lost[0], lost[-1])] if lost else [])


def test_a_source_that_comes_first_and_knows_a_part_takes_the_figure_away() -> None:
    stored = made({(stream, day, WATCH) for stream in READ[:2] for day in (0, 1)})
    at = [START + timedelta(days=day) for day in (0, 1)]
    longer = [observe(Stream.ACTIVITY_DURATION_MIN, one, 90.0, SHEET, end=one + timedelta(minutes=90)) for one in at]
    as_long = made({(Stream.ACTIVITY_DURATION_MIN, day, SHEET) for day in (0, 1)})

    assert lost_figures(known_of(stored), known_of(stored + as_long, ("club-sheet",))) == []
    (told,) = lost_figures(known_of(stored), known_of(stored + longer, ("club-sheet",)))

    assert told.text == "trimp_banister, load_by_heart_rate: 2 days are not known any more, 2026-03-02 to 2026-03-03"
    assert told.categories == {Category.TRAINING_LOAD, Category.HEART}


def test_a_load_that_stood_in_for_a_rating_is_not_lost_to_the_rating() -> None:
    stored = made({(stream, 0, WATCH) for stream in READ[:2]})
    brought = made({(stream, 0, SHEET) for stream in READ[2:]})

    assert lost_figures(known_of(stored), known_of(stored + brought)) == []


def test_a_new_item_of_the_answers_takes_their_sum_from_later_days_without_it() -> None:
    items = (Stream.FATIGUE, Stream.MOOD, Stream.SORENESS)
    stored = [observe(item, START + timedelta(days=day), 3.0, WATCH) for item in items for day in range(3)]
    first, later = ([observe(Stream.STRESS, START + timedelta(days=day), 3.0, SHEET)] for day in (0, 3))

    (told,) = lost_figures(known_of(stored), known_of(stored + first))

    assert told.text == "morning_answers: 2 days are not known any more, 2026-03-03 to 2026-03-04"
    assert lost_figures(known_of(stored), known_of(stored + later)) == []


def test_rest_that_answers_made_is_told_to_who_sees_the_answers_alone() -> None:
    rule = RestRule(RestBasis.REPORTED)
    stored = made({(stream, 0, WATCH) for stream in READ[2:]})
    stored += [observe(Stream.FATIGUE, START + timedelta(days=day), 3.0, WATCH) for day in (1, 2)]
    brought = made({(Stream.ACTIVITY_DURATION_MIN, 1, SHEET)})

    told = lost_figures(known_of(stored, rest=rule), known_of(stored + brought, rest=rule))

    (load,) = (one for one in told if "load_au" in one.figures)
    assert load.categories == {Category.TRAINING_LOAD, Category.READINESS, Category.WELLNESS}


@pytest.mark.parametrize("column", sorted({name for one in catalogue(CONSTANTS) for name in one.columns}))
def test_every_figure_rests_on_what_is_looked_at(column: str) -> None:
    covered = {*FIGURES, SLEEP_AGREEMENT, *(f"time_in_zone_{zone}_min" for zone in range(1, 6))}

    assert set(parts_of(column)) <= covered


def test_the_import_its_rehearsal_and_its_json_say_it(node_of_one: Path, run: Run, tmp_path: Path) -> None:
    first, second, mappings = tmp_path / "first.csv", tmp_path / "second.csv", {}
    first.write_text("when,minutes,bpm\n2026-03-05T17:00:00Z,60,140\n2026-03-06T17:00:00Z,60,150\n")
    second.write_text("when,minutes\n2026-03-05T17:00:00Z,90\n2026-03-06T17:00:00Z,90\n")
    streams = [("minutes", "activity_duration_min"), ("bpm", "heart_rate_mean")]
    for app, held in (("old-watch", streams), ("club-sheet", streams[:1])):
        columns = [{"column": name, "stream": stream} for name, stream in held]
        mappings[app] = tmp_path / f"{app}.json"
        mappings[app].write_text(json.dumps({"version": 1, "app": app, "time": {"column": "when"}, "streams": columns}))
    constants = ("--heart-rate-max", "190", "--heart-rate-rest", "50", "--trimp-factor", ".64", "--trimp-exponent", "2")
    assert run("athlete", "constants", node_of_one, "7", *constants)[0] == 0
    run("source-priority", node_of_one, "club-sheet")
    run("ingest", node_of_one, first, "--athlete", "7", "--mapping", mappings["old-watch"])
    words = ("ingest", node_of_one, second, "--athlete", "7", "--mapping", mappings["club-sheet"])

    rehearsed = " ".join(run(*words, "--dry-run")[1].split())
    foreseen = json.loads(run(*words, "--dry-run", "--json")[1])["files"][0]
    (done,) = json.loads(run(*words, "--json")[1])["files"]

    told = "trimp_banister, load_by_heart_rate: 2 days are not known any more, 2026-03-05 to 2026-03-06"
    assert told in rehearsed
    assert told in done["notes"]
    (lost,) = done["lost"]
    assert lost == foreseen["lost"][0]
    assert lost["figures"] == ["trimp_banister", "load_by_heart_rate"]
    assert (lost["days"], lost["from"], lost["to"]) == (2, "2026-03-05", "2026-03-06")
    assert json.loads(run(*words, "--json")[1])["files"][0]["lost"] == []
