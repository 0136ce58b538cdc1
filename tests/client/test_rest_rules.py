"""Which days are known rest: recorded ones, and by one rule per athlete those without a session; never silently."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import client
from client.biometrics.observations import Observation, ReadingSource, observe
from client.biometrics.rest_rule import EXPLICIT, RestBasis, RestRule
from client.biometrics.streams import Stream
from client.errors import AthleteErased, BadRestRule
from client.features.athlete_days import athlete_days
from client.features.daily import DailyTable, build
from client.features.rest import ASSUMED_REST
from client.ingest.clock import LocalClock
from client.ingest.input_file import InputFile
from client.ingest.pmsys import read_srpe
from client.release import days_from
from client.vault.keys import UnlockKey
from client.vault.rest_rules import rest_rule, set_rest_rule
from client.vault.store import Vault
from client.web.tables import Tables
from policies.vocabulary import AthleteId, Category
from tests.client.metrics.last_day import metrics_on

Make = Callable[..., Observation]
START = datetime(2026, 1, 1, 8, tzinfo=UTC)
SOURCE = ReadingSource("strap", "test", "ab" * 32)
NAN = float("nan")
ONE = AthleteId("ath-00000000000000aa")
REPORTED = RestRule(RestBasis.REPORTED)
LATER = date(2026, 6, 1)


def complete_until(n: int) -> RestRule:
    return RestRule(RestBasis.COMPLETE_UNTIL, START.date() + timedelta(days=n))


def load(readings: list[Observation], rule: RestRule, today: date | None = LATER) -> list[float]:
    return build(readings, rest=rule, today=today).column("load_au").tolist()


def same(found: list[float], expected: list[float]) -> bool:
    return np.array_equal(found, expected, equal_nan=True)


def test_a_day_with_an_answer_and_no_session_is_rest_by_report_alone(day_of: Make) -> None:
    readings = [day_of(Stream.SESSION_LOAD, 0, 300.0), day_of(Stream.MOOD, 1, 3.0), day_of(Stream.MOOD, 3, 3.0)]

    assert same(load(readings, EXPLICIT), [300, NAN, NAN, NAN])
    assert same(load(readings, REPORTED), [300, 0, NAN, 0])
    assert same(load(readings, complete_until(2)), [300, 0, 0, NAN])
    assert same(load(readings, complete_until(5)), [300, 0, 0, 0, 0, 0])


def test_a_session_of_no_effort_is_no_load_with_or_without_minutes(day_of: Make, clock: LocalClock) -> None:
    rows = "2026-03-05T18:00:00Z,x,0,0\n2026-03-06T18:00:00Z,x,6,60\n2026-03-07T18:00:00Z,x,6,0\n"
    file = InputFile("srpe.csv", f"end_date_time,activity_names,perceived_exertion,duration_min\n{rows}".encode())

    read = build(read_srpe(file, clock).observations)

    assert read.dates[0] == date(2026, 3, 5)
    assert same(read.column("load_au").tolist(), [0, 360, NAN])
    assert same(load([day_of(Stream.SESSION_RPE, 0, 0.0), day_of(Stream.MOOD, 1, 3.0)], EXPLICIT), [0, NAN])


def test_the_newest_day_is_that_of_a_reading_and_not_of_assumed_rest(day_of: Make) -> None:
    readings = [day_of(Stream.SESSION_LOAD, 0, 300.0), day_of(Stream.MOOD, 3, 3.0)]

    for rule in (EXPLICIT, REPORTED, complete_until(9)):
        assert build(readings, rest=rule, today=LATER).newest_day == date(2026, 1, 4)
    assert build([]).newest_day is None


def test_this_morning_is_no_rest_day_yet(day_of: Make) -> None:
    readings = [day_of(Stream.SESSION_LOAD, 0, 300.0), day_of(Stream.MOOD, 1, 3.0), day_of(Stream.MOOD, 2, 3.0)]

    assert same(load(readings, REPORTED, today=START.date() + timedelta(days=2)), [300, 0, NAN])
    assert same(load(readings, REPORTED, today=None), [300, 0, NAN])


def test_what_speaks_against_rest_is_stronger_than_any_rule(day_of: Make) -> None:
    readings = [
        day_of(Stream.SESSION_LOAD, 0, 300.0),
        *(day_of(Stream.MOOD, n, 3.0) for n in range(5)),
        day_of(Stream.SESSION_RPE, 1, 6.0),  # a rating without minutes
        day_of(Stream.ACTIVITY_DURATION_MIN, 2, 40.0),  # a measured activity
        day_of(Stream.REST_DAY, 3, 0.0),  # "no rest day"
    ]

    for rule in (REPORTED, complete_until(4)):
        assert same(load(readings, rule), [300, NAN, NAN, NAN, 0])


def test_where_no_session_is_ever_seen_nothing_follows(day_of: Make) -> None:
    answers = [day_of(Stream.MOOD, n, 3.0) for n in range(4)]

    assert np.isnan(load(answers, REPORTED)).all()
    assert np.isnan(load(answers, complete_until(3))).all()
    assert same(load([*answers, day_of(Stream.SESSION_LOAD, 2, 9.0)], complete_until(3)), [NAN, NAN, 9, 0])


entries = st.lists(
    st.tuples(
        st.sampled_from([Stream.MOOD, Stream.SESSION_LOAD, Stream.SESSION_RPE, Stream.REST_DAY, Stream.STEPS]),
        st.integers(0, 20),
    ),
    min_size=1,
    max_size=40,
    unique=True,
)
rules = st.one_of(st.just(EXPLICIT), st.just(REPORTED), st.integers(0, 25).map(complete_until))


@settings(deadline=None)
@given(entries, rules)
def test_a_rule_only_turns_unknown_days_into_marked_zeros(kinds: list[tuple[Stream, int]], rule: RestRule) -> None:
    readings = [observe(stream, START + timedelta(days=n), 1.0, SOURCE) for stream, n in kinds]

    plain, ruled = build(readings), build(readings, rest=rule, today=LATER)

    own, assumed = ruled.column("load_au"), ruled.column(ASSUMED_REST) == 1.0
    before = plain.extended_to(ruled.dates[-1]).column("load_au")
    assert np.array_equal(own[~assumed], before[~assumed], equal_nan=True)
    assert np.isnan(before[assumed]).all()
    assert (own[assumed] == 0.0).all()
    assert not (rule == EXPLICIT and assumed.any())


def assumed_in_figures(table: DailyTable) -> set[str]:
    return {name for name, one in metrics_on(table).items() if ASSUMED_REST in one.quality}


def test_what_rests_on_an_assumed_day_says_so_and_nothing_else_does(day_of: Make) -> None:
    readings = [day_of(Stream.SESSION_LOAD, n, 300.0 + n) for n in range(60) if n != 30]
    table = build([*readings, day_of(Stream.MOOD, 59, 3.0)], rest=complete_until(59), today=LATER)

    marked = assumed_in_figures(table)
    earlier = assumed_in_figures(table.until(table.dates[50]))
    before = assumed_in_figures(table.until(table.dates[29]))

    exponential = {"load_28d_ewma", "acwr_ewma_seed_first", "acwr_ewma_seed_mean7"}
    exponential |= {"fitness_42d", "fatigue_7d", "form"}
    assert marked == exponential | {"acwr_ra_uncoupled_28"}
    assert earlier == exponential | {"acwr_ra_coupled", "acwr_ra_uncoupled_21", "acwr_ra_uncoupled_28"}
    assert before == set()


@pytest.mark.parametrize(
    ("word", "day"),
    [("none", None), ("complete-until", None), ("reported", "2026-01-01"), ("complete-until", "yesterday")],
)
def test_a_rule_that_cannot_be_is_refused(word: str, day: str | None) -> None:
    with pytest.raises(BadRestRule, match="expected"):
        RestRule.of(word, day)


def test_the_rule_is_kept_sealed_and_ends_with_the_athlete(tmp_path: Path, day_of: Make) -> None:
    path = tmp_path / "vault.sqlite3"
    readings = [day_of(Stream.SESSION_LOAD, 0, 300.0), day_of(Stream.MOOD, 1, 3.0), day_of(Stream.MOOD, 2, 3.0)]
    with Vault.open(path, UnlockKey(bytes(32))) as vault:
        vault.add_athlete(ONE, "Ada", shirt_no=1)
        vault.add(ONE, readings)
        assert rest_rule(vault, ONE) == EXPLICIT
        assert same(athlete_days(vault, ONE).column("load_au").tolist(), [300, NAN, NAN])
        for rule in (REPORTED, complete_until(1)):
            set_rest_rule(vault, ONE, rule)
            assert rest_rule(vault, ONE) == rule
            assert same(athlete_days(vault, ONE).column("load_au").tolist(), [300, 0, NAN])

    assert b"complete-until" not in path.read_bytes()
    with Vault.open(path, UnlockKey(bytes(32))) as vault:
        assert rest_rule(vault, ONE) == complete_until(1)
        database, number, _ = vault.seal_of(ONE)
        vault.erase(ONE)
        with pytest.raises(AthleteErased):
            rest_rule(vault, ONE)
        with database.reading() as connection:
            left = connection.execute("SELECT count(*) FROM rest_rule WHERE athlete = ?", (number,)).fetchone()
    assert left == (0,)


def test_every_part_of_the_node_reads_days_by_the_athletes_own_rule() -> None:
    """Commands, pages, proposals and models would else show different loads of the same days."""
    root = Path(client.__file__).parent
    built = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if "import DailyTable, build" in path.read_text(encoding="utf-8") or " import build\n" in path.read_text()
    }

    # `evaluation` reads readiness alone, from readings that it is handed; `as_of` is handed the athlete's rule.
    assert built == {"features/athlete_days.py", "evaluation.py", "features/past/as_of.py"}


def test_a_rule_reaches_models_proposals_and_pages(tmp_path: Path, day_of: Make) -> None:
    readings = [day_of(Stream.SESSION_LOAD, n, 300.0) for n in range(40) if n % 7 != 6]
    with Vault.open(tmp_path / "vault.sqlite3", UnlockKey(bytes(32))) as vault:
        vault.add_athlete(ONE, "Ada", shirt_no=1)
        vault.add(ONE, readings)

        def known() -> list[int]:
            category = frozenset({Category.TRAINING_LOAD})
            tables = [days_from(vault, until=LATER)(ONE), Tables(vault).read(ONE, category), athlete_days(vault, ONE)]
            return [int(np.isfinite(table.column("load_au")).sum()) for table in tables]

        assert known() == [35, 35, 35]
        set_rest_rule(vault, ONE, complete_until(39))
        assert known() == [40, 40, 40]
        set_rest_rule(vault, ONE, complete_until(60))
        assert known() == [40, 61, 61], "a proposal's year ends with the newest record"
