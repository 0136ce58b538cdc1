"""What a witness cosigns and what it refuses, case by case as C2SP tlog-witness states it."""

import base64
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

import pytest

from audit.errors import BrokenState
from audit.tlog.checkpoint import Checkpoint
from audit.tlog.merkle import EMPTY_ROOT
from audit.tlog.note import sign_note, split_note, write_note
from audit.tlog.note_keys import Signer
from audit.witness.config import WitnessConfig, add_logs, create_witness, watched_log
from audit.witness.evidence import EvidenceKind
from audit.witness.store import WitnessStore, begin_record
from audit.witness.witness import PLAIN, SIZE, Witness, WitnessResponse, judge, parse_submission
from tests.audit.grown_log import NOW_S, ORIGIN, WITNESS, GrownLog, request_bytes, verify_cosignatures

OTHER = "other.example/log"


class Clock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now_s = NOW_S

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(self.now_s, UTC)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def config(tmp_path: Path) -> WitnessConfig:
    """A witness in this test's folder that watches the log by both its keys, and another log."""
    config = create_witness(tmp_path / "w1", WITNESS)
    logs = [watched_log(GrownLog().vkeys), watched_log(GrownLog(origin=OTHER, seed=bytes(32)).vkeys[:1])]
    for log in logs:
        begin_record(tmp_path / "w1", log)
    return add_logs(config, logs)


@pytest.fixture
def witness(config: WitnessConfig, clock: Clock, tmp_path: Path) -> Iterator[Witness]:
    with WitnessStore.open(tmp_path / "w1", config) as store:
        yield Witness(config, store, clock=clock)


def size_of(answer: WitnessResponse) -> tuple[int, str, str]:
    return answer.status, answer.content_type, answer.body


def test_the_first_checkpoint_is_cosigned_with_both_keys(witness: Witness) -> None:
    log = GrownLog.of(7)

    answer = witness.add_checkpoint(log.request(0))

    assert (answer.status, answer.content_type) == (HTTPStatus.OK, PLAIN)
    assert verify_cosignatures(answer.body, log.note(), witness.config.vkeys) == [NOW_S, NOW_S]


@pytest.mark.parametrize(
    ("first", "second"), [(0, 0), (0, 1), (1, 1), (1, 2), (3, 7), (4, 8), (7, 8), (255, 257), (64, 300)]
)
def test_a_log_that_has_grown_is_cosigned_again(witness: Witness, clock: Clock, first: int, second: int) -> None:
    log = GrownLog.of(300)
    assert witness.add_checkpoint(log.request(0, first)).status == HTTPStatus.OK
    clock.now_s += 60

    answer = witness.add_checkpoint(log.request(first, second))

    assert verify_cosignatures(answer.body, log.note(second), witness.config.vkeys) == [NOW_S + 60, NOW_S + 60]


def test_another_old_size_is_told_the_right_one_in_the_specified_type(witness: Witness) -> None:
    log = GrownLog.of(9)
    witness.add_checkpoint(log.request(0, 5))

    for old, size in ((0, 9), (4, 9), (6, 9), (0, 5), (3, 3), (0, 0)):
        assert size_of(witness.add_checkpoint(log.request(old, size))) == (HTTPStatus.CONFLICT, SIZE, "5\n"), old


def test_before_the_first_the_old_size_is_nought(witness: Witness) -> None:
    assert size_of(witness.add_checkpoint(GrownLog.of(9).request(4))) == (HTTPStatus.CONFLICT, SIZE, "0\n")


def test_one_size_with_two_roots_is_refused_and_kept_as_evidence(witness: Witness, tmp_path: Path) -> None:
    log, fork = GrownLog.of(5), GrownLog.of(5, fork="!", forked_at=2)
    witness.add_checkpoint(log.request(0))

    answer = witness.add_checkpoint(fork.request(5))

    assert (answer.status, answer.content_type) == (HTTPStatus.CONFLICT, PLAIN)
    (kept,) = witness.watched()[0].evidence
    assert (kept.kind, kept.size) == (EvidenceKind.SPLIT_VIEW, 5)
    folder = tmp_path / "w1" / "evidence" / kept.folder
    assert (folder / "shown.note").read_bytes() == fork.note()
    assert split_note((folder / "held.note").read_bytes())[0] == log.checkpoint().body
    assert witness.add_checkpoint(log.request(5)).status == HTTPStatus.OK


def test_a_split_view_is_kept_also_when_the_old_size_is_wrong(witness: Witness) -> None:
    witness.add_checkpoint(GrownLog.of(5).request(0))

    answer = witness.add_checkpoint(GrownLog.of(5, fork="!").request(0))

    assert size_of(answer) == (HTTPStatus.CONFLICT, SIZE, "5\n")
    assert [kept.kind for kept in witness.watched()[0].evidence] == [EvidenceKind.SPLIT_VIEW]


def test_the_same_evidence_is_kept_once_and_never_without_end(witness: Witness) -> None:
    witness.add_checkpoint(GrownLog.of(2).request(0))

    for number in range(70):
        for _ in range(2):
            witness.add_checkpoint(GrownLog.of(2, fork=f" {number}").request(2))

    assert len(witness.watched()[0].evidence) == 64


def test_a_history_that_was_changed_is_refused(witness: Witness) -> None:
    log, fork = GrownLog.of(9), GrownLog.of(9, fork="!", forked_at=3)
    witness.add_checkpoint(log.request(0, 5))

    assert witness.add_checkpoint(fork.request(5)).status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert [(kept.kind, kept.size) for kept in witness.watched()[0].evidence] == [(EvidenceKind.UNPROVEN, 9)]
    assert witness.add_checkpoint(log.request(5)).status == HTTPStatus.OK


def test_of_checkpoints_without_proof_only_the_newest_is_kept(witness: Witness) -> None:
    witness.add_checkpoint(GrownLog.of(5).request(0))

    for size in (7, 8, 9):
        witness.add_checkpoint(GrownLog.of(size, fork="!").request(5))

    assert [kept.size for kept in witness.watched()[0].evidence] == [9]


def test_a_proof_that_is_not_asked_for_is_refused(witness: Witness) -> None:
    log, hash_ = GrownLog.of(5), bytes(32)

    assert witness.add_checkpoint(request_bytes(0, [hash_], log.note())).status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert witness.add_checkpoint(log.request(0)).status == HTTPStatus.OK
    assert witness.add_checkpoint(request_bytes(5, [hash_], log.note())).status == HTTPStatus.UNPROCESSABLE_ENTITY


@pytest.mark.parametrize("change", ["drop", "add", "swap", "flip", "none"])
def test_a_proof_that_does_not_verify_is_refused(witness: Witness, change: str) -> None:
    log = GrownLog.of(11)
    witness.add_checkpoint(log.request(0, 5))
    proof = log.proof(5)
    changed = {
        "drop": proof[:-1],
        "add": [*proof, bytes(32)],
        "swap": [proof[1], proof[0], *proof[2:]],
        "flip": [bytes([proof[0][0] ^ 1]) + proof[0][1:], *proof[1:]],
        "none": [],
    }[change]

    answer = witness.add_checkpoint(request_bytes(5, changed, log.note()))

    assert answer.status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert size_of(witness.add_checkpoint(log.request(0))) == (HTTPStatus.CONFLICT, SIZE, "5\n")


def test_a_checkpoint_of_size_nought_has_the_root_of_the_empty_tree(witness: Witness) -> None:
    signers = GrownLog().signers
    right = sign_note(Checkpoint(ORIGIN, 0, EMPTY_ROOT).body, signers, timestamp_s=NOW_S)
    wrong_body = f"{ORIGIN}\n0\n{base64.b64encode(bytes(32)).decode()}\n"
    wrong = sign_note(wrong_body, signers[:1]) + right.splitlines(keepends=True)[-1]

    assert witness.add_checkpoint(request_bytes(0, [], wrong)).status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert witness.add_checkpoint(request_bytes(0, [], right)).status == HTTPStatus.OK
    assert witness.add_checkpoint(request_bytes(0, [], wrong)).status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert witness.add_checkpoint(GrownLog.of(3).request(0)).status == HTTPStatus.OK


def test_an_old_size_above_the_checkpoint_is_refused(witness: Witness) -> None:
    assert witness.add_checkpoint(request_bytes(6, [], GrownLog.of(5).note())).status == HTTPStatus.BAD_REQUEST


def test_an_unknown_log_is_not_found_whatever_else_is_wrong(witness: Witness) -> None:
    stranger = GrownLog.of(5, origin="stranger.example/log")

    assert witness.add_checkpoint(request_bytes(6, [bytes(32)], stranger.note())).status == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("which", [[0], [1], [0, 1], [1, 0]])
def test_one_of_the_keys_of_a_log_is_enough(witness: Witness, which: list[int]) -> None:
    log = GrownLog.of(5)
    note = log.note(signers=[log.signers[at] for at in which])

    assert witness.add_checkpoint(request_bytes(0, [], note)).status == HTTPStatus.OK


def test_signatures_of_unknown_keys_are_ignored_and_not_handed_on(witness: Witness) -> None:
    log = GrownLog.of(5)
    stranger = Signer.generate("stranger.example")
    text, (first, second) = split_note(log.note())
    extra = [stranger.sign(text), Signer.generate(ORIGIN).sign(text)]
    note = write_note(text, [extra[0], first, second, extra[1]])

    assert witness.add_checkpoint(request_bytes(0, [], note)).status == HTTPStatus.OK
    latest = witness.latest(witness.config.logs[0].log_id)
    assert latest is not None
    assert split_note(latest)[1][:2] == [first, second]
    assert [one.name for one in split_note(latest)[1]] == [ORIGIN, ORIGIN, WITNESS, WITNESS]


def test_without_a_signature_by_a_key_of_the_log_it_is_forbidden(witness: Witness) -> None:
    log = GrownLog.of(5)
    for signer in (Signer.generate(ORIGIN), Signer.generate("x"), GrownLog(origin=OTHER, seed=bytes(32)).signers[0]):
        assert witness.add_checkpoint(request_bytes(0, [], log.note(signers=[signer]))).status == HTTPStatus.FORBIDDEN


def test_a_line_in_the_name_of_a_trusted_key_must_verify_even_beside_a_good_one(witness: Witness) -> None:
    log = GrownLog.of(5)
    text, (good, other) = split_note(log.note())
    flipped = replace(other, signature=other.signature[:-1] + bytes([other.signature[-1] ^ 1]))
    short = replace(other, signature=other.signature[:-1])
    for bad in (flipped, short):
        note = f"{text}\n{good.line}\n{bad.line}\n".encode()
        assert witness.add_checkpoint(request_bytes(0, [], note)).status == HTTPStatus.FORBIDDEN


def test_the_key_of_one_watched_log_does_not_sign_for_another(witness: Witness) -> None:
    other = GrownLog(origin=OTHER, seed=bytes(32))
    body = replace(GrownLog.of(5).checkpoint(), origin=OTHER).body

    assert witness.add_checkpoint(request_bytes(0, [], sign_note(body, GrownLog().signers))).status == 403
    assert witness.add_checkpoint(request_bytes(0, [], sign_note(body, other.signers[:1]))).status == HTTPStatus.OK


def test_extension_lines_need_a_signature_that_covers_them(witness: Witness) -> None:
    log = GrownLog.of(5)
    body = replace(log.checkpoint(), extensions=("hello",)).body
    pure = sign_note(body, log.signers[1:], timestamp_s=NOW_S)

    assert witness.add_checkpoint(request_bytes(0, [], pure)).status == HTTPStatus.FORBIDDEN
    both = sign_note(body, log.signers, timestamp_s=NOW_S)
    answer = witness.add_checkpoint(request_bytes(0, [], both))
    assert verify_cosignatures(answer.body, both, witness.config.vkeys) == [NOW_S, NOW_S]


def test_two_logs_are_kept_apart(witness: Witness) -> None:
    log, other = GrownLog.of(5), GrownLog.of(3, origin=OTHER, seed=bytes(32))

    assert witness.add_checkpoint(log.request(0)).status == HTTPStatus.OK
    assert witness.add_checkpoint(request_bytes(0, [], other.note(signers=other.signers[:1]))).status == HTTPStatus.OK
    assert [one.seen.checkpoint.size for one in witness.watched() if one.seen] == [5, 3]


def test_a_clock_that_is_set_back_never_makes_the_witness_contradict_itself(witness: Witness, clock: Clock) -> None:
    log = GrownLog.of(9)
    witness.add_checkpoint(log.request(0, 5))
    clock.now_s -= 3_600

    answer = witness.add_checkpoint(log.request(5))

    assert verify_cosignatures(answer.body, log.note(), witness.config.vkeys) == [NOW_S, NOW_S]


def test_no_time_is_ever_nought(witness: Witness, clock: Clock) -> None:
    clock.now_s = 0

    answer = witness.add_checkpoint(GrownLog.of(5).request(0))

    assert verify_cosignatures(answer.body, GrownLog.of(5).note(), witness.config.vkeys) == [1, 1]


def test_no_changed_byte_of_a_request_gets_anything_else_cosigned(witness: Witness) -> None:
    log, seeded = GrownLog.of(9), random.Random(4)
    witness.add_checkpoint(log.request(0))
    good = log.request(9)

    for _ in range(500):
        at = seeded.randrange(len(good))
        changed = good[:at] + bytes([good[at] ^ 1 << seeded.randrange(8)]) + good[at + 1 :]
        answer = witness.add_checkpoint(changed)
        if answer.status == HTTPStatus.OK:  # the change made one of two signatures that of an unknown key
            assert verify_cosignatures(answer.body, log.note(), witness.config.vkeys) == [NOW_S, NOW_S]
        assert [one.seen.checkpoint for one in witness.watched() if one.seen] == [log.checkpoint()]


def test_a_folder_without_the_record_of_a_log_does_not_open(config: WitnessConfig, tmp_path: Path) -> None:
    (tmp_path / "w1" / "records" / f"{config.logs[0].log_id}.note").unlink()

    with pytest.raises(BrokenState, match="without it nothing may be"):
        WitnessStore.open(tmp_path / "w1", config)


def test_every_pair_of_sizes_up_to_17_is_cosigned_under_the_proof_of_rfc_6962() -> None:
    log = GrownLog.of(17)

    for old in range(18):
        for new in range(old, 18):
            submission = parse_submission(log.request(old, new))
            assert judge(submission, log.checkpoint(old)) is None, (old, new)


def test_the_last_checkpoint_is_found_by_the_hash_of_the_origin(witness: Witness) -> None:
    log = GrownLog.of(5)
    log_id = witness.config.logs[0].log_id
    assert witness.latest(log_id) is None
    answer = witness.add_checkpoint(log.request(0))

    assert witness.latest(log_id) == log.note() + answer.body.encode()
    assert witness.latest(log_id.upper()) is None
    assert witness.latest(ORIGIN) is None
