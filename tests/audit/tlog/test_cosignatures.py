"""Cosignatures of both types, and checkpoints that a log signs twice: messages written out by hand from the spec."""

import base64
import hashlib
import struct

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.errors import AuditError, MalformedProof, ProofFailed, QuorumNotMet, UnknownSigner
from audit.tlog import cosignature, merkle
from audit.tlog.checkpoint import Checkpoint
from audit.tlog.note import open_note, sign_note, split_note, write_note
from audit.tlog.note_keys import Algorithm, NoteSignature, Signer, Verifier
from audit.tlog.trust_policy import TrustPolicy, parse_policy
from tests.scale import scaled

ORIGIN = "example.com/behind-the-sofa"
ROOT = base64.b64decode("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=")
TEXT = f"{ORIGIN}\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
TIME_S = 1_679_315_147

LOG = Signer(ORIGIN, bytes([1]) * 32)
LOG_PQ = Signer(ORIGIN, bytes([2]) * 32, Algorithm.ML_DSA_44)
WITNESS = Signer("witness.example.com/w1", bytes([3]) * 32, Algorithm.ED25519_COSIGNATURE)
WITNESS_PQ = Signer("witness.example.com/w2", bytes([4]) * 32, Algorithm.ML_DSA_44)
COSIGNERS = [WITNESS, WITNESS_PQ]


def by_hand(signer: Signer, time_s: int, origin: str = ORIGIN, size: int = 20_852_163, root: bytes = ROOT) -> bytes:
    """The signed message, byte by byte as tlog-cosignature writes it."""
    if signer.algorithm is Algorithm.ED25519_COSIGNATURE:
        text = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"
        return b"cosignature/v1\ntime " + str(time_s).encode() + b"\n" + text.encode()
    label = b"subtree/v1" + bytes([10, 0])
    name = signer.name.encode()
    named = bytes([len(name)]) + name
    logged = bytes([len(origin.encode())]) + origin.encode()
    numbers = [time_s.to_bytes(8, "big"), (0).to_bytes(8, "big"), size.to_bytes(8, "big")]
    return label + named + numbers[0] + logged + numbers[1] + numbers[2] + root


def holds(verifier: Verifier, signature: bytes, message: bytes) -> bool:
    """Whether a bare signature holds, asked of the library alone."""
    kind = MLDSA44PublicKey if verifier.algorithm is Algorithm.ML_DSA_44 else Ed25519PublicKey
    try:
        kind.from_public_bytes(verifier.public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def note(*signers: Signer, text: str = TEXT) -> bytes:
    return sign_note(text, signers, timestamp_s=TIME_S)


def test_the_label_of_the_post_quantum_message_has_twelve_bytes() -> None:
    assert cosignature.ml_dsa_message("a", 0, TEXT)[:12] == b"subtree/v1\n\x00"


@pytest.mark.parametrize("signer", COSIGNERS, ids=["ed25519", "ml-dsa-44"])
def test_a_cosignature_is_a_time_and_a_signature_over_the_message_by_hand(signer: Signer) -> None:
    blob = signer.sign(TEXT, timestamp_s=TIME_S).signature
    size = {Algorithm.ED25519_COSIGNATURE: 64, Algorithm.ML_DSA_44: 2420}[signer.algorithm]

    assert len(blob) == 8 + size
    assert struct.unpack(">Q", blob[:8]) == (TIME_S,)
    assert holds(signer.verifier, blob[8:], by_hand(signer, TIME_S))
    assert not holds(signer.verifier, blob[8:], by_hand(signer, TIME_S + 1))
    assert not holds(signer.verifier, blob[8:], TEXT.encode())


def test_a_signature_over_the_message_by_hand_is_accepted() -> None:
    private = MLDSA44PrivateKey.from_seed_bytes(WITNESS_PQ.seed)
    blob = TIME_S.to_bytes(8, "big") + private.sign(by_hand(WITNESS_PQ, TIME_S))

    WITNESS_PQ.verifier.verify(TEXT, blob)
    with pytest.raises(ProofFailed):
        Signer("witness.example.com/w3", WITNESS_PQ.seed, Algorithm.ML_DSA_44).verifier.verify(TEXT, blob)


@pytest.mark.parametrize(("signer", "kind"), [(WITNESS, 4), (WITNESS_PQ, 6)], ids=["ed25519", "ml-dsa-44"])
def test_key_ids_and_keys_as_text_are_as_specified(signer: Signer, kind: int) -> None:
    typed = bytes([kind]) + signer.verifier.public
    key_id = hashlib.sha256(signer.name.encode() + b"\n" + typed).digest()[:4]

    assert signer.vkey == f"{signer.name}+{key_id.hex()}+{base64.b64encode(typed).decode()}"
    assert Verifier.from_vkey(signer.vkey) == signer.verifier
    assert len(signer.verifier.public) == (1312 if kind == 6 else 32)


def test_one_key_has_another_id_for_each_type_of_signature() -> None:
    plain, timed = (Signer("a.example", bytes(32), kind) for kind in (Algorithm.ED25519, Algorithm.ED25519_COSIGNATURE))

    assert plain.verifier.public == timed.verifier.public
    assert plain.verifier.key_id != timed.verifier.key_id
    with pytest.raises(UnknownSigner):
        open_note(note(plain), [timed.verifier])


@pytest.mark.parametrize(("kind", "size"), [(4, 31), (4, 33), (4, 1312), (6, 32), (6, 1311), (6, 1313), (1, 0)])
def test_keys_of_the_wrong_length_are_refused(kind: int, size: int) -> None:
    typed = bytes([kind]) + bytes(size)
    key_id = hashlib.sha256(b"a.example\n" + typed).digest()[:4]

    with pytest.raises(MalformedProof):
        Verifier.from_vkey(f"a.example+{key_id.hex()}+{base64.b64encode(typed).decode()}")


@pytest.mark.parametrize("kind", [0, 2, 3, 5, 7, 0xFA, 0xFF])
def test_keys_of_types_not_known_here_are_refused(kind: int) -> None:
    typed = bytes([kind]) + bytes(32)
    key_id = hashlib.sha256(b"a.example\n" + typed).digest()[:4]

    with pytest.raises(MalformedProof):
        Verifier.from_vkey(f"a.example+{key_id.hex()}+{base64.b64encode(typed).decode()}")


def test_the_example_in_the_specification_is_read_as_it_is_described() -> None:
    """Its keys are not published, so only the layout can be compared: time 1679315147, 64 bytes of signature."""
    example = (
        TEXT + "\n"
        "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo"
        "+zyWE+xeMcTOAYQ8=\n"
        "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5n"
        "No0xUe+mbIUBkBIfZ+qnA==\n"
    ).encode()

    text, (log, witness) = split_note(example)

    assert (text, log.name, witness.name) == (TEXT, ORIGIN, "witness.example.com/w1")
    assert len(log.signature) == 64
    assert cosignature.split_timestamp(witness.signature, 64)[0] == 1_679_315_147
    assert write_note(text, [log, witness]) == example


@pytest.mark.parametrize("signer", COSIGNERS, ids=["ed25519", "ml-dsa-44"])
@pytest.mark.parametrize("time_s", [-1, 1 << 63, 1 << 64, 1 << 200])
def test_times_that_cannot_be_stated_are_not_signed(signer: Signer, time_s: int) -> None:
    with pytest.raises(MalformedProof):
        signer.sign(TEXT, timestamp_s=time_s)


@pytest.mark.parametrize("signer", COSIGNERS, ids=["ed25519", "ml-dsa-44"])
@pytest.mark.parametrize("text", ["", "any text\n", TEXT[:-1], TEXT + "\n", TEXT.replace("20852163", "020852163")])
def test_what_is_no_checkpoint_is_neither_cosigned_nor_accepted(signer: Signer, text: str) -> None:
    with pytest.raises(MalformedProof):
        signer.sign(text, timestamp_s=TIME_S)
    with pytest.raises(MalformedProof):
        signer.verifier.verify(text, signer.sign(TEXT).signature)


@pytest.mark.parametrize("signer", COSIGNERS, ids=["ed25519", "ml-dsa-44"])
def test_a_cosignature_is_for_one_log_size_root_time_and_signer(signer: Signer) -> None:
    good = signer.sign(TEXT, timestamp_s=TIME_S).signature
    root = base64.b64encode(bytes(32)).decode()
    texts = [
        TEXT.replace("sofa", "sofb"),
        TEXT.replace("20852163", "20852164"),
        f"{ORIGIN}\n20852163\n{root}\n",
    ]
    blobs = [bytes([good[0] ^ 1]) + good[1:], good[:7] + bytes([good[7] ^ 1]) + good[8:], good[:-1], good + b"\0", b""]

    for text, blob in [*((text, good) for text in texts), *((TEXT, blob) for blob in blobs)]:
        with pytest.raises(AuditError):
            signer.verifier.verify(text, blob)


def test_only_the_ed25519_cosignature_covers_extension_lines() -> None:
    extended = TEXT + "extension\n"

    with pytest.raises(ProofFailed):
        WITNESS.verifier.verify(extended, WITNESS.sign(TEXT).signature)
    WITNESS_PQ.verifier.verify(extended, WITNESS_PQ.sign(TEXT).signature)


def test_names_of_255_bytes_fit_the_byte_that_states_their_length() -> None:
    message = cosignature.ml_dsa_message("n" * 255, 0, TEXT.replace(ORIGIN, "o" * 255))

    assert b"\xff" + b"n" * 255 in message
    assert b"\xff" + b"o" * 255 in message


@pytest.mark.parametrize(("name", "origin"), [("n" * 256, "o"), ("é" * 128, "o"), ("n", "o" * 256), ("", "o")])
def test_longer_names_cannot_be_cosigned(name: str, origin: str) -> None:
    with pytest.raises(MalformedProof):
        cosignature.ml_dsa_message(name, 0, TEXT.replace(ORIGIN, origin))


@settings(deadline=None, max_examples=scaled(20))
@given(
    st.sampled_from(COSIGNERS),
    st.integers(0, (1 << 63) - 1),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60),
    st.integers(1, (1 << 63) - 1),
    st.binary(min_size=32, max_size=32),
)
def test_any_checkpoint_is_cosigned_as_by_hand(
    signer: Signer, time_s: int, origin: str, size: int, root: bytes
) -> None:
    text = Checkpoint(origin, size, root).body
    blob = signer.sign(text, timestamp_s=time_s).signature

    assert holds(signer.verifier, blob[8:], by_hand(signer, time_s, origin, size, root))
    signer.verifier.verify(text, blob)
    assert signer.verifier.time_of(blob) == time_s


def test_of_several_cosignatures_by_one_key_the_first_is_kept() -> None:
    signatures = [WITNESS.sign(TEXT, timestamp_s=time_s) for time_s in (8, 7, 9)]

    assert open_note(write_note(TEXT, signatures), [WITNESS.verifier]).signatures == (signatures[0],)


def test_times_above_2_to_the_63_minus_1_are_not_read() -> None:
    largest = ((1 << 63) - 1).to_bytes(8, "big")

    assert cosignature.split_timestamp(largest + bytes(64), 64) == ((1 << 63) - 1, bytes(64))
    for signer, size in ((WITNESS, 64), (WITNESS_PQ, 2420)):
        with pytest.raises(MalformedProof):
            signer.verifier.time_of((1 << 63).to_bytes(8, "big") + bytes(size))


def test_a_plain_signature_states_no_time() -> None:
    assert LOG.verifier.time_of(LOG.sign(TEXT, timestamp_s=TIME_S).signature) == 0


def test_a_checkpoint_signed_twice_opens_for_both_keys() -> None:
    policy = TrustPolicy.of_keys([LOG.vkey, LOG_PQ.vkey])
    trusted = policy.open(note(LOG, LOG_PQ))

    assert trusted.checkpoint == Checkpoint(ORIGIN, 20_852_163, ROOT)
    assert trusted.signed_by == (LOG.verifier, LOG_PQ.verifier)
    assert trusted.signed_at_s == TIME_S


@pytest.mark.parametrize("signer", [LOG, LOG_PQ], ids=["ed25519", "ml-dsa-44"])
def test_one_of_two_signatures_is_not_enough_where_both_keys_were_given(signer: Signer) -> None:
    with pytest.raises(ProofFailed):
        TrustPolicy.of_keys([LOG.vkey, LOG_PQ.vkey]).open(note(signer))


@pytest.mark.parametrize("signer", [LOG, LOG_PQ], ids=["ed25519", "ml-dsa-44"])
def test_either_signature_is_enough_for_a_policy_file(signer: Signer) -> None:
    policy = parse_policy(f"log {LOG.vkey}\nlog {LOG_PQ.vkey}\nquorum none\n".encode())

    assert policy.open(note(signer)).signed_by == (signer.verifier,)
    assert policy.open(note(LOG_PQ, LOG)).signed_by == (LOG.verifier, LOG_PQ.verifier)


@pytest.mark.parametrize("bad", [LOG, LOG_PQ], ids=["ed25519", "ml-dsa-44"])
def test_one_signature_that_fails_spoils_the_other(bad: Signer) -> None:
    other = LOG_PQ if bad is LOG else LOG
    forged = bad.sign(TEXT.replace("20852163", "20852164"), timestamp_s=TIME_S)
    policy = parse_policy(f"log {LOG.vkey}\nlog {LOG_PQ.vkey}\nquorum none\n".encode())

    with pytest.raises(ProofFailed):
        policy.open(write_note(TEXT, [other.sign(TEXT, timestamp_s=TIME_S), forged]))


def test_extension_lines_that_no_signature_covers_are_left_out() -> None:
    extended = write_note(TEXT + "anybody's word\n", [LOG_PQ.sign(TEXT)])
    covered = note(LOG, LOG_PQ, text=TEXT + "the log's word\n")

    assert TrustPolicy.of_keys([LOG_PQ.vkey]).open(extended).checkpoint.extensions == ()
    assert TrustPolicy.of_keys([LOG.vkey]).open(covered).checkpoint.extensions == ("the log's word",)
    assert TrustPolicy.of_keys([LOG.vkey, LOG_PQ.vkey]).open(covered).checkpoint.extensions == ("the log's word",)
    with pytest.raises(ProofFailed):
        TrustPolicy.of_keys([LOG.vkey]).open(write_note(TEXT + "anybody's word\n", [LOG.sign(TEXT)]))


def test_witnesses_of_both_types_count_with_the_times_they_state() -> None:
    policy = parse_policy(
        f"log {LOG.vkey}\nwitness a {WITNESS.vkey}\nwitness b {WITNESS_PQ.vkey}\ngroup g all a b\nquorum g\n".encode()
    )
    later = WITNESS_PQ.sign(TEXT, timestamp_s=TIME_S + 5)
    signed = write_note(TEXT, [LOG.sign(TEXT), later, WITNESS.sign(TEXT, timestamp_s=TIME_S)])

    assert {(one.witness, one.timestamp_s) for one in policy.open(signed).cosignatures} == {
        ("a", TIME_S),
        ("b", TIME_S + 5),
    }
    with pytest.raises(QuorumNotMet):
        policy.open(note(LOG, WITNESS))


def test_a_cosignature_of_a_log_key_counts_for_the_log_and_not_for_a_witness() -> None:
    policy = parse_policy(f"log {LOG_PQ.vkey}\nwitness a {WITNESS_PQ.vkey}\nquorum a\n".encode())

    with pytest.raises(QuorumNotMet):
        policy.open(note(LOG_PQ))
    with pytest.raises(UnknownSigner):
        policy.open(note(WITNESS_PQ))
    assert policy.open(note(LOG_PQ, WITNESS_PQ)).signed_by == (LOG_PQ.verifier,)


def test_an_empty_log_can_be_cosigned() -> None:
    text = Checkpoint(ORIGIN, 0, merkle.EMPTY_ROOT).body

    assert TrustPolicy.of_keys([LOG.vkey, LOG_PQ.vkey]).open(note(LOG, LOG_PQ, text=text)).checkpoint.size == 0


def test_a_signature_in_the_wrong_kind_of_line_is_refused() -> None:
    moved = NoteSignature(LOG_PQ.name, LOG_PQ.verifier.key_id, WITNESS_PQ.sign(TEXT).signature)

    with pytest.raises(ProofFailed):
        open_note(write_note(TEXT, [moved]), [LOG_PQ.verifier])
