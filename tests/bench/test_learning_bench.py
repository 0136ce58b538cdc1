"""The measurement of private learning carries out what it says, and ends where a method gives other numbers."""

import numpy as np
import pytest

from tests.bench import bench_learning as bench


@pytest.mark.slow
def test_a_few_athletes_are_measured_by_every_method() -> None:
    found = bench.measure(athletes=30, repeats=2, squad=3)

    assert {(one.kind, one.method) for one in found.rates} >= {
        (kind, method)
        for kind in bench.SHOWN
        for method in ("packed", "padded loop", "torch.func.vmap(grad)", "Opacus")
    }
    assert all(len(one.rates) == 2 and min(one.rates) > 0 for one in found.rates)
    assert found.athletes == 300
    table = bench.lines(found, (0.5, 0.4, 0.3))
    assert {line.count("\t") for line in table[1:]} == {len(bench.HEADER) - 1}
    assert sum("two bare products" in line for line in table) == 2


def test_a_method_that_gives_other_numbers_is_not_compared() -> None:
    rows = np.ones((3, 2))
    bench._compare({"packed": lambda: rows, "other": lambda: rows * (1 + 1e-7), "bare": lambda: np.empty(0)})

    with pytest.raises(ValueError, match="other and packed series differ"):
        bench._compare({"packed": lambda: rows, "other": lambda: rows * 1.01})
