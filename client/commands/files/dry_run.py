"""`ingest --dry-run`: files as they would be read, ten rows of each, and a mapping for a table that no reader knows."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chassis.cli.console import print_json, print_table, say
from client.errors import ClientError

if TYPE_CHECKING:
    from client.ingest.clock import LocalClock
    from client.ingest.mapping import Mapping
    from client.ingest.preview.rows_as_read import FilePreview, RowAsRead


def show_previews(
    files: Sequence[Path],
    clock: "LocalClock",
    *,
    mapping: "Mapping | None",
    player: str | None,
    save_mapping: Path | None,
    as_json: bool,
) -> None:
    """Read files and store nothing of them; raises ClientError when one cannot be read or gives nothing.

    save_mapping: where the one mapping that was proposed is written; a file that is there already is not replaced.
    """
    from client.ingest.preview.rows_as_read import preview

    found = [one for path in files for one in preview(path, clock, mapping=mapping, player=player)]
    if as_json:
        print_json("homefield-ingest-1", _answer(found))
    else:
        for one in found:
            _show(one)
        say("Nothing was stored.")
    if save_mapping is not None:
        _save([one.mapping_text for one in found if one.mapping_text], save_mapping)
    refused = sum(one.status in ("quarantined", "nothing_kept") for one in found)
    if refused:
        raise ClientError(f"{refused} of {len(found)} files would give nothing; the reason stands with each")


def _answer(found: "Sequence[FilePreview]") -> dict[str, Any]:
    """Return what an import would answer, with the rows as read and the mappings beside it."""
    from client.ingest.results.file_answer import STATUSES

    counts = {status: sum(one.status == status for one in found) for status in STATUSES}
    return {"added": 0, **counts, "files": [one.as_json() for one in found], "dry_run": True}


def _save(texts: Sequence[str], path: Path) -> None:
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


def _show(one: "FilePreview") -> None:
    reader = f" by {one.reader}" if one.reader else ""
    say(f"{one.file_name}: {one.status}{reader}, {one.account.kept} of {one.account.rows} rows would be kept")
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


def _line(row: "RowAsRead") -> tuple[str, str, str, str]:
    from client.ingest.preview.rows_as_read import shown_value, start_of

    values = [
        f"{one.stream.value} {value:g} {one.unit}"
        if isinstance(value := shown_value(one), float)
        else f"{one.stream.value} {value}"
        for one in row.readings
    ]
    return row.label, str(row.row), start_of(row) or "", ", ".join(values) or f"left out: {row.refused}"
