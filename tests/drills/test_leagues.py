"""The table of leagues: a cell of two small ones, and that a cell worse than the public initial weights fails."""

from dataclasses import replace

import pytest

from models.evaluation.league_study import LeagueErrors, StudyErrors, StudyTerms
from tests.drills import leagues
from tests.drills.leagues import CELLS, FIRST_SEED, HEADER, RECOVERY, RISK, Cell, main

GOOD = LeagueErrors(
    person_mean=1.0, ewma=0.9, start=0.8, no_privacy=0.7, private=0.72, half=0.75, double=0.75, rounds_control=0.75
)


def test_a_small_cell_is_simulated_and_printed(capsys: pytest.CaptureFixture[str]) -> None:
    said = main(FIRST_SEED, (Cell(RECOVERY, 30, 1, 2.0, 2, draws=2),))

    header, rule, row = capsys.readouterr().out.splitlines()
    assert header.count("|") == rule.count("|") == row.count("|") == len(HEADER) + 1
    assert "30 at 1, 2 x 2" in row
    assert said.startswith("worse than the public initial weights in 0 of 1 cells")


def test_a_cell_that_is_worse_than_the_initial_weights_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[StudyTerms] = []

    def worse_at_one(terms: StudyTerms) -> StudyErrors:
        asked.append(terms)
        private = 0.81 if terms.epsilon == 1.0 else 0.72
        return StudyErrors((replace(GOOD, private=private), replace(GOOD, private=private)))

    monkeypatch.setattr(leagues, "study", worse_at_one)

    assert "0 shares below their aim" in main(5, tuple(cell for cell in CELLS if cell.epsilon == 2.0 and not cell.aim))
    with pytest.raises(AssertionError, match="worse than the public initial weights in 4 of 10 cells"):
        main(5)
    assert {terms.seed for terms in asked} == {5}


def test_every_size_and_epsilon_has_a_cell_and_risk_enough_worlds() -> None:
    sizes = {(cell.model, cell.athletes, cell.epsilon) for cell in CELLS}

    assert sizes == {(RECOVERY, n, e) for n in (40, 120, 500, 2_000) for e in (1.0, 2.0)} | {
        (RISK, n, 2.0) for n in (500, 2_000)
    }
    assert min(cell.leagues for cell in CELLS) >= 8
    assert FIRST_SEED == 3
    row = Cell(RISK, 500, 20, 2.0, 2, 0.9).row(StudyErrors((GOOD, GOOD)))
    assert row[-4:] == ("-0.0800 (0.0000)", "80%", "90% MISSED", "2 of 2")
