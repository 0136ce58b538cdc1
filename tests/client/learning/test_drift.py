"""Since when a model is in use, how it does since, and when that is called large."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from client.adoption import Adoption, Adoptions, Verdict, read_model
from client.learning.drift import Drift, DriftFigures, DriftState, finding_of
from client.learning.drift_words import drift_words, since_words
from client.learning.judging import AGAIN_AFTER, ModelJudging
from client.learning.monthly_errors import MonthFigure
from models.features import RECOVERY_SCHEMA, RISK_SCHEMA
from models.training.initial_weights import initial_weights
from tests.client.learning.squad import NOW, Clock, Consent

MODEL = RECOVERY_SCHEMA.model
GOOD = np.array(initial_weights(MODEL))
Published = Callable[..., str]
BEGAN = NOW - timedelta(days=75)


@pytest.fixture
def clock() -> Clock:
    return Clock(BEGAN)


def judged_at(judging: ModelJudging, clock: Clock, consent: Consent, at: datetime) -> None:
    clock.now = consent.now = at
    judging.judge_due()


def adoption(judging: ModelJudging) -> Adoption:
    found = Adoptions(judging.models).adoption(MODEL)
    assert found is not None
    return found


def test_the_day_of_adoption_and_what_the_gate_said_then_stay_when_the_model_is_judged_again(
    judging: ModelJudging, published: Published, clock: Clock, consent: Consent
) -> None:
    name = published(GOOD)
    judged_at(judging, clock, consent, BEGAN)
    first, consent.willing = adoption(judging), consent.willing[:20]

    judged_at(judging, clock, consent, NOW)

    in_use = Adoptions(judging.models).in_use(MODEL)
    assert adoption(judging) == first
    assert (first.verdict.model_id, first.verdict.judged, first.is_day_known) == (name, BEGAN, True)
    assert in_use is not None
    assert (in_use.judged, in_use.figures != first.verdict.figures) == (NOW, True)


def test_the_months_since_are_worked_out_when_the_model_is_judged(
    judging: ModelJudging, published: Published, clock: Clock, consent: Consent
) -> None:
    name = published(GOOD)
    judged_at(judging, clock, consent, BEGAN)
    judged_at(judging, clock, consent, NOW)

    found = DriftFigures(judging.models).newest(MODEL, name)

    assert found is not None
    assert [(one.month.month, one.is_full) for one in found.months] == [(9, False), (10, True), (11, False)]
    assert all(one.figure is not None for one in found.months)
    assert finding_of(adoption(judging), found).state is DriftState.AS_AT_THE_GATE
    assert DriftFigures(judging.models).newest(MODEL, "0" * 64) is None


def test_a_model_that_fails_is_in_use_no_more_and_comes_into_use_anew(
    judging: ModelJudging, published: Published, clock: Clock, consent: Consent
) -> None:
    published(GOOD)
    judged_at(judging, clock, consent, BEGAN)
    everybody, consent.willing = consent.willing, []
    judged_at(judging, clock, consent, BEGAN + AGAIN_AFTER)
    without = Adoptions(judging.models).adoption(MODEL)
    consent.willing = everybody

    judged_at(judging, clock, consent, NOW)

    assert without is None
    assert adoption(judging).verdict.judged == NOW


def test_files_of_before_are_read_and_say_that_the_day_was_not_noted(
    judging: ModelJudging, published: Published, clock: Clock, consent: Consent
) -> None:
    published(GOOD)
    judged_at(judging, clock, consent, BEGAN)
    (judging.models / f"{MODEL}.adopted.json").unlink()
    (judging.models / f"{MODEL}.drift.json").unlink()
    before = Adoptions(judging.models)
    words = since_words(before.adoption(MODEL), UTC)

    judged_at(judging, clock, consent, BEGAN + AGAIN_AFTER)

    assert before.in_use(MODEL) is not None
    assert words == "Before this was noted"
    assert not adoption(judging).is_day_known
    assert since_words(adoption(judging), UTC) == "Before 23 September 2026, when this was noted first"


@pytest.mark.parametrize("damaged", ["", "{}", "[]", '{"model": 1}'])
def test_a_damaged_file_counts_as_none(tmp_path: Path, damaged: str) -> None:
    (tmp_path / f"{MODEL}.drift.json").write_text(damaged)
    (tmp_path / f"{MODEL}.adopted.json").write_text(damaged)

    assert DriftFigures(tmp_path).newest(MODEL, "0" * 64) is None
    assert Adoptions(tmp_path).adoption(MODEL) is None


def of_gate(figures: dict[str, float], *, athletes: int = 20, model: str = MODEL) -> Adoption:
    verdict = Verdict(
        model=model,
        model_id="a" * 64,
        adopted=True,
        reasons=(),
        judged_days=900,
        judged_athletes=athletes,
        figures=figures,
        judged=BEGAN,
    )
    return Adoption(verdict=verdict, is_day_known=True)


def of_months(*figures: tuple[float | None, float | None], model: str = MODEL, is_full: bool = True) -> Drift:
    months = [
        MonthFigure(month=date(2026, 1 + place, 1), is_full=is_full, days=100, figure=figure, spread=spread)
        for place, (figure, spread) in enumerate(figures)
    ]
    return Drift(model=model, model_id="a" * 64, worked_out=NOW, months=tuple(months))


GATE = {"with heads": 0.6, "with heads spread": 0.03}


def said(gate: Adoption, drift: Drift) -> tuple[DriftState, str]:
    found = finding_of(gate, drift)
    return found.state, drift_words(drift, found)


def test_the_newest_full_month_alone_is_compared() -> None:
    state, words = said(of_gate(GATE), of_months((0.9, 0.04), (0.69, 0.04)))

    assert state is DriftState.AS_AT_THE_GATE
    assert words == (
        "February 2026: 0.690 points of 10, at the gate 0.600 points of 10. "
        "That is within the limit of 0.700 points of 10."
    )


def test_beyond_two_standard_errors_of_the_difference_it_is_large() -> None:
    state, words = said(of_gate(GATE), of_months((0.71, 0.04)))

    assert state is DriftState.LARGE
    assert words.endswith("That is beyond the limit of 0.700 points of 10: drift is large.")


def test_of_risk_less_skill_is_worse() -> None:
    gate = of_gate({"brier_skill": 0.1, "brier_skill_spread": 0.03}, model=RISK_SCHEMA.model)
    fine, large = of_months((0.3, 0.04), model=RISK_SCHEMA.model), of_months((-0.01, 0.04), model=RISK_SCHEMA.model)

    assert said(gate, fine)[0] is DriftState.AS_AT_THE_GATE
    assert said(gate, large)[0] is DriftState.LARGE
    assert "January 2026: a Brier skill of −0.010, at the gate a Brier skill of 0.100" in said(gate, large)[1]


@pytest.mark.parametrize(
    ("gate", "drift", "words"),
    [
        (of_gate(GATE), of_months(), "No full month yet"),
        (of_gate(GATE), of_months((0.9, 0.04), is_full=False), "No full month yet"),
        (of_gate(GATE), of_months((None, None)), "Fewer than 3 athletes stand behind January 2026"),
        (of_gate(GATE), of_months((0.9, None)), "it takes 5 athletes to tell drift from chance"),
        (of_gate({"with heads": 0.6}), of_months((0.9, 0.04)), "what the gate saw is not known"),
        (of_gate(GATE, athletes=2), of_months((0.9, 0.04)), "or is of too few athletes"),
    ],
)
def test_what_cannot_be_compared_says_why(gate: Adoption, drift: Drift, words: str) -> None:
    state, sentence = said(gate, drift)

    assert state in {DriftState.NO_FULL_MONTH, DriftState.NOT_COMPARED}
    assert words in sentence
    assert finding_of(gate, drift).limit is None


def test_the_file_holds_nothing_of_a_month_of_two_athletes(
    judging: ModelJudging, published: Published, clock: Clock, consent: Consent
) -> None:
    name = published(GOOD)
    judged_at(judging, clock, consent, BEGAN)
    opened, _ = read_model(judging.models / name, judging.keys)

    judging._note_drift(opened, judging._tables(list(consent.willing)[:2]))

    (september,) = json.loads((judging.models / f"{MODEL}.drift.json").read_text())["months"]
    assert {name: value for name, value in september.items() if value is not None} == {
        "month": "2026-09-01",
        "is_full": False,
    }
