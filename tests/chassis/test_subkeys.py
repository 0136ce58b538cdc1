"""Keys split from one secret, against the vectors of RFC 5869 and a second computation of its expand step."""

import hmac

import pytest

from chassis.keys import subkey, subkeys

# RFC 5869, appendices A.1 and A.2 (SHA-256): PRK, info, OKM.
VECTORS = [
    (
        "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
        "f0f1f2f3f4f5f6f7f8f9",
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
    ),
    (
        "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
        bytes(range(0xB0, 0x100)).hex(),
        "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
        "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
        "cc30c58179ec3e87c14c01d5c1f3434f1d87",
    ),
]


@pytest.mark.parametrize(("prk", "info", "okm"), VECTORS)
def test_the_vectors_of_the_standard(prk: str, info: str, okm: str) -> None:
    assert subkey(bytes.fromhex(prk), bytes.fromhex(info), size=len(okm) // 2).hex() == okm


def test_a_key_of_one_block_is_one_hmac() -> None:
    secret = bytes(range(32))
    whole = hmac.digest(secret, b"some purpose\x01", "sha256")  # T(1), RFC 5869 section 2.3

    assert subkey(secret, b"some purpose") == whole
    assert subkey(secret, b"some purpose", size=16) == whole[:16]


def test_purposes_and_secrets_give_different_keys() -> None:
    secrets = [bytes(32), bytes(31) + b"\x01"]

    assert len({subkey(secret, purpose) for secret in secrets for purpose in (b"", b"a", b"b", b"ab")}) == 8


@pytest.mark.parametrize("size", [1, 16, 32])
def test_several_at_once_are_what_each_would_be_alone(size: int) -> None:
    secret, purposes = bytes(range(32)), [b"", b"a", b"some purpose", b"p" * 200]

    assert list(subkeys(secret, purposes, size=size)) == [subkey(secret, purpose, size=size) for purpose in purposes]


@pytest.mark.parametrize("size", [0, 33])
def test_several_at_once_are_of_one_block(size: int) -> None:
    with pytest.raises(ValueError, match="1 to 32 bytes"):
        list(subkeys(bytes(32), [b"purpose"], size=size))
