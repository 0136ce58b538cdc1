"""The gate with the league's evidence: that decides, and the own days object only where they surely contradict."""

from dataclasses import replace

import numpy as np
import pytest

from models.evaluation.adoption_gate import JudgedDays, by_athlete, gate
from models.evidence.gate import (
    NUMBER_CONTRADICTS,
    ORDER_CONTRADICTS,
    SLOPE_CONTRADICTS,
    contradictions,
    gate_with_evidence,
)
from models.evidence.pooled_gate import NO_BETTER_ORDER
from models.evidence.record import PooledEvidence, sign_evidence
from policies.signing import SigningKey
from tests.models.evidence.risk_days import asking
from tests.models.evidence.test_evidence_record import NOW

STRONG, WEAK = (12_000_000, 6_000_000, -6_000_000), (100_000, 6_000_000, -6_000_000)


def pooled(total: tuple[int, ...]) -> PooledEvidence:
    manifest = asking(athletes=500)
    return PooledEvidence(sign_evidence(total, manifest, key=SigningKey(bytes(32)), now=NOW).record, manifest)


def squad(seed: int, *, athletes: int = 20, days: int = 100, signal: float = 0.8) -> JudgedDays:
    """A club whose chances are the true ones: about four events in a hundred rows."""
    rng = np.random.default_rng(seed)
    athlete = np.repeat(np.arange(athletes), days)
    chance = 1 / (1 + np.exp(-(-3.5 + signal * rng.normal(size=athlete.size))))
    event = (rng.random(athlete.size) < chance).astype(float)
    return JudgedDays(chance, event, athlete, np.full(athlete.size, event.mean()), chance)


def few(seed: int) -> JudgedDays:
    """A small club with as few events as a real one has."""
    return squad(seed, athletes=8, days=60)


def judged(outcomes: JudgedDays, total: tuple[int, ...] = STRONG) -> tuple[str, ...]:
    found = gate_with_evidence(outcomes, pooled(total), parameters=12, rng=np.random.default_rng(0))
    assert found.passed == (not found.reasons)
    return found.reasons


def test_a_small_club_passes_by_the_leagues_evidence_and_not_without_it() -> None:
    clubs = [few(seed) for seed in range(8)]

    alone = [gate(one, parameters=12, rng=np.random.default_rng(0)).reasons for one in clubs[:3]]
    assert all("fewer than 120 events" in reasons for reasons in alone)
    assert sum(judged(one) == () for one in clubs) >= 6


def test_the_figures_are_the_own_ones_and_the_leagues() -> None:
    alone = gate(few(1), parameters=12, rng=np.random.default_rng(0))
    found = gate_with_evidence(few(1), pooled(STRONG), parameters=12, rng=np.random.default_rng(0))

    assert {name: found.figures[name] for name in alone.figures} == alone.figures
    assert found.figures["league_public_athletes"] == 500.0
    assert found.figures["league_concordance_low"] > 0.5


def test_evidence_that_does_not_suffice_stops_it_whatever_the_own_days_say() -> None:
    assert judged(squad(2), WEAK) == (NO_BETTER_ORDER,)


def test_a_truthful_model_is_seldom_objected_to() -> None:
    clubs = [squad(seed, athletes=12, days=100) for seed in range(8)]
    objected = [bool(contradictions(by_athlete(one, np.random.default_rng(0)))) for one in clubs]

    assert sum(objected) <= 2


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda one: replace(one, chance=one.chance**3), SLOPE_CONTRADICTS),
        (lambda one: replace(one, chance=one.chance / 4), NUMBER_CONTRADICTS),
        (lambda one: replace(one, signal=-one.signal), ORDER_CONTRADICTS),
    ],
)
def test_own_days_that_surely_contradict_stop_it(change: object, reason: str) -> None:
    assert reason in judged(change(squad(3)))  # type: ignore[operator]  # one of the changes above


def test_own_days_without_an_event_object_to_nothing() -> None:
    nothing = squad(4)

    assert judged(replace(nothing, event=np.zeros_like(nothing.event))) == ()
