"""`backup-key`, `backup` and `restore`: the whole coordinator, encrypted, and its way back."""

import typer

from chassis.cli.backup_options import (
    BackupFileArgument,
    BackupFolder,
    KeyFile,
    Recipients,
    ReplacesKey,
    UsedKey,
    new_key,
    put_back_asking,
    show_made,
)
from chassis.cli.console import print_values
from chassis.cli.next_steps import YOU, NextStep, say_next
from chassis.cli.options import AsJson, Yes
from chassis.cli.progress import progress_bar
from chassis.clock import utc_now
from server.commands.coordinator_folder import CoordinatorFolder, serve_command


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.command("backup-key")(backup_key)
    app.command()(backup)
    app.command()(restore)


def backup_key(
    folder: CoordinatorFolder, use: UsedKey = "", replace: ReplacesKey = False, as_json: AsJson = False
) -> None:
    """Make the key that opens backups, print it once, and keep only its public half in the folder.

    A key that is there stays unless it is told to give way (--replace): backups that were made before need it still.

    Example: homefield-server backup-key ./league
    """
    from server.settings import load_settings

    new_key("homefield-server-backup-key-1", load_settings(folder).directory, use, replace=replace, as_json=as_json)


def backup(folder: CoordinatorFolder, into: BackupFolder, to: Recipients = None, as_json: AsJson = False) -> None:
    """Back up database, keys, certificates, models and checkpoints of one moment, encrypted, while it runs.

    Backups of this coordinator that are older than 35 days are deleted from FOLDER. Run it once a day.

    Example: homefield-server backup ./league /mnt/backups
    """
    from server.backup.coordinator_backup import take
    from server.settings import load_settings

    with progress_bar("backup") as on_bytes:
        made = take(load_settings(folder), into=into, to=to or (), clock=utc_now, on_bytes=on_bytes)
    show_made("homefield-server-backup-1", made, as_json=as_json)


def restore(
    archive: BackupFileArgument, folder: CoordinatorFolder, key: KeyFile, yes: Yes = False, as_json: AsJson = False
) -> None:
    """Put a backup back: into an empty folder, or over a stopped coordinator of the same keys.

    What is replaced is moved aside. A campaign that ran since the backup is not carried on; what it cost stays spent.

    Example: homefield-server restore /mnt/backups/homefield-server-0f1e2d3c4b5a6978-20261129T030000Z.tar.age ./league
    --key /media/stick/recovery-key.txt
    """
    from server.backup.coordinator_backup import put_back

    done = put_back_asking(put_back, archive, folder, key=key, yes=yes)
    values = {"moment": done.manifest.header.moment.isoformat(), "aside": done.aside}
    print_values("homefield-server-restore-1", values, as_json=as_json)
    if not as_json:
        node_add = ["homefield-server", "node", "add", folder, "CLUB", "FLEET.PUB"]
        say_next(
            NextStep(YOU, "start the coordinator", serve_command(folder)),
            NextStep(YOU, "add nodes again that were added since the backup", node_add),
        )
