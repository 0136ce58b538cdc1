"""A network's public initial weights, its campaigns in simulation, and that its privacy path stands the audit."""

import json
from collections.abc import Callable, Sequence
from importlib.resources import files

import numpy as np
import pytest
from typer.testing import CliRunner

import client.cli
from models.arrays import Floats
from models.errors import BadWeights
from models.evaluation.comparison import judge
from models.evaluation.league_study import StudyTerms, study
from models.evaluation.readiness import ReadinessDays, error_of, held_back
from models.features import NETWORK_SCHEMA, RECOVERY_SCHEMA, AthleteSeries, FeatureSchema
from models.privacy import contribution as path
from models.privacy.empirical_audit import PrivacyAlarm, audit
from models.synthetic.league import synthetic_league
from models.training.initial_weights import initial_weights
from models.training.recipes import exchange_recipe, rounds_recipe
from models.training.simulation import simulated_manifest
from policies.campaign import CampaignManifest
from tests.scale import sized

MODEL = NETWORK_SCHEMA.model
START = initial_weights(MODEL)


def test_the_public_initial_weights_err_less_than_the_linear_ones_on_a_fresh_league() -> None:
    league = synthetic_league(515, ["fresh-a", "fresh-b"], 60, 300)
    days = [ReadinessDays(one.daily["readiness"], league.weekday) for one in league.athletes]

    by_network = error_of(np.array(START), held_back(days, schema=NETWORK_SCHEMA))
    by_line = error_of(np.array(initial_weights(RECOVERY_SCHEMA.model)), held_back(days))

    assert by_network < by_line


def test_on_real_players_too_the_public_initial_weights_err_less_than_the_linear_ones(
    soccermon: list[ReadinessDays],
) -> None:
    """The figures of docs/privacy.md §1.7; no weight was fitted on these players."""
    network = judge(np.array(START), soccermon, schema=NETWORK_SCHEMA)
    line = judge(np.array(initial_weights(RECOVERY_SCHEMA.model)), soccermon)

    assert round(network.federated, 3) == 0.671
    assert round(line.federated, 3) == 0.689
    assert network.test_days == line.test_days


@pytest.mark.parametrize("again", range(sized(0, in_drill=1)))
def test_the_public_initial_weights_can_be_made_again_from_their_seeds(again: int) -> None:
    from models.training.network_pretraining import fit_network

    np.testing.assert_allclose(fit_network(NETWORK_SCHEMA), START, atol=2e-4)


def test_a_fit_begins_with_the_linear_model_and_ends_with_less_error() -> None:
    from models.training.network_fit import minimise_network
    from models.training.network_pretraining import first, public_series
    from models.training.pretraining import design_series

    league = synthetic_league(616, ["fit"], 40, 200)
    days = [ReadinessDays(one.daily["readiness"], league.weekday) for one in league.athletes]
    begun, splits = first(NETWORK_SCHEMA), held_back(days, schema=NETWORK_SCHEMA)
    series = [one for one in design_series(MODEL, league) if one.n_valid]

    assert error_of(begun, splits) == pytest.approx(
        error_of(np.array(initial_weights(RECOVERY_SCHEMA.model)), held_back(days)), abs=1e-6
    )
    fits = [minimise_network(NETWORK_SCHEMA, series, start=begun, epochs=6, seed=seed) for seed in (1, 1, 2)]
    assert (fits[0] == fits[1]).all()
    assert (fits[0] != fits[2]).any()
    assert error_of(fits[0], splits) < error_of(begun, splits)
    assert next(public_series(NETWORK_SCHEMA)).n_valid > 0


def test_the_file_holds_networks_alone_and_is_small() -> None:
    text = files("models.training").joinpath("network_weights.json").read_text("utf-8")

    assert set(json.loads(text)) == {MODEL}
    assert len(text) < 8_000


def test_a_network_takes_rounds_and_no_exchange() -> None:
    with pytest.raises(BadWeights, match="expected rounds for recovery-network-1"):
        exchange_recipe(MODEL, athletes=500, clubs=20)
    with pytest.raises(BadWeights, match="expected rounds"):
        study(StudyTerms(model=MODEL, athletes=20, clubs=2, epsilon=2.0, leagues=1, draws=1))


@pytest.mark.study
def test_the_installed_path_of_a_network_raises_no_alarm() -> None:
    words = ["audit-privacy", "--model", MODEL, "--runs", "400"]
    found = CliRunner().invoke(client.cli.app, words)

    assert found.exit_code == 0, found.output
    assert f"{MODEL}: 400 runs of the installed path, one round" in found.stdout
    assert "No alarm." in found.stdout


@pytest.mark.study
def test_a_network_path_that_pads_to_the_longest_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = path.network_gradients

    def padded(schema: FeatureSchema, weights: Floats, series: Sequence[AthleteSeries]) -> Floats:
        found = honest(schema, weights, series)
        return found * (1.0 + 1e-12 * max((len(one.y) for one in series), default=0))

    monkeypatch.setattr(path, "network_gradients", padded)
    manifest = simulated_manifest(rounds_recipe(MODEL, athletes=500, rounds=2), 1)

    assert audit(manifest, START, runs=400).alarms == (PrivacyAlarm.COMPANY,)


def test_a_study_of_a_network_prints_what_one_of_a_linear_model_does() -> None:
    terms = StudyTerms(model=MODEL, athletes=24, clubs=2, epsilon=2.0, rounds=1, leagues=1, draws=1)

    first, again = study(terms).mean, study(terms).mean

    known = ("person_mean", "ewma", "start", "no_privacy")
    assert [getattr(first, name) for name in known] == [getattr(again, name) for name in known]
    assert first.start < first.person_mean
    linear = study(StudyTerms(model=RECOVERY_SCHEMA.model, athletes=24, clubs=2, epsilon=2.0, leagues=1, draws=1)).mean
    assert (first.person_mean, first.ewma) == (linear.person_mean, linear.ewma)  # the same league, day for day


def test_no_sum_of_a_network_can_wrap(manifest: Callable[..., CampaignManifest]) -> None:
    from models.privacy.contribution import largest_sum, schema_of

    made = manifest(MODEL, public_athletes=1_000_000)

    assert schema_of(made) is NETWORK_SCHEMA
    assert largest_sum(made, NETWORK_SCHEMA.dimension) * len(made.clubs) < 2.0 ** (made.modulus_bits - 1)
