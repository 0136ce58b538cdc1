"""Evidence that arrives has its model judged at once, and the log hears no more of it than that."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from audit.entries.details.clubs import ModelJudged
from client.adoption import Adoptions
from client.learning.judging import ModelJudging
from client.learning.league_evidence import HeldEvidence, read_evidence_parcel
from models.features import RISK_SCHEMA
from models.training.initial_weights import initial_weights
from models.training.server_step import ServerState
from policies.campaign import CampaignManifest
from server.evidence_store import EvidenceStore
from tests.client.learning.squad import LEAGUE, NOW, Clock, Consent
from tests.models.evidence.risk_days import asking

RISK = RISK_SCHEMA.model
WEIGHTS = np.array(initial_weights(RISK))
Published = Callable[..., str]


@pytest.fixture
def arrives(tmp_path: Path) -> Callable[..., str]:
    """Put the league's evidence on a record into the folder of received models; returns its name."""

    def put(record: str, total: tuple[int, ...] = (5_000_000, 4_000_000, -2_000_000)) -> str:
        manifest = asking(record=record)
        store = EvidenceStore(tmp_path / "league", key=LEAGUE, clock=lambda: NOW)
        name = store.seal(manifest, ServerState(WEIGHTS, WEIGHTS, 1, (total,)))
        store.publish(name, b"{}")
        parcel = read_evidence_parcel(store.parcel(name))
        assert parcel is not None

        def approved(_: str) -> CampaignManifest:
            return manifest

        HeldEvidence(tmp_path / "received", [LEAGUE.verify_key]).take(parcel, approved=approved)
        return name

    return put


def test_a_model_is_judged_again_at_once_when_evidence_on_it_comes_and_once(
    judging: ModelJudging, consent: Consent, published: Published, arrives: Callable[..., str], clock: Clock
) -> None:
    model = published(WEIGHTS, model=RISK)
    judging.judge_due()
    consent.heard.clear()
    evidence = arrives(model)

    (verdict,) = judging.judge_due()

    assert (verdict.model_id, verdict.evidence) == (model, evidence)
    assert judging.judge_due() == ()
    assert consent.heard == [ModelJudged(model=model)]
    newest = Adoptions(judging.models).newest(RISK)
    assert newest is not None
    assert newest.evidence == evidence


def test_evidence_on_another_model_changes_nothing(
    judging: ModelJudging, consent: Consent, published: Published, arrives: Callable[..., str]
) -> None:
    published(WEIGHTS, model=RISK)
    (*_, verdict) = judging.judge_due()
    arrives("cd" * 32)

    assert verdict.evidence is None
    assert judging.judge_due() == ()
