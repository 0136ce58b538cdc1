"""Every parser of the log's formats under arbitrary input and under changes of good input.

Each either refuses with this package's own error, or has read something that it writes back in the same bytes.
"""

import dataclasses
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.entries.events import Entry, EventKind, parse_leaf
from audit.errors import AuditError
from audit.tlog import cosignature, merkle, tiles
from audit.tlog.canonical_base64 import decode_base64, encode_base64
from audit.tlog.checkpoint import Checkpoint, parse_body, parse_size
from audit.tlog.note import open_note, parse_signature_lines, sign_note, split_note, write_note
from audit.tlog.note_keys import Algorithm, Signer, Verifier
from audit.tlog.tlog_proof import TlogProof, parse_proof, verify_proof
from audit.tlog.trust_policy import TrustPolicy, parse_policy
from tests.scale import counts, fuzzed

ORIGIN = "log.example/2026"
LOG = Signer(ORIGIN, bytes([1]) * 32)
LOG_PQ = Signer(ORIGIN, bytes([2]) * 32, Algorithm.ML_DSA_44)
WITNESS = Signer("witness.example", bytes([3]) * 32, Algorithm.ED25519_COSIGNATURE)
ALL = [LOG.verifier, LOG_PQ.verifier, WITNESS.verifier]

LEAVES = [merkle.leaf_hash(bytes([at])) for at in range(11)]
BODY = Checkpoint(ORIGIN, 11, merkle.root(LEAVES)).body
NOTE = sign_note(BODY, [LOG, WITNESS], timestamp_s=1_700_000_000)
HASHES = merkle.inclusion_proof(4, 11, lambda level, at: merkle.root(LEAVES[at << level : (at + 1) << level]))
PROOF = TlogProof(4, HASHES, NOTE, b"context").text.encode()
POLICY = (f"# who\nlog {LOG.vkey} https://log.example/\n\twitness w {WITNESS.vkey}\ngroup g all w\nquorum g\n").encode()
BUNDLE = tiles.encode_bundle([b"", b"a", b"\x00" * 300])
LEAF = Entry(EventKind.LOOK_ALLOWED, "Quiet heron", date(2026, 11, 24), "7f3a", bytes(32), bytes(16)).leaf()
TRUST = TrustPolicy.of_keys([LOG.vkey])

Parse = Callable[[bytes], bytes | None]


def base64_again(data: bytes) -> bytes:
    return encode_base64(decode_base64(text(data))).encode()


def size_again(data: bytes) -> bytes:
    return str(parse_size(text(data))).encode()


def checkpoint_again(data: bytes) -> bytes:
    return octets(parse_body(text(data)).body)


def vkey_again(data: bytes) -> bytes:
    return octets(Verifier.from_vkey(text(data)).vkey)


def note_again(data: bytes) -> bytes:
    return write_note(*split_note(data))


def trusted_note(data: bytes) -> None:
    note = open_note(data, ALL)
    # A post-quantum signature alone covers the first three lines and no extension.
    assert note.text.startswith(BODY)
    assert note.signatures


def lines_again(data: bytes) -> bytes:
    return b"".join(f"{signature.line}\n".encode() for signature in parse_signature_lines(text(data)))


def proof_again(data: bytes) -> bytes:
    return parse_proof(data).text.encode()


def text_proof_again(data: bytes) -> bytes:
    return octets(parse_proof(text(data)).text)


def trusted_proof(data: bytes) -> None:
    assert verify_proof(data, leaf=bytes([4]), policy=TRUST).checkpoint.body == BODY


def trusted_checkpoint(data: bytes) -> None:
    assert TRUST.open(data).checkpoint.body == BODY


def path_again(data: bytes) -> bytes:
    return octets(tiles.parse_path(text(data)).path)


def bundle_again(data: bytes) -> bytes:
    return tiles.encode_bundle(tiles.decode_bundle(data, 3))


def tile_again(data: bytes) -> bytes:
    return b"".join(tiles.split_hashes(data, 2))


def leaf_again(data: bytes) -> bytes:
    return parse_leaf(data).leaf()


def cosignature_again(data: bytes) -> bytes:
    return cosignature.join_timestamp(*cosignature.split_timestamp(data, 64))


def messages(data: bytes) -> None:
    assert cosignature.ed25519_message(7, text(data)).endswith(data)
    assert cosignature.ml_dsa_message("a", 7, text(data)).endswith(parse_body(text(data)).root)


def policy_again(data: bytes) -> bytes:
    """Policies have many spellings, so what is compared is their meaning: written plainly, it is read the same."""
    read = parse_policy(data)
    lines = [" ".join(filter(None, ["log", log.verifier.vkey, log.url])) for log in read.logs]
    lines += [" ".join(filter(None, ["witness", one.name, one.verifier.vkey, one.url])) for one in read.witnesses]
    lines += [f"group {name} {group.needed} {' '.join(group.members)}" for name, group in read.groups.items()]
    assert parse_policy(octets("\n".join([*lines, f"quorum {read.quorum}"]) + "\n")) == read
    return data


# Every parser with good input to begin from; it gives back the input it has read, or None where it checks by itself.
PARSERS: dict[str, tuple[Parse, bytes]] = {
    "base64": (base64_again, encode_base64(bytes(range(40))).encode()),
    "size": (size_again, b"20852163"),
    "checkpoint": (checkpoint_again, BODY.encode()),
    "checkpoint with extensions": (checkpoint_again, f"{BODY}more\nand more\n".encode()),
    "key": (vkey_again, LOG.vkey.encode()),
    "post-quantum key": (vkey_again, LOG_PQ.vkey.encode()),
    "note": (note_again, NOTE),
    "trusted note": (trusted_note, NOTE),
    "note signed twice": (trusted_note, sign_note(BODY, [LOG, LOG_PQ])),
    "trusted checkpoint": (trusted_checkpoint, NOTE),
    "signature lines": (lines_again, NOTE.partition(b"\n\n")[2]),
    "proof": (proof_again, PROOF),
    "proof as text": (text_proof_again, PROOF),
    "trusted proof": (trusted_proof, PROOF),
    "policy": (policy_again, POLICY),
    "tile path": (path_again, b"tile/0/x001/x234/067.p/112"),
    "bundle": (bundle_again, BUNDLE),
    "tile": (tile_again, bytes(64)),
    "leaf": (leaf_again, LEAF),
    "cosignature": (cosignature_again, bytes(7) + b"\x01" + bytes(64)),
    "messages of cosigners": (messages, BODY.encode()),
}

# What parsers trip over: signs, blanks, line ends, digits of other scripts, broken UTF-8, long numbers.
PIECES = [
    *(bytes([at]) for at in (0, 9, 10, 11, 13, 31, 32, 43, 45, 47, 48, 61, 127, 128, 0xC0, 0xED, 0xFF)),
    *(b"\n\n", b"\r\n", b"0", b"9" * 5000, b"-1", b"+1", b"_", b"1e9", b"====", b" \t", b"# ", b"none", b"{", b'"'),
    *(at.encode() for at in ("\u2014 ", "\u2028", "\u0085", "\u00a0", "\ufeff", "\u0661", "\u212a", "e\u0301")),
    b"\xed\xa0\x80",
]

each_parser = pytest.mark.parametrize(("parse", "good"), PARSERS.values(), ids=PARSERS.keys())


def text(data: bytes) -> str:
    """Text of any octets, half surrogates among them, as a careless caller may have it."""
    return data.decode("utf-8", "surrogateescape")


def octets(value: str) -> bytes:
    return value.encode("utf-8", "surrogateescape")


def attempt(parse: Parse, data: bytes) -> None:
    """Any other error than the package's own fails the test, and so does success that reads something else."""
    counts["inputs"] += 1
    try:
        again = parse(data)
    except AuditError:
        return
    assert again is None or again == data


@each_parser
def test_each_parser_reads_its_good_input(parse: Parse, good: bytes) -> None:
    assert parse(good) in (None, good)


@each_parser
@fuzzed(30)
@given(data=st.binary(max_size=400))
def test_arbitrary_bytes(parse: Parse, good: bytes, data: bytes) -> None:
    attempt(parse, data)


@each_parser
@fuzzed(30)
@given(data=st.text(max_size=200))
def test_arbitrary_text(parse: Parse, good: bytes, data: str) -> None:
    attempt(parse, data.encode("utf-8", "surrogatepass"))


@each_parser
@fuzzed(30)
@given(changes=st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 3), st.binary(max_size=3)), max_size=3))
def test_good_input_with_bytes_replaced(parse: Parse, good: bytes, changes: list[tuple[int, int, bytes]]) -> None:
    data = good
    for place, length, piece in changes:
        at = place % (len(data) + 1)
        data = data[:at] + piece + data[at + length :]

    attempt(parse, data)


@each_parser
@fuzzed(30)
@given(place=st.integers(0, 1 << 16), length=st.integers(0, 12), piece=st.sampled_from(PIECES))
def test_good_input_with_awkward_pieces(parse: Parse, good: bytes, place: int, length: int, piece: bytes) -> None:
    at = place % (len(good) + 1)

    attempt(parse, good[:at] + piece + good[at + length :])


@each_parser
@fuzzed(30)
@given(order=st.data())
def test_good_input_with_lines_moved_repeated_or_left_out(parse: Parse, good: bytes, order: st.DataObject) -> None:
    lines = good.splitlines(keepends=True)

    attempt(parse, b"".join(order.draw(st.lists(st.sampled_from(lines), max_size=len(lines) + 2))))


@each_parser
def test_good_input_cut_short_anywhere(parse: Parse, good: bytes) -> None:
    for end in range(0, len(good), max(1, len(good) // 400)):
        attempt(parse, good[:end])
        attempt(parse, good[end:])


@each_parser
def test_good_input_with_any_byte_changed(parse: Parse, good: bytes) -> None:
    for at in range(0, len(good), max(1, len(good) // 400)):
        for change in (0x01, 0x20, 0x80):
            attempt(parse, good[:at] + bytes([good[at] ^ change]) + good[at + 1 :])


def hashes() -> st.SearchStrategy[bytes]:
    return st.one_of(st.binary(max_size=40), st.binary(min_size=32, max_size=32), st.sampled_from(LEAVES))


def numbers() -> st.SearchStrategy[int]:
    return st.one_of(st.integers(0, 20), st.integers(), st.sampled_from([(1 << 63) - 1, 1 << 64, 1 << 20_000]))


@fuzzed(30)
@given(numbers(), numbers(), hashes(), hashes(), st.lists(hashes(), max_size=70))
def test_arbitrary_proofs(first: int, second: int, one: bytes, other: bytes, proof: list[bytes]) -> None:
    for verify in (
        lambda: merkle.verify_inclusion(leaf_hash=one, index=first, size=second, proof=proof, root=other),
        lambda: merkle.verify_consistency(size1=first, root1=one, size2=second, root2=other, proof=proof),
        lambda: tiles.Tile(first - 2, second, len(proof)).path,
        lambda: cosignature.join_timestamp(first, one),
        lambda: Checkpoint(ORIGIN, first, one).body,
        lambda: LOG.verifier.verify(BODY, one),
        lambda: LOG_PQ.verifier.verify(BODY, one),
        lambda: WITNESS.verifier.verify(BODY, one),
    ):
        try:
            verify()
        except AuditError:
            continue


@fuzzed(30)
@given(st.text(max_size=40), st.text(max_size=40), st.integers())
def test_arbitrary_names_texts_and_times(name: str, note: str, time_s: int) -> None:
    for make in (
        lambda: Signer(name, bytes(32)).sign(note),
        lambda: sign_note(note, [LOG]),
        lambda: sign_note(f"{note}\n", [dataclasses.replace(WITNESS, name=name)], timestamp_s=time_s),
        lambda: WITNESS.sign(note, timestamp_s=time_s),
        lambda: LOG_PQ.sign(note, timestamp_s=time_s),
        lambda: LOG.verifier.verify(note, bytes(64)),
        lambda: Checkpoint(name, 1, bytes(32), (note,)).body,
        lambda: cosignature.ml_dsa_message(name, time_s, BODY),
        lambda: TrustPolicy.of_keys([name, note]),
    ):
        try:
            make()
        except AuditError:
            continue
