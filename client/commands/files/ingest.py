"""`ingest`: files into the vault, with a quality report for each."""

import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chassis.cli.console import is_confirmed, json_line, print_json, print_table, say, warn
from chassis.cli.options import AsJson, Yes
from chassis.cli.progress import progress_bar
from chassis.clock import utc_now
from chassis.text import plural
from client.commands.files.dry_run import Rehearsed, previews, show_previews
from client.commands.files.watching import EVERY_S, watch
from client.commands.node_folder import NodeFolder, find_athlete
from client.commands.reporting import report
from client.errors import BadMapping, ClientError
from client.ingest.watch.after_import import AfterImport
from policies.vocabulary import AthleteId

if TYPE_CHECKING:
    from client.ingest.importer import Attribution, Importer
    from client.ingest.mapping import Mapping
    from client.ingest.results.file_answer import FileAnswer
    from client.ingest.results.import_result import ImportResult
    from client.settings import NodeSettings
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
    watched: Annotated[
        bool, typer.Option("--watch", help="Go on importing what arrives in the folders named, until it is stopped.")
    ] = False,
    after: Annotated[
        AfterImport | None,
        typer.Option(help="With --watch: what becomes of a file that was stored whole; keep if left out."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read device files and questionnaires into the vault.

    Importing the same file twice adds nothing. A file that cannot be read is quarantined with its reason and
    the exit code is 1, as it is where nothing of a file was kept; the other files are stored all the same.

    With --dry-run the import is rehearsed, and the exit code is the one that it would have; of a file that names nobody
    only the rows are read unless the athlete is named.

    With --replace the files are right and what is stored is wrong, as after a wrong mapping. It is counted first and
    asked; all files are then one change, which `imports undo` takes back.

    Example: homefield-node ingest ./club-a ./exports/p01 --athlete 7

    Example: homefield-node ingest ./club-a league.xlsx --dry-run --save-mapping league.mapping.json

    Example: homefield-node ingest ./club-a league.xlsx --mapping league.mapping.json

    Example: homefield-node ingest ./club-a ./inbox --athlete 7 --watch --after move
    """
    from client.ingest.importer import find_files
    from client.ingest.mapping import read_mapping
    from client.settings import load_settings
    from client.vault.access import open_vault

    _check_options(dry_run=dry_run, save_mapping=save_mapping, watched=watched, after=after, replace=replace)
    settings = load_settings(folder)
    missing = [path for path in paths if not path.exists()]
    if missing:
        raise ClientError(f"{missing[0]} does not exist")
    files = [] if watched else find_files(paths)
    if not files and not watched:
        raise ClientError(f"there is no file to read in {', '.join(map(str, paths))}")
    described = None if mapping is None else read_mapping(_bytes(mapping))
    named = _Named(athlete, player, players)
    if dry_run:
        rehearsed = _rehearsed(settings, files, named, described, replaces=replace)
        show_previews(rehearsed, save_mapping=save_mapping, as_json=as_json)
        return
    with open_vault(settings) as vault:
        taking = _Taking(settings, vault, named.attribution(vault), described, replaces=replace)
        if watched:
            taking.watch(paths, after or AfterImport.KEEP, as_json=as_json)
            return
        if replace and not yes and not _is_agreed(taking.importer(), files):
            raise ClientError("nothing was replaced")
        taken = taking.take_all(files)
        _answer(taken, vault, as_json=as_json)
    _check(taken, "quarantined" if athlete is not None else "named above")


def _check_options(
    *, dry_run: bool, save_mapping: Path | None, watched: bool, after: "AfterImport | None", replace: bool
) -> None:
    """Raise ClientError for options that mean nothing together, or without another."""
    if save_mapping is not None and not dry_run:
        raise ClientError("--save-mapping writes what --dry-run proposes; add --dry-run")
    if after is not None and not watched:
        raise ClientError("--after says what --watch does with a file; add --watch")
    if watched and (dry_run or replace):
        raise ClientError("--watch goes without --dry-run and --replace, which are for files that a person looks at")


@dataclass(frozen=True, slots=True)
class _Named:
    """Whose data it is, as it was typed."""

    athlete: str | None
    player: str | None
    players: Path | None

    def attribution(self, vault: "Vault") -> "Attribution":
        """Return the athletes of the vault that are meant; raises ClientError for one who is not there."""
        from client.ingest.importer import Attribution

        return Attribution(
            athlete=None if self.athlete is None else find_athlete(vault, self.athlete).athlete,
            player=self.player,
            players=None if self.players is None else _players(self.players, vault),
        )


def _rehearsed(
    settings: "NodeSettings", files: list[Path], named: _Named, mapping: "Mapping | None", *, replaces: bool
) -> "Rehearsed":
    """Return what the files would give, compared with the vault where that can be opened."""
    from client.ingest.clock import LocalClock
    from client.ingest.importer import Importer
    from client.ingest.results.days_before import DaysBefore
    from client.vault.access import open_vault

    clock = LocalClock(settings.timezone, utc_now())
    with ExitStack() as opened:
        try:
            vault = opened.enter_context(open_vault(settings))
        except ClientError as error:
            why = f"Whose rows these are and what is stored already was not looked at: {error}."
            return Rehearsed(previews(files, clock, mapping=mapping, player=named.player), {}, why)
        before, attribution = DaysBefore(vault, clock), named.attribution(vault)
        importer = Importer(vault, clock, attribution, mapping, replaces=replaces, before=before)
        found = previews(files, clock, mapping=mapping, player=named.player, importer=importer)
        return Rehearsed(found, vault.names())


def _answer(found: "list[FileAnswer]", vault: "Vault", *, as_json: bool, is_line: bool = False) -> None:
    from client.ingest.results.file_answer import summary

    if not as_json:
        _show(found, vault)
    elif is_line:
        say(json_line("homefield-ingest-1", summary(found)))
    else:
        print_json("homefield-ingest-1", summary(found))


@dataclass(frozen=True, slots=True)
class _Taking:
    """Imports files, each time with the clock of that time; that it happens is logged before."""

    settings: "NodeSettings"
    vault: "Vault"
    attribution: "Attribution"
    mapping: "Mapping | None"
    replaces: bool = False

    def importer(self) -> "Importer":
        """Return an importer of this moment."""
        from client.ingest.clock import LocalClock
        from client.ingest.importer import Importer
        from client.ingest.results.days_before import DaysBefore

        clock = LocalClock(self.settings.timezone, utc_now())
        before = DaysBefore(self.vault, clock)
        return Importer(self.vault, clock, self.attribution, self.mapping, replaces=self.replaces, before=before)

    def take_all(self, files: list[Path]) -> "list[FileAnswer]":
        """Import files under one entry of the log, with a progress bar."""
        from client.ingest.results.file_answer import answers

        self._report(len(files))
        with self.vault.transaction() if self.replaces else nullcontext():
            return answers(_with_progress(self.importer(), files))

    def watch(self, folders: Sequence[Path], after: AfterImport, *, as_json: bool) -> None:
        """Import what arrives in folders until the program is stopped."""
        watch(
            folders,
            self._take,
            after=after,
            pause=_pause(),
            show=lambda some: _answer(some, self.vault, as_json=as_json, is_line=True),
            tell=warn if as_json else say,  # a program reads one object a line
        )

    def _take(self, files: Sequence[Path]) -> "list[list[FileAnswer]]":
        from client.ingest.results.file_answer import answers

        self._report(len(files))
        importer = self.importer()
        return [answers(importer.take_files([path])) for path in files]

    def _report(self, files: int) -> None:
        from audit.entries.details.clubs import FilesIngested

        # Whose they are only where they are all of one athlete.
        report(self.settings, FilesIngested(files=files, athlete=self.attribution.athlete))


def _pause() -> Callable[[], bool]:
    """Return what waits from one look to the next, and says whether the program was told to stop meanwhile."""
    from chassis.web.serving import stopped_by_signals

    stop = stopped_by_signals()
    return lambda: stop.wait(EVERY_S)


def _is_agreed(importer: "Importer", files: list[Path]) -> bool:
    """Show what replacing would do, and ask."""
    from client.ingest.results.file_answer import answers, changed_in_words

    with importer.vault.rehearsal():
        found = answers(_with_progress(importer, files))
    added, replaced = sum(file.added for file in found), sum(file.replaced for file in found)
    return is_confirmed(
        f"{plural(len(files), 'file gives', 'files give')} {plural(added, 'new reading', 'new readings')}, and "
        f"{plural(replaced, 'stored reading is', 'stored readings are')} set aside."
        f"{''.join(f' {sentence}.' for sentence in changed_in_words(found))} Replace?"
    )


def _check(files: "list[FileAnswer]", kept: str) -> None:
    """Raise ClientError when a file could not be read, or gave nothing."""
    unread = sum(file.status == "quarantined" for file in files)
    empty = sum(file.status == "nothing_kept" for file in files)
    of_all, are = f"of {plural(len(files), 'file', 'files')}", "it is" if unread == 1 else "they are"
    reasons = "its reason" if unread == 1 else "their reasons"
    said = [f"{unread} {of_all} could not be read; {are} {kept} with {reasons}"] if unread else []
    said += [f"nothing was kept of {empty} {of_all}; the reason stands with each"] if empty else []
    if said:
        raise ClientError("; ".join(said))


def _with_progress(importer: "Importer", files: list[Path]) -> "list[list[ImportResult]]":
    with progress_bar("Reading files", in_bytes=True) as show:
        if show is None:
            return importer.take_files(files)
        from client.biometrics.reading_progress import reading_told_to
        from client.commands.files.byte_bar import ByteBar

        bar = ByteBar(show, files)
        with reading_told_to(bar.told):
            return importer.take_files(files, on_file=bar.finish)


def _show(files: "list[FileAnswer]", vault: "Vault") -> None:
    """Print the table, and below it why a file was not stored whole."""
    from client.ingest.results.file_answer import TABLE_COLUMNS, changed_in_words, ranges_in_words, unused_in_words
    from client.ingest.results.imports_to_undo import imports_to_undo

    added, replaced = sum(file.added for file in files), sum(file.replaced for file in files)
    aside = f", {plural(replaced, 'stored reading', 'stored readings')} set aside" if replaced else ""
    giving = sum(file.added > 0 for file in files)
    title = (
        f"{plural(added, 'new reading', 'new readings')} from {giving} of {plural(len(files), 'file', 'files')}{aside}"
    )
    print_table(title, TABLE_COLUMNS, [file.as_row() for file in files])
    names = vault.names()
    for athlete, numbers in imports_to_undo(vault, files).items():
        say(f"For {names[athlete]} ({athlete}): {ranges_in_words(numbers)}; `imports undo` takes it back.")
    for file in files:
        if file.why:
            say(f"{file.first.file_name} {file.status}: {file.why}")
        if file.missing:
            say(f"{file.first.file_name}: {file.missing}")
    for note in dict.fromkeys(f"{file.first.file_name}: {note}" for file in files for note in file.notes):
        say(f"Note on {note}")
    say(*(f"Note: {sentence}." for sentence in (*unused_in_words(files), *changed_in_words(files))))


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
