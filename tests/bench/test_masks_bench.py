"""The measurement of masks carries out what it says, and says whether its aim is met."""

import pytest

from models.masks.rehearsal import MaskedRehearsal
from tests.bench import bench_masks as bench


def test_a_few_clubs_are_measured_with_and_without_checking_signatures() -> None:
    found = bench.measure(4, length=30, repeats=2)

    assert len(found.whole) == len(found.signed) == len(found.unchecked) == 2
    assert min(found.unchecked) > 0
    table = bench.lines([found], (0.5, 0.4, 0.3))
    assert {line.count("\t") for line in table[1:]} == {len(bench.HEADER) - 1}


@pytest.mark.parametrize(("seconds", "said"), [(1.9, "met"), (2.1, "MISSED")])
def test_the_aim_of_a_hundred_clubs_is_judged_by_the_median(seconds: float, said: str) -> None:
    found = bench.MaskTimes(100, 500, (seconds, seconds, 9.0), (6.0, 6.0, 6.0), (1.0, 1.0, 1.0))

    assert [row[-1] for row in found.rows] == [said, "", ""]


def test_a_sum_that_is_not_the_plain_one_is_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MaskedRehearsal, "total", lambda *_: (1, 2, 3))

    with pytest.raises(ValueError, match="not the plain one"):
        bench.measure(3, length=3, repeats=1)
