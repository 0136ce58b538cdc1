"""`simulate`: what it answers, what repeats under a seed, and usage errors that say what is allowed."""

import json
import math
from collections.abc import Sequence
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from models.evaluation.league_study import LeagueErrors, StudyErrors, StudyTerms
from models.training.recipes import exchange_recipe
from policies.budget import campaign_cost, epsilon_proved
from policies.campaigns.season_line import SEASON_CAP
from server.cli import app
from server.commands.simulate import _kept, _recommended

SMALL = ("--leagues", "1", "--draws", "1")


def simulate(*changes: str, athletes: str = "12", clubs: str = "2", epsilon: str = "2", model: str = "") -> Result:
    words = ["--athletes", athletes, "--clubs", clubs, "--epsilon", epsilon, "--model", model or "recovery-linear-1"]
    return CliRunner().invoke(app, ["simulate", *words, *changes])


def answered(*changes: str, **terms: str) -> dict[str, Any]:
    result = simulate(*SMALL, "--json", *changes, **terms)
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.stdout))


@pytest.mark.parametrize(
    ("changes", "allowed"),
    [
        ({"athletes": "3", "clubs": "4"}, ["at least one athlete a club", "3 for 4"]),
        ({"epsilon": "0"}, ["above 0 and at most 2", "got 0"]),
        ({"epsilon": "-1"}, ["above 0 and at most 2"]),
        ({"epsilon": "2.01"}, ["above 0 and at most 2", "got 2.01"]),
        ({"epsilon": "nan"}, ["above 0 and at most 2"]),
        ({"epsilon": "1e-9"}, ["expected an epsilon large enough"]),
        ({"athletes": "0"}, ["1<=x<=20000"]),
        ({"epsilon": "1", "exchanges": "4"}, ["a season of ε 2 at most", "4 exchanges of ε 1, which make 2.12"]),
        ({"exchanges": "2", "rounds": "2"}, ["exchanges or rounds, got both"]),
        ({"masks": "", "clubs": "2"}, ["3 to 100 clubs with --masks, got 2"]),
        ({"masks": "", "clubs": "101", "athletes": "500"}, ["3 to 100 clubs with --masks, got 101"]),
        ({"model": "recovery-network-1"}, ["expected rounds for recovery-network-1", "--rounds"]),
        ({"model": "recovery-linear-9"}, ["recovery-linear-1", "risk-logistic-1", "got recovery-linear-9"]),
    ],
)
def test_a_league_that_cannot_be_is_a_usage_error_that_says_what_can(
    changes: dict[str, str], allowed: Sequence[str]
) -> None:
    terms, rest = dict(changes), []
    for name in ("exchanges", "rounds"):
        rest += [f"--{name}", terms.pop(name)] if name in terms else []
    rest += ["--masks"] if terms.pop("masks", None) is not None else []

    result = simulate(*rest, **terms)

    assert result.exit_code == 2
    said = " ".join(result.output.replace("│", " ").split())
    assert [words for words in allowed if words not in said] == []


def test_everything_but_the_noise_repeats_under_a_seed() -> None:
    first, second, other = answered(), answered(), answered("--seed", "2")

    fixed = ("person_mean", "ewma", "start", "no_privacy")
    assert {name: first["errors"][name] for name in fixed} == {name: second["errors"][name] for name in fixed}
    assert first["errors"]["start"] != other["errors"]["start"]
    assert first["recommended"] == second["recommended"]


def test_errors_share_cost_and_recommendation_fit_together() -> None:
    found = answered()
    recipe = exchange_recipe("recovery-linear-1", athletes=12, clubs=2, epsilon=2.0)

    errors = found["errors"]
    gain, kept = errors["start"] - errors["no_privacy"], errors["start"] - errors["private"]
    assert found["share_kept"] == pytest.approx(kept / gain) if gain > 0 else found["share_kept"] is None
    assert found["cost_micro_rho"] == campaign_cost(recipe.noise_multiplier, 1)
    assert found["recommended"] == {
        "rounds": 1,
        "axes": recipe.axes,
        "clip_norm": recipe.clip_norm,
        "noise_multiplier": recipe.noise_multiplier,
        "public_athletes": 12,
        "epsilon": 2.0,
    }
    assert errors.pop("once") is None  # there are not several exchanges
    assert all(math.isfinite(value) for value in (*errors.values(), *found["wrong_public_number"].values()))


def test_a_season_costs_all_its_exchanges_and_stands_beside_one_of_the_same_cost() -> None:
    found, single = answered("--exchanges", "3", epsilon="1"), answered(epsilon="1")

    assert found["cost_micro_rho"] == 3 * single["cost_micro_rho"] <= SEASON_CAP
    assert found["epsilon_of_season"] == epsilon_proved(found["cost_micro_rho"], 1e-6)
    assert (found["exchanges"], found["epsilon"]) == (3, 1.0)
    assert math.isfinite(found["errors"]["once"])
    assert found["errors"]["rounds_control"] is None
    assert found["errors"]["start"] == single["errors"]["start"]
    shown = " ".join(simulate(*SMALL, "--exchanges", "3", epsilon="1").output.split())
    for words in ("3 exchanges as days come", "ε = 1 each", "for the same cost", "books ε 1.81 of the cap of ε 2.00 ("):
        assert words in shown


def test_rounds_have_no_control_and_risk_no_average_of_days() -> None:
    found = answered("--rounds", "2", athletes="8", model="risk-logistic-1")

    assert found["errors"]["rounds_control"] is None
    assert found["errors"]["ewma"] is None
    assert found["recommended"]["axes"] is None


def test_the_table_names_what_a_wrong_public_number_costs() -> None:
    said = simulate(*SMALL).stdout

    assert "with privacy, public number 6" in said
    assert "with privacy, public number 24" in said
    assert "8 rounds instead, in the same metric" in said
    assert "micro-rho" in said


def test_masks_leave_the_sums_as_they_are_and_it_says_so() -> None:
    found = answered("--masks", clubs="4")["masks"]

    assert found.pop("cpu_s") > 0.0
    assert found == {"clubs": 4, "dropped": 1, "same_sums": True}
    said = " ".join(simulate(*SMALL, "--masks", clubs="4").stdout.split())
    assert "the sums are the same bits as without masks, also with 1 of 4 clubs dropping at any stage" in said
    assert answered()["masks"] is None


def test_a_masked_sum_that_differs_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.masks.rehearsal.MaskedRehearsal.total", lambda *_: (1, 2, 3))

    assert answered("--masks", clubs="3")["masks"]["same_sums"] is False
    assert "the sums are OTHER THAN without masks" in " ".join(simulate(*SMALL, "--masks", clubs="3").stdout.split())


def errors_of(start: float, no_privacy: float, private: float) -> LeagueErrors:
    return LeagueErrors(1.0, 1.0, start, no_privacy, private, private, private, private)


def test_the_share_kept_has_the_standard_error_that_leaving_leagues_out_gives() -> None:
    leagues = (errors_of(1.0, 0.8, 0.9), errors_of(1.0, 0.9, 0.92), errors_of(1.1, 0.9, 0.95))
    found = StudyErrors(leagues)
    gains, kept = [0.2, 0.1, 0.2], [0.1, 0.08, 0.15]

    left_out = [(sum(kept) - one) / (sum(gains) - gain) for one, gain in zip(kept, gains, strict=True)]

    mean = sum(left_out) / 3
    assert found.share_kept == pytest.approx(sum(kept) / sum(gains))
    assert found.share_error == pytest.approx(math.sqrt(2 / 3 * sum((one - mean) ** 2 for one in left_out)))
    assert math.isnan(StudyErrors(leagues[:1]).share_error)
    assert "± " in _kept(found)
    assert "±" not in _kept(StudyErrors(leagues[:1]))


def test_n_and_epsilon_are_recommended_beside_k_and_c_where_a_campaign_is_worth_it() -> None:
    terms = StudyTerms("recovery-linear-1", athletes=40, clubs=2, epsilon=2.0)
    recipe = terms.recipe()

    good = _recommended(terms, StudyErrors((errors_of(1.0, 0.8, 0.9),)))
    bad = _recommended(terms, StudyErrors((errors_of(1.0, 0.8, 1.0),)))

    assert good.startswith(f"Recommended: N = 40, ε = 2, k = {recipe.axes}, C = {recipe.clip_norm:g};")
    assert "--public-athletes 40 --epsilon 2" in good
    assert bad.startswith("Recommended: no such campaign")
