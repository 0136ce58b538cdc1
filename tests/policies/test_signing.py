"""Ed25519 keys: published vectors, round trips, and everything that must not verify."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.errors import BadSignature, InvalidInput
from policies.signing import SigningKey, VerifyKey

KEY = SigningKey(bytes(range(32)))


@pytest.mark.parametrize(
    ("seed", "public", "message", "signature"),
    [  # RFC 8032, section 7.1, tests 1 and 2
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
            "d25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
            "387b2eaeb4302aeeb00d291612bb0c00",
        ),
    ],
)
def test_vectors_of_the_standard(seed: str, public: str, message: str, signature: str) -> None:
    key = SigningKey(bytes.fromhex(seed))

    assert key.verify_key.raw.hex() == public
    assert key.sign(bytes.fromhex(message)).hex() == signature


@given(st.binary(max_size=200))
def test_what_was_signed_verifies(message: bytes) -> None:
    KEY.verify_key.verify(message, KEY.sign(message))


@given(st.binary(max_size=80), st.integers(0, 63), st.integers(1, 255))
def test_no_changed_signature_verifies(message: bytes, position: int, change: int) -> None:
    signature = bytearray(KEY.sign(message))
    signature[position] ^= change

    with pytest.raises(BadSignature):
        KEY.verify_key.verify(message, bytes(signature))


@pytest.mark.parametrize("signature", [b"", b"\0" * 64, b"\0" * 63, b"\0" * 65])
def test_a_signature_of_another_shape_is_a_bad_signature(signature: bytes) -> None:
    with pytest.raises(BadSignature):
        KEY.verify_key.verify(b"message", signature)


def test_another_key_does_not_verify() -> None:
    with pytest.raises(BadSignature):
        SigningKey.generate().verify_key.verify(b"message", KEY.sign(b"message"))


def test_a_key_never_shows_its_secret() -> None:
    assert KEY.seed.hex() not in repr(KEY)
    assert repr(KEY.seed) not in repr(KEY)


def test_a_public_key_survives_its_text() -> None:
    assert VerifyKey.from_text(KEY.verify_key.text) == KEY.verify_key
    assert len(KEY.verify_key.key_id) == 16


@pytest.mark.parametrize("text", ["", "not base64!", "YWJj", "é" * 44])
def test_a_text_that_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        VerifyKey.from_text(text)


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_a_seed_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(InvalidInput):
        SigningKey(bytes(length))
