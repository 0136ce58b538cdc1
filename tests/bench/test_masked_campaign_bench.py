"""The measurement of a deployed league with masks runs masked campaigns, and says whether its aim is met."""

import pytest

from tests.bench import bench_masked_campaign as bench
from tests.bench.bench_campaign import HEADER, CampaignTime


@pytest.mark.study
@pytest.mark.slow
def test_one_masked_campaign_of_three_clubs_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    planned, sign = [], bench.ServedLeague.signed

    def signed(league: bench.ServedLeague, number: int, *terms: object) -> object:
        planned.append(terms)
        return sign(league, number, *terms)

    monkeypatch.setattr(bench.ServedLeague, "signed", signed)

    found = bench.measure(3, campaigns=1, squad=2, days=20)

    assert len(found.campaigns) == 1
    assert all(terms[-1] == "--masks" for terms in planned)
    table = bench.lines([found], (0.5, 0.4, 0.3))
    assert {line.count("\t") for line in table[1:]} == {len(HEADER) - 1}


@pytest.mark.parametrize(
    ("clubs", "seconds", "said"), [(3, 1.9, "met"), (3, 2.1, "MISSED"), (10, 3.9, "met"), (4, 9, "")]
)
def test_a_median_is_held_against_its_aim(clubs: int, seconds: float, said: str) -> None:
    one = CampaignTime(approved=0.2, published=seconds, delivered=9.9, processor=(0.1, 0.2, 0.3))

    assert bench.MaskedTimes(clubs, (one, one, one)).rows[0][-1] == said
