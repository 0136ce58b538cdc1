"""`ingest`: files into the vault, with a quality report for each."""

import itertools
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chassis.cli.console import print_json, print_table, say
from chassis.cli.options import AsJson
from chassis.cli.progress import progress_bar
from chassis.clock import utc_now
from client.commands.node_folder import NodeFolder, find_athlete
from client.commands.reporting import report
from client.errors import BadMapping, ClientError
from client.ingest.clock import LocalClock
from policies.vocabulary import AthleteId

if TYPE_CHECKING:
    from client.ingest.importer import Importer, ImportResult
    from client.vault.store import Vault


def register(app: typer.Typer) -> None:
    """Add this command to the program."""
    app.command()(ingest)


def ingest(
    folder: NodeFolder,
    paths: Annotated[list[Path], typer.Argument(help="Files, or folders of files.", show_default=False)],
    athlete: Annotated[str | None, typer.Option(help="Whose data it is: id, name or shirt number.")] = None,
    player: Annotated[str | None, typer.Option(help="Which player of a file of many is that athlete.")] = None,
    players: Annotated[
        Path | None, typer.Option(help='JSON file {"label in the data": "athlete id", ...} for files of many.')
    ] = None,
    mapping: Annotated[Path | None, typer.Option(help="JSON file that describes a CSV (docs/ingest.md).")] = None,
    as_json: AsJson = False,
) -> None:
    """Read device files and questionnaires into the vault.

    Importing the same file twice adds nothing. A file that cannot be read is quarantined with its reason and
    the exit code is 1; the other files are stored all the same.

    Example: homefield-node ingest ./club-a ./exports/p01 --athlete 7

    Example: homefield-node ingest ./club-a league.csv --mapping league.mapping.json
    """
    from audit.entries.details.clubs import FilesIngested
    from client.ingest.importer import Attribution, Importer, find_files
    from client.ingest.mapping import read_mapping
    from client.settings import load_settings
    from client.vault.access import open_vault

    settings = load_settings(folder)
    missing = [path for path in paths if not path.exists()]
    if missing:
        raise ClientError(f"{missing[0]} does not exist")
    files = find_files(paths)
    if not files:
        raise ClientError(f"there is no file to read in {', '.join(map(str, paths))}")
    described = None if mapping is None else read_mapping(_bytes(mapping))
    with open_vault(settings) as vault:
        attribution = Attribution(
            athlete=None if athlete is None else find_athlete(vault, athlete).athlete,
            player=player,
            players=None if players is None else _players(players, vault),
        )
        # Whose they are only where they are all of one athlete.
        report(settings, FilesIngested(files=len(files), athlete=attribution.athlete))
        importer = Importer(vault, LocalClock(settings.timezone, utc_now()), attribution, described)
        outcomes = _with_progress(importer, files)
    if as_json:
        print_json("homefield-ingest-1", _summary(outcomes))
    else:
        _show(outcomes)
    failed = {outcome.file_name for outcome in outcomes if outcome.is_failure}
    if failed:
        kept = "quarantined with their reasons" if athlete is not None else "named above with their reasons"
        raise ClientError(f"{len(failed)} of {len(files)} files could not be read; they are {kept}")


def _with_progress(importer: "Importer", files: list[Path]) -> "list[ImportResult]":
    done = itertools.count(1)
    with progress_bar("Reading files") as on_progress:

        def told(_: object) -> None:
            if on_progress:
                on_progress(next(done), len(files))

        return importer.take_all(files, on_file=told)


def _summary(outcomes: "list[ImportResult]") -> dict[str, Any]:
    statuses = [outcome.status for outcome in outcomes]
    return {
        "added": sum(outcome.added for outcome in outcomes),
        "stored": statuses.count("stored"),
        "skipped": statuses.count("skipped"),
        "quarantined": statuses.count("quarantined"),
        "files": [asdict(outcome) for outcome in outcomes],
    }


def _show(outcomes: "list[ImportResult]") -> None:
    columns = ("File", "Rows", "New", "Kept", "Drop", "Sent", "Dup", "Unit", "Clock")
    added = sum(outcome.added for outcome in outcomes)
    print_table(f"{added} new readings from {len(outcomes)} imports", columns, _lines(outcomes))
    for outcome in outcomes:
        if outcome.status != "stored":
            say(f"{outcome.file_name} {outcome.status}: {outcome.reason}")
    for note in dict.fromkeys(f"{one.file_name}: {note}" for one in outcomes for note in one.report.notes):
        say(f"Note on {note}")


def _lines(outcomes: "list[ImportResult]") -> list[tuple[str, ...]]:
    """One line per file; a file of many athletes is summed up."""
    files: list[list[ImportResult]] = []
    for outcome in outcomes:
        last = files[-1] if files else []
        is_same_file = bool(last) and last[0].file_name == outcome.file_name and last[0].reader == outcome.reader
        if is_same_file and outcome.athlete not in {one.athlete for one in last}:
            last.append(outcome)
        else:
            files.append([outcome])
    return [_line(file) for file in files]


def _line(file: "list[ImportResult]") -> tuple[str, ...]:
    first = file[0]
    if first.status != "stored":
        return (first.file_name, first.status)
    name = first.file_name if len(file) == 1 else f"{first.file_name} ({len(file)} athletes)"
    fields = ("kept", "dropped", "sentinel", "duplicate", "unit", "clock")
    counts = [sum(getattr(one.report, field) for one in file) for field in fields]
    rows, added = sum(one.report.rows for one in file), sum(one.added for one in file)
    return (name, *map(str, (rows, added, *counts)))


def _players(path: Path, vault: "Vault") -> dict[str, AthleteId]:
    try:
        found = json.loads(_bytes(path))
        labels = {str(label): str(athlete) for label, athlete in found.items()}
    except (ValueError, AttributeError) as error:
        raise BadMapping('expected a JSON object {"label": "athlete id"} in the --players file') from error
    return {label: find_athlete(vault, athlete).athlete for label, athlete in labels.items()}


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadMapping(f"cannot read {path}") from error
