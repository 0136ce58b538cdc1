"""Witnesses for tests of the log's side: honest ones, written from the specification alone, and who replaces them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx

from audit.cosigning.cosigner import Cosigner
from audit.tlog.note import split_note
from audit.tlog.signers import witness_signers
from audit.tlog.trust_policy import TrustPolicy, parse_policy
from tests.audit.grown_log import NOW_S, ORIGIN, GrownLog
from tests.waiting import HANG_S

Handler = Callable[[httpx.Request], httpx.Response]
PLAIN = {"Content-Type": "text/plain; charset=utf-8"}
SIZE = {"Content-Type": "text/x.tlog.size"}


class FakeWitness:
    """A witness written for these tests alone, from the specification; `size` is what it has countersigned."""

    def __init__(self, number: int) -> None:
        self.signers = witness_signers(f"w{number}.example", bytes([number]) * 32)
        self.host = f"w{number}.example"
        self.size = 0
        self.note: bytes | None = None
        self.requests: list[tuple[int, int]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, content=self.note) if self.note else httpx.Response(404)
        head, _, note = request.content.partition(b"\n\n")
        old, *proof = head.decode().split("\n")
        self.requests.append((int(old.split(" ")[1]), len(proof)))
        if self.requests[-1][0] != self.size:
            return httpx.Response(409, text=f"{self.size}\n", headers=SIZE)
        text = split_note(note)[0]
        self.size = int(text.split("\n")[1])
        lines = "".join(signer.sign(text, timestamp_s=NOW_S).line + "\n" for signer in self.signers)
        self.note = note + lines.encode()
        return httpx.Response(200, text=lines)


@dataclass
class Ring:
    """Witnesses behind one transport, and the policy that names them; `behave` replaces one."""

    log: GrownLog
    witnesses: list[FakeWitness]
    handlers: dict[str, Handler]

    def policy(self, needed: str = "2", *, keys: slice = slice(1)) -> TrustPolicy:
        lines = [f"log {vkey}" for vkey in self.log.vkeys]
        names = []
        for witness in self.witnesses:
            for signer in witness.signers[keys]:
                names.append(f"{witness.host}/{signer.algorithm}")
                lines.append(f"witness {names[-1]} {signer.vkey} https://{witness.host}/sub/")
        lines += [f"group g {needed} {' '.join(names)}", "quorum g", ""]
        return parse_policy("\n".join(lines).encode())

    def cosigner(self, needed: str = "2", **options: object) -> Cosigner:
        def route(request: httpx.Request) -> httpx.Response:
            assert request.url.path.startswith("/sub/")
            return self.handlers[request.url.host](request)

        policy = options.pop("policy", None) or self.policy(needed)
        client = httpx.Client(transport=httpx.MockTransport(route), follow_redirects=False)
        wishes = {
            "timeout_s": HANG_S,
            "grace_s": HANG_S,
            "clock": lambda: datetime.fromtimestamp(NOW_S, UTC),
            **options,
        }
        return Cosigner(policy, client=client, **wishes)  # type: ignore[arg-type]

    def cosign(self, cosigner: Cosigner, size: int) -> bytes:
        def proof(old_size: int) -> tuple[bytes, ...]:
            assert 0 < old_size < size
            return tuple(self.log.proof(old_size, size))

        note = cosigner.cosign(self.log.note(size), self.log.checkpoint(size), proof)
        assert note.startswith(self.log.note(size))
        return note

    def names_on(self, note: bytes) -> list[str]:
        return [one.name for one in split_note(note)[1] if one.name != ORIGIN]

    @classmethod
    def of(cls, count: int) -> "Ring":
        witnesses = [FakeWitness(number) for number in range(1, count + 1)]
        return cls(GrownLog.of(40), witnesses, {witness.host: witness for witness in witnesses})
