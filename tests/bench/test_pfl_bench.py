"""The measurement beside pfl says of an environment that cannot be made why, and compares medians."""

from pathlib import Path

import numpy as np
import pytest

from models.privacy.packed_series import PackedSeries
from models.privacy.per_athlete_gradients import GradientKind, athlete_gradients, clip_rows
from tests.bench import bench_pfl as bench
from tests.bench.bench_learning import COLUMNS, invented_athletes


@pytest.mark.slow
def test_where_pfl_cannot_be_installed_the_command_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench, "WANTED", str(tmp_path / "nowhere"))

    code, said = bench.main(1), capsys.readouterr()

    assert (code, said.out) == (1, "")
    assert "cannot be installed here" in said.err
    assert "nowhere" in said.err


@pytest.mark.parametrize(("seconds", "is_met"), [(1.0, "met"), (1e-9, "MISSED")])
def test_the_ratio_is_held_against_its_aim(monkeypatch: pytest.MonkeyPatch, seconds: float, is_met: str) -> None:
    monkeypatch.setattr(bench, "_by_pfl", lambda *_, **arrays: (summed("huber", 3), [seconds] * 3))

    ours, theirs = bench.rows_of("huber", Path(), Path(), athletes=3, repeats=3)

    assert len(ours) == len(theirs) == len(bench.HEADER)
    assert (theirs[1], theirs[-1]) == ("pfl==0.6.0", is_met)


def test_sums_that_differ_are_no_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "_by_pfl", lambda *_, **arrays: (summed("huber", 3) + 0.01, [1.0]))

    with pytest.raises(ValueError, match="differ"):
        bench.rows_of("huber", Path(), Path(), athletes=3, repeats=1)


def summed(kind: GradientKind, athletes: int) -> np.ndarray:
    weights = 0.1 * np.random.default_rng(2).normal(size=COLUMNS + 1)
    packed = PackedSeries(tuple(invented_athletes(athletes, COLUMNS, seed=1)))
    return clip_rows(athlete_gradients(kind, weights, packed), bench.CLIP).sum(axis=0)
