"""What was imported, and what was refused with its reason; sealed like the readings, and erased with them."""

import base64
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

from client.vault.store import Vault
from policies.vocabulary import AthleteId

FileStatus = Literal["stored", "partial", "nothing_kept", "quarantined", "skipped"]
"""stored: whole. partial: rows or cells were refused. nothing_kept: none gave a reading. quarantined: refused whole.
skipped: known already, or no data."""
MAX_QUARANTINE_BYTES = 16 * 1024 * 1024  # ours: larger files are noted with their hash only


@dataclass(frozen=True, slots=True)
class ImportRecord:
    """One file's outcome. `counts` are those of its quality report; nothing here holds a reading."""

    at: datetime
    file_name: str
    file_sha256: str
    reader: str
    status: FileStatus
    reason: str
    counts: dict[str, int]


def record_import(vault: Vault, athlete: AthleteId, record: ImportRecord) -> None:
    """Append one outcome to the athlete's journal of imports."""
    database, number, seal = vault.seal_of(athlete)
    plain = json.dumps({**asdict(record), "at": record.at.isoformat()}).encode()
    with database.transaction() as connection:
        sealed = seal.close(plain, b"import")
        connection.execute("INSERT INTO import (athlete, sealed) VALUES (?, ?)", (number, sealed))


def imports(vault: Vault, athlete: AthleteId) -> list[ImportRecord]:
    """Return the athlete's journal of imports, oldest first."""
    database, number, seal = vault.seal_of(athlete)
    with database.reading() as connection:
        query = "SELECT sealed FROM import WHERE athlete = ? ORDER BY number"
        rows = connection.execute(query, (number,)).fetchall()
    found = [json.loads(seal.open(sealed, b"import")) for (sealed,) in rows]
    return [ImportRecord(**{**fields, "at": datetime.fromisoformat(fields["at"])}) for fields in found]


def quarantine(
    vault: Vault, athlete: AthleteId, *, file_name: str, sha256: str, data: bytes | None, reason: str
) -> None:
    """Keep a refused file, sealed, with the reason; the same file twice is kept once.

    data: None where only the hash is kept.
    """
    database, number, seal = vault.seal_of(athlete)
    key = seal.row_key(b"quarantine\x1f" + sha256.encode())
    kept = None if data is None or len(data) > MAX_QUARANTINE_BYTES else base64.b64encode(data).decode()
    plain = json.dumps({"file_name": file_name, "sha256": sha256, "reason": reason, "data": kept}).encode()
    with database.transaction() as connection:
        sealed = seal.close(plain, b"quarantine" + key)
        connection.execute("INSERT OR REPLACE INTO quarantine VALUES (?, ?, ?)", (number, key, sealed))


def quarantined(vault: Vault, athlete: AthleteId) -> list[tuple[str, str, bytes | None]]:
    """Return (file name, reason, bytes or None where only the hash was kept) of each refused file."""
    database, number, seal = vault.seal_of(athlete)
    with database.reading() as connection:
        rows = connection.execute("SELECT key, sealed FROM quarantine WHERE athlete = ?", (number,)).fetchall()
    found = [json.loads(seal.open(sealed, b"quarantine" + key)) for key, sealed in rows]
    return [
        (file["file_name"], file["reason"], None if file["data"] is None else base64.b64decode(file["data"]))
        for file in found
    ]
