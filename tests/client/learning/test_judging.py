"""A received model is judged by itself and weekly; the log hears that it was, never which way."""

import logging
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from audit.entries.details.clubs import ModelJudged
from client.adoption import Adoptions, judge_model, read_model
from client.errors import ConsentUnavailable
from client.learning.judging import AGAIN_AFTER, ModelJudging
from client.learning.public_initial_weights import PublicWeightsVerdict, installed_sha256
from client.vault.store import Vault
from models.features import NETWORK_SCHEMA, RECOVERY_SCHEMA
from models.training.initial_weights import initial_weights
from policies.signing import SigningKey
from tests.client.learning.squad import LEAGUE, NOW, Consent, athlete

GOOD = np.array(initial_weights(RECOVERY_SCHEMA.model))
BAD = -3.0 * GOOD
Published = Callable[..., str]


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def node(vault: Vault, consent: Consent, tmp_path: Path, clock: Clock) -> ModelJudging:
    keys = [LEAGUE.verify_key]
    return ModelJudging(vault, consent, keys, tmp_path / "received", tmp_path / "models", clock)


def later(clock: Clock, consent: Consent, by: timedelta) -> None:
    clock.now = consent.now = clock.now + by


def models(verdicts: object) -> list[str]:
    return [one.model_id for one in verdicts]  # type: ignore[attr-defined]  # verdicts


def test_the_public_weights_are_judged_before_any_model_arrives(node: ModelJudging, consent: Consent) -> None:
    (verdict,) = node.judge_due()

    assert verdict.model_id == installed_sha256()
    assert verdict.adopted
    assert PublicWeightsVerdict(node.models).newest() == verdict
    assert Adoptions(node.models).verdicts() == ()
    assert consent.heard == [ModelJudged(model=installed_sha256())]


def test_what_arrives_is_judged_once(node: ModelJudging, consent: Consent, published: Published) -> None:
    node.judge_due()
    consent.heard.clear()
    name = published(GOOD)

    first, second = node.judge_due(), node.judge_due()

    assert models(first) == [name]
    assert second == ()
    assert Adoptions(node.models).verdicts() == first
    assert (node.models / name / "weights.safetensors").is_file()
    assert consent.heard == [ModelJudged(model=name)]


def test_the_log_hears_the_same_whichever_way_it_goes(
    node: ModelJudging, consent: Consent, published: Published
) -> None:
    node.judge_due()
    consent.heard.clear()
    good = published(GOOD)
    (taken,) = node.judge_due()
    bad = published(BAD)
    (kept_out,) = node.judge_due()

    assert (taken.adopted, kept_out.adopted) == (True, False)
    assert [one.body() for one in consent.heard] == [{"model": good}, {"model": bad}]
    assert not (node.models / bad).exists()


def test_each_is_judged_again_after_a_week_and_not_before(
    node: ModelJudging, consent: Consent, published: Published, clock: Clock
) -> None:
    name = published(GOOD)
    node.judge_due()

    later(clock, consent, AGAIN_AFTER - timedelta(seconds=1))
    early = node.judge_due()
    later(clock, consent, timedelta(seconds=1))
    again = node.judge_due()

    assert early == ()
    assert models(again) == [name, installed_sha256()]
    assert all(one.judged == clock.now for one in again)


def test_a_model_that_no_longer_passes_is_no_longer_used(
    node: ModelJudging, consent: Consent, published: Published, clock: Clock
) -> None:
    published(GOOD)
    node.judge_due()
    consent.willing = [athlete(0)]
    later(clock, consent, AGAIN_AFTER)

    verdict, _ = node.judge_due()

    assert (verdict.adopted, verdict.judged_athletes) == (False, 1)
    assert not Adoptions(node.models).verdicts()[0].adopted


def test_the_one_in_use_and_a_newer_one_that_failed_are_judged_again_under_one_entry_of_the_log(
    node: ModelJudging, consent: Consent, published: Published, clock: Clock
) -> None:
    used = published(GOOD)
    node.judge_due()
    failed = published(BAD)
    node.judge_due()
    consent.heard.clear()
    later(clock, consent, AGAIN_AFTER)

    again = node.judge_due()

    adoptions = Adoptions(node.models)
    in_use, newest = adoptions.in_use(RECOVERY_SCHEMA.model), adoptions.newest(RECOVERY_SCHEMA.model)
    assert models(again) == [used, failed, installed_sha256()]
    assert consent.heard == [ModelJudged(model=failed), ModelJudged(model=installed_sha256())]
    assert in_use is not None
    assert newest is not None
    assert (in_use.model_id, in_use.judged, newest.model_id) == (used, clock.now, failed)


def test_a_network_waits_for_its_libraries_without_a_verdict_and_all_else_is_judged(
    node: ModelJudging,
    consent: Consent,
    published: Published,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    linear = published(GOOD)
    network = published(np.array(initial_weights(NETWORK_SCHEMA.model)), model=NETWORK_SCHEMA.model)
    with monkeypatch.context() as without, caplog.at_level(logging.WARNING):
        without.setitem(sys.modules, "torch", None)
        first, second = node.judge_due(), node.judge_due()
        without_verdict = Adoptions(node.models).newest(NETWORK_SCHEMA.model)
        heard = len(consent.heard)

    with_libraries = node.judge_due()

    assert (models(first), second, without_verdict, heard) == ([linear, installed_sha256()], (), None, 2)
    assert caplog.text.count("its libraries are not installed here") == 1
    assert models(with_libraries) == [network]


def test_a_model_that_somebody_adopted_by_hand_is_not_undone(node: ModelJudging, published: Published) -> None:
    older = published(GOOD, at=NOW - timedelta(days=90))
    published(0.9 * GOOD)
    node.judge_due()
    opened, sealed = read_model(node.received / older, node.keys)
    verdict = judge_model(opened, node._tables([athlete(place) for place in range(25)]), now=NOW)
    Adoptions(node.models).record(verdict, sealed)

    assert node.judge_due() == ()
    assert Adoptions(node.models).verdicts()[0].model_id == older


def test_without_the_consent_service_nothing_is_judged_and_it_is_tried_again(
    node: ModelJudging, consent: Consent, published: Published
) -> None:
    name = published(GOOD)
    consent.down = True
    with pytest.raises(ConsentUnavailable):
        node.judge_due()
    assert Adoptions(node.models).verdicts() == ()

    consent.down = False

    assert models(node.judge_due()) == [name, installed_sha256()]


def test_only_those_who_let_the_league_learn_are_judged_on(
    node: ModelJudging, consent: Consent, published: Published
) -> None:
    consent.willing = [athlete(place) for place in range(4)]
    published(GOOD)

    verdicts = node.judge_due()

    assert {one.judged_athletes for one in verdicts} <= {3, 4}


def test_a_model_that_the_league_did_not_sign_is_left_alone(
    node: ModelJudging, consent: Consent, published: Published
) -> None:
    node.judge_due()
    consent.heard.clear()
    published(GOOD, key=SigningKey.generate())

    assert node.judge_due() == ()
    assert (consent.heard, Adoptions(node.models).verdicts()) == ([], ())
