"""The drill of evidence: a small cell is simulated with the shipped code, and false passes fail it."""

import pytest

from models.evidence.figures import Estimate, EvidenceFigures
from policies.budget import BUDGET_DELTA, campaign_cost, sigma_for
from policies.campaigns.season_line import SEASON_CAP
from tests.drills import evidence
from tests.drills.evidence import CELLS, HEADER, JUDGE, Cell, main, most_false

SURE = EvidenceFigures(
    comparable=Estimate(value=300.0, noise=1.0, sampling=0.0),
    excess=Estimate(value=200.0, noise=1.0, sampling=1.0),
    difference=Estimate(value=-100.0, noise=1.0, sampling=1.0),
)


def test_a_small_cell_is_taught_judged_and_printed(capsys: pytest.CaptureFixture[str]) -> None:
    said = main(5, (Cell(50, 0.0, 2),))

    header, rule, row = capsys.readouterr().out.splitlines()
    assert header.count("|") == rule.count("|") == row.count("|") == len(HEADER) + 1
    assert row.startswith("| 50 at 2 | 1 and 1.67 | 0 | 2 | 0 (0%) |")  # fewer than 100 athletes can never suffice
    assert said.startswith("too many passes without signal in 0 cells, seed 5")


def test_passes_without_signal_fail_it_and_those_with_signal_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "league_figures", lambda *_: SURE)

    assert "in 0 cells" in main(5, (Cell(500, 1.0, 10),))
    with pytest.raises(AssertionError, match="without signal in 1 cells"):
        main(5, (Cell(500, 0.0, 10),))


def test_both_campaigns_fit_the_cap_and_there_are_a_hundred_leagues_without_signal() -> None:
    for learn, judge in JUDGE.items():
        cost = sum(campaign_cost(sigma_for(one, 1, BUDGET_DELTA), 1) for one in (learn, judge))
        assert 0.99 * SEASON_CAP < cost <= SEASON_CAP
    assert {cell.athletes for cell in CELLS if cell.signal_sd == 0.0 and cell.leagues == 100} == {500, 2_000}
    assert (most_false(100), most_false(10)) == (13, 4)
