"""The key pair of backups, in the formats of age (X25519): a program keeps the public half, which cannot open anything.

The secret half opens backups and is kept elsewhere. `age -d -i FILE` opens them as well.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pyrage import IdentityError, RecipientError, x25519

from chassis.errors import BadBackup, CannotBackUp
from chassis.files.replace_file import replace_durably

RECIPIENTS_FILE: Final = "backup.recipients"
_MOST_BYTES: Final = 100_000  # ours: a file of keys is a few lines
_IDENTITY: Final = re.compile(r"AGE-SECRET-KEY-1[0-9A-Za-z]*")


@dataclass(frozen=True, slots=True)
class RecoveryKey:
    """A fresh pair. recipient: encrypts, "age1…"; identity: opens, "AGE-SECRET-KEY-1…", shown once, stored nowhere."""

    recipient: str
    identity: str = field(repr=False)


def new_recovery_key() -> RecoveryKey:
    """Return a fresh pair."""
    identity = x25519.Identity.generate()
    return RecoveryKey(str(identity.to_public()), str(identity))


def parse_recipients(texts: Sequence[str]) -> list[x25519.Recipient]:
    """Return the public keys that these texts name; raises CannotBackUp for anything else."""
    try:
        return [x25519.Recipient.from_str(text.strip()) for text in texts]
    except RecipientError as error:
        raise CannotBackUp('expected the public half of a recovery key, such as "age1…"') from error


def write_recipients(directory: Path, recipients: Sequence[str]) -> None:
    """Keep whom backups of this folder are encrypted to: DIR/backup.recipients, which `age -R` reads too."""
    parse_recipients(recipients)
    lines = ["# Backups are encrypted to these keys; their secret halves are kept elsewhere.", *recipients]
    replace_durably(directory / RECIPIENTS_FILE, "".join(f"{line}\n" for line in lines).encode())


def read_recipients(directory: Path) -> tuple[str, ...]:
    """Return whom backups of this folder are encrypted to; () if that was never said. Raises CannotBackUp."""
    try:
        recipients = _lines(directory / RECIPIENTS_FILE)
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise CannotBackUp(f"{directory / RECIPIENTS_FILE} cannot be read as a file of public keys") from error
    parse_recipients(recipients)
    return recipients


def refuse_another_key(directory: Path, recipient: str) -> None:
    """Return unless backups of this folder are encrypted to other keys than this one; raises CannotBackUp."""
    others = [one for one in read_recipients(directory) if one != recipient]
    if others:
        raise CannotBackUp(
            f"backups of this folder are encrypted to {', '.join(others)} already, and nothing was changed; give "
            "--replace to encrypt to another key from now on. What was backed up before opens with the former key only"
        )


def read_identities(path: Path) -> list[x25519.Identity]:
    """Return the secret keys in a file, such as `age-keygen` or `backup-key` write; raises BadBackup."""
    try:
        found = [x25519.Identity.from_str(key) for line in _lines(path, "utf-8") for key in _IDENTITY.findall(line)]
    except (OSError, UnicodeDecodeError, IdentityError) as error:
        raise BadBackup(f'{path}: expected a recovery key, a line such as "AGE-SECRET-KEY-1…"') from error
    if not found:
        raise BadBackup(f'{path}: expected a recovery key, a line such as "AGE-SECRET-KEY-1…", found none')
    return found


def _lines(path: Path, encoding: str = "ascii") -> tuple[str, ...]:
    with path.open("rb") as file:
        text = file.read(_MOST_BYTES).decode(encoding)
    return tuple(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))
