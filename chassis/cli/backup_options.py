"""What the commands `backup-key`, `backup` and `restore` of every program take and say alike."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Protocol, TypeVar

import typer

from chassis.cli.console import is_agreed, print_values, say
from chassis.cli.progress import progress_bar
from chassis.clock import Clock, utc_now

if TYPE_CHECKING:
    from chassis.backup.archive import OnBytes
    from chassis.backup.making import BackupMade
    from chassis.backup.manifest import BackupManifest

Restored = TypeVar("Restored", covariant=True)

BackupFolder = Annotated[
    Path, typer.Argument(metavar="FOLDER", help="Where backups are kept, best on another machine's disk.")
]
Recipients = Annotated[
    list[str] | None, typer.Option("--to", help="Public recovery key, age1…; repeatable. The folder's own without.")
]
UsedKey = Annotated[str, typer.Option("--use", help="A public key, age1…, whose secret half you hold already.")]
BackupFileArgument = Annotated[Path, typer.Argument(metavar="BACKUP", help="The backup, a file that ends in .tar.age.")]
ReplacesKey = Annotated[
    bool,
    typer.Option("--replace", help="Take the place of the key that is there; older backups still need that one."),
]
KeyFile = Annotated[Path, typer.Option("--key", help="File of the recovery key, which `backup-key` printed.")]


def new_key(schema: str, directory: Path, use: str, *, replace: bool, as_json: bool) -> None:
    """Keep the public half of a recovery key in the folder, and print the secret half, once, if it is fresh.

    replace: another key that is there gives way; without it that is refused, with CannotBackUp.
    """
    from chassis.backup.recovery_key import new_recovery_key, refuse_another_key, write_recipients

    fresh = None if use else new_recovery_key()
    recipient = use if fresh is None else fresh.recipient
    if not replace:
        refuse_another_key(directory, recipient)
    write_recipients(directory, [recipient])
    values = {"recipient": recipient} | ({} if fresh is None else {"recovery_key": fresh.identity})
    print_values(schema, values, as_json=as_json)
    if fresh is not None and not as_json:
        say(
            "Keep the recovery key in a file away from this machine, best two copies on paper or sticks in two places.",
            "It is shown only now. Without it no backup opens; whoever holds it and a backup holds everything.",
        )


def show_made(schema: str, made: "BackupMade", *, as_json: bool) -> None:
    """Print where a backup is and how long it is kept."""
    values: dict[str, Any] = {
        "file": str(made.path),
        "moment": made.header.moment.isoformat(),
        "bytes": made.size,
        "kept_until": made.opens_until.isoformat(timespec="seconds"),
        "deleted": list(made.deleted),
    }
    print_values(schema, values, as_json=as_json)


def erased_in_backups(now: datetime) -> str:
    """Return until when a backup can still open what is erased now."""
    from chassis.backup.kept_backups import opens_until

    return (
        f"Erased. A backup made before can open the record until {opens_until(now):%Y-%m-%d}; after that none can, if "
        "`backup` runs daily. A restore erases it again. Copies made by other means are yours to delete."
    )


class PutsBack(Protocol[Restored]):
    """How each program puts a backup of its own back; its errors are those of that program."""

    def __call__(
        self,
        archive: Path,
        directory: Path,
        *,
        key_file: Path,
        clock: Clock,
        agreed: "Callable[[BackupManifest, bool], None]",
        on_bytes: "OnBytes | None",
    ) -> Restored:
        """Put it back. agreed: called with what the backup is, and whether it replaces something; may raise."""
        ...


def put_back_asking(put_back: PutsBack[Restored], archive: Path, directory: Path, *, key: Path, yes: bool) -> Restored:
    """Put a backup back with a progress bar; asks first where it replaces something, unless `yes`."""
    with progress_bar("restore") as on_bytes:
        return put_back(
            archive,
            directory.resolve(),
            key_file=key,
            clock=utc_now,
            agreed=lambda manifest, replaces: ask_to_replace(manifest, yes=yes or not replaces),
            on_bytes=on_bytes,
        )


def ask_to_replace(manifest: "BackupManifest", *, yes: bool) -> None:
    """Ask whether the backup may take the place of the database that is there; raises click.Abort unless it may."""
    moment = manifest.header.moment.isoformat(timespec="minutes")
    if not is_agreed(f"Put the database of {moment} in place of the one that is there?", yes=yes):
        raise typer.Abort
