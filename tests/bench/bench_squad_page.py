"""Measures whether the time of a squad page tells its lines: all never asked against all withdrawn, side by side.

Run it with `make bench`, or with more pages as the drill `squad_page`. Two services with a squad of 25 each; looks are
taken in turn, in a random order, and timed in CPU time of the one thread that answers. A guesser who sees one time must
do no better than chance: the area under the curve is that of its best threshold.
"""

import argparse
import gc
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from consent.decisions.values import Actor
from consent.grants.values import ConsentAnswer, ConsentMethod
from consent.registry.values import OrgKind
from policies.signing import SigningKey
from policies.vocabulary import AthleteId, OrgId, Role
from tests.consent.league import FakeClock, World, fill, make_service
from tests.consent.portal_choices import portal

PAGES = 1_000
SQUAD = 25
MOST_DIFFERENCE_MS = 0.2
MOST_AUC = 0.52
CLUB, LEAGUE, OFFICE = OrgId("club-c"), OrgId("league"), Actor("T. W.", Role.FRONT_OFFICE)
PUBLISH_EVERY = 40  # pages of each side: so that neither queue grows into the measurement


@dataclass(frozen=True, slots=True)
class PageTimes:
    """What one measurement found. difference_ms: of the medians. auc: how well one time tells the two apart."""

    pages: int
    never_asked_ms: float
    withdrawn_ms: float
    auc: float

    @property
    def difference_ms(self) -> float:
        """By how much the medians differ."""
        return abs(self.never_asked_ms - self.withdrawn_ms)

    @property
    def line(self) -> str:
        """The figures in one line."""
        medians = f"never asked {self.never_asked_ms:.3f} ms, withdrawn {self.withdrawn_ms:.3f} ms of CPU (medians)"
        return f"{self.pages:,} pages each: {medians}, apart by {self.difference_ms:.3f} ms; AUC {self.auc:.3f}"


def measure(pages: int = PAGES, *, seed: int = 20261129) -> PageTimes:
    """Return what `pages` looks at each of two squads cost."""
    draw = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder, _squads(Path(folder)) as worlds:
        times: tuple[list[float], list[float]] = ([], [])
        for done in range(pages):
            if done % PUBLISH_EVERY == 0:
                _settle(worlds)
            for side in draw.sample((0, 1), 2):
                times[side].append(_milliseconds(worlds[side]))
    never_asked, withdrawn = (np.array(side) for side in times)
    return PageTimes(pages, float(np.median(never_asked)), float(np.median(withdrawn)), auc(never_asked, withdrawn))


def auc(one: np.ndarray, other: np.ndarray) -> float:
    """Return the area under the curve of the best guess by a threshold, at least 0.5; ties count half."""
    both = np.concatenate([one, other])
    _, place, counts = np.unique(both, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    area = (ranks[: len(one)].sum() - len(one) * (len(one) + 1) / 2) / (len(one) * len(other))
    return float(max(area, 1 - area))


@contextmanager
def _squads(folder: Path) -> Iterator[tuple[World, World]]:
    never_asked, withdrawn = (_squad(folder / name) for name in ("never-asked", "withdrawn"))
    athletes = withdrawn.athletes[CLUB]
    releases = [(athlete, _approved(withdrawn, athlete)) for athlete in athletes]
    for world in (never_asked, withdrawn):
        world.clock.forward(days=1)
        world.store.office_view(LEAGUE, CLUB, OFFICE)
    for athlete, release in releases:
        withdrawn.store.withdraw_release(athlete, release, method=ConsentMethod.PORTAL)
    try:
        yield never_asked, withdrawn
    finally:
        for world in (never_asked, withdrawn):
            world.service.close()


def _squad(folder: Path) -> World:
    """A league with one more club, of 25 athletes."""
    clock = FakeClock()
    world = fill(make_service(folder, clock), clock)
    key = SigningKey.generate().verify_key
    world.store.add_org(CLUB, name="The club-c", kind=OrgKind.CLUB, key=key)
    world.store.join_league(CLUB, LEAGUE)
    world.athletes[CLUB] = [AthleteId(f"ath-{3:08x}{n:08x}") for n in range(1, SQUAD + 1)]
    for n, athlete in enumerate(world.athletes[CLUB], start=1):
        world.store.enrol(CLUB, athlete, name=f"Player {n:02d}", shirt_no=n, is_minor=False)
    return world


def _approved(world: World, athlete: AthleteId) -> str:
    view = world.store.propose_release(CLUB, world.proposal(athlete, CLUB))
    portal(world.store).answer_release(
        athlete, view.release_id, ConsentAnswer.YES, sha256=view.sha256, method=ConsentMethod.PORTAL
    )
    return view.release_id


def _settle(worlds: tuple[World, World]) -> None:
    for world in worlds:
        world.publish()
        world.store.office_view(LEAGUE, CLUB, OFFICE)
    gc.collect()


def _milliseconds(world: World) -> float:
    gc.disable()
    try:
        began = time.thread_time_ns()
        world.store.office_view(LEAGUE, CLUB, OFFICE)
        return (time.thread_time_ns() - began) / 1e6
    finally:
        gc.enable()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=PAGES, help="pages of each side")
    print(f"squad page  {measure(parser.parse_args().pages).line}")
