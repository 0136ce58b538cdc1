"""A node's backup: vault, journals, keys, settings, approved campaigns and models, of one moment.

A vault put back holds athletes who were erased since. Whom the consent service or the vault that is there knows to be
erased is erased in the backup's own copy, before any of it comes into place.
"""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from chassis.backup.archive import OnBytes
from chassis.backup.folder_backup import FolderProgram, RestoredFolder, back_up_folder, put_back_folder
from chassis.backup.making import BackupMade
from chassis.backup.manifest import BackupManifest
from chassis.backup.putting_back import OpenedBackup
from chassis.clock import Clock
from client.consent_client import NodeConsentClient
from client.errors import ConsentUnavailable, SealBroken
from client.settings import FILE_NAME, NodeSettings, load_settings
from client.vault.access import open_vault
from client.vault.erased_again import erase_again
from client.vault.keys import KEY_FILE, SALT_FILE
from policies.vocabulary import AthleteId

PROGRAM: Final = "homefield-node"
KEYS: Final = tuple(f"keys/{name}" for name in ("node.key", KEY_FILE, SALT_FILE))


@dataclass(frozen=True, slots=True)
class RestoredNode:
    """What a restore did. erased: how many athletes of the backup were erased again."""

    folder: RestoredFolder
    erased: int


def take(
    settings: NodeSettings, *, into: Path, to: Sequence[str], clock: Clock, on_bytes: OnBytes | None = None
) -> BackupMade:
    """Make one backup while the node runs; raises CannotBackUp, LockHeld, BadSecretFile or OSError."""
    program = FolderProgram(PROGRAM, settings.directory, KEYS)
    service = settings.node_key().verify_key.key_id
    return back_up_folder(program, service=service, into=into, to=to, clock=clock, on_bytes=on_bytes)


def put_back(
    archive: Path,
    directory: Path,
    *,
    key_file: Path,
    clock: Clock,
    agreed: Callable[[BackupManifest, bool], None] = lambda _manifest, _replaces: None,
    on_bytes: OnBytes | None = None,
) -> RestoredNode:
    """Restore a node; raises BadBackup or a child of ClientError with nothing changed."""
    erased: list[AthleteId] = []

    def prepare(opened: OpenedBackup) -> None:
        settings = load_settings(directory if (directory / FILE_NAME).exists() else opened.folder)
        copy = replace(settings, directory=opened.folder)
        gone = _erased_here(settings, directory) | _erased_there(copy, clock)
        with open_vault(copy) as vault:
            erased.extend(erase_again(vault, gone))

    folder = put_back_folder(
        archive,
        directory,
        program=lambda _: FolderProgram(PROGRAM, directory, KEYS),
        name=PROGRAM,
        key_file=key_file,
        clock=clock,
        prepare=prepare,
        agreed=agreed,
        on_bytes=on_bytes,
    )
    return RestoredNode(folder, len(erased))


def _erased_here(settings: NodeSettings, directory: Path) -> frozenset[AthleteId]:
    """Whom the vault that the backup replaces knows to be erased; nobody if there is none that opens."""
    here = replace(settings, directory=directory)
    if not here.vault_path.exists():
        return frozenset()
    try:
        with open_vault(here) as vault:
            return vault.erased()
    except SealBroken:  # damaged, which is why it is replaced
        return frozenset()


def _erased_there(settings: NodeSettings, clock: Clock) -> frozenset[AthleteId]:
    """Whom the consent service knows to be erased; nobody was reported by a node that is not linked."""
    if settings.consent_url is None:
        return frozenset()
    try:
        with closing(NodeConsentClient.of(settings, clock=clock)) as consent:
            return consent.erased()
    except ConsentUnavailable as error:
        raise ConsentUnavailable(
            f"whom to erase again cannot be asked ({error.what}); nothing was put back, start the consent service first"
        ) from error
