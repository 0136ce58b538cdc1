"""A season's weights follow from its sums alone, exchange by exchange, and a league's distance off the line is one."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from models.errors import BadWeights
from models.features import LINEAR_MODELS
from models.privacy.discrete_gaussian import to_ring
from models.privacy.public_axes import public_axes
from models.training.derivation import Derivation, derivation_of, recomputed
from models.training.exchange import DRIFT, posterior_after, posterior_of, weights_of
from models.training.initial_weights import initial_weights, weights_sha256
from models.training.recipes import exchange_recipe, manifest_from, rounds_recipe, season_recipe
from models.training.server_step import ServerState, start, step
from models.training.simulation import simulated_manifest, train_private, train_season
from policies.campaign import CampaignManifest
from policies.errors import InvalidInput
from tests.models.conftest import NO_KEY
from tests.published import BEGAN

RECOVERY, RISK = LINEAR_MODELS
RNG = np.random.default_rng(20261201)


def season(model: str = RECOVERY, *, exchanges: int = 3, athletes: int = 40) -> CampaignManifest:
    once = exchange_recipe(model, athletes=athletes, clubs=2, epsilon=1.0)
    return manifest_from(
        season_recipe(once, exchanges=exchanges, every_days=112),
        campaign_id="season",
        league="league",
        clubs={"club-0": NO_KEY, "club-1": NO_KEY},
        opens=BEGAN,
        expires=BEGAN + timedelta(days=112 * (exchanges - 1) + 28),
    )


def states(asked: CampaignManifest) -> list[ServerState]:
    """The state after each exchange, of invented sums as large as those of a league."""
    assert asked.exchange is not None
    found = [start(initial_weights(asked.model))]
    for _ in range(asked.rounds):
        drawn = [int(value) for value in RNG.normal(0.0, 3e5, asked.exchange.axes)]
        found.append(step(found[-1], to_ring(drawn, asked.modulus_bits), asked))
    return found[1:]


@pytest.mark.parametrize("model", LINEAR_MODELS)
def test_the_chain_of_steps_is_the_simulated_season_to_the_last_bit(
    monkeypatch: pytest.MonkeyPatch, model: str
) -> None:
    once, nobody = simulated_manifest(exchange_recipe(model, athletes=40, clubs=2, epsilon=1.0), 2), [[], []]

    def drawn_alike() -> None:
        rng = np.random.default_rng(7)
        monkeypatch.setattr(
            "models.privacy.contribution.noise_share",
            lambda length, *_: tuple(rng.integers(-200_000, 200_000, size=length).tolist()),
        )

    drawn_alike()
    simulated = train_season(once, [nobody] * 3)
    drawn_alike()
    chained = train_private(season(model), initial_weights(model), nobody)

    assert chained.tobytes() == simulated.tobytes()
    drawn_alike()
    assert chained.tobytes() != train_season(once, [nobody] * 2).tobytes()


def test_the_drift_is_the_manifests_own() -> None:
    asked = season()
    assert asked.exchange is not None
    assert asked.exchange.season is not None
    assert asked.exchange.season.drift_share == DRIFT
    still = asked.exchange.season.model_copy(update={"drift": "0/1"})
    other = asked.model_copy(update={"exchange": asked.exchange.model_copy(update={"season": still})})
    sums = states(asked)[-1].sums

    assert posterior_after(sums[:1], asked).variance.tobytes() == posterior_after(sums[:1], other).variance.tobytes()
    assert (posterior_after(sums, asked).variance > posterior_after(sums, other).variance).all()


@pytest.mark.parametrize("model", LINEAR_MODELS)
def test_several_answers_say_what_all_of_them_say_at_once(model: str) -> None:
    """Against Gaussian conditioning on all answers together: shift of each exchange, and one distance off the line."""
    asked, exchanges = season(model, athletes=5_000), 3  # so many that no variance is held at the prior's
    assert asked.exchange is not None
    installed, axes = public_axes(model), asked.exchange.axes
    response, place = installed.response(axes, asked.clip_norm), axes - 1
    prior, shown, scatter = (float(of[place]) for of in (installed.prior, response.shown, response.scatter))
    drift = float(DRIFT) * prior
    one = asked.clip_norm + np.sqrt(axes) / 2 / 2**asked.scale_bits
    noise = 2 * (asked.noise_multiplier * one) ** 2 / asked.public_athletes**2
    noise += float(installed.sampling[place]) / asked.public_athletes
    answers = RNG.normal(0.0, np.sqrt(noise), exchanges)

    known = None
    for answer in answers:
        known = posterior_of(np.full(axes, answer) * asked.public_athletes, asked, known)
    assert known is not None

    # unknowns: the three shifts, the distance off the line; answers: minus shown times what is left of each, and it
    first = np.append(np.full(exchanges, prior), scatter)
    spread = np.diag(first)
    for a in range(exchanges):
        for b in range(exchanges):
            spread[a, b] = prior + drift * min(a, b)
    seen = np.hstack([-shown * np.eye(exchanges), np.ones((exchanges, 1))])
    asked_at = np.zeros(exchanges)  # where each question was asked: at what was known before it
    mean = np.zeros(exchanges + 1)
    for done in range(1, exchanges + 1):
        rows = seen[:done]
        told = answers[:done] - shown * asked_at[:done]
        gain = spread @ rows.T @ np.linalg.inv(rows @ spread @ rows.T + noise * np.eye(done))
        mean, left = gain @ told, spread - gain @ rows @ spread
        if done < exchanges:
            asked_at[done] = mean[done]

    np.testing.assert_allclose(known.mean[place], mean[exchanges - 1], rtol=1e-6)
    np.testing.assert_allclose(known.variance[place], left[exchanges - 1, exchanges - 1], rtol=1e-6)
    assert known.off_line is not None
    np.testing.assert_allclose(known.off_line.variance[place], left[-1, -1], rtol=1e-6, atol=1e-30)


def test_a_season_of_risk_promises_no_more_than_its_leagues_scatter_leaves() -> None:
    asked = season(RISK, exchanges=3, athletes=100_000)
    assert asked.exchange is not None
    installed, axes = public_axes(RISK), asked.exchange.axes
    response, prior = installed.response(axes, asked.clip_norm), installed.prior[:axes]
    scatter, sampling = response.scatter, installed.sampling[:axes] / asked.public_athletes

    found = posterior_after([[0] * axes] * 3, asked).variance

    once_more = prior * scatter / (response.shown**2 * prior + scatter)  # an answer without noise, its line uncertain
    assert (scatter > 10 * sampling).any()
    assert (found >= once_more).all()


@pytest.mark.parametrize(
    ("athletes", "clubs", "one_unknown", "fresh"),
    [
        (40, 2, (0.848, 0.819, 0.804), (0.848, 0.812, 0.786)),
        (500, 20, (0.370, 0.317, 0.308), (0.370, 0.262, 0.225)),
        (2_000, 40, (0.279, 0.276, 0.279), (0.279, 0.193, 0.167)),
    ],
)
def test_what_is_left_of_the_prior_is_as_the_page_says(
    athletes: int, clubs: int, one_unknown: tuple[float, ...], fresh: tuple[float, ...]
) -> None:
    """The table of docs/privacy.md §1.12: scatter as one unknown, and as fresh noise at each exchange."""
    asked = simulated_manifest(exchange_recipe(RISK, athletes=athletes, clubs=clubs, epsilon=1.0), clubs)
    assert asked.exchange is not None
    nothing, prior = np.zeros(asked.exchange.axes), public_axes(RISK).prior[: asked.exchange.axes]

    for forgets, expected in ((False, one_unknown), (True, fresh)):
        known, left = None, []
        for _ in range(3):
            before = replace(known, off_line=None) if forgets and known is not None else known
            known = posterior_of(nothing, asked, before)
            left.append(known.variance.sum() / prior.sum())
        np.testing.assert_allclose(left, expected, atol=5e-4)


@pytest.mark.parametrize("model", LINEAR_MODELS)
def test_each_exchange_is_computed_again_from_the_sums_before_it(model: str) -> None:
    asked = season(model)
    before: list[tuple[str, ...]] = []
    weights = initial_weights(model)
    for number, state in enumerate(states(asked), start=1):
        record = "e" * 64 if number > 1 else None
        told = Derivation.model_validate_json(derivation_of(state, asked, record).model_dump_json())

        assert recomputed(told, asked, before).tobytes() == state.weights.tobytes()
        assert (told.exchange, len(told.sums), told.start_record) == (number, 1, record)
        assert told.start == weights_sha256(weights)
        found = posterior_after(state.sums, asked)
        assert weights_of(found, model).tobytes() == state.weights.tobytes()
        assert told.posterior is not None
        assert list(told.posterior.variance) == found.variance.tolist()
        before.append(told.sums[0])
        weights = tuple(state.weights.tolist())


def test_whatever_else_is_changed_in_a_later_exchange_does_not_pass() -> None:
    asked = season()
    first, second, third = states(asked)
    told = derivation_of(third, asked, "e" * 64)
    before = [tuple(map(str, total)) for total in second.sums]
    sums = told.sums[0]
    changed: list[dict[str, Any]] = [
        {"exchange": 2},
        {"exchange": None},
        {"start_record": None},
        {"start": weights_sha256(first.weights.tolist())},
        {"start": asked.initial_weights},
        {"sums": ()},
        {"sums": (*before, sums)},
        {"sums": ((str(int(sums[0]) + 1), *sums[1:]),)},
        {"posterior": None},
        {"posterior": derivation_of(second, asked, "e" * 64).posterior},
    ]

    assert recomputed(told, asked, before).tobytes() == third.weights.tobytes()
    for change in changed:
        with pytest.raises(BadWeights):
            recomputed(told.model_copy(update=change), asked, before)
    for other in (
        [],
        before[:1],
        before[::-1],
        [*before, sums],
        [before[0], (str(int(before[1][0]) + 1), *before[1][1:])],
    ):
        with pytest.raises(BadWeights):
            recomputed(told, asked, other)


def test_an_exchange_of_no_season_names_none_and_starts_nowhere_else() -> None:
    asked = simulated_manifest(exchange_recipe(RECOVERY, athletes=40, clubs=2), 2)
    told = derivation_of(states(asked)[0], asked)

    assert "exchange" not in told.model_dump()
    for change in ({"exchange": 1}, {"start_record": "e" * 64}):
        with pytest.raises(BadWeights):
            recomputed(told.model_copy(update=change), asked)
    with pytest.raises(BadWeights):
        recomputed(told, asked, told.sums)


@pytest.mark.parametrize(("exchanges", "every"), [(1, 112), (17, 7), (3, 0), (3, 183)])
def test_a_recipe_of_no_possible_season_is_refused(exchanges: int, every: int) -> None:
    with pytest.raises(InvalidInput, match="2 to 16 exchanges"):
        season_recipe(exchange_recipe(RECOVERY, athletes=40, clubs=2), exchanges=exchanges, every_days=every)


def test_rounds_of_gradient_steps_make_no_season() -> None:
    with pytest.raises(InvalidInput, match="expected exchanges"):
        season_recipe(replace(rounds_recipe(RECOVERY, athletes=40)), exchanges=3, every_days=112)
