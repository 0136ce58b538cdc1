"""The service's secret keys: files of DIR/keys (mode 0600), and the purposes that one master key is split into."""

import secrets
from dataclasses import dataclass, field
from pathlib import Path

from chassis.errors import AlreadyWritten, BadSecretFile
from chassis.files.secret_file import SEED_SIZE, create_seed, read_seed
from chassis.keys import subkey
from consent.errors import InvalidSettings
from policies.signing import SigningKey

SERVICE, LOG, MASTER = "service.key", "log.key", "master.key"


@dataclass(frozen=True, slots=True)
class ServiceKeys:
    """The keys in use; all but the first two are split from one master key.

    service: signs snapshots, events and receipts. log_seed: signs checkpoints. wrapping: wraps every
    athlete's data key. cover: gives organisations their names in the log. tokens: derives contribution
    tokens, so that none is stored. codes: keys the hashes of one-time sign-in codes. subjects: makes the pseudonyms
    in receipts, another one for each recipient. own_views: marks the own figures of a proposal, which are few enough to
    be found by trying from a plain hash.
    """

    service: SigningKey
    log_seed: bytes = field(repr=False)
    wrapping: bytes = field(repr=False)
    cover: bytes = field(repr=False)
    tokens: bytes = field(repr=False)
    codes: bytes = field(repr=False)
    subjects: bytes = field(repr=False)
    own_views: bytes = field(repr=False)

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
            own_views=_split(master, b"own views of proposals"),
        )


def create_keys(directory: Path) -> None:
    """Write three new key files; refuses to touch a directory that holds any of them."""
    try:
        for name in (SERVICE, LOG, MASTER):
            create_seed(directory / name, secrets.token_bytes(SEED_SIZE))
    except AlreadyWritten as error:
        raise InvalidSettings(str(error)) from error


def read_keys(directory: Path) -> ServiceKeys:
    """Read the key files; raises InvalidSettings for one that is missing, malformed or readable by others."""
    try:
        service, log, master = (read_seed(directory / name) for name in (SERVICE, LOG, MASTER))
    except BadSecretFile as error:
        raise InvalidSettings(str(error)) from error
    return ServiceKeys.from_secrets(service=service, log=log, master=master)


def _split(master: bytes, purpose: bytes) -> bytes:
    return subkey(master, b"homefield consent: " + purpose)
