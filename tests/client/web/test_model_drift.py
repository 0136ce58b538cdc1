"""The model page: since when a model is in use, its months beside what the gate saw, and what can be done."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from client.adoption import Adoptions, Verdict
from client.learning.drift import Drift, DriftFigures
from client.learning.drift_words import ADVICE
from client.learning.monthly_errors import MonthFigure
from models.registry import read_folder
from tests.published import RECOVERY, League

ADOPTED = datetime(2026, 9, 20, 9, tzinfo=UTC)
NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)


@pytest.fixture
def model(tmp_path: Path, settings: Any) -> Path:
    made = League(tmp_path / "the-league").publish()
    verdict = Verdict(
        model=RECOVERY,
        model_id=made.name,
        adopted=True,
        reasons=(),
        judged_days=900,
        judged_athletes=20,
        figures={"with heads": 0.6, "with heads spread": 0.03},
        judged=ADOPTED,
    )
    Adoptions(settings.models).record(verdict, read_folder(made))
    return made


def worked_out(settings: Any, model: Path, *figures: float | None) -> None:
    months = [
        MonthFigure(
            month=date(2026, 9 + place, 1),
            is_full=place == 1,
            days=None if figure is None else 400,
            figure=figure,
            own_mean=None if figure is None else 0.801,
            spread=None if figure is None else 0.04,
        )
        for place, figure in enumerate(figures)
    ]
    DriftFigures(settings.models).record(
        Drift(model=RECOVERY, model_id=model.name, worked_out=NOW, months=tuple(months))
    )


def shown(context: Any) -> str:
    return " ".join(context.http.get("/model").text.split()).replace("> <", "><")


def test_before_it_is_worked_out_the_page_says_when_it_will_be(context: Any, model: Path) -> None:
    page = shown(context)

    assert "<dt>In use since</dt><dd>20 September 2026</dd>" in page
    assert "Not worked out yet" in page
    assert "<figure>" not in page


def test_the_months_stand_in_a_chart_and_in_a_table_of_the_same_figures(
    context: Any, settings: Any, model: Path
) -> None:
    worked_out(settings, model, 0.61, 0.633, 0.652)

    page = shown(context)

    assert "October 2026 is within the limit that follows from its gate" in page
    assert '<tr><th scope="row">October 2026</th><td class="num">0.633</td><td class="num">0.801</td>' in page
    assert '<th scope="row">November 2026, in part</th><td class="num">0.652</td>' in page
    assert ADVICE not in page
    assert page.count("<svg") >= 2


def test_large_drift_is_said_with_what_can_be_done(context: Any, settings: Any, model: Path) -> None:
    worked_out(settings, model, 0.61, 0.733, 0.6)

    page = shown(context)

    assert "October 2026 is beyond the limit that follows from its gate" in page
    assert "That is beyond the limit of 0.700 points of 10: drift is large." in page
    assert ADVICE in page


def test_a_month_of_too_few_athletes_is_a_cross_and_no_figure(context: Any, settings: Any, model: Path) -> None:
    worked_out(settings, model, 0.61, None, 0.6)

    page = shown(context)

    assert "Fewer than 3 athletes stand behind October 2026: nothing of it is shown or compared." in page
    assert '<th scope="row">October 2026</th><td class="num">not shown</td><td class="num">not shown</td>' in page
    assert "×" in page


def test_without_any_figure_there_is_no_chart(context: Any, settings: Any, model: Path) -> None:
    worked_out(settings, model, None)

    page = shown(context)

    assert "No full month yet" in page
    assert "<figure>" not in page


def test_a_model_that_is_not_in_use_has_no_months(context: Any, settings: Any, model: Path) -> None:
    worked_out(settings, model, 0.61, 0.633)
    newest = Adoptions(settings.models).newest(RECOVERY)
    assert newest is not None
    Adoptions(settings.models).record(newest.model_copy(update={"adopted": False}), read_folder(model))

    page = shown(context)

    assert "In use since" not in page
    assert "0.633" not in page
