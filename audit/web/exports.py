"""Entries with their proofs, as files to take away: CSV for a spreadsheet, JSON for a program."""

import base64
import csv
import io
import json
from collections.abc import Sequence

from audit import merkle
from audit.events import sentence
from audit.web.checked import Checked

MOST_EXPORTED = 5_000
"""Entries in one export (our choice: about a second of proofs)."""
COLUMNS = ("index", "what", "kind", "day", "organisation", "rules", "commitment", "tag", "leaf_hash", "proof")
# A spreadsheet would run a cell that starts with one of these.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def to_csv(checked: Checked, indices: Sequence[int]) -> str:
    """Return one line per entry; the proof is base64 hashes with spaces between, from the sibling up."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for index in indices:
        writer.writerow([_cell(str(value)) for value in (*_values(checked, index), " ".join(_proof(checked, index)))])
    return out.getvalue()


def to_json(checked: Checked, indices: Sequence[int], *, vkey: str, is_complete: bool) -> str:
    """Return the checkpoint, the key to check it with, and the entries with their leaves and proofs."""
    document = {
        "checkpoint": checked.log.checkpoint.decode(),
        "vkey": vkey,
        "is_complete": is_complete,
        "entries": [_document(checked, index) for index in indices],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _document(checked: Checked, index: int) -> dict[str, object]:
    values = dict(zip(COLUMNS, (*_values(checked, index), _proof(checked, index)), strict=True))
    return {**values, "leaf": _base64(checked.reader.leaf(index))}


def _values(checked: Checked, index: int) -> tuple[object, ...]:
    entry = checked.log.entries[index]
    return (
        index,
        sentence(entry),
        entry.kind.value,
        entry.day.isoformat(),
        entry.org,
        entry.policy_hash,
        entry.commitment.hex(),
        entry.tag.hex(),
        _base64(merkle.leaf_hash(checked.reader.leaf(index))),
    )


def _proof(checked: Checked, index: int) -> list[str]:
    return [_base64(value) for value in checked.proof(index)]


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
