"""Packed series: the sums of the padded loop, one athlete's bits the same in any company, and bounded memory."""

import tracemalloc
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.features import AthleteSeries
from models.privacy import packed_series
from models.privacy.contribution import answers
from models.privacy.packed_series import ALIGNED_BYTES, CHUNK_BYTES, DAY_STEP, PackedSeries, chunks_of
from models.privacy.per_athlete_gradients import GradientKind, athlete_gradients, mlp_dimension
from models.training.initial_weights import initial_weights
from models.training.recipes import exchange_recipe
from models.training.simulation import simulated_manifest
from tests.models.privacy.padded_oracle import padded_gradients

KINDS: tuple[GradientKind, ...] = ("huber", "linear", "logistic", "mlp")
FEATURES = 10
MODEL = "recovery-linear-1"
ASKED = simulated_manifest(exchange_recipe(MODEL, athletes=40, clubs=2), 2)


@st.composite
def companies(draw: st.DrawFn) -> list[AthleteSeries]:
    """Athletes with nothing, a day, a season, or more days than anybody has."""
    lengths = draw(
        st.lists(st.one_of(st.integers(0, 70), st.integers(0, 700), st.just(10_000)), min_size=1, max_size=9)
    )
    seed = draw(st.integers(0, 2**32))
    return [athlete(seed + place, days) for place, days in enumerate(lengths)]


def athlete(seed: int, days: int) -> AthleteSeries:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(days, FEATURES)).astype(np.float32)
    return AthleteSeries(X, (rng.random(days) < 0.4).astype(np.float32), rng.random(days) < rng.random())


def weights(kind: GradientKind, seed: int) -> np.ndarray:
    dimension = mlp_dimension(FEATURES) if kind == "mlp" else FEATURES + 1
    return np.random.default_rng(seed).normal(size=dimension)


@pytest.mark.parametrize("kind", KINDS)
@given(company=companies(), seed=st.integers(0, 2**32))
def test_packed_gradients_are_those_of_the_padded_loop(
    kind: GradientKind, company: list[AthleteSeries], seed: int
) -> None:
    at = weights(kind, seed)

    packed, padded = athlete_gradients(kind, at, PackedSeries(tuple(company))), padded_gradients(kind, at, company)

    scale = max(np.abs(padded).max(), 1e-3)
    np.testing.assert_allclose(packed / scale, padded / scale, atol=3e-5)


@pytest.mark.parametrize("kind", KINDS)
@given(company=companies(), data=st.data())
def test_one_athletes_bits_are_the_same_alone_in_company_in_any_order_and_in_any_chunk(
    kind: GradientKind, company: list[AthleteSeries], data: st.DataObject
) -> None:
    at, order = weights(kind, 1), data.draw(st.permutations(range(len(company))))
    border = data.draw(st.sampled_from([1, 5_000, 60_000, CHUNK_BYTES, 1 << 24]))
    alone = [athlete_gradients(kind, at, [one])[0].tobytes() for one in company]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packed_series, "CHUNK_BYTES", border)
        reordered = PackedSeries(tuple(company[place] for place in order))
        found = [*athlete_gradients(kind, at, reordered), *athlete_gradients(kind, at, [*reordered, *company])]

    assert [row.tobytes() for row in found] == [alone[place] for place in [*order, *order, *range(len(company))]]


@given(company=companies())
def test_the_clipped_answer_of_an_exchange_has_the_same_bits_packed_and_alone(company: list[AthleteSeries]) -> None:
    start = np.array(initial_weights(MODEL))

    together = answers(ASKED, start, PackedSeries(tuple(company)))

    for place, one in enumerate(company):
        assert answers(ASKED, start, [one])[0].tobytes() == together[place].tobytes()


def _ending_together(series: Sequence[AthleteSeries]) -> Iterator[packed_series.PackedChunk]:
    """What must not be: every athlete as long as the longest of the company, so that all end on the same day."""
    athletes = [(place, one.n_valid) for place, one in enumerate(series)]
    chunk = packed_series._chunk(series, athletes, FEATURES + 1, max(days for _, days in athletes))
    for row, (_, days) in enumerate(athletes):
        chunk.X[row], chunk.y[row] = (np.roll(one[row], one.shape[-1] - days, axis=-1) for one in (chunk.X, chunk.y))
    yield chunk


@pytest.mark.parametrize("kind", KINDS)
def test_padding_to_the_longest_would_be_seen_in_the_bits(kind: GradientKind, monkeypatch: pytest.MonkeyPatch) -> None:
    company, at = [athlete(seed, 30 + 41 * seed) for seed in range(12)], weights(kind, 2)
    right = athlete_gradients(kind, at, company)

    monkeypatch.setattr(packed_series, "_packed", _ending_together)
    wrong = athlete_gradients(kind, at, company)

    np.testing.assert_allclose(wrong, right, rtol=1e-3, atol=1e-4)
    assert (wrong != right).any()


def test_what_a_day_not_to_learn_from_holds_changes_nothing() -> None:
    one = athlete(3, 200)
    other = AthleteSeries(
        np.where(one.mask[:, None], one.X, np.float32(7.0)), np.where(one.mask, one.y, np.float32(np.nan)), one.mask
    )

    for kind in KINDS:
        first, second = (athlete_gradients(kind, weights(kind, 4), [each]) for each in (one, other))
        assert first.tobytes() == second.tobytes()


@given(company=companies())
def test_each_athlete_with_a_day_is_in_one_chunk_that_follows_from_the_own_days(company: list[AthleteSeries]) -> None:
    chunks = PackedSeries(tuple(company)).chunks

    places = [int(place) for chunk in chunks for place in chunk.places]
    assert sorted(places) == [place for place, one in enumerate(company) if one.n_valid]
    for chunk in chunks:
        assert chunk.X.nbytes <= CHUNK_BYTES or len(chunk.places) == 1
        assert (chunk.X.ctypes.data % ALIGNED_BYTES, chunk.y.ctypes.data % ALIGNED_BYTES) == (0, 0)
        for place, days in zip(chunk.places, chunk.days, strict=True):
            assert days == company[place].n_valid
            assert days <= chunk.y.shape[1] < days + DAY_STEP


def test_packed_days_take_no_more_than_the_learnable_ones_and_their_padding() -> None:
    company = PackedSeries(tuple(athlete(seed, 300) for seed in range(50)))

    packed = sum(chunk.X.nbytes + chunk.y.nbytes for chunk in company.chunks)

    assert packed <= sum(4 * (FEATURES + 2) * (one.n_valid + DAY_STEP) for one in company)
    assert company.chunks is company.chunks


def test_a_company_that_nobody_packed_takes_the_memory_of_a_few_chunks() -> None:
    one = athlete(5, 400)
    company, at = [one] * 2_000, weights("huber", 6)
    whole = 4 * (FEATURES + 2) * one.n_valid * len(company)

    tracemalloc.start()
    for _ in chunks_of(company):
        pass
    athlete_gradients("huber", at, company)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 4 * CHUNK_BYTES < whole / 5
