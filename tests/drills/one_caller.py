"""One club sends all that it may, over many connections, while athletes stop sharing: each is done in under a second.

python -m tests.drills.one_caller SEED
"""

import contextlib
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx
from sqlmodel import Session

from chassis.clock import utc_now
from chassis.errors import ChassisError, ServiceBusy
from chassis.http.limits import MOST_ITEMS
from chassis.http.signed_client import SignedClient
from consent.grants.values import Change, ConsentMethod
from consent.identity import codes
from consent.registry.values import OrgKind
from consent.release_schedule import HOUR_S
from consent.service import Service, found, open_service
from consent.settings import make_settings, write_settings
from policies.signing import SigningKey
from policies.vocabulary import AthleteId, Category, OrgId, Role
from tests.consent.portal_choices import portal
from tests.drills.drill import Drill

CLUB = OrgId("club-a")
CATEGORIES = (Category.SLEEP, Category.HEART, Category.WELLNESS, Category.TRAINING_LOAD, Category.READINESS)
NO_LIMIT = 10**9
WITHIN_S = 1.0

DRILL = Drill(
    "one_caller",
    "one club floods the service over 12 connections, with and without its budget; every withdrawal takes under 1 s",
    siblings=("tests/consent/api/test_one_caller.py",),
    within_s=1_800,
    command=lambda seed: [sys.executable, "-m", "tests.drills.one_caller", str(seed)],
)


@dataclass
class Flooded:
    """What came of it. withdrawals_s: how long each took; calls: of the flood, by what came of them."""

    withdrawals_s: list[float] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Union:
    """A folder of a service with one club, and a code for each athlete, who shares everything with its coaches.

    audience: the key id of the service.
    """

    folder: Path
    key: SigningKey
    audience: str
    codes: dict[AthleteId, str]

    @classmethod
    def make(cls, folder: Path, *, athletes: int, is_limited: bool, checkpoint_every_s: int = HOUR_S) -> "Union":
        """Set one up; without limits a club may send as fast as it can."""
        folder.mkdir()
        limits = {} if is_limited else dict.fromkeys(("requests_a_minute", "items_a_minute"), NO_LIMIT)
        usual = {"directory": folder, "name": "Union", "checkpoint_every_s": checkpoint_every_s}
        settings = make_settings(usual | {"address_requests_a_minute": NO_LIMIT} | limits)
        found(settings)
        write_settings(settings)
        key = SigningKey.generate()
        with contextlib.closing(open_service(settings, clock=utc_now)) as service:
            service.store.add_org(
                OrgId("league"), name="League", kind=OrgKind.LEAGUE, key=SigningKey.generate().verify_key
            )
            service.store.add_org(CLUB, name="Club", kind=OrgKind.CLUB, key=key.verify_key)
            made = {AthleteId(f"ath-{n:016x}"): "" for n in range(1, athletes + 1)}
            for number, athlete in enumerate(made, start=1):
                service.store.enrol(CLUB, athlete, name=f"Athlete {number}", shirt_no=number, is_minor=False)
                made[athlete] = share(service, athlete)
            audience = service.keys.service.verify_key.key_id
        return cls(folder, key, audience, made)

    @contextlib.contextmanager
    def serving(self) -> Iterator[str]:
        """Run the program; yields its address."""
        with self.serving_process() as (_, address):
            yield address

    @contextlib.contextmanager
    def serving_process(self) -> "Iterator[tuple[subprocess.Popen[str], str]]":
        """Run the program; yields its process and its address."""
        program = "from consent.cli import main; main()"
        command = [sys.executable, "-c", program, "serve", str(self.folder), "--port", "0"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout is not None
                yield process, process.stdout.readline().split()[-1]
            finally:
                process.terminate()


def share(service: Service, athlete: AthleteId) -> str:
    """Have an athlete share five categories with the club's coaches; returns a code to sign in with."""
    ends = utc_now() + timedelta(days=100)
    wanted = [
        Change(cell.cell, cell.ceiling, ends)
        for cell in service.store.matrix(athlete)
        if cell.category in CATEGORIES and cell.recipient.role is Role.COACH
    ]
    portal(service.store).change(athlete, wanted, method=ConsentMethod.PORTAL)
    with Session(service.engine.execution_options(is_writer=True)) as session:
        code, _ = codes.create(session, athlete, key=service.keys.codes, now=utc_now())
        session.commit()
    return code


def flood(address: str, union: Union, items: int, stop: threading.Event, result: Flooded) -> None:
    """Send the largest calls there are, one after the other, until told to stop."""
    item = {"athlete": next(iter(union.codes)), "category": "sleep", "granularity": "daily"}
    actor = {"person": "R. D.", "role": "coach"}
    body = {"actor": actor, "action": "read", "purpose": "training", "items": [item] * items}
    line = SignedClient(
        address, union.key, audience=union.audience, clock=utc_now, largest_answer=1 << 24, timeout_s=120.0
    )
    with contextlib.closing(line):
        while not stop.is_set():
            try:
                result.calls[str(line.send("POST", "/v1/decisions", body).status)] += 1
            except ServiceBusy:
                result.calls["429"] += 1
                stop.wait(0.05)
            except ChassisError as error:
                result.calls[type(error).__name__] += 1


def withdraw(address: str, code: str, result: Flooded) -> None:
    """Sign in as a browser would, and stop one category after the other, measuring each."""
    here = {"Origin": address, "Sec-Fetch-Site": "same-origin"}
    with httpx.Client(base_url=address, trust_env=False, timeout=120.0, headers=here) as browser:
        browser.post("/sign-in", data={"code": code})
        found = re.search(r'name="csrf" value="([^"]+)"', browser.get("/settings").text)
        assert found is not None
        for category in CATEGORIES:
            fields = {"csrf": found[1], "recipient": f"{CLUB}.{Role.COACH.value}"}
            began = time.monotonic()
            answer = browser.post(f"/change/{category.value}/stop", data=fields)
            result.withdrawals_s.append(time.monotonic() - began)
            assert answer.status_code == 303, answer.status_code
            assert answer.headers["location"].startswith("/receipts/")


def attack(union: Union, *, connections: int, items: int = MOST_ITEMS) -> Flooded:
    """Flood the service over so many connections, and have every athlete stop sharing meanwhile."""
    result, stop = Flooded(), threading.Event()
    with union.serving() as address:
        callers = [
            threading.Thread(target=flood, args=(address, union, items, stop, result)) for _ in range(connections)
        ]
        for caller in callers:
            caller.start()
        try:
            while not result.calls and any(caller.is_alive() for caller in callers):
                stop.wait(0.05)
            for code in union.codes.values():
                withdraw(address, code, result)
        finally:
            stop.set()
            for caller in callers:
                caller.join()
    return result


def main() -> int:
    """Attack with and without a budget; print one line and return the exit code."""
    slowest, told = 0.0, []
    for is_limited in (True, False):
        union = Union.make(Path(tempfile.mkdtemp()) / "union", athletes=4, is_limited=is_limited)
        result = attack(union, connections=12)
        took = sorted(result.withdrawals_s)
        slowest = max(slowest, took[-1])
        kind = "limited" if is_limited else "unlimited"
        told.append(
            f"{kind}: {len(took)} withdrawals, median {took[len(took) // 2]:.3f} s, slowest {took[-1]:.3f} s, "
            f"calls {dict(result.calls)}"
        )
    print("; ".join(told))
    return int(slowest >= WITHIN_S)


if __name__ == "__main__":
    sys.exit(main())
