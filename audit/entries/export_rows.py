"""Entries as rows of a file to take away: CSV for a spreadsheet, JSON for a program."""

import json
from collections.abc import Mapping, Sequence

from audit.entries.events import Entry, parse_leaf, sentence
from audit.tlog import merkle
from audit.tlog.canonical_base64 import encode_base64
from chassis.csv_line import csv_line

COLUMNS = ("index", "what", "kind", "day", "organisation", "rules", "commitment", "tag", "leaf_hash", "proof")


def row_values(index: int, leaf: bytes) -> tuple[object, ...]:
    """Return the values of every column but the proof; raises MalformedProof for a leaf that is not ours."""
    entry: Entry = parse_leaf(leaf)
    return (
        index,
        sentence(entry),
        entry.kind.value,
        entry.day.isoformat(),
        entry.org,
        entry.policy_hash,
        entry.commitment.hex(),
        entry.tag.hex(),
        encode_base64(merkle.leaf_hash(leaf)),
    )


def csv_row(index: int, leaf: bytes, hashes: Sequence[bytes] | None) -> str:
    """Return an entry's line; the proof is hashes with spaces between, from the sibling up, or empty.

    Hashes are hexadecimal here: in base64 one of 64 begins with a plus, which a spreadsheet takes for a formula.
    """
    return csv_line(
        (*row_values(index, leaf)[:-1], merkle.leaf_hash(leaf).hex(), " ".join(value.hex() for value in hashes or ()))
    )


def json_row(index: int, leaf: bytes, hashes: Sequence[bytes] | None) -> str:
    """Return an entry as one line of JSON, with its leaf, and with its proof if there is one."""
    values = dict(zip(COLUMNS, row_values(index, leaf), strict=False))
    proof = {} if hashes is None else {"proof": [encode_base64(value) for value in hashes]}
    return json.dumps({**values, **proof, "leaf": encode_base64(leaf)}, ensure_ascii=False)


def json_head(members: Mapping[str, object]) -> str:
    """Return the beginning of a document with these members, up to its list of entries."""
    return json.dumps(dict(members), ensure_ascii=False, indent=1).removesuffix("\n}") + ',\n "entries": ['


JSON_END = "\n ]\n}\n"
"""The end of such a document."""
