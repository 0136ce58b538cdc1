"""`ingest --dry-run`: files as they would be read, ten rows of each, and a mapping for a table that no reader knows."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chassis.cli.console import print_json, print_table, say
from chassis.text import plural
from client.biometrics.unit_words import with_unit
from client.errors import ClientError

if TYPE_CHECKING:
    from client.ingest.clock import LocalClock
    from client.ingest.importer import Importer
    from client.ingest.input_file import InputFile, Reading
    from client.ingest.mapping import Mapping as CsvMapping
    from client.ingest.preview.rows_as_read import FilePreview, Rehearsal, RowAsRead
    from policies.vocabulary import AthleteId


MOST_NAMED = 5  # ours: files named in an error
NOT_LOOKED_AT = (
    "Whose rows these are and what is stored already was not looked at in files that name nobody; name the athlete "
    "with --athlete, and the import is rehearsed."
)


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What files would give. names: of the node's athletes; closed: the sentence why the vault could not be opened."""

    files: "Sequence[FilePreview]"
    names: "Mapping[AthleteId, str]"
    closed: str | None = None

    @property
    def not_looked_at(self) -> str | None:
        """The sentence that says of what the import was not rehearsed; None where it was of every file."""
        return self.closed or (NOT_LOOKED_AT if any(one.results is None for one in self.files) else None)


def show_previews(rehearsed: Rehearsed, *, save_mapping: Path | None, as_json: bool) -> None:
    """Show what files would give; raises ClientError, as an import does, when one cannot be read or gives nothing.

    save_mapping: where the one mapping that was proposed is written; a file that is there already is not replaced.
    """
    found, not_looked_at = rehearsed.files, rehearsed.not_looked_at
    if as_json:
        print_json("homefield-ingest-1", _answer(found, is_rehearsed=not_looked_at is None))
    else:
        for one in found:
            _show(one, rehearsed.names)
        say(*filter(None, (not_looked_at, "Nothing was stored.")))
    if save_mapping is not None:
        _save(found, save_mapping)
    refused = sum(one.status in ("quarantined", "nothing_kept") for one in found)
    if refused:
        of_all = f"of {plural(len(found), 'file', 'files')}"
        raise ClientError(f"{refused} {of_all} would be refused, or nothing of it kept; the reason stands with each")


def previews(
    files: Sequence[Path],
    clock: "LocalClock",
    *,
    mapping: "CsvMapping | None",
    player: str | None,
    importer: "Importer | None" = None,
) -> "list[FilePreview]":
    """Read files and store nothing of them.

    importer: rehearses the import of all files in their order, except of those that do not say whose data they hold
    where nobody was named.
    """
    from client.ingest.preview.rows_as_read import preview

    rehearse = None if importer is None else partial(_stored, importer)
    with nullcontext() if importer is None else importer.vault.rehearsal():
        people = () if importer is None else [one.name for one in importer.vault.athletes()]
        read = partial(preview, mapping=mapping, player=player, rehearse=rehearse, people=people)
        found = [one for path in files for one in read(path, clock)]
        return found if importer is None else _with_unused(importer, found)


def _with_unused(importer: "Importer", found: "Sequence[FilePreview]") -> "list[FilePreview]":
    """Return the previews with what no figure would use and what would change, as the import says it at its end."""
    from client.ingest.results.file_answer import FileAnswer, changed_in_words, unused_in_words
    from client.ingest.results.unused_of_import import with_unused

    results = with_unused(importer.vault, [one.results or () for one in found], importer.before)
    answers = [[FileAnswer(held)] if held else [] for held in results]
    told = [(*unused_in_words(one), *changed_in_words(one)) for one in answers]
    return [
        replace(one, notes=(*one.notes, *notes), results=None if one.results is None else tuple(held))
        for one, notes, held in zip(found, told, results, strict=True)
    ]


def _stored(
    importer: "Importer", file: "InputFile", reader: str, readings: "Mapping[str, Reading]"
) -> "Rehearsal | None":
    """Store a file as the import would; None where neither the file nor anybody said whose data it holds."""
    from client.ingest.importer import Attribution
    from client.ingest.mapped_csv import NOBODY
    from client.ingest.preview.rows_as_read import Rehearsal

    if importer.attribution == Attribution() and set(readings) == {NOBODY}:
        return None
    owners = importer.owners_of(file, reader, readings)
    return Rehearsal(importer.store(file, reader, readings, owners), frozenset(owners))


def _answer(found: "Sequence[FilePreview]", *, is_rehearsed: bool) -> dict[str, Any]:
    """Return what an import would answer, with the rows as read and the mappings beside it."""
    from client.ingest.results.file_answer import STATUSES

    counts = {status: sum(one.status == status for one in found) for status in STATUSES}
    return {"added": 0, **counts, "files": [one.as_json() for one in found], "dry_run": True, "rehearsed": is_rehearsed}


def _save(found: "Sequence[FilePreview]", path: Path) -> None:
    texts = [one.mapping_text for one in found if one.mapping_text]
    if not texts and all(one.reader for one in found):
        read = ", ".join(dict.fromkeys(f"{one.file_name} by {one.reader}" for one in found[:MOST_NAMED]))
        raise ClientError(f"no mapping was saved, as none is needed: read without a proposal are {read}")
    if not texts:
        raise ClientError("no mapping could be proposed, so none was saved; write one (docs/ingest.md §4)")
    if len(set(texts)) != 1:
        raise ClientError(f"expected one proposed mapping to save, got {len(set(texts))}; name files of one kind")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(texts[0])
    except FileExistsError as error:
        raise ClientError(f"{path} is there already; name another file for the mapping") from error
    except OSError as error:
        raise ClientError(f"cannot write {path}") from error


def _show(one: "FilePreview", names: "Mapping[AthleteId, str]") -> None:
    reader = f" by {one.reader}" if one.reader else ""
    kept = f"{one.account.kept} of {one.account.rows} rows would be kept"
    say(f"{one.file_name}: {one.status}{reader}, {kept}{_new(one, names)}")
    if one.reason:
        say(f"  {one.reason}")
    if one.rows:
        print_table(
            f"The first rows of {one.file_name}", ("Athlete", "Row", "Start", "Reads as"), list(map(_line, one.rows))
        )
    for note in one.notes:
        say(f"Note: {note}")
    if one.proposal is not None:
        say("No reader knows these columns. A mapping that may fit (keep it with --save-mapping FILE):")
        say(*(one.mapping_text or "").rstrip("\n").split("\n"))
        say(*(f"To check: {doubt}" for doubt in one.proposal.doubts))


def _new(one: "FilePreview", names: "Mapping[AthleteId, str]") -> str:
    """Return what a rehearsed import would add, and for whom."""
    if not one.results:
        return ""
    added, replaced = sum(part.added for part in one.results), sum(part.replaced for part in one.results)
    owners = ", ".join(f"{names[who]} ({who})" for part in one.results if (who := part.athlete) is not None)
    aside = f", {plural(replaced, 'stored reading', 'stored readings')} would be set aside" if replaced else ""
    known, new = plural(one.account.duplicates, "is", "are"), plural(added, "new reading", "new readings")
    return f", {known} known; {new}{f' of {owners}' if owners else ''}{aside}"


def _line(row: "RowAsRead") -> tuple[str, str, str, str]:
    from client.ingest.preview.rows_as_read import shown_value, start_of
    from client.ingest.results.reasons import row_in_words

    values = [
        f"{one.stream.value} {with_unit(f'{value:g}', one.unit)}"
        if isinstance(value := shown_value(one), float)
        else f"{one.stream.value} {value}"
        for one in row.readings
    ]
    return row.label, row.named, start_of(row) or "", ", ".join(values) or f"left out: {row_in_words(row.refused)}"
