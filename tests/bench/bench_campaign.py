"""Measures a deployed league: one exchange from `campaign start` to the published model, with 3 nodes and with 10.

Run it with `make bench`. Every program is a process of its own: the consent service with its ledger and log, the
coordinator's Fleet API over TLS, a node for each club, all noise. The same league runs one campaign after the other;
the first warms the programs up and is not counted. It prints tab-separated lines of seconds on the clock, the median of
the campaigns, the slowest and the fastest. What people do beforehand is not in them (planning and two signatures); each
club's approval is, since it can only follow the start: one command after the other in a process that is warm.

Beside them stand rounds of stock Flower with as many nodes on the same machine and a vector of the same length, without
TLS, consent, noise and log (`stock_flower`), and how many of our campaigns one of them takes.
"""

import argparse
import contextlib
import itertools
import os
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import psutil

from chassis.clock import utc_now
from models.privacy.contribution import answer_length
from policies.campaign import parse_signed_manifest
from server.settings import load_settings
from server.store import OVER, CampaignState, CoordinatorStore, open_database
from tests.bench.served_league import ServedLeague
from tests.bench.stock_flower import CannotMeasure, stock_rounds
from tests.waiting import HANG_S

MODEL, EPSILON = "recovery-linear-1", 0.4  # small, so that an athlete's budget holds all campaigns
SQUAD, DAYS, CAMPAIGNS = 20, 60, 7
STOCK = "stock Flower: one round"
WHO = ("consent service", "coordinator", "all nodes")
MOST_S = {3: 1.0, 10: 2.0}
LOOK_S, LOOKS = 0.01, 50  # between two looks for the model; so many until it is asked whether the campaign failed
HEADER = ("nodes", "span", "median", "slowest", "fastest", "aim", "is met")


@dataclass(frozen=True, slots=True)
class CampaignTime:
    """Seconds after `campaign start` was called. approved: by every club; delivered: every node has answered to it.

    processor: seconds of processor time of consent service, coordinator and all nodes, until it was delivered.
    """

    approved: float
    published: float
    delivered: float
    processor: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class StockTimes:
    """Seconds of rounds of stock Flower; where there are none, why_not says what kept it from running."""

    seconds: tuple[float, ...] = ()
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class LeagueTimes:
    """The campaigns of one league of so many clubs. size: numbers in an answer. stock: see `StockTimes`."""

    clubs: int
    campaigns: tuple[CampaignTime, ...]
    size: int
    stock: StockTimes

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """Cells of every line of the table, without its header."""
        all_of = self.campaigns
        published = table_row(
            self.clubs, "start to published model", [one.published for one in all_of], MOST_S.get(self.clubs)
        )
        spans = {
            "last approval to published model": [one.published - one.approved for one in all_of],
            "start to every node": [one.delivered for one in all_of],
            **{f"processor: {who}": [one.processor[place] for one in all_of] for place, who in enumerate(WHO)},
            "processor: one node": [one.processor[-1] / self.clubs for one in all_of],
        }
        ours = [published, *(table_row(self.clubs, name, seconds) for name, seconds in spans.items())]
        if not self.stock.seconds:
            return [*ours, (str(self.clubs), f"{STOCK} is left out: {self.stock.why_not}", *[""] * (len(HEADER) - 2))]
        times = statistics.median(self.stock.seconds) / statistics.median([one.published for one in all_of])
        ratio = (str(self.clubs), f"{STOCK} / start to published model", f"{times:.1f}", *[""] * (len(HEADER) - 3))
        return [*ours, table_row(self.clubs, STOCK, self.stock.seconds), ratio]


def table_row(clubs: int, name: str, seconds: Sequence[float], aim: float | None = None) -> tuple[str, ...]:
    """One line of the table, and whether its aim is met where it has one."""
    median = statistics.median(seconds)
    said = ("", "") if aim is None else (f"<= {aim:g}", "met" if median <= aim else "MISSED")
    return str(clubs), name, *(f"{one:.2f}" for one in (median, max(seconds), min(seconds))), *said


def measure(clubs: int, *, campaigns: int = CAMPAIGNS, squad: int = SQUAD, days: int = DAYS) -> LeagueTimes:
    """Run a league and so many campaigns after a first one; raises RuntimeError where one does not end in a model."""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), clubs, squad, days) as (league, store):
        times = [timed_campaign(league, store, number, public=clubs * squad) for number in range(campaigns + 1)]
        size = answer_length(store.campaigns()[0].manifest)
    return LeagueTimes(clubs, tuple(times[1:]), size, measure_stock(clubs, size))


def measure_stock(nodes: int, size: int) -> StockTimes:
    """Run stock Flower with as many nodes and as long a vector."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            return StockTimes(stock_rounds(Path(folder), nodes=nodes, size=size))
        except CannotMeasure as error:
            return StockTimes(why_not=" ".join(str(error).split()))


@contextlib.contextmanager
def running(
    folder: Path, clubs: int, squad: int, days: int, *, kind: type[ServedLeague] = ServedLeague
) -> Iterator[tuple[ServedLeague, CoordinatorStore]]:
    """A league of this kind whose programs run, and its coordinator's store."""
    league = kind.make(folder / "league", clubs=clubs, squad=squad, days=days)
    with league.going():
        engine = open_database(load_settings(league.league))
        try:
            yield league, CoordinatorStore(engine, clock=utc_now)
        finally:
            engine.dispose()


def timed_campaign(league: ServedLeague, store: CoordinatorStore, number: int, *, public: int) -> CampaignTime:
    """Run one campaign from its start until every node has its model; RuntimeError where it ends in none."""
    manifest = league.signed(number, "--model", MODEL, "--public-athletes", public, "--epsilon", EPSILON)
    sha256 = parse_signed_manifest(manifest.read_bytes()).manifest.sha256
    newest = league.league / "models" / f"{MODEL}.latest"
    before = _bytes(newest)
    began, spent = time.monotonic(), _processor_s(league)
    league.start(manifest)
    league.approve(manifest)
    approved = time.monotonic()
    for look in itertools.count(1):
        if _bytes(newest) != before or (look % LOOKS == 0 and store.campaign(sha256).state in OVER):
            break
        _look_later(began)
    published = time.monotonic()
    while (state := store.campaign(sha256).state) not in OVER:
        _look_later(began)
    if state is not CampaignState.DONE:
        raise RuntimeError(f"expected campaign {number} to end in a model, got: {store.campaign(sha256).detail}")
    delivered, used = time.monotonic(), tuple(now - was for now, was in zip(_processor_s(league), spent, strict=True))
    return CampaignTime(approved - began, published - began, delivered - began, used)


def _processor_s(league: ServedLeague) -> tuple[float, float, float]:
    """Seconds of processor time of consent service, coordinator and all nodes since they began."""
    times = [psutil.Process(one.running[-1].process.pid).cpu_times() for one in league.programs]
    consent, coordinator, *nodes = (one.user + one.system for one in times)
    return consent, coordinator, sum(nodes)


def _bytes(file: Path) -> bytes:
    return file.read_bytes() if file.exists() else b""


def _look_later(began: float) -> None:
    if time.monotonic() - began > HANG_S:
        raise RuntimeError("the campaign did not end")
    time.sleep(LOOK_S)


class Measured(Protocol):
    """What was measured of one league."""

    @property
    def campaigns(self) -> tuple[CampaignTime, ...]:
        """One for each campaign."""

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """Cells of every line of the table, without its header."""


def lines(found: Sequence[Measured], load: Sequence[float], *, what: str = "one exchange") -> list[str]:
    """The table, tab-separated, and what it was measured on."""
    said = f"# {what} of {MODEL}, {SQUAD} athletes x {DAYS} days a club, {len(found[0].campaigns)} campaigns; "
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
