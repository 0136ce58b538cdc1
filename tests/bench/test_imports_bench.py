"""The measurement of imports carries out what it says, and its bounds hold for small files too."""

from tests.bench import bench_imports as bench


def test_a_small_import_of_each_kind_is_measured() -> None:
    assert 0.8 < bench.fit_ratio(400, rounds=3) < 2 * bench.MOST_OF_BARE
    assert 0 < bench.positions_s(players=2, seconds=60) < 0.1 * bench.MOST_POSITIONS_S
    assert bench.export_mib(1) < 0.1 * bench.MOST_EXPORT_MIB
