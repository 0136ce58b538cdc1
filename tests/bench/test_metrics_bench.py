"""The measurement of figures carries out what it says, on a small squad."""

from tests.bench.bench_metrics import measure


def test_a_small_squad_is_measured() -> None:
    found = measure(athletes=2, days=40, processes=1)

    assert found.figures > 2 * 40 * 60
    assert found.readings > 2 * 40 * 5
    assert 0 < found.one_day_s < 60
    assert found.lines[0].startswith("2 athletes x 40 days, ")
