"""Measures the club's pages: the board of a squad, athletes' pages, and a report in its three forms.

Run it with `make bench`. The consent service's answer is given by hand, and the time of asking is taken out: what a
decision costs is measured by `bench_decisions`. First looks come after a change of the vault, the others without one.
Times are processor time of the node, so that what else the machine does is not in them.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from fastapi.testclient import TestClient

from client.app import build_app
from client.reports.preparing import prepare_due
from client.vault.keys import UnlockKey
from client.vault.store import Vault
from policies.vocabulary import AthleteId
from tests.client.node_settings import node_settings
from tests.client.reports.conftest import trained_every_day
from tests.client.web.conftest import ALL, ORIGIN, Clock, FakeConsent

ATHLETES, SQUAD, DAYS = 60, 30, 3 * 365
MOST_PAGE_MS, MOST_BOARD_MS, MOST_REPORT_S = 150.0, 100.0, 2.0


@dataclass
class TimedConsent(FakeConsent):
    """The service of the tests, with the time that its answers took."""

    spent_s: float = 0.0

    def decisions(self, **asked: Any) -> Any:
        """Decide, and add the time."""
        begun = time.process_time()
        try:
            return super().decisions(**asked)
        finally:
            self.spent_s += time.process_time() - begun


@dataclass(frozen=True, slots=True)
class PageTimes:
    """What one kind of page took, in ms of CPU: each first look, each look after it; consent_ms: of one answer."""

    name: str
    first: Sequence[float]
    again: Sequence[float]
    consent_ms: float

    @property
    def p95(self) -> float:
        """Below what 95 of 100 looks stay that follow the first."""
        return float(np.quantile(self.again, 0.95))

    @property
    def line(self) -> str:
        """The figures in one line."""
        again = f"p95 {self.p95:.0f} ms, median {np.median(self.again):.0f} ms of {len(self.again)}"
        first = f"first after a change {np.median(self.first):.0f} ms"
        return f"{self.name}: {again}; {first}; consent {self.consent_ms:.1f} ms"


@dataclass
class _Node:
    http: TestClient
    consent: TimedConsent
    site: Any
    athletes: list[AthleteId]
    times: dict[str, tuple[list[float], list[float], list[float]]] = field(default_factory=dict)

    def look(self, name: str, path: str, *, is_first: bool) -> None:
        """Open a page and keep what it took without the answer of the consent service."""
        self.consent.spent_s, begun = 0.0, time.process_time()
        answer = self.http.get(path)
        took, asked = time.process_time() - begun, self.consent.spent_s
        assert answer.status_code == 200, (path, answer.status_code)
        held = self.times.setdefault(name, ([], [], []))
        held[0 if is_first else 1].append(1e3 * (took - asked))
        held[2].append(1e3 * asked)


def measure(athletes: int = ATHLETES, *, squad: int = SQUAD, days: int = DAYS, rounds: int = 3) -> list[PageTimes]:
    """Return what each kind of page takes on a node of so many athletes, `squad` of them on the board and report."""
    with tempfile.TemporaryDirectory() as folder, _node(Path(folder), athletes, squad, days) as node:
        for place in range(rounds + 1):
            for path in ("/board", "/report", "/report.pdf", "/report.json"):
                node.look(f"{path} of {squad}", path, is_first=place == 0)
            for one in node.athletes[:squad]:
                node.look("/athletes/…", f"/athletes/{one}", is_first=place == 0)
        return [PageTimes(name, first, again, float(np.median(c))) for name, (first, again, c) in node.times.items()]


@contextmanager
def _node(folder: Path, athletes: int, squad: int, days: int) -> Iterator[_Node]:
    (folder / "keys").mkdir(mode=0o700)
    clock, ids = Clock(), [AthleteId(f"ath-{number:016x}") for number in range(1, athletes + 1)]
    with Vault.open(folder / "vault.sqlite3", UnlockKey(b"k" * 32)) as vault:
        for number, one in enumerate(ids, start=1):
            vault.add_athlete(one, f"Athlete {number:02d}", shirt_no=number)
            vault.add(one, trained_every_day(number, days))
        consent = TimedConsent(dict.fromkeys(ids[:squad], ALL), clock=clock, enrolled=set(ids[:squad]))
        app = build_app(node_settings(folder), vault=vault, consent_client=consent, clock=clock, demo=True)
        headers = {"Origin": ORIGIN}
        with TestClient(app, base_url=ORIGIN, headers=headers, follow_redirects=False) as http:
            http.post("/demo/sign-in", data={"persona": "coach"})
            begun = time.process_time()
            prepare_due(app.state.site)
            print(f"report of {squad} prepared in {time.process_time() - begun:.1f} s of CPU, beside the pages")
            yield _Node(http, consent, app.state.site, ids)


def _main() -> None:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--athletes", type=int, default=ATHLETES)
    given.add_argument("--days", type=int, default=DAYS)
    asked = given.parse_args()
    print(f"{asked.athletes} athletes x {asked.days} days; times in CPU")
    for one in measure(asked.athletes, days=asked.days):
        print(one.line)


if __name__ == "__main__":
    _main()
