"""What a witness is sent: every malformed request is refused as one, and nothing that is sent is left unanswered."""

import base64
import itertools
from collections.abc import Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.errors import MalformedProof
from audit.witness.config import add_logs, create_witness, watched_log
from audit.witness.store import WitnessStore, begin_record
from audit.witness.witness import MAX_BODY, SIZE, Witness, parse_submission
from tests.audit.grown_log import NOW_S, WITNESS, GrownLog, request_bytes
from tests.scale import fuzzed


@pytest.fixture
def witness(tmp_path: Path) -> Iterator[Witness]:
    """A witness that watches one log and has cosigned nothing."""
    log = watched_log(GrownLog().vkeys)
    config = add_logs(create_witness(tmp_path / "w1", WITNESS), [log])
    begin_record(tmp_path / "w1", log)
    with WitnessStore.open(tmp_path / "w1", config) as store:
        yield Witness(config, store, clock=lambda: datetime.fromtimestamp(NOW_S, UTC))


GOOD = GrownLog.of(9)
NOTE = GOOD.note()
HASH = base64.b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\n\n",
        b"old 0",
        b"old 0\n",
        b"old 0\n\n",
        b"old 0\n" + NOTE,
        b"\n\n" + NOTE,
        b"Old 0\n\n" + NOTE,
        b"old  0\n\n" + NOTE,
        b"old 0 \n\n" + NOTE,
        b"old\t0\n\n" + NOTE,
        b"old 00\n\n" + NOTE,
        b"old 05\n\n" + NOTE,
        b"old +5\n\n" + NOTE,
        b"old -0\n\n" + NOTE,
        b"old 0x5\n\n" + NOTE,
        b"old 1_0\n\n" + NOTE,
        "old \u0665\n\n".encode() + NOTE,
        b"old 9223372036854775808\n\n" + NOTE,
        b"old " + b"9" * 5000 + b"\n\n" + NOTE,
        b"old 0\r\n\r\n" + NOTE,
        b" old 0\n\n" + NOTE,
        b"\nold 0\n\n" + NOTE,
        b"old 0\n \n" + NOTE,
        f"old 5\n{HASH[:-1]}\n\n".encode() + NOTE,
        f"old 5\n{HASH} \n\n".encode() + NOTE,
        f"old 5\n {HASH}\n\n".encode() + NOTE,
        f"old 5\n{HASH[:-2]}B=\n\n".encode() + NOTE,
        f"old 5\n{HASH.replace('A', '-')}\n\n".encode() + NOTE,
        f"old 5\n{base64.b64encode(bytes(31)).decode()}\n\n".encode() + NOTE,
        f"old 5\n{base64.b64encode(bytes(33)).decode()}\n\n".encode() + NOTE,
        f"old 5\nold 5\n{HASH}\n\n".encode() + NOTE,
        b"old 5\n" + f"{HASH}\n".encode() * 64 + b"\n" + NOTE,
        b"old 0\n\n" + NOTE[:-1],
        b"old 0\n\n" + NOTE.replace(b"\n\n", b"\n"),
        b"old 0\n\n" + NOTE.partition(b"\n\n")[0] + b"\n\n",
        b"old 0\n\n" + NOTE + b"\n",
        b"old 0\n\n" + NOTE.replace(b"\n9\n", b"\n09\n"),
        b"old 0\n\n" + NOTE.replace(b"\n9\n", b"\n-9\n"),
        b"old 0\n\n" + NOTE.replace(b"\n9\n", b"\n9\n\n"),
        b"old 0\n\n" + NOTE + b"\xff\n",
        b"old 0\n\n" + NOTE + b"a" * MAX_BODY,
    ],
    ids=itertools.count(),  # the bytes hold fresh signatures, and two processes must name a test alike
)
def test_a_malformed_request_is_a_bad_request(witness: Witness, body: bytes) -> None:
    with pytest.raises(MalformedProof):
        parse_submission(body)
    assert witness.add_checkpoint(body).status == HTTPStatus.BAD_REQUEST
    assert witness.watched()[0].seen is None


def test_sixty_three_lines_of_proof_are_allowed() -> None:
    assert len(parse_submission(request_bytes(5, [bytes(32)] * 63, NOTE)).proof) == 63


SOUP = st.one_of(
    st.binary(max_size=400), st.sampled_from([NOTE, GOOD.request(0), GOOD.request(5), b"old 5\n", b"\n\n"])
)


@settings(fuzzed(130), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    parts=st.lists(SOUP, max_size=4), at=st.integers(0, 10_000), value=st.integers(0, 255), cut=st.integers(0, 9_000)
)
def test_whatever_is_sent_is_answered(witness: Witness, parts: list[bytes], at: int, value: int, cut: int) -> None:
    body = bytearray(b"".join(parts))
    if body:
        body[at % len(body)] = value

    for sent in (bytes(body), bytes(body)[:cut]):
        answer = witness.add_checkpoint(sent)
        assert answer.status in (200, 400, 403, 404, 409, 422)
        assert (answer.content_type == SIZE) <= (answer.status == HTTPStatus.CONFLICT)
