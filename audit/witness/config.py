"""A witness's own folder: its name, its secret key, and the logs it watches, strictly read and durably written."""

import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from audit.errors import BrokenState, MalformedPolicy
from audit.tlog.note_keys import SEED_SIZE, Algorithm, Signer, Verifier
from audit.tlog.note_text import check_name
from audit.tlog.signers import witness_signers
from chassis.errors import BadSecretFile
from chassis.files.replace_file import replace_durably
from chassis.files.secret_file import create_seed, parse_seed, read_secret, seed_text
from policies.canonical import canonical_bytes

SETTINGS = "witness.json"
SECRET = "secret"  # noqa: S105 - the name of a file
MOST_NAME = 255
"""Longest name in bytes that an ML-DSA-44 cosignature can hold (tlog-cosignature)."""
MOST_LOGS = 1_000
MOST_BYTES = 4_000_000
"""Limits we chose; a log with two keys takes about 2 kB of the settings."""


@dataclass(frozen=True, slots=True)
class WatchedLog:
    """A log whose checkpoints are countersigned: its origin, and the keys of which one must have signed."""

    origin: str
    verifiers: tuple[Verifier, ...]

    @property
    def log_id(self) -> str:
        """Lower-case hexadecimal SHA-256 of the origin, as in the address of the last checkpoint."""
        return sha256(self.origin.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class WitnessConfig:
    """Who this witness is, with which keys it signs (Ed25519 first), and what it watches."""

    signers: tuple[Signer, ...]
    logs: tuple[WatchedLog, ...] = ()

    @property
    def name(self) -> str:
        """The witness's name, for example witness.example/w1."""
        return self.signers[0].name

    @property
    def vkeys(self) -> tuple[str, ...]:
        """The public keys as text, for the trust policies of readers."""
        return tuple(signer.vkey for signer in self.signers)


class _Log(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    origin: Annotated[str, Field(min_length=1, max_length=255)]
    vkeys: Annotated[list[str], Field(min_length=1, max_length=16)]


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    name: Annotated[str, Field(min_length=1, max_length=255)]
    logs: Annotated[list[_Log], Field(max_length=MOST_LOGS)] = []


def watched_log(vkeys: Sequence[str]) -> WatchedLog:
    """Return the log that these keys sign for; its origin is their name. Raises MalformedPolicy or MalformedProof."""
    verifiers = tuple(dict.fromkeys(Verifier.from_vkey(vkey) for vkey in vkeys))
    if not verifiers:
        raise MalformedPolicy("expected at least one key of the log")
    if any(verifier.algorithm is Algorithm.ED25519_COSIGNATURE for verifier in verifiers):
        raise MalformedPolicy("expected keys of a log, got the key of a witness")
    if len({verifier.name for verifier in verifiers}) > 1:
        raise MalformedPolicy("expected keys of one log, got keys of several")
    return WatchedLog(verifiers[0].name, verifiers)


def create_witness(directory: Path, name: str) -> WitnessConfig:
    """Make the folder of a new witness with a fresh secret.

    Raises BrokenState if there is one already, MalformedProof or MalformedPolicy for a name, and OSError.
    """
    _check_witness_name(name)
    if (directory / SETTINGS).exists() or (directory / SECRET).exists():
        raise BrokenState(f"{directory} already holds a witness; nothing was changed")
    seed = secrets.token_bytes(SEED_SIZE)
    config = WitnessConfig(witness_signers(name, seed))
    create_seed(directory / SECRET, seed)
    write_settings(directory, config)
    return config


def read_config(directory: Path) -> WitnessConfig:
    """Read a witness's folder; raises BrokenState for anything that its programs do not write."""
    settings = parse_settings(_read(directory / SETTINGS))
    seed = _read_secret(directory / SECRET)
    config = WitnessConfig(witness_signers(settings.name, seed))
    return add_logs(config, [_watched(log) for log in settings.logs])


def add_logs(config: WitnessConfig, logs: Sequence[WatchedLog]) -> WitnessConfig:
    """Return the configuration with more logs; raises BrokenState for one that is watched already or is ourselves."""
    own = {signer.verifier.public for signer in config.signers}
    for log in logs:
        if log.origin in {known.origin for known in config.logs}:
            raise BrokenState(f"the log {log.origin} is watched already")
        if own & {verifier.public for verifier in log.verifiers}:
            raise BrokenState("expected keys of a log, got this witness's own key")
        config = replace(config, logs=(*config.logs, log))
    return config


def write_settings(directory: Path, config: WitnessConfig) -> None:
    """Write the settings durably; raises OSError."""
    logs = [{"origin": log.origin, "vkeys": [verifier.vkey for verifier in log.verifiers]} for log in config.logs]
    replace_durably(directory / SETTINGS, canonical_bytes({"name": config.name, "logs": logs}) + b"\n", mode=0o600)


def parse_settings(data: bytes) -> _Settings:
    """Parse witness.json; raises BrokenState."""
    try:
        settings = _Settings.model_validate_json(data)
        _check_witness_name(settings.name)
    except (ValidationError, ValueError) as error:
        raise BrokenState(f"{SETTINGS} is not the settings of a witness") from error
    return settings


def _check_witness_name(name: str) -> None:
    check_name(name)
    if len(name.encode()) > MOST_NAME:
        raise MalformedPolicy(f"expected a witness name of at most {MOST_NAME} bytes")


def _watched(log: _Log) -> WatchedLog:
    try:
        watched = watched_log(log.vkeys)
    except ValueError as error:  # MalformedProof and MalformedPolicy
        raise BrokenState(f"{SETTINGS}: {error}") from error
    if watched.origin != log.origin:
        raise BrokenState(f"{SETTINGS}: expected keys whose name is the origin of their log")
    return watched


def _read_secret(path: Path) -> bytes:
    try:
        data = read_secret(path)
        seed = parse_seed(path, data)
    except BadSecretFile as error:
        raise BrokenState(str(error)) from error
    if data != seed_text(seed):
        raise BrokenState(f"{path}: expected a secret as `witness init` writes it, got another form of it")
    return seed


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        reason = os.strerror(error.errno).lower() if error.errno else type(error).__name__
        raise BrokenState(f"cannot read {path.name} of the witness: {reason}") from error
    if len(data) > MOST_BYTES:
        raise BrokenState(f"expected {path.name} of at most {MOST_BYTES:,} bytes")
    return data
