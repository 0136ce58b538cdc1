"""From histories to points: published borders, own usual ranges, and what is missing stays missing."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from client.coaching.domains import ANSWERS, Domain
from client.coaching.evidence import Flags, evidence_on
from client.coaching.readiness import Light
from client.coaching.regression import State, assess
from tests.scale import scaled

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parents[2] / "vectors" / "golden.json").read_text())

CENTRES = {
    Domain.HRV: (4.09, 0.04),
    Domain.RESTING_PULSE: (50.0, 1.5),
    Domain.SLEEP: (7.0, 0.5),
    Domain.WELLNESS: (16.0, 1.2),
    Domain.JUMP: (38.0, 0.8),
}


def series(days: int = 60, *, seed: int = 7) -> dict[Domain, Any]:
    rng = np.random.default_rng(seed)
    return {d: rng.normal(centre, spread, days) for d, (centre, spread) in CENTRES.items()}


def with_last(values: Any, *last: float) -> Any:
    return np.concatenate([values[: -len(last)], last])


def points(histories: dict[Domain, Any], domain: Domain) -> int:
    return evidence_on(len(next(iter(histories.values()))) - 1, histories).findings[domain].points


def test_golden_variability_week_is_below_the_band() -> None:
    values = np.array([np.nan if v is None else v for v in GOLDEN["hrv_baseline"]["series"]])

    finding = evidence_on(len(values) - 1, {Domain.HRV: values}).findings[Domain.HRV]

    assert finding.value == pytest.approx(GOLDEN["hrv_baseline"]["mean7"], abs=1e-9)
    assert (finding.low, finding.high) == pytest.approx(GOLDEN["hrv_baseline"]["swc"], abs=1e-9)
    assert finding.points == 2


@pytest.mark.parametrize(("rise", "expected"), [(4.0, 0), (6.0, 1)])
def test_pulse_counts_from_five_beats(rise: float, expected: int) -> None:
    histories = {Domain.RESTING_PULSE: np.array([50.0, 51.0] * 20 + [50.5 + rise])}

    assert points(histories, Domain.RESTING_PULSE) == expected


def test_two_short_nights_count_and_one_does_not() -> None:
    base = series()

    two = {Domain.SLEEP: with_last(base[Domain.SLEEP], 5.0, 5.0)}
    one = {Domain.SLEEP: with_last(base[Domain.SLEEP], np.nan, 5.0)}

    assert points(two, Domain.SLEEP) == 2
    assert Domain.SLEEP not in evidence_on(59, one).findings


def test_a_jump_inside_the_noise_is_no_evidence() -> None:
    tests = np.full(60, np.nan)
    tests[::7] = 38.0

    assert points({Domain.JUMP: with_last(tests, 37.0)}, Domain.JUMP) == 0
    assert points({Domain.JUMP: with_last(tests, 35.0)}, Domain.JUMP) == 1
    assert points({Domain.JUMP: with_last(tests, 31.0)}, Domain.JUMP) == 2


def test_variability_above_the_band_counts_only_with_fatigue() -> None:
    base = series()
    high = with_last(base[Domain.HRV], *[4.4] * 7)
    fresh, tired = (with_last(base[Domain.WELLNESS], last) for last in (16.0, 8.0))

    assert points({Domain.HRV: high, Domain.WELLNESS: fresh}, Domain.HRV) == 0
    assert points({Domain.HRV: high, Domain.WELLNESS: tired}, Domain.HRV) == 1


def test_nothing_later_is_looked_at() -> None:
    histories = series()
    changed = {d: with_last(v, v[-1] + 100) for d, v in histories.items()}

    assert evidence_on(50, histories) == evidence_on(50, changed)


def test_no_reading_gives_no_finding_and_a_grey_light() -> None:
    found = evidence_on(59, {d: np.full(60, np.nan) for d in Domain})

    assert found.readiness.light is Light.GREY
    assert not found.findings


def test_flags_are_carried() -> None:
    assert assess(State(), evidence_on(0, {}, flags=Flags(pain=True))).hard_stop


@given(
    st.integers(0, 1000),
    st.sets(st.sampled_from(list(Domain))),
    st.dictionaries(st.sampled_from(list(Domain)), st.floats(-4, 4)),
)
@settings(deadline=None, max_examples=scaled(25))
def test_withholding_a_stream_never_lowers_todays_load(
    seed: int, withheld: set[Domain], shifts: dict[Domain, float]
) -> None:
    whole = series(seed=seed)
    for domain, shift in shifts.items():
        whole[domain][-3:] += shift * CENTRES[domain][1]
    part = {d: np.full(60, np.nan) if d in withheld else v for d, v in whole.items()}
    state = State(regress_yesterday=True)

    everything = assess(state, evidence_on(59, whole, weights=ANSWERS))
    less = assess(state, evidence_on(59, part, weights=ANSWERS))

    assert less.multiplier >= everything.multiplier
    if less.ask:
        assert less.multiplier == 1.0
