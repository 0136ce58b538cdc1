"""What rests on a session that may be one with another says so, and what it would be is what the answer makes of it."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from client.biometrics.observations import Observation
from client.biometrics.own_settings import OwnSettings
from client.biometrics.streams import Stream
from client.errors import CannotCorrect
from client.features.athlete_days import athlete_days
from client.features.daily import build
from client.features.days.possible_repeats import MAY_COUNT_TWICE, differing
from client.metrics.athlete_metrics import History, MetricBasis
from client.questions.session_questions import SessionAnswer, answer, open_questions, waits_for
from client.settings import load_settings
from client.vault.access import open_vault
from client.vault.store import Vault
from tests.client.corrections.vault_story import DAY, NOW, Story, minutes_of, rating, reading, story

Run = Callable[..., tuple[int, str, str]]
DAYS = 9
OWN = OwnSettings(heart_rate_max=190, heart_rate_rest=50, trimp_factor=0.64, trimp_exponent=1.92)
NAMES = ("load_today", "load_7d_sum", "fitness_42d", "acwr_ra_coupled", "trimp_banister_7d_sum", "sleep_7d_mean")
SESSIONS = st.tuples(
    st.integers(0, DAYS - 1),
    st.sampled_from([0.0, 10.0, 10.8, 23.8]),
    st.sampled_from([30.0, 60.0]),
    st.sampled_from(["app", "diary", "watch"]),
    st.sampled_from(["whole", "rating", "ran"]),
)


def session(day: int, hour: float, minutes: float, app: str, kind: str) -> list[Observation]:
    at = {"day": day, "hour": hour, "minutes": minutes if kind == "ran" else 0}
    held = {
        "whole": [rating(5.0, **at), minutes_of(minutes, **at)],  # type: ignore[arg-type]
        "rating": [rating(4.0, **at)],  # type: ignore[arg-type]
        "ran": [
            reading(Stream.ACTIVITY_DURATION_MIN, minutes, **at),  # type: ignore[arg-type]
            reading(Stream.HEART_RATE_MEAN, 140.0, **at),  # type: ignore[arg-type]
        ],
    }[kind]
    return [replace(one, source=replace(one.source, app=app)) for one in held]


def bring(told: Story, sessions: list[tuple[int, float, float, str, str]]) -> None:
    """Each a file of its own, so that none tells two rows apart."""
    for number, one in enumerate(sessions):
        told.bring(f"{number}-", session(*one))


def answer_all(told: Story) -> None:
    while asked := open_questions(told.vault, told.athlete).questions:
        answer(told.vault, told.athlete, asked[0].id, SessionAnswer.SAME, at=NOW, who="operator")


def figures(told: Story) -> History:
    basis = replace(MetricBasis.read(told.vault, told.athlete), own=OWN)
    return basis.between(first=DAY.date(), last=(DAY + timedelta(days=DAYS)).date(), names=NAMES)


CHAIN = [
    *[(0, 0.0, 30.0, "app", "whole")] * 3,  # one corrects the other: each a file of its own
    (0, 0.0, 30.0, "app", "rating"),
    (0, 0.0, 30.0, "watch", "whole"),
    (0, 0.0, 60.0, "app", "whole"),
]
"""Three reports of one day that may be one: were the one between left out first, nobody would be asked of the third."""


@given(st.lists(SESSIONS, min_size=2, max_size=6))
@example(CHAIN)
def test_what_a_day_would_be_is_what_it_is_once_all_are_said_to_be_one(
    shared: Vault, sessions: list[tuple[int, float, float, str, str]]
) -> None:
    with story(shared) as told:
        bring(told, sessions)
        asked = open_questions(told.vault, told.athlete).questions
        table, before = (
            athlete_days(told.vault, told.athlete, repeats=[one.pair for one in asked]),
            figures(told),
        )

        turned = []  # with fewer readings of a source the other one may come first: the answer keeps that one
        for one in asked:  # those of now; what is left out may make others no question, and never a new one
            now = {still.id: still for still in open_questions(told.vault, told.athlete).questions}
            if one.id in now:
                turned += [one.day] if now[one.id] != one else []
                answer(told.vault, told.athlete, one.id, SessionAnswer.SAME, at=NOW, who="operator")

        days = [day for day in table.dates if day < min(turned, default=date.max)]
        after = athlete_days(told.vault, told.athlete).between(table.dates[0], table.dates[-1])
        for name in table.columns:
            assert not differing(table.as_one.column(name), after.column(name))[: len(days)].any(), name
        for name, figures_of in figures(told).items():
            for first, then in zip(before[name], figures_of, strict=True):
                if MAY_COUNT_TWICE not in first.quality and first.day < min(turned, default=date.max):
                    assert (first.value, first.inputs_hmac) == (then.value, then.inputs_hmac), (name, first)


def test_no_answer_takes_away_a_question_that_is_not_answered(shared: Vault) -> None:
    for _ in range(8):  # the order within a day is by ids, which differ from vault to vault
        with story(shared) as told:
            bring(told, CHAIN)
            asked = open_questions(told.vault, told.athlete).questions
            first, *later = asked
            assert [one for place, one in enumerate(asked) if waits_for(one, asked[:place])] == later
            for one in later:
                with pytest.raises(CannotCorrect, match=f"{first.id} too; answer that one first"):
                    answer(told.vault, told.athlete, one.id, SessionAnswer.SAME, at=NOW, who="operator")

            answer_all(told)

            assert [len(later), *(one.value for one in told.vault.read(told.athlete))] == [1, 4.0]


def test_the_day_its_week_and_its_mean_say_so_until_it_is_answered(shared: Vault) -> None:
    with story(shared) as told:
        for day in range(DAYS):
            told.bring(f"day-{day}-", session(day, 10.0, 60.0, "app", "whole"))
        told.bring("twice", session(4, 10.8, 30.0, "diary", "whole"))

        found = figures(told)

        codes = {name: [MAY_COUNT_TWICE in one.quality for one in days] for name, days in found.items()}
        assert codes["load_today"] == [day == 4 for day in range(DAYS + 1)]
        assert codes["load_7d_sum"] == [day >= 4 for day in range(DAYS + 1)]
        assert codes["fitness_42d"] == [day >= 4 for day in range(DAYS + 1)]
        assert not any(codes["sleep_7d_mean"])
        asked = open_questions(told.vault, told.athlete).questions
        table = athlete_days(told.vault, told.athlete, repeats=[one.pair for one in asked])
        assert (table.column("load_au")[4], table.as_one.column("load_au")[4]) == (450.0, 300.0)
        assert np.array_equal(table.until(table.dates[4]).as_one.column("load_au"), np.full(5, 300.0))

        answer_all(told)

        assert not any(MAY_COUNT_TWICE in one.quality for days in figures(told).values() for one in days)


def test_a_report_whose_counterpart_may_not_be_seen_is_counted_once(shared: Vault) -> None:
    with story(shared) as told:
        bring(told, [(0, 10.0, 60.0, "app", "whole"), (0, 10.8, 30.0, "diary", "whole")])
        (asked,) = open_questions(told.vault, told.athlete).questions

        alone = [one for one in told.vault.read(told.athlete) if one not in asked.kept]

        assert len(alone) == 2
        assert len(athlete_days(told.vault, told.athlete, repeats=[asked.pair]).if_one) > 0
        assert build(alone, repeats=[asked.pair]).if_one == {}


def test_the_commands_name_the_days_and_the_question(node_of_one: Path, run: Run) -> None:
    with open_vault(load_settings(node_of_one)) as vault:
        (athlete,) = vault.athletes()
        vault.add(athlete.athlete, session(0, 10.0, 60.0, "app", "whole"))
        vault.add(athlete.athlete, session(0, 10.8, 30.0, "diary", "whole"))
    (asked,) = json.loads(run("imports", "questions", node_of_one, 7, "--json")[1])["questions"]

    rows = json.loads(run("readings", node_of_one, 7, "--json")[1])["readings"]
    shown = " ".join(run("metrics", node_of_one, 7)[1].split())

    assert [row["questions"] for row in rows] == [[asked["id"]]] * 4
    assert "may be one session or two" in " ".join(run("readings", node_of_one, 7)[1].split())
    assert "may_count_twice: 2026-03-02; both of two reports count until" in shown
    assert run("imports", "answer", node_of_one, 7, asked["id"], "different")[0] == 0
    rows = json.loads(run("readings", node_of_one, 7, "--json")[1])["readings"]
    assert [row["questions"] for row in rows] == [[]] * 4
    assert "may_count_twice" not in run("metrics", node_of_one, 7)[1]
