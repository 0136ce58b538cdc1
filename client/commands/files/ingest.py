"""`ingest`: files into the vault, with a quality report for each."""

import itertools
import json
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chassis.cli.console import is_confirmed, print_json, print_table, say
from chassis.cli.options import AsJson, Yes
from chassis.cli.progress import progress_bar
from chassis.clock import utc_now
from client.commands.files.dry_run import show_previews
from client.commands.node_folder import NodeFolder, find_athlete
from client.commands.reporting import report
from client.errors import BadMapping, ClientError
from client.ingest.clock import LocalClock
from policies.vocabulary import AthleteId

if TYPE_CHECKING:
    from client.ingest.importer import Importer
    from client.ingest.results.file_answer import FileAnswer
    from client.ingest.results.import_result import ImportResult
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
    mapping: Annotated[Path | None, typer.Option(help="JSON file that describes a table (docs/ingest.md).")] = None,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Store nothing: show ten rows as read, and a mapping for an unknown table."),
    ] = False,
    save_mapping: Annotated[
        Path | None, typer.Option(help="Where --dry-run writes the mapping that it proposes.")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="What the same source holds for the same times is set aside, sealed.")
    ] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Read device files and questionnaires into the vault.

    Importing the same file twice adds nothing. A file that cannot be read is quarantined with its reason and
    the exit code is 1, as it is where nothing of a file was kept; the other files are stored all the same.

    With --replace the files are right and what is stored is wrong, as after a wrong mapping. It is counted first and
    asked; all files are then one change, which `imports undo` takes back.

    Example: homefield-node ingest ./club-a ./exports/p01 --athlete 7

    Example: homefield-node ingest ./club-a league.xlsx --dry-run --save-mapping league.mapping.json

    Example: homefield-node ingest ./club-a league.xlsx --mapping league.mapping.json
    """
    from audit.entries.details.clubs import FilesIngested
    from client.ingest.importer import Attribution, Importer, find_files
    from client.ingest.mapping import read_mapping
    from client.ingest.results.file_answer import answers, summary
    from client.settings import load_settings
    from client.vault.access import open_vault

    if save_mapping is not None and not dry_run:
        raise ClientError("--save-mapping writes what --dry-run proposes; add --dry-run")
    settings = load_settings(folder)
    missing = [path for path in paths if not path.exists()]
    if missing:
        raise ClientError(f"{missing[0]} does not exist")
    files = find_files(paths)
    if not files:
        raise ClientError(f"there is no file to read in {', '.join(map(str, paths))}")
    described = None if mapping is None else read_mapping(_bytes(mapping))
    clock = LocalClock(settings.timezone, utc_now())
    if dry_run:
        show_previews(files, clock, mapping=described, player=player, save_mapping=save_mapping, as_json=as_json)
        return
    with open_vault(settings) as vault:
        attribution = Attribution(
            athlete=None if athlete is None else find_athlete(vault, athlete).athlete,
            player=player,
            players=None if players is None else _players(players, vault),
        )
        importer = Importer(vault, clock, attribution, described, replaces=replace)
        if replace and not yes and not _is_agreed(importer, files):
            raise ClientError("nothing was replaced")
        # Whose they are only where they are all of one athlete.
        report(settings, FilesIngested(files=len(files), athlete=attribution.athlete))
        with vault.transaction() if replace else nullcontext():
            found = answers(_with_progress(importer, files))
    if as_json:
        print_json("homefield-ingest-1", summary(found))
    else:
        _show(found)
    _check(found, "quarantined" if athlete is not None else "named above")


def _is_agreed(importer: "Importer", files: list[Path]) -> bool:
    """Show what replacing would do, and ask."""
    from client.ingest.results.file_answer import answers

    with importer.vault.rehearsal():
        found = answers(_with_progress(importer, files))
    return is_confirmed(
        f"{len(files)} files give {sum(file.added for file in found)} new readings, and "
        f"{sum(file.replaced for file in found)} stored readings are set aside. Replace?"
    )


def _check(files: "list[FileAnswer]", kept: str) -> None:
    """Raise ClientError when a file could not be read, or gave nothing."""
    unread = sum(file.status == "quarantined" for file in files)
    empty = sum(file.status == "nothing_kept" for file in files)
    said = [f"{unread} of {len(files)} files could not be read; they are {kept} with their reasons"] if unread else []
    said += [f"nothing was kept of {empty} of {len(files)} files; the reason stands with each"] if empty else []
    if said:
        raise ClientError("; ".join(said))


def _with_progress(importer: "Importer", files: list[Path]) -> "list[list[ImportResult]]":
    done = itertools.count(1)
    with progress_bar("Reading files") as on_progress:

        def told(_: object) -> None:
            if on_progress:
                on_progress(next(done), len(files))

        return importer.take_files(files, on_file=told)


def _show(files: "list[FileAnswer]") -> None:
    """Print the table, and below it why a file was not stored whole."""
    from client.ingest.results.file_answer import TABLE_COLUMNS

    added, replaced = sum(file.added for file in files), sum(file.replaced for file in files)
    aside = f", {replaced} stored readings set aside" if replaced else ""
    print_table(
        f"{added} new readings from {len(files)} files{aside}", TABLE_COLUMNS, [file.as_row() for file in files]
    )
    for file in files:
        if file.why:
            say(f"{file.first.file_name} {file.status}: {file.why}")
    for note in dict.fromkeys(f"{file.first.file_name}: {note}" for file in files for note in file.notes):
        say(f"Note on {note}")


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
