"""The node's own gate: a league model is used only if the league signed it and it beats what the club can do alone."""

import json
import sys
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from client.adoption import Adoptions, judge_model, read_model
from client.errors import ClientError
from client.evaluation import readiness_days
from client.features.daily import DailyTable
from client.risk_days import held_back, judged_rows, used_here
from models.card import card_for
from models.errors import BadWeights, NotInstalled
from models.evaluation.head_errors import ALONE, judge_with_heads
from models.evaluation.metrics import brier_skill
from models.features import NETWORK_SCHEMA, RECOVERY_SCHEMA, RISK_SCHEMA
from models.registry import open_sealed, seal
from models.synthetic.league import synthetic_league
from models.training.initial_weights import initial_weights
from models.training.recipes import manifest_from, rounds_recipe
from policies.errors import BadSignature
from policies.signing import SigningKey

PUBLIC = np.array(initial_weights(RECOVERY_SCHEMA.model))
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


def test_a_model_that_says_nothing_is_not_adopted_whatever_heads_make_of_it(tables):
    verdict = judge_model(opened(np.zeros(RECOVERY_SCHEMA.dimension)), tables)

    assert not verdict.adopted
    assert verdict.reasons == ("not closer than EWMA alone", "not closer than local ridge daily alone")
    assert verdict.figures["with heads"] < verdict.figures["without heads"] == verdict.figures["person mean"]
    assert verdict.judged_days > 100
    assert verdict.judged_athletes == 11  # one of the twelve answered too seldom


@pytest.fixture(scope="module")
def squad():
    league = synthetic_league(10, ["club-a"], 25, 400)
    dates = tuple(league.first_day + timedelta(days=day) for day in range(league.days))
    return [DailyTable(dates, {"readiness": one.daily["readiness"]}) for one in league.athletes]


def test_a_good_recovery_model_is_adopted_and_a_spoilt_one_is_not(squad):
    good, spoilt = judge_model(opened(PUBLIC), squad, now=NOW), judge_model(opened(-3.0 * PUBLIC), squad)

    assert good.adopted
    assert good.judged == NOW
    assert not spoilt.adopted


def test_recovery_is_judged_with_heads_refitted_day_by_day(squad):
    found = judge_with_heads(PUBLIC, [readiness_days(table) for table in squad])

    verdict = judge_model(opened(PUBLIC), squad)

    assert verdict.figures["with heads"] == found.errors["model, daily head"]
    assert verdict.figures["with heads"] < verdict.figures["without heads"]
    assert {name: verdict.figures[name] for name in ALONE} == {name: found.errors[name] for name in ALONE}


def test_closer_by_luck_is_not_closer_and_the_reason_says_so(tables):
    verdict = judge_model(opened(PUBLIC), tables)

    assert verdict.figures["EWMA difference"] < 0.0 < verdict.figures["EWMA difference high"]
    assert verdict.reasons == ("not surely closer than EWMA alone",)
    assert judge_model(opened(PUBLIC), tables) == verdict  # the same days give the same verdict


def test_of_few_athletes_nothing_is_sure(squad):
    few, enough = judge_model(opened(PUBLIC), squad[:4]), judge_model(opened(PUBLIC), squad[:5])

    assert few.reasons[0] == "too few athletes to tell skill from luck"
    assert "too few athletes to tell skill from luck" not in enough.reasons


def test_a_verdict_of_before_is_read(tmp_path):
    before = {
        "model": RECOVERY_SCHEMA.model,
        "model_id": "ab" * 32,
        "adopted": True,
        "reasons": [],
        "judged_days": 900,
        "figures": {"person mean": 0.9, "EWMA": 0.8, "local ridge": 0.8, "federated": 0.7},
    }
    (tmp_path / f"{RECOVERY_SCHEMA.model}.json").write_text(json.dumps(before))

    (read,) = Adoptions(tmp_path).verdicts()

    assert (read.adopted, read.judged, read.judged_athletes) == (True, None, None)


def test_a_network_is_judged_without_heads_beside_the_same_means_as_the_linear_model(tables):
    start = np.array(initial_weights(NETWORK_SCHEMA.model))

    network = judge_model(opened(start, NETWORK_SCHEMA.model), tables)
    line = judge_model(opened(initial_weights(RECOVERY_SCHEMA.model)), tables)
    spoilt = judge_model(opened(-3.0 * start, NETWORK_SCHEMA.model), tables)

    alone = ("person mean", "EWMA")
    assert [network.figures[name] for name in alone] == pytest.approx([line.figures[name] for name in alone])
    assert (network.judged_days, network.judged_athletes) == (line.judged_days, line.judged_athletes)
    assert network.adopted
    assert not spoilt.adopted


def test_a_network_without_its_libraries_is_not_judged(tables, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.delitem(sys.modules, "models.networks.convolution", raising=False)

    with pytest.raises(NotInstalled, match="needs the extra “networks”"):
        judge_model(opened(initial_weights(NETWORK_SCHEMA.model), NETWORK_SCHEMA.model), tables)


def test_a_risk_model_is_judged_as_it_is_used_with_club_head_and_calibration(tables):
    weights = np.array(initial_weights(RISK_SCHEMA.model)) + np.append(np.zeros(11), 0.8)  # says too much of everybody

    figures = judge_model(opened(weights, RISK_SCHEMA.model), tables).figures

    used, alone = (judged_rows(one, tables, held_back) for one in (used_here(weights, tables), weights))
    assert figures["observed_to_expected"] == pytest.approx(float(used.event.sum() / used.chance.sum()))
    assert figures["brier_skill"] == pytest.approx(brier_skill(used.chance, used.event, used.base_rate))
    assert figures["observed_to_expected"] > float(alone.event.sum() / alone.chance.sum())


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
