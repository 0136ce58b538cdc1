"""`quarantine list`, `quarantine show` and `quarantine clear`: files that were set aside, and why."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from chassis.cli.console import is_agreed, print_json, print_table, print_values, say, warn
from chassis.cli.options import AsJson, Yes
from chassis.text import plural
from client.commands.node_folder import NodeFolder, find_athlete, named
from client.errors import CannotCorrect

if TYPE_CHECKING:
    from client.vault.store import Vault
    from policies.vocabulary import AthleteId

app = typer.Typer(no_args_is_help=True, help="Files that were set aside, and why. The files themselves are not kept.")

AthleteOption = Annotated[
    str | None, typer.Option(help="Whose files: id, name or shirt number; everybody’s if left out.")
]
FileMark = Annotated[str, typer.Argument(help="A file’s keyed digest, or how it begins.", show_default=False)]


def register(program: typer.Typer) -> None:
    """Add `quarantine` with its commands to the program."""
    program.add_typer(app, name="quarantine")


@app.command("list")
def list_files(folder: NodeFolder, athlete: AthleteOption = None, as_json: AsJson = False) -> None:
    """List the files of which nothing was stored, with their reasons.

    A file that was imported rightly since is not among them.

    Example: homefield-node quarantine list ./club-a
    """
    from client.settings import load_settings
    from client.vault.access import open_vault

    with open_vault(load_settings(folder)) as vault:
        found, who = _files(vault, athlete), {one.athlete: named(one) for one in vault.athletes()}
    if as_json:
        print_json("homefield-quarantine-list-1", {"files": found})
        return
    rows = [
        (one["mark"][:8], (one["at"] or "")[:10], who[one["athlete"]], one["file_name"], one["reason"]) for one in found
    ]
    title = f"{plural(len(found), 'file', 'files')} set aside"
    print_table(title, ("Digest", "Day", "Athlete", "File", "Reason"), rows)


@app.command()
def show(folder: NodeFolder, mark: FileMark, as_json: AsJson = False) -> None:
    """Show why one file was set aside.

    Example: homefield-node quarantine show ./club-a 5f0c2b9e
    """
    from client.settings import load_settings
    from client.vault.access import open_vault

    with open_vault(load_settings(folder)) as vault:
        (found,) = _chosen(_files(vault, None), mark)
        shown = found if as_json else {**found, "athlete": named(vault.athlete(found["athlete"]))}
    print_values("homefield-quarantine-show-1", shown, as_json=as_json)


@app.command()
def clear(
    folder: NodeFolder,
    marks: Annotated[list[str] | None, typer.Argument(help="Keyed digests; all files if left out.")] = None,
    athlete: AthleteOption = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Forget files that were set aside. Their imports stay on record and no longer count as set aside.

    Without digests it is about all of them, of everybody or of one athlete, and is asked.

    Example: homefield-node quarantine clear ./club-a --athlete 7
    """
    from client.settings import load_settings
    from client.vault.access import open_vault
    from client.vault.scrubbing import scrub_or_tell
    from client.vault.set_aside import clear as clear_files

    with open_vault(load_settings(folder)) as vault:
        held = _files(vault, athlete)
        found = held if not marks else [file for mark in marks for file in _chosen(held, mark)]
        if found and not marks and not is_agreed(_question(len(found), athlete), yes=yes, as_json=as_json):
            raise CannotCorrect("nothing was forgotten")
        with vault.transaction():
            for one in {file["athlete"] for file in found}:
                clear_files(vault, one, frozenset(file["mark"] for file in found if file["athlete"] == one))
        if found:
            scrub_or_tell(vault, lambda left: warn(f"note: {left}"))
    if as_json:
        print_json("homefield-quarantine-clear-1", {"cleared": [file["mark"] for file in found]})
    else:
        say(f"{plural(len(found), 'file is', 'files are')} forgotten.")


def _question(files: int, athlete: str | None) -> str:
    of_whom = "everybody" if athlete is None else "this athlete"
    asked = "the one file that was" if files == 1 else f"all {files:,} files that were"
    return f"Forget {asked} set aside of {of_whom}?"


def _files(vault: "Vault", athlete: str | None) -> list[dict[str, Any]]:
    named = vault.athletes() if athlete is None else [find_athlete(vault, athlete)]
    return [file for one in named for file in _of(vault, one.athlete)]


def _of(vault: "Vault", athlete: "AthleteId") -> list[dict[str, Any]]:
    from client.vault.set_aside import set_aside_files

    return [
        {
            "mark": file.mark,
            "athlete": athlete,
            "file_name": file.file_name,
            "reason": file.reason,
            "at": None if file.at is None else file.at.isoformat(),
        }
        for file in set_aside_files(vault, athlete)
    ]


def _chosen(files: list[dict[str, Any]], mark: str) -> list[dict[str, Any]]:
    found = [file for file in files if file["mark"].startswith(mark)]
    if len(found) != 1:
        fit = f"expected the digest of one file that is set aside, and {len(found)} fit"
        raise CannotCorrect(f"{fit}; see `homefield-node quarantine list`")
    return found
