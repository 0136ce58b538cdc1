"""Measures a deployed league whose sums are masked: from `campaign start` to the published model, with 3 nodes and 10.

Run it with `make bench`. Programs, campaigns and clocks are those of `bench_campaign`; each campaign is planned with
`--masks`, so that a club is asked five times instead of once.
"""

import argparse
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.bench.bench_campaign import DAYS, SQUAD, CampaignTime, lines, running, table_row, timed_campaign
from tests.bench.served_league import ServedLeague

CAMPAIGNS = 5
MOST_S = {3: 2.0, 10: 4.0}


class MaskedServedLeague(ServedLeague):
    """A league that plans every campaign with masks."""

    def signed(self, number: int, *terms: object) -> Path:
        """Plan a masked campaign and have league and union sign it; returns its manifest."""
        return super().signed(number, *terms, "--masks")


@dataclass(frozen=True, slots=True)
class MaskedTimes:
    """The masked campaigns of one league of so many clubs."""

    clubs: int
    campaigns: tuple[CampaignTime, ...]

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """Cells of every line of the table, without its header."""
        published = [one.published for one in self.campaigns]
        spent = [sum(one.processor) for one in self.campaigns]
        return [
            table_row(self.clubs, "masked: start to published model", published, MOST_S.get(self.clubs)),
            table_row(self.clubs, "masked: processor, all programs", spent),
        ]


def measure(clubs: int, *, campaigns: int = CAMPAIGNS, squad: int = SQUAD, days: int = DAYS) -> MaskedTimes:
    """Run a league and so many masked campaigns after a first one; raises RuntimeError where one ends in no model."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder), clubs, squad, days, kind=MaskedServedLeague) as (league, store),
    ):
        times = [timed_campaign(league, store, number, public=clubs * squad) for number in range(campaigns + 1)]
    return MaskedTimes(clubs, tuple(times[1:]))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--campaigns", type=int, default=CAMPAIGNS)
    parser.add_argument("--clubs", type=int, nargs="+", default=list(MOST_S))
    asked = parser.parse_args()
    load = os.getloadavg()
    for text in lines(
        [measure(clubs, campaigns=asked.campaigns) for clubs in asked.clubs], load, what="one masked exchange"
    ):
        print(text)
