"""How a table was read before: who brings the same export every week says once what its columns hold.

A table is known again by all names of its header and the role of whoever brought it: what one role was told stays with
that role. One with a column more, or less, is asked about anew, with those answers filled in. A file of which a column
bears an athlete's name is not remembered, for it would outlive an erasure.
"""

import json
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from client.ingest.input_file import InputFile
from client.ingest.mapped_csv import NOBODY
from client.ingest.mapping import Mapping as CsvMapping
from client.ingest.text_table import MAX_PREAMBLE, TextTable, find_table, tables_by_width
from client.uploads.brought import BroughtFile
from client.uploads.table_columns import for_role
from client.vault.preferences.remembered_tables import remember_table, remembered_table, remembered_tables
from client.vault.store import Vault
from policies.vocabulary import Role

LEAST_SHARED: Final = 0.5  # ours: of the names of two headers; with fewer in common they are two kinds of tables


class RememberedReading(BaseModel):
    """How a table was read. directions: columns of which a person said which end is the best.

    day: local, the last. role, header: of whoever brought it, and the names of its columns, used or not; empty where
    they are not kept, as of an earlier version. is_taken_out: the file of that day was taken out again, so that the
    answers may be wrong.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[1] = 1
    mapping: CsvMapping
    directions: frozenset[str]
    day: date
    role: str = ""
    header: tuple[str, ...] = ()
    is_taken_out: bool = False


@dataclass(frozen=True, slots=True)
class NearReading:
    """How a table may be read that is nearly one that was read before.

    fresh: columns that the other one had not. lacks: the other one had columns that are missing here.
    """

    mapping: CsvMapping
    directions: frozenset[str]
    day: date
    fresh: tuple[str, ...]
    lacks: bool


def remember_reading(vault: Vault, role: Role, file: InputFile, reading: RememberedReading) -> str:
    """Remember how a table was read that has been stored; returns its kind, by which it is forgotten, "" for none."""
    table = find_table(file, reading.mapping.columns, reading.mapping.delimiter)
    if table is None or _names_somebody(vault, reading.mapping.columns):
        return ""
    kind = _kind(role, table)
    header = tuple(filter(None, table.single_names))
    header = () if _names_somebody(vault, header) else header
    known = reading.model_copy(update={"role": role.value, "header": header})
    remember_table(vault, kind, known.model_dump_json())
    return kind


def doubt_reading(vault: Vault, kind: str, mapping: CsvMapping) -> None:
    """Note that a table of this kind that was read so was taken out again; answers that were given since stand."""
    text = remembered_table(vault, kind)
    found = None if text is None else _parsed(text)
    if found is not None and found.mapping == mapping:
        remember_table(vault, kind, found.model_copy(update={"is_taken_out": True}).model_dump_json())


def remembered_reading(vault: Vault, role: Role, file: InputFile) -> RememberedReading | None:
    """Return how a table with this very header was read by this role; None for a new one."""
    for table in tables_by_width(file, MAX_PREAMBLE):
        text = remembered_table(vault, _kind(role, table))
        found = None if text is None else _parsed(text)
        mapping = None if found is None else for_role(found.mapping, role)[0]
        if found is not None and mapping is not None:
            return found.model_copy(update={"mapping": mapping})
    return None


def nearest_reading(vault: Vault, role: Role, file: InputFile, new: CsvMapping | None) -> NearReading | None:
    """Return how the most similar table was read by this role, for the columns that this one has too.

    new: what is proposed for the table by itself; of it the columns are taken that the other one did not have. None
    where no table is similar.
    """
    known = [one for text in remembered_tables(vault) if (one := _parsed(text)) and one.role == role.value]
    for table in tables_by_width(file, MAX_PREAMBLE):
        names = tuple(filter(None, table.single_names))
        near = [one for one in known if _is_near(one, set(names))]
        if near:
            return _carried_over(max(near, key=lambda one: len(set(names) & set(one.header))), names, role, new)
    return None


def _is_near(one: RememberedReading, header: Set[str]) -> bool:
    return len(header & set(one.header)) > LEAST_SHARED * len(header | set(one.header)) and _still_fits(
        one.mapping, header
    )


def _still_fits(mapping: CsvMapping, header: Set[str]) -> bool:
    """True for a table that has the columns of the times, and of one figure at least."""
    time = mapping.time
    needed = {*time.columns, mapping.duration_min, mapping.only.column if mapping.only else None} - {None}
    return needed <= header and any(one.column in header for one in mapping.streams)


def _carried_over(
    before: RememberedReading, header: Sequence[str], role: Role, new: CsvMapping | None
) -> NearReading | None:
    """Return the remembered answers for columns that are there, and what is proposed for those that are new."""
    fresh = [name for name in header if name not in before.header]
    same = [one for one in before.mapping.streams if one.column in header]
    held = {one.stream for one in same}
    added = [one for one in (new.streams if new else ()) if one.column in fresh and one.stream not in held]
    named_by = next((name for name in (before.mapping.athlete, new.athlete if new else None) if name in header), None)
    mapping = before.mapping.model_copy(
        update={"streams": (*same, *added), "athlete": None if before.mapping.athlete_is_sheet else named_by}
    )
    kept = for_role(mapping, role)[0]
    if kept is None:
        return None
    lacks = not set(before.header) <= set(header)
    return NearReading(kept, before.directions & set(header), before.day, tuple(fresh), lacks)


def _parsed(text: str) -> RememberedReading | None:
    """None for what another version of the program remembered: the person is asked anew."""
    try:
        return RememberedReading.model_validate_json(text)
    except ValidationError:
        return None


def label_kind(role: Role, reader: str, mapping: CsvMapping | None) -> str:
    """Return under which kind of file labels are remembered: of one reader, and of tables of one column, for a role.

    The "1" of one export is another athlete than that of the next.
    """
    return json.dumps([role.value, reader, mapping.athlete if mapping else None])


def propose_labels(role: Role, file: BroughtFile, said: BroughtFile) -> None:
    """Propose for the labels of a file that waits what a person chose for them in another one of its kind."""
    if file.contents is None or said.contents is None or not file.can_be_read_again:
        return
    kinds = {label_kind(role, one.contents.reader, one.mapping) for one in (file, said) if one.contents}
    if len(kinds) > 1:
        return
    chosen = {label: who for label, who in said.chosen.items() if label in file.contents.rows_of and label != NOBODY}
    new = {label: (who, said.name) for label, who in chosen.items() if _is_open(file, label, who)}
    file.proposed = {**file.proposed, **new}


def _is_open(file: BroughtFile, label: str, who: str) -> bool:
    before = file.remembered.get(label)
    return label not in file.chosen and (before is None or before.is_taken_out or before.athlete != who)


def _kind(role: Role, table: TextTable) -> str:
    return json.dumps([role.value, *table.header])


def _names_somebody(vault: Vault, columns: Iterable[str]) -> bool:
    text = " ".join(columns).casefold()
    return any(word in text for one in vault.athletes() for word in one.name.casefold().split() if len(word) > 2)
