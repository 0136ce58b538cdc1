"""The node's own gate: a league model is used only if the league signed it and it beats what the club can do alone."""

import sys
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from client.adoption import Adoptions, judge_model, read_model
from client.errors import ClientError
from client.features.daily import DailyTable
from models.card import card_for
from models.errors import BadWeights, NotInstalled
from models.features import NETWORK_SCHEMA, RECOVERY_SCHEMA, RISK_SCHEMA
from models.registry import open_sealed, seal
from models.synthetic.league import synthetic_league
from models.training.initial_weights import initial_weights
from models.training.recipes import manifest_from, rounds_recipe
from policies.errors import BadSignature
from policies.signing import SigningKey

NOW = datetime(2026, 11, 23, tzinfo=UTC)
LEAGUE = SigningKey(bytes(range(32)))


def sealed_model(weights, model=RECOVERY_SCHEMA.model, key=LEAGUE):
    manifest = manifest_from(
        rounds_recipe(model, athletes=40),
        campaign_id="test-1",
        league="league",
        clubs={"club-a": "key"},
        opens=NOW,
        expires=NOW + timedelta(days=1),
    )
    card = card_for(manifest, metrics=(), purpose="a test")
    return seal(np.asarray(weights, dtype=np.float64), card, campaign=manifest, key=key, now=NOW, previous=None)


def written(folder, sealed):
    folder.mkdir()
    (folder / "record.json").write_text(sealed.signed.model_dump_json())
    (folder / "weights.safetensors").write_bytes(sealed.weights)
    (folder / "card.json").write_bytes(sealed.card)
    return folder


@pytest.fixture(scope="module")
def tables():
    league = synthetic_league(7, ["club-a"], 12, 400)
    dates = tuple(league.first_day + timedelta(days=day) for day in range(league.days))
    return [DailyTable(dates, dict(one.daily)) for one in league.athletes]


def opened(weights, model=RECOVERY_SCHEMA.model):
    return open_sealed(sealed_model(weights, model), key=LEAGUE.verify_key)


def test_a_model_that_always_says_the_own_mean_is_not_adopted(tables):
    verdict = judge_model(opened(np.zeros(RECOVERY_SCHEMA.dimension)), tables)

    assert not verdict.adopted
    assert "not closer than person mean alone" in verdict.reasons
    assert verdict.judged_days > 100
    assert verdict.judged_athletes == 11  # one of the twelve answered too seldom


def test_a_good_recovery_model_is_adopted_and_a_spoilt_one_is_not(tables):
    weights = np.array(initial_weights(RECOVERY_SCHEMA.model))

    good, spoilt = judge_model(opened(weights), tables), judge_model(opened(-3.0 * weights), tables)

    assert good.adopted
    assert not spoilt.adopted


def test_a_network_is_judged_beside_the_same_figures_as_the_linear_model(tables):
    start = np.array(initial_weights(NETWORK_SCHEMA.model))

    network = judge_model(opened(start, NETWORK_SCHEMA.model), tables)
    line = judge_model(opened(initial_weights(RECOVERY_SCHEMA.model)), tables)
    spoilt = judge_model(opened(-3.0 * start, NETWORK_SCHEMA.model), tables)

    alone = ("person mean", "EWMA", "local ridge")
    assert [network.figures[name] for name in alone] == [line.figures[name] for name in alone]
    assert (network.judged_days, network.judged_athletes) == (line.judged_days, line.judged_athletes)
    assert network.adopted
    assert not spoilt.adopted


def test_a_network_without_its_libraries_is_not_judged(tables, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.delitem(sys.modules, "models.networks.convolution", raising=False)

    with pytest.raises(NotInstalled, match="needs the extra “networks”"):
        judge_model(opened(initial_weights(NETWORK_SCHEMA.model), NETWORK_SCHEMA.model), tables)


def test_a_risk_model_without_skill_says_why_not(tables):
    verdict = judge_model(opened(np.zeros(RISK_SCHEMA.dimension), RISK_SCHEMA.model), tables)

    assert not verdict.adopted
    assert verdict.reasons


def test_a_shorter_history_leaves_fewer_days_to_judge_on(tables):
    first = judge_model(opened(np.zeros(RISK_SCHEMA.dimension), RISK_SCHEMA.model), tables)
    short = [table.until(date(2025, 10, 1) + timedelta(days=200)) for table in tables]

    second = judge_model(opened(np.zeros(RISK_SCHEMA.dimension), RISK_SCHEMA.model), short)

    assert second.judged_days < first.judged_days


def test_who_has_no_day_to_judge_on_is_not_counted_among_the_judged(tables):
    short = [tables[0], tables[1].until(tables[1].dates[2])]

    for schema in (RECOVERY_SCHEMA, NETWORK_SCHEMA, RISK_SCHEMA):
        assert judge_model(opened(np.zeros(schema.dimension), schema.model), short).judged_athletes == 1


def test_nobody_to_judge_on_is_no_adoption():
    verdict = judge_model(opened(np.zeros(RISK_SCHEMA.dimension), RISK_SCHEMA.model), [])

    assert not verdict.adopted
    assert verdict.reasons == ("not enough days held back to judge it",)


def test_a_model_of_another_league_is_refused(tmp_path):
    folder = written(tmp_path / "model", sealed_model(np.zeros(RECOVERY_SCHEMA.dimension), key=SigningKey.generate()))

    with pytest.raises(BadSignature):
        read_model(folder, [LEAGUE.verify_key])


def test_changed_weights_are_refused(tmp_path):
    folder = written(tmp_path / "model", sealed_model(np.zeros(RECOVERY_SCHEMA.dimension)))
    path = folder / "weights.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"\x01")

    with pytest.raises(BadWeights):
        read_model(folder, [LEAGUE.verify_key])


def test_a_folder_that_is_no_model_is_one_sentence(tmp_path):
    with pytest.raises(ClientError, match="expected record, weights and card"):
        read_model(tmp_path, [LEAGUE.verify_key])


def test_the_bytes_of_a_model_are_kept_only_if_it_was_adopted(tmp_path, tables):
    sealed = sealed_model(np.zeros(RECOVERY_SCHEMA.dimension))
    verdict = judge_model(open_sealed(sealed, key=LEAGUE.verify_key), tables)
    adoptions = Adoptions(tmp_path / "models")

    adoptions.record(verdict, sealed)

    assert adoptions.verdicts() == (verdict,)
    assert not (tmp_path / "models" / verdict.model_id).exists()


def test_a_damaged_verdict_counts_as_none(tmp_path):
    (tmp_path / f"{RECOVERY_SCHEMA.model}.json").write_text("{")

    assert Adoptions(tmp_path).verdicts() == ()
