"""Measures decisions: one by the rules alone, sixty through a service with its log, and signed ones over HTTP.

Run it with `make bench`. Over HTTP the program itself is asked, in a process of its own, over connections that stay
open; requests are signed beforehand, and sent by one thread, so that the caller takes little from the service. The rate
is still of this machine as it is: caller, disk and whatever else runs are in it. Processor time is the service's own.
"""

import argparse
import contextlib
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from chassis.clock import utc_now
from chassis.http.request_signature import sign_request
from consent.decisions.values import Actor, DecisionItem
from consent.service import open_service
from consent.settings import read_settings
from policies.decision import Facts, Request
from policies.enforcer import Enforcer
from policies.vocabulary import Action, Category, Granularity, Purpose, Role
from tests.bench.prepared_requests import prepared, send_all
from tests.consent.club_calls import decided
from tests.drills.one_caller import CATEGORIES, CLUB, Union

DECISIONS, BATCHES, REQUESTS = 2_000, 60, 800  # requests are signed beforehand and count for a minute
SQUAD = 60
CONNECTIONS = 4
COACH = Actor("R. D.", Role.COACH)
TARGET = "/v1/decisions"
QUESTION = Request(
    Category.SLEEP,
    Granularity.DAILY,
    Action.READ,
    Purpose.TRAINING,
    Facts(
        roles=frozenset({Role.COACH}),
        tenant=CLUB,
        subject_tenant=CLUB,
        is_self=False,
        consent=True,
        release=False,
        cohort_large_enough=False,
        wearable_lineage=True,
        agreement_forbids_wearables=False,
        account_frozen=False,
        is_minor=False,
        guardian_agreed=False,
    ),
)
"""What a morning board asks: a coach of the own club, with a live grant."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What one piece of work took. wall_s: by the clock; processor_s: of the process that did it, all threads."""

    wall_s: float
    processor_s: float


@dataclass(frozen=True, slots=True)
class OverHttp:
    """What signed requests took. rate: a second. service_ms, caller_ms: processor time for each request."""

    rate: float
    service_ms: float
    caller_ms: float


@dataclass(frozen=True, slots=True)
class DecisionTimes:
    """What one measurement found. decision_us: of the rules; batch: of sixty items, the median and the least."""

    decision_us: float
    batch: Spent
    least: Spent
    http: OverHttp

    @property
    def lines(self) -> list[str]:
        """The figures, each in a line."""
        return [
            f"one decision by the rules, in process            p50 {self.decision_us:8.0f} µs",
            f"{SQUAD} decisions in one call, with the log          {_both(self.batch, self.least)}",
            f"signed decision requests over HTTP, {CONNECTIONS} connections  {self.http.rate:8.0f} a second",
            f"  processor time for each: service {self.http.service_ms:.2f} ms, caller {self.http.caller_ms:.2f} ms",
        ]


def _both(median: Spent, least: Spent) -> str:
    wall, processor = (f"{s * 1e3:.1f}" for s in (median.wall_s, median.processor_s))
    lowest = f"at least {least.wall_s * 1e3:.1f} and {least.processor_s * 1e3:.1f}"
    return f"p50 {wall} ms, of which {processor} of processor time ({lowest})"


def measure(*, decisions: int = DECISIONS, batches: int = BATCHES, requests: int = REQUESTS) -> DecisionTimes:
    """Measure all three, one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        union = Union.make(Path(folder) / "union", athletes=SQUAD, is_limited=False)
        return DecisionTimes(_of_the_rules(decisions), *_of_batches(union, batches), _over_http(union, requests))


def _of_the_rules(count: int) -> float:
    enforcer = Enforcer.load()
    assert enforcer.decide(QUESTION).allowed
    return statistics.median(_spent(lambda: enforcer.decide(QUESTION)).wall_s for _ in range(count)) * 1e6


def _of_batches(union: Union, count: int) -> tuple[Spent, Spent]:
    items = [DecisionItem(athlete, Category.SLEEP, Granularity.DAILY) for athlete in union.codes]
    with contextlib.closing(open_service(read_settings(union.folder), clock=utc_now)) as service:

        def ask() -> None:
            decided(service.store, CLUB, COACH, action=Action.READ, purpose=Purpose.TRAINING, items=items)

        spent = [_spent(ask) for _ in range(count)]
    walls, processors = [one.wall_s for one in spent], [one.processor_s for one in spent]
    return Spent(statistics.median(walls), statistics.median(processors)), Spent(min(walls), min(processors))


def _spent(work: Callable[[], object]) -> Spent:
    began, used = time.perf_counter(), time.process_time()
    work()
    return Spent(time.perf_counter() - began, time.process_time() - used)


def _over_http(union: Union, count: int) -> OverHttp:
    with union.serving_process() as (process, address):
        requests = [prepared(address, TARGET, *_signed(union, number)) for number in range(count)]
        used = _processor_s(process.pid)
        spent = _spent(lambda: _send(address, requests))
        used = _processor_s(process.pid) - used
    return OverHttp(count / spent.wall_s, used / count * 1e3, spent.processor_s / count * 1e3)


def _send(address: str, requests: list[bytes]) -> None:
    statuses = send_all(address, requests, connections=CONNECTIONS)
    assert statuses == {200: len(requests)}, f"expected {len(requests)} answers with 200, got {dict(statuses)}"


def _processor_s(process: int) -> float:
    """Processor time of a process so far, to a hundredth of a second (proc(5): utime and stime)."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _signed(union: Union, number: int) -> tuple[bytes, dict[str, str]]:
    athletes = list(union.codes)
    item = {
        "athlete": athletes[number % len(athletes)],
        "category": CATEGORIES[number % len(CATEGORIES)].value,
        "granularity": "daily",
    }
    actor = {"person": COACH.person, "role": "coach"}
    body = json.dumps({"actor": actor, "action": "read", "purpose": "training", "items": [item]}).encode()
    signed = sign_request(union.key, audience=union.audience, method="POST", target=TARGET, body=body, now=utc_now())
    return body, {**signed, "Content-Type": "application/json"}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=REQUESTS, help="requests over HTTP")
    for text in measure(requests=parser.parse_args().requests).lines:
        print(text)
