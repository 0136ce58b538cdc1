"""Signed notes: the rules of C2SP signed-note, one by one."""

import base64
import hashlib
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from audit.errors import AuditError, MalformedProof, ProofFailed, UnknownSigner
from audit.tlog.note import open_note, sign_note, write_note
from audit.tlog.note_keys import Algorithm, NoteSignature, Signer, Verifier
from tests.growth import assert_grows_in_proportion

TEXT = "If you think cryptography is the answer,\n\nthen you do not know the question.\n"
ANNA = Signer("anna.example", bytes([1]) * 32)
BEN = Signer("ben.example", bytes([2]) * 32)
DASH = "— ".encode()


def line(signer: Signer, text: str = TEXT) -> bytes:
    return signer.sign(text).line.encode() + b"\n"


def test_a_signed_note_opens_to_its_text_and_signature() -> None:
    note = open_note(sign_note(TEXT, [ANNA, BEN]), [ANNA.verifier, BEN.verifier])

    assert note.text == TEXT
    assert [signature.name for signature in note.signatures] == ["anna.example", "ben.example"]
    assert note.unverified == ()


def test_key_id_and_vkey_are_computed_as_specified() -> None:
    public = Ed25519PrivateKey.from_private_bytes(ANNA.seed).public_key().public_bytes_raw()
    key_id = hashlib.sha256(b"anna.example\n\x01" + public).digest()[:4]
    typed = base64.b64encode(b"\x01" + public).decode()

    assert ANNA.vkey == f"anna.example+{key_id.hex()}+{typed}"
    assert Verifier.from_vkey(ANNA.vkey) == ANNA.verifier


def test_the_note_on_the_wire_is_text_blank_line_and_signature_lines() -> None:
    signature = Ed25519PrivateKey.from_private_bytes(ANNA.seed).sign(TEXT.encode())
    blob = base64.b64encode(ANNA.verifier.key_id + signature)

    assert sign_note(TEXT, [ANNA]) == TEXT.encode() + b"\n" + DASH + b"anna.example " + blob + b"\n"


def test_the_text_ends_at_the_last_blank_line() -> None:
    text = "one\n\n\n— anna.example c2lnbmF0dXJl\n\ntwo\n"

    assert open_note(sign_note(text, [ANNA]), [ANNA.verifier]).text == text


def test_signatures_by_unknown_keys_are_ignored_and_kept_apart() -> None:
    note = open_note(sign_note(TEXT, [BEN, ANNA]), [ANNA.verifier])

    assert [signature.name for signature in note.signatures] == ["anna.example"]
    assert [signature.name for signature in note.unverified] == ["ben.example"]


def test_unknown_means_name_and_id_together() -> None:
    same_name = Signer("anna.example", bytes([9]) * 32)
    same_id = NoteSignature("other.example", ANNA.verifier.key_id, bytes(64))
    signatures = [same_name.sign(TEXT), same_id, ANNA.sign(TEXT)]

    note = open_note(write_note(TEXT, signatures), [ANNA.verifier])

    assert note.signatures == (ANNA.sign(TEXT),)
    assert len(note.unverified) == 2


def test_a_note_without_a_trusted_signature_is_refused() -> None:
    with pytest.raises(UnknownSigner):
        open_note(sign_note(TEXT, [BEN]), [ANNA.verifier])
    with pytest.raises(UnknownSigner):
        open_note(sign_note(TEXT, [ANNA]), [])


def test_one_bad_signature_by_a_known_key_spoils_the_note() -> None:
    bad = NoteSignature("ben.example", BEN.verifier.key_id, bytes(64))

    with pytest.raises(ProofFailed):
        open_note(write_note(TEXT, [ANNA.sign(TEXT), bad]), [ANNA.verifier, BEN.verifier])


def test_a_known_signature_of_the_wrong_length_spoils_the_note() -> None:
    short = NoteSignature("anna.example", ANNA.verifier.key_id, bytes(10))

    with pytest.raises(ProofFailed):
        open_note(write_note(TEXT, [short]), [ANNA.verifier])


def test_every_line_of_a_known_key_must_verify() -> None:
    """The specification: if name and id match a known key, verifiers MUST verify the signature."""
    bad = NoteSignature("anna.example", ANNA.verifier.key_id, bytes(64))

    for signatures in ([ANNA.sign(TEXT), bad], [bad, ANNA.sign(TEXT)]):
        with pytest.raises(ProofFailed):
            open_note(write_note(TEXT, signatures), [ANNA.verifier])


def test_a_repeated_signature_counts_once() -> None:
    note = open_note(write_note(TEXT, [ANNA.sign(TEXT)] * 3 + [BEN.sign(TEXT)] * 2), [ANNA.verifier])

    assert len(note.signatures) == 1
    assert len(note.unverified) == 1


def test_sixteen_signatures_of_five_kilobytes_are_accepted() -> None:
    large = [NoteSignature(f"key-{at}.example", bytes(4), bytes(5000)) for at in range(15)]

    assert len(open_note(write_note(TEXT, [*large, ANNA.sign(TEXT)]), [ANNA.verifier]).unverified) == 15


def test_far_too_many_signatures_are_refused() -> None:
    with pytest.raises(MalformedProof):
        open_note(write_note(TEXT, [ANNA.sign(TEXT)] * 101), [ANNA.verifier])


def test_two_trusted_keys_with_one_identity_are_refused() -> None:
    class SameId(Verifier):
        @property
        def key_id(self) -> bytes:
            return ANNA.verifier.key_id

    twin = SameId("anna.example", BEN.verifier.public)

    with pytest.raises(MalformedProof):
        open_note(sign_note(TEXT, [ANNA]), [ANNA.verifier, twin])


def test_keys_given_twice_matter_only_where_they_have_signed() -> None:
    trusted = [BEN.verifier, ANNA.verifier, BEN.verifier]

    assert len(open_note(sign_note(TEXT, [ANNA]), trusted).signatures) == 1
    with pytest.raises(MalformedProof):
        open_note(sign_note(TEXT, [BEN]), trusted)


def test_a_hundred_signatures_are_accepted_and_one_more_is_not() -> None:
    assert len(open_note(write_note(TEXT, [ANNA.sign(TEXT)] * 100), [ANNA.verifier]).signatures) == 1

    with pytest.raises(MalformedProof):
        open_note(write_note(TEXT, [ANNA.sign(TEXT)] * 101), [])


@pytest.mark.parametrize(
    ("name", "key_id", "signature"),
    [("", bytes(4), b"s"), ("a b", bytes(4), b"s"), ("a", bytes(3), b"s"), ("a", bytes(5), b"s"), ("a", bytes(4), b"")],
)
def test_signature_lines_that_cannot_be_are_not_made(name: str, key_id: bytes, signature: bytes) -> None:
    with pytest.raises(MalformedProof):
        NoteSignature(name, key_id, signature)


def test_a_note_without_signatures_is_not_made() -> None:
    with pytest.raises(MalformedProof):
        sign_note(TEXT, [])


GOOD = sign_note(TEXT, [ANNA])
MALFORMED = {
    "empty": b"",
    "no blank line": TEXT.encode().replace(b"\n\n", b"\n") + line(ANNA),
    "no signature": TEXT.encode() + b"\n",
    "last newline missing": GOOD[:-1],
    "text after the signatures": GOOD + b"more\n",
    "blank line after the signatures": GOOD + b"\n",
    "carriage returns": GOOD.replace(b"\n", b"\r\n"),
    "a carriage return in the text": sign_note("ab\n", [ANNA]).replace(b"ab", b"a\r"),
    "a tab": GOOD.replace(b"cryptography", b"crypto\tgraphy"),
    "a zero byte": GOOD.replace(b"question", b"quest\x00ion"),
    "a control character in a signature line": GOOD.replace(b"anna.example ", b"anna\x1f.example "),
    "not UTF-8": GOOD.replace(b"question", b"quest\xffion"),
    "an overlong UTF-8 form": GOOD.replace(b"question", b"quest\xc0\xaeion"),
    "a surrogate": GOOD.replace(b"question", b"quest\xed\xa0\x80ion"),
    "a hyphen for the dash": GOOD.replace(DASH, b"- "),
    "an en dash for the dash": GOOD.replace(DASH, "– ".encode()),
    "no space after the dash": GOOD.replace(DASH, "—".encode()),
    "two spaces after the dash": GOOD.replace(DASH, "—  ".encode()),
    "no name": GOOD.replace(b"anna.example ", b" "),
    "a plus in the name": GOOD.replace(b"anna.example ", b"an+na "),
    "a wide space in the name": GOOD.replace(b"anna.example", "an\u3000na".encode()),
    "no signature bytes": GOOD.replace(line(ANNA), DASH + b"anna.example " + base64.b64encode(bytes(4)) + b"\n"),
    "nothing behind the name": GOOD.replace(line(ANNA), DASH + b"anna.example\n"),
    "a space behind the signature": GOOD[:-1] + b" \n",
    "not base64": GOOD.replace(line(ANNA), DASH + b"anna.example !!!!!!!!\n"),
    "base64 for addresses": GOOD.replace(line(ANNA), DASH + b"anna.example -_-_-_-_\n"),
    "base64 without padding": GOOD.replace(b"=\n", b"\n"),
    "base64 with unused bits set": GOOD.replace(line(ANNA), DASH + b"anna.example AAAAAAB=\n"),
    "too large": sign_note("x" * 1_000_000 + "\n", [ANNA]),
}


@pytest.mark.parametrize("note", MALFORMED.values(), ids=MALFORMED.keys())
def test_malformed_notes_are_refused(note: bytes) -> None:
    assert note != GOOD

    with pytest.raises(MalformedProof):
        open_note(note, [ANNA.verifier])


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "anna.example",
        "anna.example+12345678",
        ANNA.vkey.replace("anna.example", "an na"),
        ANNA.vkey.removeprefix("anna.example"),
        ANNA.vkey.replace("anna.example", "ben.example"),
        ANNA.vkey[:-4],
        ANNA.vkey + "AAAA",
        ANNA.vkey + "\n",
        "anna.example+" + ANNA.vkey.split("+")[1].zfill(9) + "+" + ANNA.vkey.split("+", 2)[2],
        "anna.example+xyzw1234+" + ANNA.vkey.split("+", 2)[2],
        "anna.example+00000000+" + base64.b64encode(b"\x02" + bytes(32)).decode(),
        "anna.example+00000000+",
        "anna.example+00000000+é",
    ],
)
def test_malformed_verification_keys_are_refused(vkey: str) -> None:
    with pytest.raises(MalformedProof):
        Verifier.from_vkey(vkey)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\nb", "a\tb", "\ud800"])
def test_bad_key_names_are_refused(name: str) -> None:
    with pytest.raises(MalformedProof):
        Signer(name, bytes(32))


@pytest.mark.parametrize("text", ["no newline", "", "tab\t\n", "return\r\n", "\ud800\n"])
def test_texts_that_no_note_may_carry_are_not_signed(text: str) -> None:
    with pytest.raises(MalformedProof):
        sign_note(text, [ANNA])
    with pytest.raises(MalformedProof):
        write_note(text, [ANNA.sign(TEXT)])


def test_a_text_in_place_of_bytes_is_refused_as_a_note() -> None:
    with pytest.raises(MalformedProof):
        open_note(GOOD.decode(), [ANNA.verifier])  # type: ignore[arg-type]


BAD_LINES = [
    NoteSignature("anna.example", ANNA.verifier.key_id, bytes([at])).line.encode() + b"\n" for at in range(100)
]
# Made to keep a careless parser busy; of about so many bytes.
HOSTILE: dict[str, Callable[[int], bytes]] = {
    "newlines": lambda size: b"\n" * size,
    "dashes": lambda size: DASH * (size // 4),
    "signature lines": lambda size: b"a\n\n" + line(ANNA) * (size // len(line(ANNA))),
    "one long signature": lambda size: b"a\n\n" + DASH + b"anna.example " + b"A" * size + b"\n",
    "one long name": lambda size: b"a\n\n" + DASH + b"a" * size + b" AAAAAAAA\n",
    "spaces": lambda size: b"a\n\n" + DASH + b" " * size + b"\n",
    "padding": lambda size: b"a\n\n" + DASH + b"anna.example " + b"=" * size + b"\n",
    "blank lines, then a signature": lambda size: b"\n" * size + line(ANNA),
    "a long text under a hundred bad signatures": lambda size: b"a" * size + b"\n\n" + b"".join(BAD_LINES),
}
LARGEST_BYTES = 400_000


@pytest.mark.slow
@pytest.mark.parametrize("made", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_notes_are_refused_in_time_proportional_to_their_size(made: Callable[[int], bytes]) -> None:
    cosigner = Signer("anna.example", bytes(32), Algorithm.ED25519_COSIGNATURE)

    def refuse(note: bytes) -> None:
        with pytest.raises(AuditError):
            open_note(note, [ANNA.verifier, cosigner.verifier])

    assert_grows_in_proportion(made, refuse, LARGEST_BYTES)


@given(st.binary(max_size=200))
def test_no_bytes_crash_the_parser(data: bytes) -> None:
    with pytest.raises(AuditError):
        open_note(data, [ANNA.verifier])


@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_no_changed_byte_goes_unseen(at: int, change: int) -> None:
    changed = bytearray(GOOD)
    changed[at] ^= change

    with pytest.raises(AuditError):
        open_note(bytes(changed), [ANNA.verifier])


@given(st.text(max_size=80))
def test_no_text_crashes_the_key_parser(text: str) -> None:
    with pytest.raises(AuditError):
        Verifier.from_vkey(text)


def test_the_secret_never_shows() -> None:
    assert ANNA.seed.hex() not in repr(ANNA)
    assert repr(ANNA.seed) not in repr(ANNA)
