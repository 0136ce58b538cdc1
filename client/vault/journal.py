"""What was imported, by whom, and what became of it; sealed like the readings, and erased with them.

Files that were set aside are in `client.vault.set_aside`, what each import had in `client.vault.records.claims`.
"""

import json
from collections.abc import Set
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from client.biometrics.streams import Stream
from client.vault.seal import Seal
from client.vault.store import Vault
from policies.vocabulary import AthleteId, Category

FileStatus = Literal["stored", "partial", "nothing_kept", "quarantined", "skipped"]
"""stored: whole. partial: rows or cells were refused. nothing_kept: none gave a reading. quarantined: refused whole.
skipped: known already, or no data."""
SET_ASIDE: tuple[FileStatus, ...] = ("quarantined", "nothing_kept")
"""Of such a file nothing is stored."""
OF_CATEGORY = "of_"
"""Before the name of a category: under such a count stands how many readings of it the file has."""
OF_STREAM = "stream_"
"""Before the name of a stream: how many readings of it the file has."""
WHY = "why_"
"""Before a code of the quality report: how many cells or rows it counts."""
OPERATOR = "operator"
"""Who acts at the node's own terminal: it has no accounts."""


@dataclass(frozen=True, slots=True)
class ImportRecord:
    """One file's outcome. `counts` are those of its quality report; nothing here holds a reading.

    who: who imported it. undone_at, undone_by: of an import whose readings were taken out again; file_name is then "".
    is_settled: the file was set aside, and was imported rightly since, or its entry was cleared.
    number: of the import on this node; 0 before it is stored.
    """

    at: datetime
    file_name: str
    file_sha256: str
    reader: str
    status: FileStatus
    reason: str
    counts: dict[str, int]
    who: str = OPERATOR
    undone_at: datetime | None = None
    undone_by: str = ""
    is_settled: bool = False
    number: int = field(default=0, compare=False)

    @property
    def is_set_aside(self) -> bool:
        """True for a file of which nothing is stored, and that still waits for somebody to look at it."""
        return self.status in SET_ASIDE and not self.is_settled

    @property
    def categories(self) -> frozenset[Category] | None:
        """The categories of the file's readings; None of a file that has none, and of one of an earlier version."""
        named = [name.removeprefix(OF_CATEGORY) for name in self.counts if name.startswith(OF_CATEGORY)]
        return frozenset(map(Category, named)) or None

    @property
    def of_streams(self) -> dict[Stream, int]:
        """How many readings of each stream the file has; empty for a file of an earlier version."""
        return {Stream(name): number for name, number in self._counts_after(OF_STREAM).items()}

    @property
    def details(self) -> dict[str, int]:
        """Counts by code of the quality report, as far as they say why something gave nothing."""
        return self._counts_after(WHY)

    def _counts_after(self, prefix: str) -> dict[str, int]:
        counts = self.counts.items()
        return {name.removeprefix(prefix): number for name, number in counts if name.startswith(prefix)}

    @property
    def is_undone(self) -> bool:
        """True for an import whose readings were taken out again."""
        return self.undone_at is not None


def reserve_import(vault: Vault, athlete: AthleteId) -> int:
    """Return the number of an import that begins; `record_import` stores what became of it, in the same transaction."""
    database, number, _ = vault.seal_of(athlete)
    with database.transaction() as connection:
        made = connection.execute("INSERT INTO import (athlete, sealed) VALUES (?, x'')", (number,)).lastrowid
    return int(made or 0)


def record_import(vault: Vault, athlete: AthleteId, record: ImportRecord) -> int:
    """Store one outcome in the athlete's journal of imports, and return its number: a new one where it has none."""
    number = record.number or reserve_import(vault, athlete)
    database, owner, seal = vault.seal_of(athlete)
    with database.transaction() as connection:
        row = (seal.close(_encode(record), b"import"), number, owner)
        connection.execute("UPDATE import SET sealed = ? WHERE number = ? AND athlete = ?", row)
    return number


def imports(vault: Vault, athlete: AthleteId) -> list[ImportRecord]:
    """Return the athlete's journal of imports, oldest first."""
    database, number, seal = vault.seal_of(athlete)
    with database.reading() as connection:
        query = "SELECT number, sealed FROM import WHERE athlete = ? AND sealed != x'' ORDER BY number"
        rows = connection.execute(query, (number,)).fetchall()
    return [_decode(row, sealed, seal) for row, sealed in rows]


def delete_import(vault: Vault, athlete: AthleteId, number: int) -> None:
    """Delete the entry of one import, and its note of what it had; its readings stay."""
    database, owner, _ = vault.seal_of(athlete)
    with database.transaction() as connection:
        connection.execute("DELETE FROM import_claims WHERE import = ? AND athlete = ?", (number, owner))
        connection.execute("DELETE FROM import WHERE number = ? AND athlete = ?", (number, owner))


def settle(vault: Vault, athlete: AthleteId, marks: Set[str]) -> None:
    """Note that files that were set aside no longer are. marks: as `file_mark` gives them."""
    _, _, seal = vault.seal_of(athlete)
    for record in imports(vault, athlete):
        if record.is_set_aside and file_mark(seal, record.file_sha256) in marks:
            record_import(vault, athlete, replace(record, is_settled=True))


def file_mark(seal: Seal, sha256: str) -> str:
    """Return 32 hexadecimal digits that stand for a file of the athlete whose seal it is (HMAC-SHA256).

    A plain digest would let anybody who has a file, or can guess a small one, tell that it was imported.
    """
    return seal.row_key(b"quarantine\x1f" + sha256.encode()).hex()


def _encode(record: ImportRecord) -> bytes:
    fields: dict[str, Any] = asdict(record)
    del fields["number"]
    undone = None if record.undone_at is None else record.undone_at.isoformat()
    return json.dumps({**fields, "at": record.at.isoformat(), "undone_at": undone}).encode()


def _decode(number: int, sealed: bytes, seal: Seal) -> ImportRecord:
    fields = json.loads(seal.open(sealed, b"import"))
    undone = fields.get("undone_at")
    times = {
        "at": datetime.fromisoformat(fields["at"]),
        "undone_at": None if undone is None else datetime.fromisoformat(undone),
    }
    return ImportRecord(**{**fields, **times, "number": number})
