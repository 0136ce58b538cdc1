"""The measurement of a deployed league runs its programs, and says of each span what it took."""

import pytest

from tests.bench import bench_campaign as bench


@pytest.mark.slow
def test_one_campaign_of_one_club_is_measured() -> None:
    found = bench.measure(1, campaigns=1, squad=2, days=20)

    (one,) = found.campaigns
    assert 0 < one.approved < one.delivered
    assert 0 < one.published <= one.delivered
    assert min(one.processor) > 0
    table = bench.lines([found], (0.5, 0.4, 0.3))
    assert {line.count("\t") for line in table[1:]} == {len(bench.HEADER) - 1}


def test_a_median_is_held_against_its_aim() -> None:
    quick = bench.CampaignTime(approved=0.2, published=0.9, delivered=1.2, processor=(0.1, 0.2, 0.3))
    slow = bench.CampaignTime(approved=0.2, published=1.1, delivered=1.3, processor=(0.1, 0.2, 0.3))

    assert bench.LeagueTimes(3, (quick, quick, slow)).rows[0] == (
        *("3", "start to published model", "0.90", "1.10", "0.90", "<= 1", "met"),
    )
    assert bench.LeagueTimes(3, (quick, slow, slow)).rows[0][-1] == "MISSED"
    assert bench.LeagueTimes(4, (quick,)).rows[0][-2:] == ("", "")
