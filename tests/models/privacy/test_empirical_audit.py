"""The empirical audit: silent on the installed path, and loud on every build that was broken on purpose."""

import json
import math
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

import client.cli
from chassis.cli.exit_codes import ExitCode
from models.errors import NotEnoughData
from models.features import LINEAR_MODELS
from models.privacy import empirical_audit
from models.privacy.empirical_audit import audit
from models.training.initial_weights import initial_weights
from models.training.recipes import exchange_recipe, rounds_recipe
from models.training.simulation import simulated_manifest
from tests.models.privacy.planted_faults import CAUGHT_ELSEWHERE, FAULTS
from tests.scale import sized

MODEL = "recovery-linear-1"
START = initial_weights(MODEL)
ONE = simulated_manifest(exchange_recipe(MODEL, athletes=40, clubs=1), 1)
RUNS = 2_000


@pytest.mark.parametrize("model", sorted(LINEAR_MODELS)[: sized(1, in_drill=len(LINEAR_MODELS))])
def test_the_installed_path_raises_no_alarm_and_is_bounded_from_below(model: str) -> None:
    manifest = simulated_manifest(exchange_recipe(model, athletes=40, clubs=1), 1)

    found = audit(manifest, initial_weights(model), runs=sized(2 * RUNS, in_drill=10 * RUNS))

    assert found.alarms == ()
    # Four thousand runs prove .46 of the claim on average, with an SD of .10 from one audit to the next.
    least = sized(5, in_drill=25) / 100
    assert least * found.epsilon_claimed < found.epsilon_lower <= found.epsilon_claimed


def test_the_rounds_of_before_are_audited_too() -> None:
    assert audit(simulated_manifest(rounds_recipe(MODEL, athletes=40), 1), START, runs=RUNS).alarms == ()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_broken_path_is_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    FAULTS[fault].plant(monkeypatch)

    assert FAULTS[fault].alarm in audit(ONE, START, runs=RUNS).alarms


@pytest.mark.parametrize("test", [test for tests in CAUGHT_ELSEWHERE.values() for test in tests])
def test_what_no_run_can_show_has_a_test_of_its_own(test: str) -> None:
    file, name = test.split("::")

    assert f"def {name}(" in (Path(__file__).parents[3] / file).read_text(encoding="utf-8")


def test_too_few_runs_are_refused() -> None:
    with pytest.raises(NotEnoughData):
        audit(ONE, START, runs=100)


@pytest.mark.parametrize(("hits", "tries"), [(0, 50), (3, 50), (49, 50), (50, 50), (700, 1000)])
def test_the_binomial_bound_is_exact(hits: int, tries: int) -> None:
    bound = empirical_audit._upper(hits, tries)
    if hits == tries:
        assert bound == 1.0
        return
    below = sum(_term(count, tries, bound) for count in range(hits + 1))
    assert below == pytest.approx(empirical_audit.LEVEL / 2, rel=1e-6)


def _term(count: int, tries: int, chance: float) -> float:
    """One term of the binomial in decimal arithmetic: no logarithm of a factorial."""
    p = Decimal(chance)
    return float(Decimal(math.comb(tries, count)) * p**count * (1 - p) ** (tries - count))


def test_the_command_ends_with_an_alarm_of_a_broken_path(monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["audit-privacy", "--runs", "800", "--json"]
    good = CliRunner().invoke(client.cli.app, words)
    assert good.exit_code == 0
    assert json.loads(good.stdout)["alarms"] == []

    FAULTS["noise off"].plant(monkeypatch)
    bad = CliRunner().invoke(client.cli.app, words)
    assert bad.exit_code == ExitCode.ALARM
    assert "epsilon" in json.loads(bad.stdout)["alarms"]
    assert "ALARM: " in CliRunner().invoke(client.cli.app, words[:-1]).stdout
