"""The empirical audit: silent on the installed path, and loud on every build that was broken on purpose."""

import json
import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import client.cli
from chassis.cli.exit_codes import ExitCode
from models.errors import NotEnoughData
from models.features import LINEAR_MODELS
from models.privacy import contribution as path
from models.privacy import empirical_audit
from models.privacy.empirical_audit import PrivacyAlarm, audit
from models.training.initial_weights import initial_weights
from models.training.recipes import exchange_recipe, rounds_recipe
from models.training.simulation import simulated_manifest
from tests.scale import sized

MODEL = "recovery-linear-1"
START = initial_weights(MODEL)
ONE = simulated_manifest(exchange_recipe(MODEL, athletes=40, clubs=1), 1)
RUNS = 2_000
noise, clip, quantise, gradients = path.noise_share, path.clip_rows, path.quantise, path.athlete_gradients


@pytest.mark.parametrize("model", sorted(LINEAR_MODELS)[: sized(1, in_drill=len(LINEAR_MODELS))])
def test_the_installed_path_raises_no_alarm_and_is_bounded_from_below(model: str) -> None:
    manifest = simulated_manifest(exchange_recipe(model, athletes=40, clubs=1), 1)

    found = audit(manifest, initial_weights(model), runs=sized(2 * RUNS, in_drill=10 * RUNS))

    assert found.alarms == ()
    assert 0.25 * found.epsilon_claimed < found.epsilon_lower <= found.epsilon_claimed


def test_the_rounds_of_before_are_audited_too() -> None:
    assert audit(simulated_manifest(rounds_recipe(MODEL, athletes=40), 1), START, runs=RUNS).alarms == ()


def _again(*_: Any) -> Any:
    return np.arange(path.answer_length(ONE), dtype=np.int64)


def _two_lengths(kind: Any, weights: Any, series: Any) -> Any:
    """Gradients whose last digits depend on the longest series of the company."""
    return gradients(kind, weights, series) * (1.0 + 1e-12 * max((len(one.y) for one in series), default=0))


BROKEN: dict[str, tuple[str, Callable[..., Any], PrivacyAlarm]] = {
    "noise off": ("noise_share", lambda d, s, b, h: np.zeros(d, np.int64), PrivacyAlarm.EPSILON),
    "noise halved": ("noise_share", lambda d, s, b, h: noise(d, s / 2, b, h), PrivacyAlarm.VARIANCE),
    "noise a tenth too small": ("noise_share", lambda d, s, b, h: noise(d, 0.9 * s, b, h), PrivacyAlarm.VARIANCE),
    "noise divided among clubs": ("noise_share", lambda d, s, b, h: noise(d, s, b, 4), PrivacyAlarm.VARIANCE),
    "uniform noise of the right size": (
        "noise_share",
        lambda d, s, b, h: np.random.default_rng().uniform(-(3**0.5) * s * b, 3**0.5 * s * b, d).astype(np.int64),
        PrivacyAlarm.SHAPE,
    ),
    "the same noise again": ("noise_share", _again, PrivacyAlarm.REPEATED),
    "no clip": ("clip_rows", lambda g, c: 40.0 * g, PrivacyAlarm.EPSILON),
    "padding to the longest": ("athlete_gradients", _two_lengths, PrivacyAlarm.COMPANY),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_path_is_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, broken, alarm = BROKEN[fault]
    monkeypatch.setattr(path, name, broken)
    if fault == "no clip":
        monkeypatch.setattr(path, "quantise", lambda g, c, b: np.rint(g * 2.0**b).astype(np.int64))

    assert alarm in audit(ONE, START, runs=RUNS).alarms


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

    monkeypatch.setattr(path, "noise_share", BROKEN["noise off"][1])
    bad = CliRunner().invoke(client.cli.app, words)
    assert bad.exit_code == ExitCode.ALARM
    assert "epsilon" in json.loads(bad.stdout)["alarms"]
    assert "ALARM: " in CliRunner().invoke(client.cli.app, words[:-1]).stdout
