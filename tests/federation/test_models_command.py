"""`homefield-node models`: versions in use and received, what the gate said, and drift; recorded before it is shown."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import client.cli
from client.adoption import Adoptions, Verdict
from client.league_models.chain import ModelChain
from client.league_models.parcel import read_parcel
from client.learning.drift import Drift, DriftFigures
from client.learning.monthly_errors import MonthFigure
from models.registry import read_folder
from tests.privacy.programs import Programs, node_added, set_up
from tests.published import BEGAN, RECOVERY, League


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    made = set_up(tmp_path, monkeypatch)
    node_added(made)
    return made


def in_use(programs: Programs, *, athletes: int = 20) -> Path:
    league = League(programs.folder / "models", key=programs.world.keys["league"])
    model = league.publish()
    chain = ModelChain(programs.node / "received", (league.key.verify_key,), programs.node / "models")
    chain.take(read_parcel(league.registry.parcel(model.name)), now=BEGAN)
    verdict = Verdict(
        model=RECOVERY,
        model_id=model.name,
        adopted=True,
        reasons=(),
        judged_days=900,
        judged_athletes=athletes,
        figures={"with heads": 0.612, "with heads spread": 0.03},
        judged=datetime(2026, 9, 20, 9, tzinfo=UTC),
    )
    Adoptions(programs.node / "models").record(verdict, read_folder(model))
    return model


def test_it_lists_what_is_in_use_since_when_and_how_it_does(programs: Programs) -> None:
    model = in_use(programs)
    month = MonthFigure(month=date(2026, 10, 1), is_full=True, days=500, figure=0.755, own_mean=0.81, spread=0.04)
    drift = Drift(model=RECOVERY, model_id=model.name, worked_out=BEGAN, months=(month,))
    DriftFigures(programs.node / "models").record(drift)

    heard, told = programs.new_acts(lambda: programs.done(client.cli.app, "models", programs.node, "--json"))
    text = " ".join(programs.done(client.cli.app, "models", programs.node).stdout.split())

    (one,) = json.loads(told.stdout)["models"]
    assert len(heard) == 1
    assert (one["model"], one["in_use"], one["newest_received"]) == (RECOVERY, model.name, None)
    assert (one["adopted"], one["adoption_day_known"]) == ("2026-09-20T09:00:00+00:00", True)
    assert one["gate_at_adoption"]["figures"]["with heads"] == 0.612
    assert (one["drift"]["state"], one["drift"]["limit"]) == ("large", pytest.approx(0.712))
    assert one["drift"]["months"][0]["figure"] == 0.755
    assert "In use since: 20 september 2026." not in text
    assert "In use since: 20 September 2026." in text
    assert "drift is large" in text
    assert "models rollback" in text


def test_of_too_few_athletes_nothing_is_told(programs: Programs) -> None:
    in_use(programs, athletes=2)

    told = programs.done(client.cli.app, "models", programs.node, "--json").stdout
    text = programs.done(client.cli.app, "models", programs.node).stdout

    assert "0.612" not in told + text
    assert json.loads(told)["models"][0]["gate_now"] == {
        "passed": True,
        "judged": "2026-09-20T09:00:00+00:00",
        "judged_days": None,
        "reasons": None,
        "figures": None,
    }


def test_without_a_model_it_says_so(programs: Programs) -> None:
    assert "No league model" in programs.done(client.cli.app, "models", programs.node).stdout
