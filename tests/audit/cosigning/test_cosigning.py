"""The log asks its witnesses: what it keeps of their answers, and that none of them can do the log any harm."""

import base64
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest

from audit.cosigning.cosigner import Cosigner
from audit.errors import MalformedPolicy, QuorumNotMet
from audit.tlog.note import split_note
from audit.tlog.note_keys import Signer
from audit.tlog.trust_policy import TrustPolicy
from tests.audit.cosigning.witness_ring import PLAIN, SIZE, FakeWitness, Handler, Ring
from tests.audit.grown_log import NOW_S
from tests.waiting import HANG_S, wait_until


@pytest.fixture
def ring() -> Ring:
    return Ring.of(3)


def test_every_witness_cosigns_and_the_policy_accepts_the_note(ring: Ring) -> None:
    cosigner = ring.cosigner("3")

    note = ring.cosign(cosigner, 7)

    trusted = ring.policy("3").open(note)
    assert trusted.checkpoint == ring.log.checkpoint(7)
    assert [one.timestamp_s for one in trusted.cosignatures] == [NOW_S] * 3
    assert [(one.last_size, one.is_late, one.problem) for one in cosigner.report()] == [(7, False, None)] * 3
    assert {one.last_at for one in cosigner.report()} == {datetime.fromtimestamp(NOW_S, UTC)}


def test_the_size_a_witness_knows_is_remembered(ring: Ring) -> None:
    cosigner = ring.cosigner()
    for size in (3, 9, 40):
        ring.cosign(cosigner, size)

    for witness in ring.witnesses:
        assert [old for old, _ in witness.requests] == [0, 3, 9]


def test_after_a_restart_of_the_log_one_question_more_is_enough(ring: Ring) -> None:
    ring.cosign(ring.cosigner(), 9)
    ring.cosign(ring.cosigner(), 9)
    ring.cosign(ring.cosigner(), 20)

    assert [old for old, _ in ring.witnesses[0].requests] == [0, 0, 9, 0, 9]


def test_a_witness_with_two_keys_is_asked_once_and_counts_under_both_names(ring: Ring) -> None:
    policy = ring.policy("6", keys=slice(2))
    cosigner = ring.cosigner(policy=policy)

    note = ring.cosign(cosigner, 7)

    assert len(policy.open(note).cosignatures) == 6
    assert [len(witness.requests) for witness in ring.witnesses] == [1, 1, 1]
    assert [len(one.names) for one in cosigner.report()] == [2, 2, 2]


def answer(status: int, text: str = "", headers: dict[str, str] | None = None) -> Handler:
    return lambda request: httpx.Response(status, text=text, headers=headers or PLAIN)


def broken(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("no route")


def surprising(request: httpx.Request) -> httpx.Response:
    raise RuntimeError("not one of httpx's own")


def by_another_key(request: httpx.Request) -> httpx.Response:
    text = split_note(request.content.partition(b"\n\n")[2])[0] if request.method == "POST" else "x\n"
    return httpx.Response(200, text=Signer.generate("w1.example").sign(text).line + "\n")


def signed(change: Callable[[str, Signer], str]) -> Handler:
    signer = FakeWitness(1).signers[0]

    def respond(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(404)
        return httpx.Response(200, text=change(split_note(request.content.partition(b"\n\n")[2])[0], signer))

    return respond


def other_text(text: str, signer: Signer) -> str:
    return signer.sign(text.replace("\n7\n", "\n8\n"), timestamp_s=NOW_S).line + "\n"


def without_time(text: str, signer: Signer) -> str:
    return signer.sign(text, timestamp_s=0).line + "\n"


def good_then_bad(text: str, signer: Signer) -> str:
    good = signer.sign(text, timestamp_s=NOW_S)
    bad = replace(good, signature=bytes(len(good.signature)))
    return f"{bad.line}\n{good.line}\n"


def injected_line(text: str, signer: Signer) -> str:
    return "\n\u2014 log.example/2026 AAAA\n" + signer.sign(text, timestamp_s=NOW_S).line + "\n"


LIES: dict[str, Handler] = {
    "unreachable": broken,
    "surprising": surprising,
    "nothing": answer(200),
    "nonsense": answer(200, "thank you\n"),
    "no newline": signed(lambda text, signer: signer.sign(text, timestamp_s=NOW_S).line),
    "another key": by_another_key,
    "another checkpoint": signed(other_text),
    "no time": signed(without_time),
    "good and bad": signed(good_then_bad),
    "injected": signed(injected_line),
    "not utf-8": lambda request: httpx.Response(200, content=b"\xff\xfe"),
    "endless": lambda request: httpx.Response(200, content=b"\xe2\x80\x94 " * 400_000),
    "forbidden": answer(403),
    "unproven": answer(422),
    "too many": answer(429),
    "failing": answer(500),
    "redirect": answer(307, headers={"Location": "https://w2.example/sub/add-checkpoint"}),
    "conflict in plain text": answer(409, "3\n"),
    "conflict with a charset": answer(409, "3\n", {"Content-Type": "text/x.tlog.size; charset=utf-8"}),
    "conflict without newline": answer(409, "3", SIZE),
    "conflict with nonsense": answer(409, "0x3\n", SIZE),
    "always another size": answer(409, "3\n", SIZE),
    "a larger size without proof": answer(409, "4000\n", SIZE),
    "a huge size": answer(409, "9" * 4_000 + "\n", SIZE),
}


@pytest.mark.parametrize("lie", LIES)
def test_one_bad_witness_spoils_neither_the_others_nor_the_log(ring: Ring, lie: str) -> None:
    ring.handlers["w1.example"] = LIES[lie]
    cosigner = ring.cosigner()

    note = ring.cosign(cosigner, 7)

    assert sorted(ring.names_on(note)) == ["w2.example", "w3.example"]
    bad, *good = cosigner.report()
    assert (bad.is_late, bad.last_at, bad.contradiction) == (True, None, None)
    assert bad.problem
    assert [one.is_late for one in good] == [False, False]


@pytest.mark.parametrize("lie", LIES)
def test_too_few_good_witnesses_are_no_quorum(ring: Ring, lie: str) -> None:
    ring.handlers["w1.example"] = LIES[lie]

    with pytest.raises(QuorumNotMet, match="at least 3 of 3 witnesses, got 2"):
        ring.cosign(ring.cosigner("3"), 7)


def test_signatures_of_other_witnesses_are_not_taken_from_this_one(ring: Ring) -> None:
    """A witness that hands on the line of another must not fill the quorum alone; nor is its own line lost by it."""
    first, second, _ = ring.witnesses

    def both(request: httpx.Request) -> httpx.Response:
        text = split_note(request.content.partition(b"\n\n")[2])[0]
        lines = [witness.signers[0].sign(text, timestamp_s=NOW_S).line for witness in (first, second)]
        return httpx.Response(200, text="".join(f"{line}\n" for line in lines))

    ring.handlers = {"w1.example": both, "w2.example": broken, "w3.example": broken}

    with pytest.raises(QuorumNotMet, match="got 1"):
        ring.cosign(ring.cosigner(), 7)


@pytest.fixture
def stuck() -> Iterator[tuple[Handler, threading.Event, threading.Event]]:
    """A witness that answers when the test lets it, the event for that, and one that says it was asked."""
    free, asked = threading.Event(), threading.Event()
    behind = FakeWitness(1)

    def respond(request: httpx.Request) -> httpx.Response:
        asked.set()
        free.wait(HANG_S)
        return behind(request)

    yield respond, free, asked
    free.set()


Stuck = tuple[Handler, threading.Event, threading.Event]


def test_a_witness_that_hangs_delays_only_for_the_grace_and_is_not_asked_again(ring: Ring, stuck: Stuck) -> None:
    ring.handlers["w1.example"], free, _ = stuck
    cosigner = ring.cosigner(grace_s=0.05)

    for size in (7, 9, 11):
        assert sorted(ring.names_on(ring.cosign(cosigner, size))) == ["w2.example", "w3.example"]
    report = cosigner.report()[0]
    assert report.is_late
    assert not free.is_set()
    # Threads of those that answered end in their own time; that of the one that hangs stays, and is the only one of it.
    wait_until(lambda: sum(thread.name == "cosign" for thread in threading.enumerate()) == 1)


def test_without_a_quorum_the_deadline_ends_the_wait(ring: Ring, stuck: Stuck) -> None:
    ring.handlers["w1.example"], _, asked = stuck

    with pytest.raises(QuorumNotMet):
        ring.cosign(ring.cosigner("3", timeout_s=0.2), 7)
    assert asked.wait(HANG_S)


def test_a_late_answer_is_remembered(ring: Ring, stuck: Stuck) -> None:
    ring.handlers["w1.example"], free, _ = stuck
    cosigner = ring.cosigner(grace_s=0.05)
    ring.cosign(cosigner, 7)
    late = [thread for thread in threading.enumerate() if thread.name == "cosign"]
    free.set()
    for thread in late:
        thread.join(HANG_S)

    assert cosigner.report()[0].last_size == 7
    assert sorted(ring.names_on(ring.cosign(ring.cosigner(), 9))) == ["w1.example", "w2.example", "w3.example"]


def test_a_proof_that_cannot_be_computed_harms_nobody_but_is_no_contradiction(ring: Ring) -> None:
    ring.witnesses[0].size = 3
    cosigner = ring.cosigner()

    def proof(old_size: int) -> tuple[bytes, ...]:
        raise OSError(5, "Input/output error")

    note = cosigner.cosign(ring.log.note(7), ring.log.checkpoint(7), proof)

    assert sorted(ring.names_on(note)) == ["w2.example", "w3.example"]
    assert cosigner.report()[0].problem == "cannot be asked: OSError"


def test_without_witnesses_in_the_policy_nobody_is_asked(ring: Ring) -> None:
    policy = TrustPolicy.of_keys(ring.log.vkeys)

    assert Cosigner(policy).cosign(ring.log.note(7), ring.log.checkpoint(7), lambda old: ()) == ring.log.note(7)


def test_witnesses_without_an_address_cannot_be_asked(ring: Ring) -> None:
    policy = ring.policy("1")
    homeless = replace(policy, witnesses=tuple(replace(one, url=None) for one in policy.witnesses))

    with pytest.raises(QuorumNotMet):
        ring.cosign(ring.cosigner(policy=homeless), 7)


@pytest.mark.parametrize(
    "url",
    [
        "http://w1.example/",
        "http://127.0.0.1.evil.example/",
        "http://10.0.0.1/",
        "ftp://w1.example/",
        "w1.example",
        "/relative",
        "https://",
        "https://user:word@w1.example/",
        "https://w1.example/?a=b",
        "https://w1.example/#a",
        "http://[::2]/",
        "https://w1.example:notaport/",
    ],
)
def test_addresses_that_are_refused(ring: Ring, url: str) -> None:
    policy = ring.policy()
    moved = replace(policy, witnesses=(replace(policy.witnesses[0], url=url),))

    with pytest.raises(MalformedPolicy):
        Cosigner(moved)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8401", "http://localhost/w/", "http://[::1]:8401/", "https://w.example/w"]
)
def test_addresses_that_are_fine(ring: Ring, url: str) -> None:
    policy = ring.policy()
    Cosigner(replace(policy, witnesses=(replace(policy.witnesses[0], url=url),))).close()


def test_what_is_sent_is_what_the_specification_says(ring: Ring) -> None:
    bodies: list[bytes] = []
    first = ring.witnesses[0]

    def listening(request: httpx.Request) -> httpx.Response:
        bodies.append(request.content)
        return first(request)

    ring.handlers["w1.example"] = listening
    cosigner = ring.cosigner()
    ring.cosign(cosigner, 5)
    ring.cosign(cosigner, 11)

    assert bodies[0] == b"old 0\n\n" + ring.log.note(5)
    lines = "".join(base64.b64encode(one).decode() + "\n" for one in ring.log.proof(5, 11))
    assert bodies[1] == f"old 5\n{lines}\n".encode() + ring.log.note(11)
    assert json.dumps([one.problem for one in cosigner.report()]) == "[null, null, null]"
