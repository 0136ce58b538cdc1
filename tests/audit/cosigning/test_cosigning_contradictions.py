"""A witness holds a checkpoint that our log contradicts: only one that our own key has signed stops the log."""

from hashlib import sha256

import httpx
import pytest

from audit.errors import LogCorrupt
from audit.tlog.note import sign_note, split_note
from audit.tlog.note_keys import Signer
from tests.audit.cosigning.witness_ring import SIZE, Ring
from tests.audit.grown_log import NOW_S, ORIGIN, GrownLog


@pytest.fixture
def ring() -> Ring:
    return Ring.of(3)


def held_by_witness(ring: Ring, size: int, note: bytes) -> None:
    first = ring.witnesses[0]
    first.size = size
    first.note = note + (first.signers[0].sign(split_note(note)[0], timestamp_s=NOW_S).line + "\n").encode()


def test_a_larger_tree_under_our_own_key_stops_the_log(ring: Ring) -> None:
    held_by_witness(ring, 30, ring.log.note(30))
    cosigner = ring.cosigner()

    with pytest.raises(LogCorrupt, match="holds a checkpoint of 30 entries"):
        ring.cosign(cosigner, 7)

    contradiction = cosigner.report()[0].contradiction
    assert contradiction is not None
    assert contradiction.startswith(ring.log.note(30))


def test_another_root_of_the_same_size_stops_the_log(ring: Ring) -> None:
    fork = GrownLog.of(7, fork="!", forked_at=2)
    held_by_witness(ring, 7, fork.note())
    post = ring.witnesses[0]
    ring.handlers["w1.example"] = lambda request: post(request) if request.method == "GET" else httpx.Response(409)

    with pytest.raises(LogCorrupt, match="two of it"):
        ring.cosign(ring.cosigner(), 7)


def test_a_smaller_tree_of_another_history_stops_the_log(ring: Ring) -> None:
    held_by_witness(ring, 5, GrownLog.of(5, fork="!", forked_at=2).note())
    post = ring.witnesses[0]
    ring.handlers["w1.example"] = lambda request: post(request) if request.method == "GET" else httpx.Response(422)

    with pytest.raises(LogCorrupt, match="holds a checkpoint of 5 entries"):
        ring.cosign(ring.cosigner(), 7)


@pytest.mark.parametrize("what", ["older", "stranger", "other log", "garbage"])
def test_a_witness_that_only_pretends_to_hold_another_tree_cannot_stop_the_log(ring: Ring, what: str) -> None:
    shown = {
        "older": ring.log.note(5),
        "stranger": sign_note(ring.log.checkpoint(30).body, [Signer.generate(ORIGIN)]),
        "other log": GrownLog.of(30, origin="other.example").note(),
        "garbage": b"\xff" * 100,
    }[what]

    def lie(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            assert request.url.path == f"/sub/{sha256(ORIGIN.encode()).hexdigest()}/checkpoint"
            return httpx.Response(200, content=shown)
        return httpx.Response(409, text="30\n", headers=SIZE)

    ring.handlers["w1.example"] = lie
    cosigner = ring.cosigner()

    assert sorted(ring.names_on(ring.cosign(cosigner, 7))) == ["w2.example", "w3.example"]
    assert cosigner.report()[0].contradiction is None
