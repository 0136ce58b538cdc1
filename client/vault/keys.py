"""The key that opens a vault: from a file of mode 0600, or from a passphrase by scrypt."""

import json
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from chassis.files.secret_file import create_secret, create_seed, read_secret, read_seed
from client.errors import BadNodeSettings, WrongKey

KEY_FILE: Final = "vault.key"
SALT_FILE: Final = "vault.salt"
PASSPHRASE_VARIABLE: Final = "HOMEFIELD_PASSPHRASE"  # noqa: S105 - the variable's name, not a secret
MIN_PASSPHRASE: Final = 8  # ours; scrypt makes guessing slow, not a short passphrase good

# OWASP Password Storage Cheat Sheet: N = 2^16, r = 8, p = 2 (64 MiB), one of its equal-strength choices.
SCRYPT_N: Final = 2**16
SCRYPT_R: Final = 8
SCRYPT_P: Final = 2


@dataclass(frozen=True, slots=True)
class UnlockKey:
    """32 bytes that open one vault; its representation never shows them."""

    secret: bytes = field(repr=False)


def create_key_file(keys: Path) -> UnlockKey:
    """Write a new random key into `keys`/vault.key and return it."""
    secret = secrets.token_bytes(32)
    create_seed(keys / KEY_FILE, secret)
    return UnlockKey(secret)


def create_passphrase(keys: Path, passphrase: str) -> UnlockKey:
    """Write a new salt into `keys`/vault.salt and return the key of salt and passphrase."""
    if len(passphrase) < MIN_PASSPHRASE:
        raise BadNodeSettings(f"expected a passphrase of at least {MIN_PASSPHRASE} characters")
    salt = secrets.token_bytes(16)
    parameters = {"kdf": "scrypt", "n": SCRYPT_N, "r": SCRYPT_R, "p": SCRYPT_P, "salt": salt.hex()}
    create_secret(keys / SALT_FILE, json.dumps(parameters).encode())
    return _derive(passphrase, salt)


def read_key_file(keys: Path) -> UnlockKey:
    """Return the key in `keys`/vault.key; raises BadSecretFile when others may read it."""
    return UnlockKey(read_seed(keys / KEY_FILE))


def read_passphrase(keys: Path, passphrase: str | None) -> UnlockKey:
    """Return the key that passphrase and stored salt give; the vault says whether it is the right one."""
    if not passphrase:
        raise WrongKey(f"this vault needs its passphrase; set {PASSPHRASE_VARIABLE}")
    try:
        parameters = json.loads(read_secret(keys / SALT_FILE))
        known = (parameters["kdf"], parameters["n"], parameters["r"], parameters["p"])
        salt = bytes.fromhex(parameters["salt"])
    except (ValueError, KeyError, TypeError) as error:
        raise BadNodeSettings(f"{keys / SALT_FILE} is not what `homefield-node init` writes") from error
    if known != ("scrypt", SCRYPT_N, SCRYPT_R, SCRYPT_P):
        # Weaker parameters from a changed file would make guessing the passphrase cheap.
        raise BadNodeSettings(f"{keys / SALT_FILE} names other scrypt parameters than this version uses")
    return _derive(passphrase, salt)


def _derive(passphrase: str, salt: bytes) -> UnlockKey:
    return UnlockKey(Scrypt(salt=salt, length=32, n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P).derive(passphrase.encode()))
