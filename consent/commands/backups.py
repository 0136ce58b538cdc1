"""Commands that back the whole service up and put it back."""

from functools import partial

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
from consent.commands.orgs import in_words
from consent.commands.service_folder import ServiceFolder, WithoutWitnesses


def register(program: typer.Typer) -> None:
    """Add the commands to the program."""
    program.command("backup-key")(backup_key)
    program.command()(backup)
    program.command()(restore)


def backup_key(
    directory: ServiceFolder, use: UsedKey = "", replace: ReplacesKey = False, as_json: AsJson = False
) -> None:
    """Make the key that opens backups, print it once, and keep only its public half in the folder.

    A key that is there stays unless it is told to give way (--replace): backups that were made before need it still.

    Example: homefield-consent backup-key union
    """
    from consent.settings import read_settings

    new_key(
        "homefield-consent-backup-key-1",
        read_settings(directory.resolve()).directory,
        use,
        replace=replace,
        as_json=as_json,
    )


def backup(directory: ServiceFolder, into: BackupFolder, to: Recipients = None, as_json: AsJson = False) -> None:
    """Back up database, keys, settings, log and log state of one moment, encrypted, while the service runs.

    Backups of this service that are older than 35 days are deleted from the folder. Run it once a day.

    Example: homefield-consent backup union /mnt/backups
    """
    from consent.backup.take import take
    from consent.settings import read_settings

    with progress_bar("backup") as on_bytes:
        made = take(read_settings(directory.resolve()), into=into, to=to or (), clock=utc_now, on_bytes=on_bytes)
    show_made("homefield-consent-backup-1", made, as_json=as_json)


def restore(
    archive: BackupFileArgument,
    directory: ServiceFolder,
    key: KeyFile,
    yes: Yes = False,
    without_witnesses: WithoutWitnesses = False,
    as_json: AsJson = False,
) -> None:
    """Put a backup back: into an empty folder, or over a stopped service of the same keys.

    A log that is there and larger stays, also without its .state folder. What is replaced is moved aside. A recovery
    follows: whoever decided something since the backup is frozen until they confirm it, what may have been spent counts
    as spent, and whoever was erased is erased again. Nothing is changed where a witness knows a larger log.

    Example: homefield-consent restore /mnt/backups/homefield-consent-0f1e2d3c4b5a6978-20261129T030000Z.tar.age union
    --key /media/stick/recovery-key.txt
    """
    from consent.backup.put_back import put_back
    from consent.operations.outside_view import OutsideCheck

    outside = OutsideCheck.NONE if without_witnesses else OutsideCheck.IF_REACHABLE
    done = put_back_asking(partial(put_back, outside=outside), archive, directory, key=key, yes=yes)
    counts = ("entries", "frozen", "erased", "charged", "charged_micro_rho")
    values = {"moment": done.manifest.header.moment.isoformat(), "kept_newer_log": done.keeps_log, "aside": done.aside}
    values |= {field: getattr(done.recovered, field) for field in counts}
    values["cut_off"] = [one.org_id if as_json else in_words(one) for one in done.recovered.cut_off]
    print_values("homefield-consent-restore-1", values, as_json=as_json)
    if as_json:
        return
    again = ["homefield-consent", "org", "add-key", directory, "ORG", "--key", "KEY"]
    say_next(
        NextStep(YOU, "start the service", ["homefield-consent", "serve", directory]),
        *([NextStep(YOU, "ask the athletes who are frozen to open their portal")] if done.recovered.frozen else []),
        *(
            [NextStep(YOU, "give each organisation that is cut off its key anew", again)]
            if done.recovered.cut_off
            else []
        ),
        *([NextStep(YOU, DELETE_ASIDE)] if done.aside else []),
    )
