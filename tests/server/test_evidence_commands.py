"""Evidence at the league's program: planned for what learning has left, listed, verified from files, and shown."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from models.evidence.record import EvidenceRecord
from models.features import RISK_SCHEMA
from models.registry import MANIFEST, RECORD
from models.training.server_step import ServerState
from policies.campaign import parse_signed_manifest
from policies.campaigns.cost import terms_in_words
from policies.signing import SigningKey
from server.cli import app
from server.federation.evidence_plan import judged_model, plan_evidence
from server.federation.opening import Terms
from server.settings import load_settings
from server.store import Campaign, CampaignState
from server.web.operator import heading
from tests.cosigned_campaigns import cosigned
from tests.published import BEGAN, LEAGUE, League
from tests.server.test_server_cli import end, league, run, signature_of, signed

__all__ = ["end", "league", "run", "signed"]
RISK = RISK_SCHEMA.model
TAUGHT = ("--model", RISK, "--public-athletes", 500)
JUDGED = (*TAUGHT, "--evidence", "newest")


@pytest.fixture
def model(league):
    """A risk model that this league has published, of a campaign that is not in its database."""
    return League(league[0] / "models", key=load_settings(league[0]).league_key()).publish(model=RISK)


def test_evidence_is_planned_for_what_learning_has_left_and_says_what_both_make(run, league, signed, model, tmp_path):
    learning = tmp_path / "m.json"
    run("campaign", "plan", league[0], *TAUGHT, "--epsilon", 1.0, "--out", learning)
    run("campaign", "sign", league[0], learning)

    out = tmp_path / "e.json"
    told = json.loads(run("campaign", "plan", league[0], *JUDGED, "--epsilon", 1.67, "--out", out, "--json").stdout)
    said = run("campaign", "plan", league[0], *JUDGED, "--epsilon", 1.67, "--out", tmp_path / "f.json").stdout

    manifest = parse_signed_manifest(out.read_bytes()).manifest
    assert told["judges"] == manifest.evidence.record == model.name
    assert (told["epsilon"], told["epsilon_in_season"], told["axes"]) == (
        1.56,
        1.67,
        None,
    )  # proved in closed form, and booked
    assert manifest.campaign_id.startswith("evidence-")
    assert f"how many pairs of days the model {model.name[:16]}" in " ".join(said.split())
    assert "ε 1.67 of 2 in a season" in " ".join(said.split())


def test_what_does_not_fit_beside_learning_is_refused(run, end, league, signed, model, service, tmp_path):
    learning = signed("--model", RISK, "--epsilon", 1.5)
    run("campaign", "start", league[0], learning)

    refused = end("campaign", "plan", league[0], *JUDGED, "--epsilon", 1.5, "--out", tmp_path / "e.json")
    told = run("campaign", "plan", league[0], *JUDGED, "--epsilon", 1.23, "--out", tmp_path / "e.json", "--json").stdout

    assert refused[0] == 1
    assert "micro-rho left" in refused[1]
    assert "uses ε 1.50, free on " in refused[1]
    assert "what fits now is --epsilon 1.23 at most; plan with that, or wait" in refused[1]
    assert 1.99 <= json.loads(told)["epsilon_in_season"] <= 2.0


def test_it_is_signed_attached_started_and_followed_like_any_campaign(run, league, model, service, tmp_path):
    folder, out = league[0], tmp_path / "e.json"
    run("campaign", "plan", folder, *JUDGED, "--epsilon", 1.2, "--name", "evidence-1", "--out", out)
    run("campaign", "sign", folder, out)
    run("campaign", "attach", folder, out, signature_of(out))

    started = json.loads(run("campaign", "start", folder, out, "--json").stdout)

    status = json.loads(run("campaign", "status", folder, "evidence-1", "--json").stdout)
    shown = " ".join(run("campaign", "show", folder, "evidence-1").stdout.split())
    assert (started["campaign_id"], status["state"]) == ("evidence-1", "open")
    assert model.name[:48] in shown
    assert "campaign_opened" in service.kinds


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("--evidence", "newest"),
            "expected --epsilon, above 0 and at most 2 less what learning has used of the season",
        ),
        (("--evidence", "newest"), "for instance --epsilon 1.2"),
        (("--evidence", "newest", "--epsilon", 3), "at most 2"),
        (("--evidence", "newest", "--epsilon", 1, "--rounds", 2), "asked once"),
        (("--evidence", "newest", "--epsilon", 0.5, "--exchanges", 3, "--every", "16w"), "asked once"),
        (("--evidence", "cdcdcdcd", "--epsilon", 1), "nodes judge no other"),
        (("--evidence", "newest", "--epsilon", 1, "--simulate"), "leave --simulate out"),
        (("--evidence", "newest", "--epsilon", 1, "--masks"), "leave --masks out"),
    ],
)
def test_terms_that_evidence_cannot_have_get_one_sentence(end, league, model, tmp_path, words, said):
    code, error = end("campaign", "plan", league[0], *TAUGHT, *words, "--out", tmp_path / "e.json")

    assert code == 1
    assert said in error
    assert not (tmp_path / "e.json").exists()


def test_without_a_published_model_there_is_nothing_to_judge(end, league, tmp_path):
    code, error = end("campaign", "plan", league[0], *JUDGED, "--epsilon", 1, "--out", tmp_path / "e.json")

    assert code == 1
    assert "there is none yet" in error


def published(folder: Path, key=LEAGUE, total=(9_000_000, 4_000_000, -6_000_000)) -> tuple[League, Path]:
    """A league with a risk model and evidence on it."""
    made = League(folder, key=key)
    made.publish(model=RISK)
    manifest = plan_evidence(
        Terms(model=RISK, public_athletes=40, epsilon=1.0),
        judged_model(made.registry, "newest", RISK),
        campaign_id="evidence-test",
        league="league",
        clubs=made.clubs,
        now=BEGAN,
    )
    store, zeros = made.registry.evidence, np.zeros(RISK_SCHEMA.dimension)
    name = store.seal(manifest, ServerState(zeros, zeros, 1, (total,)))
    store.publish(name, b"{}")
    return made, store.directory / name


def test_evidence_is_listed_beside_the_models(run, league):
    _, folder = published(league[0] / "models", load_settings(league[0]).league_key())

    told = json.loads(run("models", "list", league[0], "--json").stdout)
    said = run("models", "list", league[0]).stdout

    ((one,), (model,)) = told["evidence"], told["models"]
    assert (one["evidence_id"], one["judges"]) == (folder.name, model["model_id"])
    assert one["comparable"]["value"] == pytest.approx(4e6 / 2**16 / 0.25)
    assert "Evidence pooled over the league" in said


def verify(*words: object):
    return CliRunner().invoke(app, ["models", "verify", *map(str, words)])


def test_figures_are_computed_again_from_the_sum_and_nothing_else_passes(tmp_path):
    _, folder = published(tmp_path / "models")
    key = ("--league-key", LEAGUE.verify_key.text)

    proven = verify(folder, *key)
    told = json.loads(verify(folder / RECORD, "--json").stdout)

    assert proven.exit_code == 0
    assert "The figures follow from the sum; signed by the key that was given." in " ".join(proven.stdout.split())
    assert (told["proven"], told["signature_checked"], told["evidence_id"]) == (True, False, folder.name)
    signed = json.loads((folder / RECORD).read_bytes())
    signed["record"]["figures"]["excess"]["value"] += 1.0
    record = EvidenceRecord.model_validate(signed["record"])
    (folder / RECORD).write_text(json.dumps(signed | {"signature": LEAGUE.sign(record.canonical()).hex()}))
    spoilt = verify(folder, *key)
    assert spoilt.exit_code == 1
    assert "follow from the sum, got others" in " ".join(spoilt.stdout.split())
    (folder / MANIFEST).unlink()
    assert json.loads(verify(folder, "--json").stdout)["proven"] is False


def test_a_foreign_signature_proves_nothing(tmp_path):
    _, folder = published(tmp_path / "models")

    assert verify(folder, "--league-key", SigningKey.generate().verify_key.text).exit_code == 1


def test_a_second_record_rises_in_time_whatever_the_clock_says(tmp_path):
    made, folder = published(tmp_path / "models")
    store, zeros = made.registry.evidence, np.zeros(RISK_SCHEMA.dimension)
    made.days -= 1
    (manifest,) = store.campaigns(folder.name)

    name = store.seal(manifest, ServerState(zeros, zeros, 1, ((1, 2, 3),)))

    assert store.signed(name).record.registered > store.signed(folder.name).record.registered


def test_a_campaign_for_evidence_is_said_to_judge_and_not_to_teach(tmp_path):
    made, folder = published(tmp_path / "models")
    (manifest,) = made.registry.evidence.campaigns(folder.name)
    rows = dict(terms_in_words(manifest))
    campaign = Campaign(
        signed=cosigned(manifest, LEAGUE, LEAGUE),
        state=CampaignState.DONE,
        opened_at=BEGAN,
        changed_at=BEGAN,
        rounds_done=1,
        parts=0,
        detail="",
        model_id=folder.name,
        reported_at=None,
    )

    assert "Learns from" not in rows
    assert rows["Public number N"] == "40: no squad list may be longer, whoever takes part"
    assert heading(campaign) == "The question for evidence is finished"
