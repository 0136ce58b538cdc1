"""A consent service under 100 signed requests a second for ten minutes: its memory is flat, and people are served.

python -m tests.drills.soak SEED

The log publishes every ten seconds meanwhile: what waits for publication is held in memory by design, about 300 bytes
an entry, and must go with each publication.
"""

import contextlib
import itertools
import math
import random
import re
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from chassis.clock import utc_now
from chassis.errors import ChassisError
from chassis.http.signed_client import SignedClient
from policies.vocabulary import AthleteId, Role
from tests.drills.drill import Drill
from tests.drills.one_caller import CATEGORIES, CLUB, Union

RATE, LASTS_S = 100, 600.0
LINES = 8
CHECKPOINT_EVERY_S = 10
WARM_UP = 0.2  # of the time: what is loaded, cached and pooled once is there by then
MOST_GROWTH_MB = 16.0
"""How much larger the service may be at the end than after its warm-up (ours): 60,000 requests that left 300 bytes each
behind would pass it, as would one list of entries that is never let go."""
PAGE_WITHIN_S, STOP_WITHIN_S = 0.5, 1.0
PERSON_EVERY_S = 1.0

DRILL = Drill(
    "soak",
    f"{RATE} signed requests a second for ten minutes: memory grows by under {MOST_GROWTH_MB:.0f} MB after warm-up",
    siblings=("tests/consent/operations/test_soak.py",),
    within_s=1_800,
    command=lambda seed: [sys.executable, "-m", "tests.drills.soak", str(seed)],
)


@dataclass
class Soaked:
    """What came of it. memory_mb: resident size of the service by the second since the warm-up."""

    answers: Counter[str] = field(default_factory=Counter)
    pages_s: list[float] = field(default_factory=list)
    stops_s: list[float] = field(default_factory=list)
    memory_mb: list[float] = field(default_factory=list)
    took_s: float = 0.0

    @property
    def rate(self) -> float:
        """Requests that were answered in a second."""
        return sum(self.answers.values()) / self.took_s

    @property
    def growth_mb(self) -> float:
        """The last tenth of the sizes against the first, each by its median, which one odd second moves little."""
        tenth = max(len(self.memory_mb) // 10, 1)
        return statistics.median(self.memory_mb[-tenth:]) - statistics.median(self.memory_mb[:tenth])

    @property
    def line(self) -> str:
        """The summary."""
        return (
            f"{sum(self.answers.values()):,} requests at {self.rate:.0f}/s {dict(self.answers)}; memory "
            f"{self.memory_mb[-1]:.0f} MB, {self.growth_mb:+.1f} MB since warm-up (at most {MOST_GROWTH_MB:.0f}); "
            f"portal page p95 {p95(self.pages_s) * 1000:.0f} ms; {len(self.stops_s)} withdrawals, "
            f"p95 {p95(self.stops_s) * 1000:.0f} ms"
        )


def p95(times_s: Sequence[float]) -> float:
    """The 95th percentile; not a number without any."""
    ordered = sorted(times_s)
    return ordered[math.ceil(0.95 * len(ordered)) - 1] if ordered else math.nan


def resident_mb(process_id: int) -> float:
    """Resident memory of a process, from the system."""
    told = Path(f"/proc/{process_id}/status").read_text(encoding="ascii")
    return int(re.findall(r"^VmRSS:\s+(\d+) kB", told, re.M)[0]) / 1024


SignedCall = tuple[str, str, dict[str, object] | None]


def requests_of(athletes: Sequence[AthleteId], draw: random.Random) -> Iterator[SignedCall]:
    """What a club's node and staff ask in turn: questions, snapshots, and now and then the leagues."""
    actor = {"person": "R. D.", "role": "coach"}
    for number in itertools.count():
        if number % 10 == 9:
            yield "GET", "/v1/leagues", None
        elif number % 3 == 2:
            yield "GET", "/v1/snapshot", None
        else:
            item = {"athlete": draw.choice(athletes), "category": draw.choice(CATEGORIES).value, "granularity": "daily"}
            yield "POST", "/v1/decisions", {"actor": actor, "action": "read", "purpose": "training", "items": [item]}


@dataclass
class Load:
    """Signed requests at a fixed rate over a few lines. lasts_s: from the first to the last."""

    address: str
    union: Union
    rate: float
    lasts_s: float
    result: Soaked
    seed: int
    stop: threading.Event = field(default_factory=threading.Event)
    began: float = field(default_factory=time.monotonic)

    def send(self, number: int) -> None:
        """Send the requests of one line, each at its own moment."""
        ask = requests_of(list(self.union.codes), random.Random(self.seed + number))
        line = SignedClient(
            self.address, self.union.key, audience=self.union.audience, clock=utc_now, largest_answer=1 << 20
        )
        with contextlib.closing(line):
            for at in itertools.count(number, LINES):
                due = at / self.rate
                if due > self.lasts_s or self.stop.wait(max(0.0, self.began + due - time.monotonic())):
                    return
                try:
                    self.result.answers[str(line.send(*next(ask)).status)] += 1
                except ChassisError as error:
                    self.result.answers[type(error).__name__] += 1

    @contextlib.contextmanager
    def going(self) -> Iterator[None]:
        """Send from now on; the block ends with the last request."""
        self.began = time.monotonic()
        lines = [threading.Thread(target=self.send, args=(number,)) for number in range(LINES)]
        for line in lines:
            line.start()
        try:
            yield
            for line in lines:
                line.join()
        finally:
            self.stop.set()
            for line in lines:
                line.join()
            self.result.took_s = time.monotonic() - self.began


def people(address: str, union: Union, result: Soaked) -> Iterator[Callable[[], None]]:
    """One thing after the other that athletes do at the portal: a page, and stopping a category."""
    here = {"Origin": address, "Sec-Fetch-Site": "same-origin"}
    for code in union.codes.values():
        with httpx.Client(base_url=address, trust_env=False, timeout=120.0, headers=here) as browser:
            browser.post("/sign-in", data={"code": code})
            for category in CATEGORIES:
                yield lambda browser=browser, category=category: _stop_one(browser, category.value, result)


def _stop_one(browser: httpx.Client, category: str, result: Soaked) -> None:
    began = time.monotonic()
    page = browser.get("/settings")
    result.pages_s.append(time.monotonic() - began)
    token = re.findall(r'name="csrf" value="([^"]+)"', page.text)[0]
    began = time.monotonic()
    answer = browser.post(f"/change/{category}/stop", data={"csrf": token, "recipient": f"{CLUB}.{Role.COACH.value}"})
    result.stops_s.append(time.monotonic() - began)
    assert answer.status_code == 303, answer.status_code


def soak(union: Union, *, rate: float, lasts_s: float, seed: int) -> Soaked:
    """Run the service under load for so long, with people at the portal, and watch its memory after the warm-up."""
    result = Soaked()
    with union.serving_process() as (process, address):
        load = Load(address, union, rate, lasts_s, result, seed)
        deeds = people(address, union, result)
        every_s = min(PERSON_EVERY_S, lasts_s / 10)
        with load.going():
            while time.monotonic() - load.began < lasts_s:
                if (deed := next(deeds, None)) is not None:
                    deed()
                load.stop.wait(every_s)
                if time.monotonic() - load.began >= WARM_UP * lasts_s:  # one look at least, however long a deed took
                    result.memory_mb.append(resident_mb(process.pid))
    return result


def is_fine(result: Soaked) -> bool:
    """Whether everything was answered at the rate, memory is flat and people were served in time."""
    return (
        set(result.answers) == {"200"}
        and result.rate >= 0.95 * RATE
        and result.growth_mb < MOST_GROWTH_MB
        and p95(result.pages_s) < PAGE_WITHIN_S
        and p95(result.stops_s) < STOP_WITHIN_S
    )


def main(seed: int) -> int:
    """Soak for ten minutes; print one line and return the exit code."""
    folder = Path(tempfile.mkdtemp()) / "union"
    union = Union.make(folder, athletes=60, is_limited=False, checkpoint_every_s=CHECKPOINT_EVERY_S)
    result = soak(union, rate=RATE, lasts_s=LASTS_S, seed=seed)
    print(result.line)
    return int(not is_fine(result))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
