"""Checkpoints, proof files, entries and commitments: round trips, golden bytes and malformed input."""

import dataclasses
import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.entries import commitments, events
from audit.entries.events import Entry, EventKind, parse_leaf, sentence
from audit.entries.pseudonyms import pseudonym
from audit.errors import MalformedProof, ProofFailed, UnknownSigner
from audit.tlog import merkle
from audit.tlog.checkpoint import Checkpoint, parse_body, parse_size
from audit.tlog.note import sign_note
from audit.tlog.note_keys import Signer
from audit.tlog.tlog_proof import TlogProof, parse_proof, verify_proof
from audit.tlog.trust_policy import TrustPolicy

SIGNER = Signer("log.example/2026", bytes(32))
ROOT = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="


def test_a_checkpoint_body_is_origin_size_and_root() -> None:
    checkpoint = parse_body(f"log.example/2026\n20852163\n{ROOT}\n")

    assert (checkpoint.origin, checkpoint.size, checkpoint.root_text) == ("log.example/2026", 20_852_163, ROOT)
    assert checkpoint.body == f"log.example/2026\n20852163\n{ROOT}\n"


def test_extension_lines_are_kept() -> None:
    text = f"an origin with spaces\n7\n{ROOT}\nmore\nand more\n"

    assert parse_body(text).body == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        f"log.example\n1\n{ROOT}",
        f"log.example\n{ROOT}\n",
        f"\n1\n{ROOT}\n",
        f"log.example\n01\n{ROOT}\n",
        f"log.example\n-1\n{ROOT}\n",
        f"log.example\n+1\n{ROOT}\n",
        f"log.example\n1 \n{ROOT}\n",
        f"log.example\n1_0\n{ROOT}\n",
        f"log.example\n١\n{ROOT}\n",
        f"log.example\n{1 << 63}\n{ROOT}\n",
        f"log.example\n\n{ROOT}\n",
        "log.example\n1\nAAAA\n",
        f"log.example\n1\n{ROOT[:-1]}\n",
        f"log.example\n1\n{ROOT[:-2]}J=\n",
        f"log.example\n1\n{ROOT}\n\n",
        f"log.example\n1\n{ROOT}\n\nextension\n",
        f"log.example\n0\n{ROOT}\n",
        f"log\texample\n1\n{ROOT}\n",
        f"log.example\n1\n{ROOT}\n" + "a\n" * 10_000,
    ],
)
def test_malformed_checkpoints_are_refused(text: str) -> None:
    with pytest.raises(MalformedProof):
        parse_body(text)


@pytest.mark.parametrize(
    "field",
    [
        {"origin": ""},
        {"origin": "two\nlines"},
        {"origin": "a\tb"},
        {"origin": "\ud800"},
        {"size": -1},
        {"size": 1 << 63},
        {"size": 0},
        {"root": bytes(31)},
        {"root": b""},
        {"extensions": ("",)},
        {"extensions": ("a\nb",)},
    ],
)
def test_checkpoints_that_cannot_be_are_not_made(field: dict[str, object]) -> None:
    good: dict[str, object] = {"origin": "log.example/2026", "size": 1, "root": bytes(32)}

    with pytest.raises(MalformedProof):
        Checkpoint(**{**good, **field})  # type: ignore[arg-type]


def test_the_checkpoint_of_an_empty_log_has_the_one_root_there_is() -> None:
    checkpoint = Checkpoint("log.example/2026", 0, hashlib.sha256(b"").digest())

    assert parse_body(checkpoint.body) == checkpoint


@pytest.mark.parametrize("text", ["", "00", "-1", "1.0", str(1 << 63), "9" * 19, "9" * 5000])
def test_sizes_that_are_none_are_refused(text: str) -> None:
    assert parse_size(str((1 << 63) - 1)) == (1 << 63) - 1

    with pytest.raises(MalformedProof):
        parse_size(text)


@given(st.text(max_size=120))
def test_no_text_crashes_the_checkpoint_parser(text: str) -> None:
    try:
        assert parse_body(text).body == text
    except MalformedProof:
        return


@pytest.fixture(scope="module")
def log_key() -> Signer:
    return Signer("log.example/2026", bytes(range(32)))


@pytest.fixture(scope="module")
def proof(log_key: Signer) -> TlogProof:
    leaves = [merkle.leaf_hash(bytes([at])) for at in range(11)]
    hashes = merkle.inclusion_proof(4, 11, lambda level, at: merkle.root(leaves[at << level : (at + 1) << level]))
    note = sign_note(Checkpoint("log.example/2026", 11, merkle.root(leaves)).body, [log_key])
    return TlogProof(4, hashes, note, b"context")


def test_a_proof_file_is_laid_out_as_specified(proof: TlogProof) -> None:
    lines = proof.text.split("\n")

    assert lines[:3] == ["c2sp.org/tlog-proof@v1", "extra Y29udGV4dA==", "index 4"]
    assert lines[7:10] == ["", "log.example/2026", "11"]
    assert proof.text.encode().endswith(b"\n\n" + proof.checkpoint)


def test_a_proof_file_verifies_offline(proof: TlogProof, log_key: Signer) -> None:
    trusted = verify_proof(proof.text.encode(), leaf=bytes([4]), policy=TrustPolicy.of_keys([log_key.vkey]))

    assert trusted.checkpoint.size == 11
    assert trusted.note == proof.checkpoint
    assert parse_proof(proof.text.encode()) == proof


def test_a_proof_file_may_come_as_text(proof: TlogProof) -> None:
    assert parse_proof(proof.text) == proof

    with pytest.raises(MalformedProof):
        parse_proof(proof.text + "\ud800")


def test_a_proof_file_is_for_its_entry_and_log_only(proof: TlogProof, log_key: Signer) -> None:
    policy = TrustPolicy.of_keys([log_key.vkey])

    with pytest.raises(ProofFailed):
        verify_proof(proof.text, leaf=b"another", policy=policy)
    with pytest.raises(ProofFailed):
        verify_proof(proof.text.replace("index 4", "index 5"), leaf=bytes([4]), policy=policy)
    with pytest.raises(UnknownSigner):
        verify_proof(
            proof.text, leaf=bytes([4]), policy=TrustPolicy.of_keys([Signer.generate("log.example/2026").vkey])
        )


def test_the_extra_data_of_a_proof_file_is_nobodys_word(proof: TlogProof, log_key: Signer) -> None:
    changed = proof.text.replace("Y29udGV4dA==", "Y29udGV4eA==")

    verify_proof(changed, leaf=bytes([4]), policy=TrustPolicy.of_keys([log_key.vkey]))


def test_a_proof_file_beyond_the_limit_is_refused(proof: TlogProof) -> None:
    with pytest.raises(MalformedProof):
        parse_proof(dataclasses.replace(proof, extra=bytes(2_000_000)).text)


def test_a_proof_is_not_for_an_index_at_or_above_the_size(proof: TlogProof, log_key: Signer) -> None:
    empty = sign_note(Checkpoint("log.example/2026", 0, merkle.EMPTY_ROOT).body, [log_key])

    for changed in (dataclasses.replace(proof, index=11), TlogProof(0, (), empty)):
        with pytest.raises(MalformedProof):
            parse_proof(changed.text)


@pytest.mark.parametrize(
    "hashes",
    [[bytes(32)] * 64, [b""], [bytes(31)], [bytes(33)], [bytes(32), bytes(31)]],
    ids=["64", "empty", "31 bytes", "33 bytes", "the last 31 bytes"],
)
def test_a_proof_file_holds_at_most_63_hashes_of_32_bytes(proof: TlogProof, hashes: list[bytes]) -> None:
    with pytest.raises(MalformedProof):
        parse_proof(dataclasses.replace(proof, hashes=tuple(hashes)).text)


@settings(deadline=None)
@given(st.integers(0, (1 << 62)), st.lists(st.binary(min_size=32, max_size=32), max_size=63), st.binary(max_size=99))
def test_proof_files_come_back_as_they_went_in(index: int, hashes: list[bytes], extra: bytes) -> None:
    signed = sign_note(Checkpoint("log.example/2026", index + 1, bytes(32)).body, [SIGNER])
    made = TlogProof(index, tuple(hashes), signed, extra)

    assert parse_proof(made.text) == made


def test_a_leaf_is_canonical_json_with_seven_members_and_padding() -> None:
    entry = Entry(EventKind.LOOK_ALLOWED, "Quiet heron", date(2026, 11, 24), "7f3a", bytes(32), bytes([1]) * 16)
    text = (
        b'{"c":"' + b"0" * 64 + b'","day":"2026-11-24","kind":"look_allowed","org":"Quiet heron",'
        b'"policy_hash":"7f3a","tag":"' + b"01" * 16 + b'","v":2}'
    )

    assert entry.leaf() == text.ljust(320)


@given(
    st.sampled_from(EventKind),
    st.text(st.characters(min_codepoint=32, exclude_characters="\x7f", exclude_categories=["Cs"]), min_size=1).filter(
        lambda text: len(text) <= 20
    ),
    st.dates(),
    st.text("0123456789abcdef", max_size=64),
    st.binary(min_size=32, max_size=32),
    st.sampled_from([b"", bytes(16)]),
    st.sampled_from(events.VERSIONS),
)
def test_entries_come_back_from_their_leaves(
    kind: EventKind, org: str, day: date, policy_hash: str, commitment: bytes, tag: bytes, version: int
) -> None:
    entry = Entry(kind, org, day, policy_hash, commitment, tag, version)

    assert parse_leaf(entry.leaf()) == entry
    assert entry.leaf().rstrip(b" ").endswith(b'"v":%d}' % version)
    assert len(entry.leaf()) in events.SIZE_CLASSES


def test_every_kind_has_a_sentence_and_leaves_of_one_length(new_entry: Callable[..., Entry]) -> None:
    assert all(sentence(new_entry(kind)) for kind in EventKind)
    assert {len(new_entry(kind).leaf()) for kind in EventKind} == {320}


@pytest.mark.parametrize(
    "change",
    [
        lambda leaf: leaf + b" ",
        lambda leaf: leaf.rstrip(),
        lambda leaf: leaf.replace(b'"v":2', b'"v":3'),
        lambda leaf: leaf.replace(b'"v":2', b'"v":true').replace(b"   ", b"", 1),
        lambda leaf: leaf.replace(b"look_allowed", b"look_wronged"),
        lambda leaf: leaf.replace(b"2026-11-24", b"2026-11-31"),
        lambda leaf: leaf.replace(b"7f3a9c", b"7F3A9C"),
        lambda leaf: leaf.replace(b'{"c"', b'{ "c"').removesuffix(b" "),
        lambda leaf: leaf.replace(b'"tag":"', b'"tag":"0').removesuffix(b" "),
        lambda leaf: leaf.replace(b'"v":2', b'"v":2,"x":1').removesuffix(b"      "),
        lambda leaf: leaf.replace(b"Quiet", b"Qui\xff\xff"),
        lambda leaf: b"",
        lambda leaf: b"null",
        lambda leaf: b"[" * 300,
    ],
)
def test_leaves_in_any_other_bytes_are_refused(
    new_entry: Callable[..., Entry], change: Callable[[bytes], bytes]
) -> None:
    with pytest.raises(MalformedProof):
        parse_leaf(change(new_entry().leaf()))


@given(st.binary(max_size=300))
def test_no_bytes_crash_the_leaf_parser(data: bytes) -> None:
    with pytest.raises(MalformedProof):
        parse_leaf(data)


@pytest.mark.parametrize(
    "field",
    [
        {"org": ""},
        {"org": "x" * 61},
        {"org": "a\nb"},
        {"policy_hash": "xyz"},
        {"commitment": b""},
        {"tag": b"1"},
        {"version": 3},
    ],
)
def test_entries_that_cannot_be_are_refused(new_entry: Callable[..., Entry], field: dict[str, object]) -> None:
    with pytest.raises(MalformedProof):
        new_entry(**field)


def test_a_commitment_is_keyed_and_opens_to_one_thing() -> None:
    key = secrets.token_bytes(commitments.KEY_SIZE)
    commitment = commitments.commit(key, {"athlete": "a", "n": 1})

    commitments.verify_opening(commitment, key, {"n": 1, "athlete": "a"})
    with pytest.raises(ProofFailed):
        commitments.verify_opening(commitment, key, {"athlete": "b", "n": 1})
    with pytest.raises(ProofFailed):
        commitments.verify_opening(commitment, secrets.token_bytes(commitments.KEY_SIZE), {"athlete": "a", "n": 1})


def test_tags_are_the_hmac_of_their_number() -> None:
    key = bytes(32)
    expected = hmac.new(key, b"homefield-tag-v1\n" + (7).to_bytes(8, "big"), hashlib.sha256).digest()[:16]

    assert commitments.tag(key, 7) == expected
    assert len({commitments.tag(key, n) for n in range(100)}) == 100


def test_bad_keys_and_details_are_refused() -> None:
    for attempt in (
        lambda: commitments.commit(b"short", {}),
        lambda: commitments.commit(bytes(32), {"x": object()}),
        lambda: commitments.commit(bytes(32), {"x": float("nan")}),
        lambda: commitments.tag(bytes(32), -1),
        lambda: commitments.tag(b"", 0),
    ):
        with pytest.raises(MalformedProof):
            attempt()


def test_pseudonyms_are_stable_and_distinct() -> None:
    secret = bytes(32)
    taken: set[str] = set()
    for number in range(300):
        taken.add(pseudonym(f"club-{number}", secret, taken=taken))

    assert len(taken) == 300
    assert pseudonym("club-a", secret) == pseudonym("club-a", secret)
    assert pseudonym("club-a", secret) != pseudonym("club-a", bytes([1]) * 32)
    assert all(len(name.split()) == 2 for name in taken)
