"""`backup-key`, `backup` and `restore`: the whole node, encrypted, and its way back."""

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
from chassis.cli.next_steps import DELETE_ASIDE, YOU, NextStep, say_next
from chassis.cli.options import AsJson, Yes
from chassis.cli.progress import progress_bar
from chassis.clock import utc_now
from client.commands.node_folder import NodeFolder


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.command("backup-key")(backup_key)
    app.command()(backup)
    app.command()(restore)


def backup_key(folder: NodeFolder, use: UsedKey = "", replace: ReplacesKey = False, as_json: AsJson = False) -> None:
    """Make the key that opens backups, print it once, and keep only its public half in the folder.

    A key that is there stays unless it is told to give way (--replace): backups that were made before need it still.

    Example: homefield-node backup-key ./club-a
    """
    from client.settings import load_settings

    new_key("homefield-node-backup-key-1", load_settings(folder).directory, use, replace=replace, as_json=as_json)


def backup(folder: NodeFolder, into: BackupFolder, to: Recipients = None, as_json: AsJson = False) -> None:
    """Back up vault, journals, keys, settings and models of one moment, encrypted, while the node runs.

    Backups of this node that are older than 35 days are deleted from FOLDER. Run it once a day.

    Example: homefield-node backup ./club-a /mnt/backups
    """
    from client.backup.node_backup import take
    from client.settings import load_settings

    with progress_bar("backup") as on_bytes:
        made = take(load_settings(folder), into=into, to=to or (), clock=utc_now, on_bytes=on_bytes)
    show_made("homefield-node-backup-1", made, as_json=as_json)


def restore(
    archive: BackupFileArgument, folder: NodeFolder, key: KeyFile, yes: Yes = False, as_json: AsJson = False
) -> None:
    """Put a backup back: into an empty folder, or over a stopped node of the same keys.

    Whoever was erased since is erased again first, so a linked node's consent service must run. What is replaced is
    moved aside. A round that was paid for since the backup is not computed again: the ledger refuses it.

    Example: homefield-node restore /mnt/backups/homefield-node-0f1e2d3c4b5a6978-20261129T030000Z.tar.age ./club-a
    --key /media/stick/recovery-key.txt
    """
    from client.backup.node_backup import put_back

    done = put_back_asking(put_back, archive, folder, key=key, yes=yes)
    moment = done.folder.manifest.header.moment.isoformat()
    values = {"moment": moment, "aside": done.folder.aside, "erased": done.erased}
    print_values("homefield-node-restore-1", values, as_json=as_json)
    if not as_json:
        say_next(
            NextStep(YOU, "import what came since the backup", ["homefield-node", "ingest", folder, "FILES"]),
            NextStep(YOU, "start the node", ["homefield-node", "run", folder, "--port", 8300]),
            *([NextStep(YOU, DELETE_ASIDE)] if done.folder.aside else []),
        )
