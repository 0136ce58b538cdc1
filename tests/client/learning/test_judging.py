"""A received model is judged by itself and weekly; the log hears that it was, never which way."""

import logging
import sys
from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest

from audit.entries.details.clubs import ModelJudged
from client.adoption import Adoptions, judge_model, read_model
from client.errors import ConsentUnavailable
from client.learning.judging import AGAIN_AFTER, ModelJudging
from client.learning.public_initial_weights import PublicWeightsVerdict, installed_sha256
from models.features import NETWORK_SCHEMA, RECOVERY_SCHEMA
from models.training.initial_weights import initial_weights
from policies.signing import SigningKey
from tests.client.learning.squad import NOW, Clock, Consent, athlete

GOOD = np.array(initial_weights(RECOVERY_SCHEMA.model))
BAD = -3.0 * GOOD
Published = Callable[..., str]


def later(clock: Clock, consent: Consent, by: timedelta) -> None:
    clock.now = consent.now = clock.now + by


def models(verdicts: object) -> list[str]:
    return [one.model_id for one in verdicts]  # type: ignore[attr-defined]  # verdicts


def test_the_public_weights_are_judged_before_any_model_arrives(judging: ModelJudging, consent: Consent) -> None:
    (verdict,) = judging.judge_due()

    assert verdict.model_id == installed_sha256()
    assert verdict.adopted
    assert PublicWeightsVerdict(judging.models).newest() == verdict
    assert Adoptions(judging.models).verdicts() == ()
    assert consent.heard == [ModelJudged(model=installed_sha256())]


def test_what_arrives_is_judged_once(judging: ModelJudging, consent: Consent, published: Published) -> None:
    judging.judge_due()
    consent.heard.clear()
    name = published(GOOD)

    first, second = judging.judge_due(), judging.judge_due()

    assert models(first) == [name]
    assert second == ()
    assert Adoptions(judging.models).verdicts() == first
    assert (judging.models / name / "weights.safetensors").is_file()
    assert consent.heard == [ModelJudged(model=name)]


def test_the_log_hears_the_same_whichever_way_it_goes(
    judging: ModelJudging, consent: Consent, published: Published
) -> None:
    judging.judge_due()
    consent.heard.clear()
    good = published(GOOD)
    (taken,) = judging.judge_due()
    bad = published(BAD)
    (kept_out,) = judging.judge_due()

    assert (taken.adopted, kept_out.adopted) == (True, False)
    assert [one.body() for one in consent.heard] == [{"model": good}, {"model": bad}]
    assert not (judging.models / bad).exists()


def test_each_is_judged_again_after_a_week_and_not_before(
    judging: ModelJudging, consent: Consent, published: Published, clock: Clock
) -> None:
    name = published(GOOD)
    judging.judge_due()

    later(clock, consent, AGAIN_AFTER - timedelta(seconds=1))
    early = judging.judge_due()
    later(clock, consent, timedelta(seconds=1))
    again = judging.judge_due()

    assert early == ()
    assert models(again) == [name, installed_sha256()]
    assert all(one.judged == clock.now for one in again)


def test_a_model_that_no_longer_passes_is_no_longer_used(
    judging: ModelJudging, consent: Consent, published: Published, clock: Clock
) -> None:
    published(GOOD)
    judging.judge_due()
    consent.willing = [athlete(0)]
    later(clock, consent, AGAIN_AFTER)

    verdict, _ = judging.judge_due()

    assert (verdict.adopted, verdict.judged_athletes) == (False, 1)
    assert not Adoptions(judging.models).verdicts()[0].adopted


def test_the_one_in_use_and_a_newer_one_that_failed_are_judged_again_under_one_entry_of_the_log(
    judging: ModelJudging, consent: Consent, published: Published, clock: Clock
) -> None:
    used = published(GOOD)
    judging.judge_due()
    failed = published(BAD)
    judging.judge_due()
    consent.heard.clear()
    later(clock, consent, AGAIN_AFTER)

    again = judging.judge_due()

    adoptions = Adoptions(judging.models)
    in_use, newest = adoptions.in_use(RECOVERY_SCHEMA.model), adoptions.newest(RECOVERY_SCHEMA.model)
    assert models(again) == [used, failed, installed_sha256()]
    assert consent.heard == [ModelJudged(model=failed), ModelJudged(model=installed_sha256())]
    assert in_use is not None
    assert newest is not None
    assert (in_use.model_id, in_use.judged, newest.model_id) == (used, clock.now, failed)


def test_a_network_waits_for_its_libraries_without_a_verdict_and_all_else_is_judged(
    judging: ModelJudging,
    consent: Consent,
    published: Published,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    linear = published(GOOD)
    network = published(np.array(initial_weights(NETWORK_SCHEMA.model)), model=NETWORK_SCHEMA.model)
    with monkeypatch.context() as without, caplog.at_level(logging.WARNING):
        without.setitem(sys.modules, "torch", None)
        first, second = judging.judge_due(), judging.judge_due()
        without_verdict = Adoptions(judging.models).newest(NETWORK_SCHEMA.model)
        heard = len(consent.heard)

    with_libraries = judging.judge_due()

    assert (models(first), second, without_verdict, heard) == ([linear, installed_sha256()], (), None, 2)
    assert caplog.text.count("its libraries are not installed here") == 1
    assert models(with_libraries) == [network]


def test_a_model_that_somebody_adopted_by_hand_is_not_undone(judging: ModelJudging, published: Published) -> None:
    older = published(GOOD, at=NOW - timedelta(days=90))
    published(0.9 * GOOD)
    judging.judge_due()
    opened, sealed = read_model(judging.received / older, judging.keys)
    verdict = judge_model(opened, judging._tables([athlete(place) for place in range(25)]), now=NOW)
    Adoptions(judging.models).record(verdict, sealed)

    assert judging.judge_due() == ()
    assert Adoptions(judging.models).verdicts()[0].model_id == older


def test_without_the_consent_service_nothing_is_judged_and_it_is_tried_again(
    judging: ModelJudging, consent: Consent, published: Published
) -> None:
    name = published(GOOD)
    consent.down = True
    with pytest.raises(ConsentUnavailable):
        judging.judge_due()
    assert Adoptions(judging.models).verdicts() == ()

    consent.down = False

    assert models(judging.judge_due()) == [name, installed_sha256()]


def test_only_those_who_let_the_league_learn_are_judged_on(
    judging: ModelJudging, consent: Consent, published: Published
) -> None:
    consent.willing = [athlete(place) for place in range(4)]
    published(GOOD)

    verdicts = judging.judge_due()

    assert {one.judged_athletes for one in verdicts} <= {3, 4}


def test_a_model_that_the_league_did_not_sign_is_left_alone(
    judging: ModelJudging, consent: Consent, published: Published
) -> None:
    judging.judge_due()
    consent.heard.clear()
    published(GOOD, key=SigningKey.generate())

    assert judging.judge_due() == ()
    assert (consent.heard, Adoptions(judging.models).verdicts()) == ([], ())
