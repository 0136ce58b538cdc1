"""One athlete's evidence: against pairs counted one by one, within its bounds, and the same bits in any company."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import BadWeights
from models.evidence.answer import FULL_PAIRS, RECENT, SHARES, concordance, evidence_answers, evidence_of
from models.evidence.contribution import evidence_contribution
from models.features import RISK_SCHEMA, AthleteSeries
from models.privacy.contribution import EVIDENCE_CLIP, contribution, largest_norm
from models.privacy.discrete_gaussian import from_ring, quantise, sensitivity
from models.privacy.packed_series import PackedSeries
from models.risk import EVENT_HISTORY
from policies.campaign import CampaignManifest
from tests.models.evidence.risk_days import LEAST, MOST, WEIGHTS, WIDTH, asking, athlete

OF_THE_DAY = [place for place, name in enumerate(RISK_SCHEMA.names) if name not in EVENT_HISTORY]


def by_hand(one: AthleteSeries) -> tuple[float, float, float]:
    """The three numbers from loops over days and pairs, by the words of the module alone."""
    days = len(one.y)
    learnt = math.floor(0.7 * (days - 1)) + 1
    rows = [day for day in range(days) if one.mask[day] and one.X[day, RECENT] < 0]
    judged = [day for day in rows if day >= learnt + 7]
    score = {day: sum(float(one.X[day, i]) * WEIGHTS[i] for i in OF_THE_DAY) for day in rows}
    chance = {day: 1 / (1 + math.exp(-(float(one.X[day] @ WEIGHTS[:-1]) + WEIGHTS[-1]))) for day in rows}
    pairs, ahead = 0, 0.0
    for first in (day for day in judged if one.y[day] == 1):
        for other in (day for day in judged if one.y[day] == 0):
            pairs += 1
            ahead += 1.0 if score[first] > score[other] else 0.5 if score[first] == score[other] else 0.0
    earlier = [day for day in rows if day < learnt + 7]
    usual = sum(chance[day] for day in earlier) / len(earlier)
    middle = sum(score[day] for day in earlier) / len(earlier)
    difference = 0.0
    for day in judged:
        seen = [other for other in rows if other <= day - 8]
        base = (200 * usual + sum(float(one.y[other]) for other in seen)) / (200 + len(seen))
        moved = 1 / (1 + math.exp(-(math.log(base / (1 - base)) + score[day] - middle)))
        hit = one.y[day] == 1
        difference += -math.log(moved if hit else 1 - moved) + math.log(base if hit else 1 - base)
    weight = min(pairs / FULL_PAIRS, 1.0)
    excess = 2 * ahead / pairs - 1 if pairs else 0.0
    return weight * min(max(excess / 0.5, -1), 1), weight, min(max(difference, -1), 1)


@pytest.mark.parametrize("seed", range(12))
def test_the_numbers_are_those_of_pairs_counted_one_by_one(seed: int) -> None:
    one = athlete(seed, days=80 + 20 * seed, rate=0.02 * seed)

    assert evidence_of(WEIGHTS, one) == pytest.approx(by_hand(one), abs=1e-6)


def test_pairs_are_counted_with_ties_as_half() -> None:
    assert concordance(np.array([1.0, 1.0, 2.0, 0.0]), np.array([1.0, 0.0, 0.0, 1.0])) == (1, 4)
    assert concordance(np.array([1.0, 2.0]), np.array([0.0, 0.0])) == (0, 0)


def test_a_row_of_shares_is_no_longer_than_the_clip() -> None:
    assert math.hypot(*SHARES) < EVIDENCE_CLIP


@given(
    st.integers(0, 400),
    st.floats(0, 1),
    st.floats(0, 1),
    st.sampled_from([0.0, 1.0, -1e6, 1e6]),
    st.integers(0, 1000),
)
def test_every_answer_is_within_its_bounds(days: int, rate: float, recent: float, scale: float, seed: int) -> None:
    one = athlete(seed, days, rate=rate, recent=recent)
    excess, comparable, difference = evidence_of(scale * WEIGHTS, one)

    assert abs(excess) <= comparable <= 1.0
    assert abs(difference) <= 1.0


def test_an_athlete_without_comparable_pairs_or_held_back_days_answers_zeros() -> None:
    safe = athlete(1, rate=0.0)
    assert evidence_of(WEIGHTS, safe)[:2].tolist() == [0.0, 0.0]
    assert evidence_of(WEIGHTS, athlete(1, rate=1.0))[:2].tolist() == [0.0, 0.0]
    for days in (0, 1, 7):
        assert evidence_of(WEIGHTS, athlete(2, days)).tolist() == [0.0, 0.0, 0.0]
    assert evidence_of(WEIGHTS, athlete(3, recent=1.0)).tolist() == [0.0, 0.0, 0.0]


def test_days_alike_are_ties_and_say_nothing_for_or_against() -> None:
    drawn = athlete(4)
    alike = AthleteSeries(np.tile(drawn.X[:1], (200, 1)), drawn.y, drawn.mask)
    alike.X[:, RECENT] = LEAST

    assert evidence_of(WEIGHTS, alike)[0] == 0.0
    assert evidence_of(WEIGHTS, alike)[2] == pytest.approx(0.0, abs=1e-6)


def test_what_was_learnt_from_moves_no_pair() -> None:
    one = athlete(5)
    learnt = np.arange(200) <= 0.7 * 199 + 7
    other = AthleteSeries(one.X, np.where(learnt, 1.0 - one.y, one.y).astype(np.float32), one.mask)

    assert evidence_of(WEIGHTS, other)[:2].tolist() == evidence_of(WEIGHTS, one)[:2].tolist()


def test_days_after_a_lost_day_count_for_nothing() -> None:
    one = athlete(6, recent=0.3)
    shadow = one.X[:, RECENT] == np.float32(MOST)
    spoilt = one.X.copy()
    spoilt[shadow, :RECENT] = 50.0
    other = AthleteSeries(spoilt, np.where(shadow, 1.0 - one.y, one.y).astype(np.float32), one.mask)

    assert evidence_of(WEIGHTS, other).tolist() == evidence_of(WEIGHTS, one).tolist()


@given(st.permutations(range(8)), st.integers(0, 7))
def test_one_athletes_bits_are_the_same_alone_and_in_any_company(order: list[int], place: int) -> None:
    squad = [athlete(seed, days=50 + 37 * seed) for seed in order]
    rows = evidence_answers(WEIGHTS, PackedSeries(tuple(squad)))

    alone = evidence_answers(WEIGHTS, [squad[place]])
    assert rows[place].tobytes() == alone[0].tobytes()
    assert quantise(rows, 1.0, 16)[place].tolist() == quantise(alone, 1.0, 16)[0].tolist()


def test_a_contribution_is_the_rounded_sum_and_noise_of_its_size() -> None:
    asked, squad = asking(sigma=2.0), [athlete(seed) for seed in range(20)]
    clear = quantise(evidence_answers(WEIGHTS, squad), 1.0, asked.scale_bits).sum(axis=0)

    drawn = [from_ring(evidence_contribution(asked, WEIGHTS.tolist(), squad), asked.modulus_bits) for _ in range(300)]

    scale = 2.0 * sensitivity(1.0, asked.scale_bits, 3)
    steps = (np.array(drawn) - clear) / scale
    assert np.abs(steps.mean()) < 6 / math.sqrt(900)
    assert steps.var() == pytest.approx(1.0, abs=6 * math.sqrt(2 / 900))
    assert max(np.linalg.norm(one) for one in drawn) <= largest_norm(asked, 3, 40)


def test_an_empty_squad_answers_noise_alone_and_another_shape_counts_as_nothing() -> None:
    asked = asking()
    narrow = AthleteSeries(np.ones((9, WIDTH - 1), np.float32), np.ones(9, np.float32), np.ones(9, np.bool_))

    assert len(evidence_contribution(asked, WEIGHTS.tolist(), [])) == 3
    assert len(evidence_contribution(asked, WEIGHTS.tolist(), [narrow])) == 3


def test_teaching_and_judging_do_not_take_one_anothers_campaigns() -> None:
    asked = asking()
    taught = CampaignManifest.model_validate(asked.model_dump() | {"evidence": None})

    with pytest.raises(BadWeights, match="one for evidence"):
        contribution(asked, WEIGHTS.tolist(), [])
    with pytest.raises(BadWeights, match="campaign for evidence"):
        evidence_contribution(taught, WEIGHTS.tolist(), [])


@pytest.mark.parametrize(
    "changes", [{"clip_norm": 0.5}, {"model": "recovery-linear-1"}, {"feature_schema": "0" * 64}, {"modulus_bits": 32}]
)
def test_terms_that_evidence_cannot_have_are_refused_before_anything_is_computed(changes: dict[str, object]) -> None:
    asked = CampaignManifest.model_validate(asking(athletes=1_000_000).model_dump() | changes)

    with pytest.raises(BadWeights):
        evidence_contribution(asked, WEIGHTS.tolist(), [])
