"""Measures decisions: one by the rules alone, sixty through a service with its log, and signed ones over HTTP.

Run it with `make bench`. Requests over HTTP are signed beforehand, so that what is measured is the service, not the
caller: the program itself in a process of its own, asked over lines that stay open.
"""

import argparse
import contextlib
import http.client
import json
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from chassis.clock import utc_now
from chassis.http.request_signature import sign_request
from consent.decisions.values import Actor, DecisionItem
from consent.service import open_service
from consent.settings import read_settings
from policies.decision import Facts, Request
from policies.enforcer import Enforcer
from policies.vocabulary import Action, Category, Granularity, Purpose, Role
from tests.consent.club_calls import decided
from tests.drills.one_caller import CATEGORIES, CLUB, Union

DECISIONS, BATCHES, REQUESTS = 2_000, 60, 800  # requests are signed beforehand and count for a minute
SQUAD = 60
LINES = 4
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
class DecisionTimes:
    """What one measurement found. decision_us: of the rules; batch_ms: of sixty items; rate: requests a second."""

    decision_us: float
    batch_ms: float
    rate: float

    @property
    def lines(self) -> list[str]:
        """The figures, each in a line."""
        return [
            f"one decision by the rules, in process      p50 {self.decision_us:8.0f} µs",
            f"{SQUAD} decisions in one call, with the log    p50 {self.batch_ms:8.1f} ms",
            f"signed decision requests over HTTP, {LINES} lines {self.rate:8.0f} a second",
        ]


def measure(*, decisions: int = DECISIONS, batches: int = BATCHES, requests: int = REQUESTS) -> DecisionTimes:
    """Measure all three, one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        union = Union.make(Path(folder) / "union", athletes=SQUAD, is_limited=False)
        return DecisionTimes(_of_the_rules(decisions), _of_batches(union, batches), _over_http(union, requests))


def _of_the_rules(count: int) -> float:
    enforcer = Enforcer.load()
    assert enforcer.decide(QUESTION).allowed
    took = [_seconds(lambda: enforcer.decide(QUESTION)) for _ in range(count)]
    return statistics.median(took) * 1e6


def _of_batches(union: Union, count: int) -> float:
    items = [DecisionItem(athlete, Category.SLEEP, Granularity.DAILY) for athlete in union.codes]
    with contextlib.closing(open_service(read_settings(union.folder), clock=utc_now)) as service:

        def ask() -> None:
            decided(service.store, CLUB, COACH, action=Action.READ, purpose=Purpose.TRAINING, items=items)

        return statistics.median(_seconds(ask) for _ in range(count)) * 1e3


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _over_http(union: Union, count: int) -> float:
    with union.serving_process() as (_, address):
        prepared = [[_signed(union, number) for number in range(at, count, LINES)] for at in range(LINES)]
        statuses: list[int] = []
        lines = [threading.Thread(target=_send, args=(address, one, statuses)) for one in prepared]
        began = time.perf_counter()
        for line in lines:
            line.start()
        for line in lines:
            line.join()
        took = time.perf_counter() - began
    assert statuses == [200] * count, f"expected {count} answers, got {statuses.count(200)}"
    return count / took


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


def _send(address: str, prepared: Sequence[tuple[bytes, dict[str, str]]], statuses: list[int]) -> None:
    parts = urlsplit(address)
    line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    for body, headers in prepared:
        line.request("POST", TARGET, body, headers)
        answer = line.getresponse()
        answer.read()
        statuses.append(answer.status)
    line.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=REQUESTS, help="requests over HTTP")
    for text in measure(requests=parser.parse_args().requests).lines:
        print(text)
