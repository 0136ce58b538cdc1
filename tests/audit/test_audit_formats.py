"""Checkpoints, proof files, entries and commitments: round trips, golden bytes and malformed input."""

import hashlib
import hmac
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import commitments, events, merkle, tlog_proof
from audit.checkpoint import Checkpoint, open_checkpoint, parse_body
from audit.errors import AuditError, MalformedProof, ProofFailed, UnknownSigner
from audit.events import Entry, EventKind, cover_name, parse_leaf, sentence
from audit.note import Signer
from audit.tlog_proof import TlogProof, parse_proof, verify_proof

ROOT = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="


def test_a_checkpoint_body_is_origin_size_and_root() -> None:
    checkpoint = parse_body(f"log.example/2026\n20852163\n{ROOT}\n")

    assert (checkpoint.origin, checkpoint.size, checkpoint.root_text) == ("log.example/2026", 20_852_163, ROOT)
    assert checkpoint.body == f"log.example/2026\n20852163\n{ROOT}\n"


def test_extension_lines_are_kept() -> None:
    text = f"an origin with spaces\n0\n{ROOT}\nmore\nand more\n"

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
    ],
)
def test_malformed_checkpoints_are_refused(text: str) -> None:
    with pytest.raises(MalformedProof):
        parse_body(text)


def test_a_checkpoint_of_another_key_is_refused(signer: Signer) -> None:
    note = Checkpoint("log.example/2026", 1, bytes(32)).signed([Signer.generate("log.example/2026")])

    with pytest.raises(UnknownSigner):
        open_checkpoint(note, signer.verifier)


@given(st.text(max_size=120))
def test_no_text_crashes_the_checkpoint_parser(text: str) -> None:
    try:
        assert parse_body(text).body == text
    except MalformedProof:
        return


@pytest.fixture(scope="module")
def proof_file() -> tuple[str, bytes, Signer]:
    signer = Signer("log.example/2026", bytes(range(32)))
    leaves = [merkle.leaf_hash(bytes([at])) for at in range(11)]
    proof = merkle.inclusion_proof(4, 11, lambda level, at: merkle.root(leaves[at << level : (at + 1) << level]))
    note = Checkpoint("log.example/2026", 11, merkle.root(leaves)).signed([signer])
    return TlogProof(4, proof, note, b"context").text, bytes([4]), signer


def test_a_proof_file_is_laid_out_as_specified(proof_file: tuple[str, bytes, Signer]) -> None:
    lines = proof_file[0].split("\n")

    assert lines[:3] == ["c2sp.org/tlog-proof@v1", "extra Y29udGV4dA==", "index 4"]
    assert lines[7:10] == ["", "log.example/2026", "11"]


def test_a_proof_file_verifies_offline(proof_file: tuple[str, bytes, Signer]) -> None:
    text, leaf, signer = proof_file

    assert verify_proof(text, leaf=leaf, verifier=signer.verifier).size == 11
    assert parse_proof(text).text == text


def test_a_proof_file_is_for_its_entry_and_log_only(proof_file: tuple[str, bytes, Signer]) -> None:
    text, leaf, signer = proof_file

    with pytest.raises(ProofFailed):
        verify_proof(text, leaf=b"another", verifier=signer.verifier)
    with pytest.raises(ProofFailed):
        verify_proof(text.replace("index 4", "index 5"), leaf=leaf, verifier=signer.verifier)
    with pytest.raises(UnknownSigner):
        verify_proof(text, leaf=leaf, verifier=Signer.generate("log.example/2026").verifier)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("@v1", "@v2"),
        ("index 4", "index 04"),
        ("index 4\n", ""),
        ("index 4", "index -4"),
        ("index 4", "4"),
        ("extra Y29", "extra !!!"),
        ("\n\nlog", "\nlog"),
    ],
)
def test_malformed_proof_files_are_refused(proof_file: tuple[str, bytes, Signer], old: str, new: str) -> None:
    with pytest.raises(AuditError):
        verify_proof(proof_file[0].replace(old, new), leaf=proof_file[1], verifier=proof_file[2].verifier)


@given(st.text(max_size=80))
def test_no_text_crashes_the_proof_parser(text: str) -> None:
    for candidate in (text, f"{tlog_proof.HEADER}\n{text}", f"{tlog_proof.HEADER}\nindex 0\n{text}\n\n"):
        try:
            parse_proof(candidate)
        except MalformedProof:
            continue


def test_a_leaf_is_canonical_json_with_seven_members_and_padding() -> None:
    entry = Entry(EventKind.LOOK_ALLOWED, "Quiet heron", date(2026, 11, 24), "7f3a", bytes(32), bytes([1]) * 16)
    text = (
        b'{"c":"' + b"0" * 64 + b'","day":"2026-11-24","kind":"look_allowed","org":"Quiet heron",'
        b'"policy_hash":"7f3a","tag":"' + b"01" * 16 + b'","v":1}'
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
)
def test_entries_come_back_from_their_leaves(
    kind: EventKind, org: str, day: date, policy_hash: str, commitment: bytes, tag: bytes
) -> None:
    entry = Entry(kind, org, day, policy_hash, commitment, tag)

    assert parse_leaf(entry.leaf()) == entry
    assert len(entry.leaf()) in events.SIZE_CLASSES


def test_every_kind_has_a_sentence_and_leaves_of_one_length(new_entry: Callable[..., Entry]) -> None:
    assert all(sentence(new_entry(kind)) for kind in EventKind)
    assert {len(new_entry(kind).leaf()) for kind in EventKind} == {320}


@pytest.mark.parametrize(
    "change",
    [
        lambda leaf: leaf + b" ",
        lambda leaf: leaf.rstrip(),
        lambda leaf: leaf.replace(b'"v":1', b'"v":2'),
        lambda leaf: leaf.replace(b'"v":1', b'"v":true').replace(b"   ", b"", 1),
        lambda leaf: leaf.replace(b"look_allowed", b"look_wronged"),
        lambda leaf: leaf.replace(b"2026-11-24", b"2026-11-31"),
        lambda leaf: leaf.replace(b"7f3a9c", b"7F3A9C"),
        lambda leaf: leaf.replace(b'{"c"', b'{ "c"').removesuffix(b" "),
        lambda leaf: leaf.replace(b'"tag":"', b'"tag":"0').removesuffix(b" "),
        lambda leaf: leaf.replace(b'"v":1', b'"v":1,"x":1').removesuffix(b"      "),
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
    [{"org": ""}, {"org": "x" * 61}, {"org": "a\nb"}, {"policy_hash": "xyz"}, {"commitment": b""}, {"tag": b"1"}],
)
def test_entries_that_cannot_be_are_refused(new_entry: Callable[..., Entry], field: dict[str, object]) -> None:
    with pytest.raises(MalformedProof):
        new_entry(**field)


def test_a_commitment_is_keyed_and_opens_to_one_thing() -> None:
    key = commitments.new_key()
    commitment = commitments.commit(key, {"athlete": "a", "n": 1})

    commitments.verify_opening(commitment, key, {"n": 1, "athlete": "a"})
    with pytest.raises(ProofFailed):
        commitments.verify_opening(commitment, key, {"athlete": "b", "n": 1})
    with pytest.raises(ProofFailed):
        commitments.verify_opening(commitment, commitments.new_key(), {"athlete": "a", "n": 1})


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


def test_cover_names_are_stable_and_distinct() -> None:
    secret = bytes(32)
    taken: set[str] = set()
    for number in range(300):
        taken.add(cover_name(f"club-{number}", secret, taken=taken))

    assert len(taken) == 300
    assert cover_name("club-a", secret) == cover_name("club-a", secret)
    assert cover_name("club-a", secret) != cover_name("club-a", bytes([1]) * 32)
    assert all(len(name.split()) == 2 for name in taken)
