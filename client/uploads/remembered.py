"""How a table was read before: who brings the same export every week says once what its columns hold.

A table is known again by all names of its header and the role of whoever brought it: what one role was told stays with
that role. A file of which a column bears an athlete's name is not remembered, for it would outlive an erasure.
"""

import json
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from client.ingest.input_file import InputFile
from client.ingest.mapping import Mapping as CsvMapping
from client.ingest.text_table import MAX_PREAMBLE, TextTable, find_table, tables_by_width
from client.uploads.table_columns import for_role
from client.vault.preferences.remembered_tables import remember_table, remembered_table
from client.vault.store import Vault
from policies.vocabulary import Role


class RememberedReading(BaseModel):
    """How a table was read. directions: columns of which a person said which end is the best. day: local, the last."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[1] = 1
    mapping: CsvMapping
    directions: frozenset[str]
    day: date


def remember_reading(vault: Vault, role: Role, file: InputFile, reading: RememberedReading) -> str:
    """Remember how a table was read that has been stored; returns its kind, by which it is forgotten, "" for none."""
    table = find_table(file, reading.mapping.columns, reading.mapping.delimiter)
    if table is None or _names_somebody(vault, reading.mapping):
        return ""
    kind = _kind(role, table)
    remember_table(vault, kind, reading.model_dump_json())
    return kind


def remembered_reading(vault: Vault, role: Role, file: InputFile) -> RememberedReading | None:
    """Return how a table with this very header was read by this role; None for a new one."""
    for table in tables_by_width(file, MAX_PREAMBLE):
        text = remembered_table(vault, _kind(role, table))
        found = None if text is None else _parsed(text)
        mapping = None if found is None else for_role(found.mapping, role)[0]
        if found is not None and mapping is not None:
            return found.model_copy(update={"mapping": mapping})
    return None


def _parsed(text: str) -> RememberedReading | None:
    """None for what another version of the program remembered: the person is asked anew."""
    try:
        return RememberedReading.model_validate_json(text)
    except ValidationError:
        return None


def _kind(role: Role, table: TextTable) -> str:
    return json.dumps([role.value, *table.header])


def _names_somebody(vault: Vault, mapping: CsvMapping) -> bool:
    columns = " ".join(mapping.columns).casefold()
    return any(word in columns for one in vault.athletes() for word in one.name.casefold().split() if len(word) > 2)
