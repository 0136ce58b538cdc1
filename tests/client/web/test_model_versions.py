"""The model page: champion and challenger side by side, and what was kept out; a failing one takes no place."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from client.adoption import Adoptions, Verdict
from client.errors import KeptOut
from client.league_models.chain import ModelChain
from client.league_models.parcel import read_parcel
from models.registry import read_folder
from tests.published import LEAGUE, RECOVERY, League

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)


@pytest.fixture
def league(tmp_path: Path) -> League:
    return League(tmp_path / "the-league")


def judged(settings: Any, model: Path, *, adopted: bool, error: float, athletes: int = 5) -> None:
    figures = {"federated": error, "person mean": 0.7}
    reasons = () if adopted else ("not closer than EWMA alone",)
    verdict = Verdict(
        model=RECOVERY,
        model_id=model.name,
        adopted=adopted,
        reasons=reasons,
        judged_days=300,
        judged_athletes=athletes,
        figures=figures,
    )
    Adoptions(settings.models).record(verdict, read_folder(model))


def received(settings: Any, league: League, model: Path) -> None:
    chain = ModelChain(settings.received, (LEAGUE.verify_key,), settings.models)
    chain.take(read_parcel(league.registry.parcel(model.name)), now=NOW)


def test_without_any_model_nothing_is_said_of_one(context: Any) -> None:
    assert "Models on this node" not in context.http.get("/model").text


def test_a_challenger_that_fails_stands_beside_the_champion_which_stays(
    context: Any, settings: Any, league: League
) -> None:
    first = league.publish()
    received(settings, league, first)
    judged(settings, first, adopted=True, error=0.612)
    second = league.publish()
    received(settings, league, second)
    waiting = context.http.get("/model").text
    judged(settings, second, adopted=False, error=0.734)

    page = context.http.get("/model").text

    assert f"{second.name[:12]}, not judged here yet" in waiting
    assert f"<dd>{first.name[:12]}</dd>" in page
    assert f"{second.name[:12]}, did not pass here" in page
    assert "Next-day readiness: the newest did not pass</h3>" in page  # one of the kind is in use
    assert "not used here" not in page
    assert page.index("0.612 points of 10</td>") < page.index("0.734 points of 10</td>")
    assert Adoptions(settings.models).in_use(RECOVERY).model_id == first.name  # type: ignore[union-attr]  # it is there


def test_a_challenger_that_passes_is_the_one_in_use(context: Any, settings: Any, league: League) -> None:
    for error in (0.62, 0.61):
        model = league.publish()
        received(settings, league, model)
        judged(settings, model, adopted=True, error=error)

    page = context.http.get("/model").text

    assert f"<dd>{model.name[:12]}</dd>" in page
    assert "<dd>The one in use</dd>" in page


def test_the_one_in_use_that_fails_when_judged_again_is_in_use_no_more(
    context: Any, settings: Any, league: League
) -> None:
    model = league.publish()
    received(settings, league, model)
    judged(settings, model, adopted=True, error=0.61)
    judged(settings, model, adopted=False, error=0.75)

    assert Adoptions(settings.models).in_use(RECOVERY) is None
    assert f"{model.name[:12]}, did not pass here" in context.http.get("/model").text


def test_figures_of_too_few_athletes_stand_on_neither_side(context: Any, settings: Any, league: League) -> None:
    model = league.publish()
    received(settings, league, model)
    judged(settings, model, adopted=True, error=0.613, athletes=2)

    assert "0.613" not in context.http.get("/model").text


def test_what_was_kept_out_is_said_with_its_reason(context: Any, settings: Any, league: League) -> None:
    first, second = league.publish(), league.publish()
    received(settings, league, second)
    with pytest.raises(KeptOut):
        received(settings, league, first)

    page = context.http.get("/model").text

    assert "it is older than the model that this node holds. What is in use stays." in page


def test_a_verdict_of_before_is_of_the_model_in_use(settings: Any, league: League) -> None:
    model = league.publish()
    judged(settings, model, adopted=True, error=0.61)
    (settings.models / f"{RECOVERY}.in-use.json").unlink()

    found = Adoptions(settings.models).in_use(RECOVERY)

    assert found is not None
    assert found.model_id == model.name
