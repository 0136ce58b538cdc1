"""Measures a deployed league whose sums are masked: from `campaign start` to the published model, with 3 nodes and 10.

Run it with `make bench`. Programs, campaigns and clocks are those of `bench_campaign`; each campaign is planned with
`--masks`, so that a club is asked five times instead of once.
"""

import argparse
import contextlib
import os
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from chassis.clock import utc_now
from server.settings import load_settings
from server.store import CoordinatorStore, open_database
from tests.bench.bench_campaign import DAYS, HEADER, MODEL, SQUAD, CampaignTime, _campaign
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
        aim = MOST_S.get(self.clubs)
        is_met = "" if aim is None else "met" if statistics.median(published) <= aim else "MISSED"
        said = ("" if aim is None else f"<= {aim:g}", is_met)
        return [
            (str(self.clubs), "masked: start to published model", *_shown(published), *said),
            (str(self.clubs), "masked: processor, all programs", *_shown(spent), "", ""),
        ]


def _shown(seconds: Sequence[float]) -> list[str]:
    return [f"{one:.2f}" for one in (statistics.median(seconds), max(seconds), min(seconds))]


def measure(clubs: int, *, campaigns: int = CAMPAIGNS, squad: int = SQUAD, days: int = DAYS) -> MaskedTimes:
    """Run a league and so many masked campaigns after a first one; raises RuntimeError where one ends in no model."""
    with tempfile.TemporaryDirectory() as folder, _running(Path(folder), clubs, squad, days) as (league, store):
        times = [_campaign(league, store, number, public=clubs * squad) for number in range(campaigns + 1)]
    return MaskedTimes(clubs, tuple(times[1:]))


@contextlib.contextmanager
def _running(folder: Path, clubs: int, squad: int, days: int) -> Iterator[tuple[ServedLeague, CoordinatorStore]]:
    league = MaskedServedLeague.make(folder / "league", clubs=clubs, squad=squad, days=days)
    with league.going():
        engine = open_database(load_settings(league.league))
        try:
            yield league, CoordinatorStore(engine, clock=utc_now)
        finally:
            engine.dispose()


def lines(found: Sequence[MaskedTimes], load: Sequence[float]) -> list[str]:
    """The table, tab-separated, and what it was measured on."""
    said = f"# one masked exchange of {MODEL}, {SQUAD} athletes x {DAYS} days a club, {len(found[0].campaigns)} times; "
    busy = f"seconds on the clock, load {load[0]:.1f} on {os.cpu_count()} cores"
    return [said + busy, "\t".join(HEADER), *("\t".join(row) for one in found for row in one.rows)]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--campaigns", type=int, default=CAMPAIGNS)
    parser.add_argument("--clubs", type=int, nargs="+", default=list(MOST_S))
    asked = parser.parse_args()
    load = os.getloadavg()
    for text in lines([measure(clubs, campaigns=asked.campaigns) for clubs in asked.clubs], load):
        print(text)
