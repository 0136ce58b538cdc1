"""The model page shows no figure of one or two athletes, and no small count of injuries."""

from collections.abc import Callable
from typing import Any

import pytest

from client.adoption import Verdict
from models.features import RECOVERY_SCHEMA, RISK_SCHEMA

Kept = Callable[..., str]
FIGURES = {"events": 11.0, "slope": 0.97, "within_auc": 0.61}


@pytest.fixture
def kept(context: Any, settings: Any) -> Kept:
    """Return the page once a verdict with these fields is the newest one."""
    return lambda **said: _page(context, settings, said)


def _page(context: Any, settings: Any, said: dict[str, Any]) -> str:
    fields: dict[str, Any] = {
        "model": RISK_SCHEMA.model,
        "model_id": "0" * 64,
        "adopted": False,
        "reasons": ("no net benefit between 3 and 10 %",),
        "judged_days": 1_284,
        "judged_athletes": 3,
        "figures": FIGURES,
    }
    verdict = Verdict(**(fields | said))
    folder = settings.models
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{verdict.model}.json").write_text(verdict.model_dump_json())
    page: str = context.http.get("/model").text
    return page


def test_figures_of_three_athletes_are_shown(kept: Kept) -> None:
    page = kept()

    assert "1,284 days that no model had learned from" in page
    assert "<dd>11</dd>" in page
    assert "No net benefit between 3 and 10 %" in page
    assert "<dt>Not shown</dt>" not in page


@pytest.mark.parametrize("athletes", [1, 2, None])
def test_nothing_found_on_the_days_of_fewer_is_shown(kept: Kept, athletes: int | None) -> None:
    page = kept(judged_athletes=athletes)

    assert "Not used here" in page or "not used here" in page
    for found in ("1,284", "<dd>11</dd>", "0.97", "0.61", "net benefit between 3 and 10"):
        assert found not in page
    assert "<dt>Not shown</dt>" in page
    assert "<dt>Because</dt>" not in page
    assert ("fewer than 3 athletes" in page) is (athletes is not None)
    assert ("was not noted" in page) is (athletes is None)


def test_errors_of_fewer_athletes_are_not_shown_either(kept: Kept) -> None:
    figures = {"person mean": 0.512, "federated": 0.431}
    page = kept(model=RECOVERY_SCHEMA.model, judged_athletes=2, figures=figures)

    assert "0.512" not in page
    assert "0.431" not in page


@pytest.mark.parametrize(("events", "shown"), [(0.0, "fewer than 10"), (9.0, "fewer than 10"), (10.0, "10")])
def test_a_small_count_of_injuries_is_not_shown(kept: Kept, events: float, shown: str) -> None:
    assert f"<dd>{shown}</dd>" in kept(figures=FIGURES | {"events": events})


def test_no_judged_day_is_said(kept: Kept) -> None:
    page = kept(judged_days=0, judged_athletes=0, figures={}, reasons=("not enough days held back to judge it",))

    assert "0 days that no model had learned from" in page
    assert "Not enough days held back to judge it" in page


LEAGUE_FIGURES = {
    "league_public_athletes": 2_000.0,
    "league_comparable": 601.4,
    "league_concordance": 0.573,
    "league_concordance_low": 0.531,
}


def test_a_verdict_by_the_leagues_evidence_says_where_it_is_from(kept: Kept) -> None:
    page = kept(evidence="e" * 64, figures=FIGURES | LEAGUE_FIGURES)

    assert "Pooled over the league, N = 2,000: a noisy sum of all clubs" in page
    assert "<dd>601 (100 needed)</dd>" in page
    assert "<dd>0.53 (above 0.5 needed)</dd>" in page
    assert "league_" not in page
    assert "Pooled over the league" not in kept()
