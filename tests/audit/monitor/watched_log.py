"""A served log with a monitor and its state, and witnesses that show what a test tells them to."""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime

import httpx

from audit.entries.events import Entry, EventKind
from audit.monitor.alarms import AlarmKind
from audit.monitor.monitor import Check, Monitor
from audit.monitor.state import MonitorState, encode_state, parse_state
from audit.monitor.witness_lookup import WitnessLookup
from audit.tlog.note import split_note
from audit.tlog.signers import witness_signers
from audit.tlog.trust_policy import TrustPolicy, parse_policy
from tests.audit.grown_log import NOW_S, GrownLog, ServedFiles

AGE_S = 7_200


def leaf(kind: EventKind, seed: int) -> bytes:
    seeded = random.Random(seed)
    entry = Entry(
        kind, "Quiet heron", date(2027, 1, 15), "7f3a9c" + "0" * 58, seeded.randbytes(32), seeded.randbytes(16)
    )
    return entry.leaf()


def our_leaves(size: int) -> list[bytes]:
    """Entries in Homefield's format; every tenth is a heartbeat."""
    kinds = [EventKind.LOOK_ALLOWED] * 9 + [EventKind.HEARTBEAT]
    return [leaf(kinds[number % 10], number) for number in range(size)]


OURS = GrownLog(our_leaves(1_300))


class Watched:
    """A log that is served at some size, and a monitor with its state."""

    def __init__(self, log: GrownLog, size: int, **options: object) -> None:
        self.log = log
        self.now_s = NOW_S
        self.pauses: list[float] = []
        self.source = ServedFiles({})
        self.state: MonitorState | None = None
        self.policy = options.pop("policy", None) or TrustPolicy.of_keys(log.vkeys)
        self.serve(size)
        self.monitor = Monitor(
            self.source,
            self.policy,  # type: ignore[arg-type]
            clock=lambda: datetime.fromtimestamp(self.now_s, UTC),
            pause=self.pauses.append,
            max_age_s=AGE_S,
            **options,  # type: ignore[arg-type]
        )

    def serve(self, size: int, *, log: GrownLog | None = None, note: bytes | None = None) -> None:
        served = log or self.log
        self.source.files = served.files(size, note=note or served.note(size, at_s=self.now_s))

    def check(self) -> Check:
        """Check once, and keep the state as the command does."""
        check = self.monitor.check(self.state)
        assert check.state is None or parse_state(encode_state(check.state), self.keys) == check.state
        self.state = check.state
        return check

    @property
    def keys(self) -> list[object]:
        return [log.verifier for log in self.policy.logs]  # type: ignore[attr-defined]

    def alarms(self) -> list[AlarmKind]:
        return [alarm.kind for alarm in self.check().alarms]


class ShownByWitnesses:
    """Witnesses behind one transport: what each shows, and a policy that names them."""

    def __init__(self, count: int = 2, needed: str = "1") -> None:
        self.signers = [witness_signers(f"w{number}.example", bytes([number]) * 32)[0] for number in range(count)]
        lines = [f"log {vkey}" for vkey in OURS.vkeys]
        lines += [f"witness w{n} {signer.vkey} https://w{n}.example/" for n, signer in enumerate(self.signers)]
        names = " ".join(f"w{number}" for number in range(count))
        self.policy = parse_policy("\n".join([*lines, f"group g {needed} {names}", "quorum g", ""]).encode())
        self.shows: dict[str, Callable[[], httpx.Response]] = {}

    def lookup(self) -> WitnessLookup:
        def route(request: httpx.Request) -> httpx.Response:
            assert request.method == "GET"
            return self.shows.get(request.url.host, lambda: httpx.Response(404))()

        return WitnessLookup(self.policy, client=httpx.Client(transport=httpx.MockTransport(route)))

    def note(self, log: GrownLog, size: int, *, by: tuple[int, ...], at_s: int = NOW_S) -> bytes:
        note = log.note(size, at_s=at_s)
        text = split_note(note)[0]
        return note + "".join(self.signers[n].sign(text, timestamp_s=at_s).line + "\n" for n in by).encode()

    def show(self, number: int, note: bytes) -> None:
        self.shows[f"w{number}.example"] = lambda: httpx.Response(200, content=note)
