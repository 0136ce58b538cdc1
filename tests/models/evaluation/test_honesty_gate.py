"""The gate: a truthful model with enough events passes, everything else gives its reasons."""

from dataclasses import replace

import numpy as np
import pytest

from models.errors import BadShape, NotEnoughData
from models.evaluation.adoption_gate import JudgedDays, gate, own_base_rate
from models.evaluation.metrics import within_athlete_auc

ATHLETES, DAYS = 60, 400


def _truthful(seed: int, *, signal: float) -> JudgedDays:
    """Independent rows whose true chances are known: frailty between athletes, signal within."""
    rng = np.random.default_rng(seed)
    athlete = np.repeat(np.arange(ATHLETES), DAYS)
    frailty = np.repeat(rng.normal(-3.2, 0.4, ATHLETES), DAYS)
    chance = 1 / (1 + np.exp(-(frailty + signal * rng.normal(size=athlete.size))))
    event = (rng.random(athlete.size) < chance).astype(float)
    return JudgedDays(chance, event, athlete, 1 / (1 + np.exp(-frailty)), chance)


def test_a_truthful_model_with_signal_passes() -> None:
    result = gate(_truthful(1, signal=1.0), parameters=12, rng=np.random.default_rng(0))

    assert result.passed
    assert result.reasons == ()
    assert result.figures["slope"] == pytest.approx(1.0, abs=0.15)


def test_shuffled_labels_fail() -> None:
    outcomes = _truthful(2, signal=1.0)
    shuffled = np.random.default_rng(3).permutation(outcomes.event)

    result = gate(
        replace(outcomes, event=shuffled),
        parameters=12,
        rng=np.random.default_rng(0),
    )

    assert not result.passed
    assert "no better than the athlete's own base rate" in result.reasons


def test_who_an_athlete_is_is_not_enough() -> None:
    outcomes = _truthful(4, signal=0.0)

    result = gate(outcomes, parameters=12, rng=np.random.default_rng(0))

    assert "no better than the athlete's own base rate" in result.reasons
    assert "does not tell an athlete's bad weeks from the good ones" in result.reasons


def _with_history(seed: int, *, signal: float) -> JudgedDays:
    """True chances that rise with every earlier injury, by a fifth in log-odds, and with a signal of the week."""
    rng, columns = np.random.default_rng(seed), []
    for one in range(3 * ATHLETES):
        frailty, count, rows = rng.normal(-6.3, 0.4), 0, []
        for week in signal * rng.normal(size=DAYS):
            chance = 1 / (1 + np.exp(-(frailty + 0.2 * count + week)))
            event = float(rng.random() < chance)
            rows.append((chance, event, one, 1 / (1 + np.exp(-frailty)), week))
            count += int(event)
        columns.append(np.array(rows))
    chance, event, athlete, base, week = np.concatenate(columns).T
    return JudgedDays(chance, event, athlete.astype(np.int64), base, week)


def test_a_count_that_rises_after_an_injury_hides_no_signal_and_makes_none() -> None:
    """By the whole score of a correct model, days before an injury look safer than those after it."""
    still, moved = _with_history(6, signal=0.0), _with_history(7, signal=0.7)

    by_chance = [within_athlete_auc(one.chance, one.event, one.athlete) for one in (still, moved)]
    results = [gate(one, parameters=10, rng=np.random.default_rng(0)) for one in (still, moved)]

    by_signal = [one.figures["within_auc"] for one in results]
    assert by_chance[0] < 0.4
    assert by_chance[1] < by_signal[1] - 0.02
    assert by_signal == [0.5, pytest.approx(0.69, abs=0.03)]
    why = "does not tell an athlete's bad weeks from the good ones"
    assert [why in one.reasons for one in results] == [True, False]


def test_too_few_events_and_wrong_level_are_named() -> None:
    outcomes = _truthful(5, signal=1.0)
    few = outcomes.only(np.arange(1500))
    doubled = replace(few, chance=np.minimum(2 * few.chance, 0.99))

    result = gate(doubled, parameters=12, rng=np.random.default_rng(0))

    assert "fewer than 120 events" in result.reasons
    assert "observed and expected events differ by more than a fifth" in result.reasons


def test_no_rows_is_no_verdict() -> None:
    empty = np.array([])
    with pytest.raises(NotEnoughData):
        JudgedDays(empty, empty, empty.astype(np.int64), empty, empty)
    with pytest.raises(BadShape):
        JudgedDays(np.zeros(2), np.zeros(1), np.zeros(2, np.int64), np.zeros(2), np.zeros(2))


def test_base_rate_uses_only_outcomes_that_were_known() -> None:
    day = np.arange(30)
    event = np.zeros(30)
    event[10] = 1.0

    rate = own_base_rate(event, day, overall=0.05)

    assert rate[18] == pytest.approx((200 * 0.05 + 1) / (200 + 11))
    assert rate[17] == pytest.approx(200 * 0.05 / (200 + 10))
    assert rate[0] == pytest.approx(0.05)
