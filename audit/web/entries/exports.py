"""The entries of a list with their proofs, as files that are written while they are sent.

Each entry is proven anew. If one cannot be, the download breaks off: a file that ends properly holds proven ones only.
"""

from collections.abc import Iterator, Sequence

from audit.entries.export_rows import COLUMNS, JSON_END, csv_row, json_head, json_row
from audit.web.verified.checked_log import Checked
from chassis.csv_line import csv_line

MOST_EXPORTED = 5_000
"""Entries in one export (our choice: a few seconds of proofs); `homefield-audit export` takes any number."""


def csv_lines(checked: Checked, indices: Sequence[int]) -> Iterator[str]:
    """Yield the head and one line per entry; the proof is base64 hashes with spaces between, from the sibling up."""
    yield csv_line(COLUMNS)
    for index in indices:
        yield csv_row(index, checked.reader.leaf(index), checked.proof(index))


def json_parts(
    checked: Checked, indices: Sequence[int], *, vkeys: Sequence[str], policy: str, is_complete: bool
) -> Iterator[str]:
    """Yield a document: the checkpoint, what to check it with, and the entries with their leaves and proofs."""
    head = {
        "checkpoint": checked.log.checkpoint.decode(),
        "vkeys": list(vkeys),
        "policy": policy,
        "is_complete": is_complete,
    }
    yield json_head(head)
    for number, index in enumerate(indices):
        comma = "," if number else ""
        yield f"{comma}\n  {json_row(index, checked.reader.leaf(index), checked.proof(index))}"
    yield JSON_END
