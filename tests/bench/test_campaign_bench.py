"""The measurement of a deployed league runs its programs, and says of each span what it took."""

from pathlib import Path

import pytest

from tests.bench import bench_campaign as bench
from tests.bench import stock_flower
from tests.bench.stock_flower import stock_rounds


@pytest.mark.slow
def test_one_campaign_of_one_club_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "measure_stock", lambda nodes, size: bench.StockTimes((float(size),)))

    found = bench.measure(1, campaigns=1, squad=2, days=20)

    (one,) = found.campaigns
    assert 0 < one.approved < one.delivered
    assert 0 < one.published <= one.delivered
    assert min(one.processor) > 0
    assert 0 < found.size == found.stock.seconds[0]
    table = bench.lines([found], (0.5, 0.4, 0.3))
    assert {line.count("\t") for line in table[1:]} == {len(bench.HEADER) - 1}


def test_a_median_is_held_against_its_aim() -> None:
    quick = bench.CampaignTime(approved=0.2, published=0.9, delivered=1.2, processor=(0.1, 0.2, 0.3))
    slow = bench.CampaignTime(approved=0.2, published=1.1, delivered=1.3, processor=(0.1, 0.2, 0.3))

    assert league(3, quick, quick, slow).rows[0] == (
        *("3", "start to published model", "0.90", "1.10", "0.90", "<= 1", "met"),
    )
    assert league(3, quick, slow, slow).rows[0][-1] == "MISSED"
    assert league(4, quick).rows[0][-2:] == ("", "")


def league(clubs: int, *campaigns: bench.CampaignTime, **stock: object) -> bench.LeagueTimes:
    return bench.LeagueTimes(clubs, campaigns, 11, bench.StockTimes(**(stock or {"seconds": (9.0,)})))


def test_stock_flowers_round_stands_beside_ours_or_it_is_said_why_not() -> None:
    ours = bench.CampaignTime(approved=0.2, published=0.5, delivered=1.2, processor=(0.1, 0.2, 0.3))

    assert league(3, ours, seconds=(12.0, 11.0, 9.0)).rows[-2:] == [
        ("3", "stock Flower: one round", "11.00", "12.00", "9.00", "", ""),
        ("3", "stock Flower: one round / start to published model", "22.0", "", "", "", ""),
    ]
    assert league(3, ours, why_not="no such program").rows[-1][1] == (
        "stock Flower: one round is left out: no such program"
    )


@pytest.mark.study
@pytest.mark.slow
def test_rounds_of_stock_flower_are_measured(tmp_path: Path) -> None:
    assert len(stock_rounds(tmp_path, nodes=2, size=11, rounds=2)) == 1


def test_stock_flower_that_does_not_run_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(stock_flower.APP, "pyproject.toml", "[project]")

    with pytest.raises(stock_flower.CannotMeasure, match="`flwr run` ended with"):
        stock_rounds(tmp_path, nodes=0, size=11)
