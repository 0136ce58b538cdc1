"""The service's secret keys: files of DIR/keys (mode 0600), and the purposes that one master key is split into."""

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from consent.errors import InvalidSettings
from policies.signing import SigningKey

KEY_SIZE = 32
SERVICE, LOG, MASTER = "service.key", "log.key", "master.key"


@dataclass(frozen=True, slots=True)
class ServiceKeys:
    """The keys in use; all but the first two are split from one master key.

    service: signs snapshots, events and receipts. log_seed: signs checkpoints. wrapping: wraps every
    athlete's data key. cover: gives organisations their names in the log. tokens: derives contribution
    tokens, so that none is stored. codes: keys the hashes of desk codes. subjects: makes the pseudonyms
    in receipts, another one for each recipient.
    """

    service: SigningKey
    log_seed: bytes = field(repr=False)
    wrapping: bytes = field(repr=False)
    cover: bytes = field(repr=False)
    tokens: bytes = field(repr=False)
    codes: bytes = field(repr=False)
    subjects: bytes = field(repr=False)

    @classmethod
    def from_secrets(cls, *, service: bytes, log: bytes, master: bytes) -> "ServiceKeys":
        """Derive every key from the three stored secrets of 32 bytes."""
        return cls(
            service=SigningKey(service),
            log_seed=log,
            wrapping=_split(master, b"data key wrapping"),
            cover=_split(master, b"cover names"),
            tokens=_split(master, b"contribution tokens"),
            codes=_split(master, b"sign-in codes"),
            subjects=_split(master, b"pairwise subjects"),
        )


def create_keys(directory: Path) -> None:
    """Write three new key files; refuses to touch a directory that holds any of them."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in (SERVICE, LOG, MASTER):
        _create(directory / name, secrets.token_bytes(KEY_SIZE))


def read_keys(directory: Path) -> ServiceKeys:
    """Read the key files; raises InvalidSettings for one that is missing, malformed or readable by others."""
    service, log, master = (_read(directory / name) for name in (SERVICE, LOG, MASTER))
    return ServiceKeys.from_secrets(service=service, log=log, master=master)


def _split(master: bytes, purpose: bytes) -> bytes:
    return HKDFExpand(SHA256(), KEY_SIZE, b"homefield consent: " + purpose).derive(master)


def _create(path: Path, key: bytes) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise InvalidSettings(f"expected no {path.name} yet; keys are never overwritten") from error
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key.hex() + "\n")


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_mode & 0o077:
            raise InvalidSettings(f"expected {path.name} to be readable by its owner only (mode 0600)")
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise error if isinstance(error, InvalidSettings) else InvalidSettings(f"expected a key in {path}") from error
    if len(key) != KEY_SIZE:
        raise InvalidSettings(f"expected a key of {KEY_SIZE} bytes in {path.name}")
    return key
