"""Files that were set aside: why, and a keyed digest by which they are known again. Never the file itself.

A file is set aside because no reader takes it, so that nothing can tell where in it positions, names or free text
stand, and whoever brought it has it still (docs/ingest.md §1.2).
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from client.vault.journal import file_mark, settle
from client.vault.seal import Seal
from client.vault.store import Vault
from policies.vocabulary import AthleteId

_PLACE = b"quarantine"


@dataclass(frozen=True, slots=True)
class SetAsideFile:
    """One file. mark: its keyed digest (`file_mark`). at: None where an earlier version did not note it."""

    mark: str
    file_name: str
    reason: str
    at: datetime | None = None


def set_aside(vault: Vault, athlete: AthleteId, *, file_name: str, sha256: str, reason: str, at: datetime) -> None:
    """Keep the reason for which a file was set aside; the same file twice is kept once."""
    forget_originals(vault, athlete)
    _, _, seal = vault.seal_of(athlete)
    _store(vault, athlete, SetAsideFile(file_mark(seal, sha256), file_name, reason, at))


def set_aside_files(vault: Vault, athlete: AthleteId) -> list[SetAsideFile]:
    """Return the files that were set aside and neither imported rightly since nor cleared, oldest first."""
    _, _, seal = vault.seal_of(athlete)
    found = [_decode(key, _opened(seal, key, sealed)) for key, sealed in _rows(vault, athlete)]
    return sorted(found, key=lambda one: (one.at is not None, one.at, one.file_name, one.mark))


def clear(vault: Vault, athlete: AthleteId, marks: frozenset[str]) -> None:
    """Forget files that were set aside; their imports stay in the journal and no longer count as set aside."""
    database, number, _ = vault.seal_of(athlete)
    with database.transaction() as connection:
        for mark in sorted(marks):
            row = (number, bytes.fromhex(mark))
            connection.execute("DELETE FROM quarantine WHERE athlete = ? AND key = ?", row)
        settle(vault, athlete, marks)


def is_taken_now(vault: Vault, sha256: str) -> None:
    """Note that a file was imported rightly: it is set aside for no athlete of this node any more."""
    for athlete in vault.with_rows_in("quarantine"):
        _, _, seal = vault.seal_of(athlete)
        mark = file_mark(seal, sha256)
        if any(key.hex() == mark for key, _ in _rows(vault, athlete)):
            clear(vault, athlete, frozenset({mark}))


def forget_originals(vault: Vault, athlete: AthleteId) -> int:
    """Destroy the refused files that earlier versions kept, and keep their reasons; returns how many there were."""
    database, _, seal = vault.seal_of(athlete)
    with database.transaction():
        rows = [(key, _opened(seal, key, sealed)) for key, sealed in _rows(vault, athlete)]
        kept = [_decode(key, fields) for key, fields in rows if fields.get("data") is not None]
        for file in kept:
            _store(vault, athlete, file)
    return len(kept)


def _rows(vault: Vault, athlete: AthleteId) -> list[tuple[bytes, bytes]]:
    database, number, _ = vault.seal_of(athlete)
    with database.reading() as connection:
        return connection.execute("SELECT key, sealed FROM quarantine WHERE athlete = ?", (number,)).fetchall()


def _store(vault: Vault, athlete: AthleteId, file: SetAsideFile) -> None:
    database, number, seal = vault.seal_of(athlete)
    at = None if file.at is None else file.at.isoformat()
    plain = json.dumps({"file_name": file.file_name, "reason": file.reason, "at": at}).encode()
    with database.transaction() as connection:
        key = bytes.fromhex(file.mark)
        row = (number, key, seal.close(plain, _PLACE + key))
        connection.execute("INSERT OR REPLACE INTO quarantine VALUES (?, ?, ?)", row)


def _opened(seal: Seal, key: bytes, sealed: bytes) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(seal.open(sealed, _PLACE + key))
    return fields


def _decode(key: bytes, fields: dict[str, Any]) -> SetAsideFile:
    at = fields.get("at")
    return SetAsideFile(key.hex(), fields["file_name"], fields["reason"], at and datetime.fromisoformat(at))
