"""An athlete's data as a file: JSON, or a zip with one CSV table for each part."""

import csv
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

PARTS: Final = ("readings", "imports", "decisions", "told_to_staff", "statements", "answers")


def as_json(held: Mapping[str, Any]) -> bytes:
    """Return the file with everything in it."""
    return json.dumps(held, ensure_ascii=False, indent=1).encode() + b"\n"


def as_csv(held: Mapping[str, Any], *, at: datetime) -> bytes:
    """Return a zip of the same: athlete.csv and a table for each part, a column for each field."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in {"athlete": [held["athlete"]], **{part: held[part] for part in PARTS}}.items():
            entry = zipfile.ZipInfo(f"{name}.csv", at.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, _table(rows))
    return packed.getvalue()


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    if rows:
        writer.writerow(rows[0])
        writer.writerows([_cell(value) for value in row.values()] for row in rows)
    return text.getvalue()


def _cell(value: Any) -> str:
    """One cell. A text that a spreadsheet would compute begins with an apostrophe; a series keeps its numbers."""
    if isinstance(value, list):
        return " ".join(map(str, value))
    text = "" if value is None else str(value)
    return f"'{text}" if isinstance(value, str) and text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
