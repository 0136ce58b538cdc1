"""The second key of a log and of a witness is split from its seed as it always was: published keys stay valid."""

import hmac

import pytest

from audit.errors import MalformedProof
from audit.tlog.signers import log_signers, witness_signers

SEED = bytes(range(32))


def test_the_second_keys_come_from_fixed_seeds() -> None:
    # Computed with Python's hmac alone: HMAC-SHA256(seed, purpose + 0x01), RFC 5869 section 2.3.
    log, witness = log_signers("log.example", SEED)[1], witness_signers("w.example", SEED)[1]

    assert log.seed.hex() == "f5346b329879c9c90940f26c31abad8cd62d4983cfca24294cf888bed2dcb5ec"
    assert witness.seed.hex() == "15d2e5821a792fa6d11a567fa24973f463eabbbe784a0848fa2f120aee9230a7"
    assert log.seed == hmac.digest(SEED, b"homefield log: ml-dsa-44\x01", "sha256")
    assert witness.seed == hmac.digest(SEED, b"homefield witness: ml-dsa-44\x01", "sha256")


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_seed_of_another_size_is_refused(size: int) -> None:
    with pytest.raises(MalformedProof):
        log_signers("log.example", bytes(size))
