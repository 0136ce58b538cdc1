"""`ingest --watch`: imports what arrives in folders until it is stopped, and says what lies there in the clear."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from chassis.cli.console import say, warn
from client.errors import ClientError

if TYPE_CHECKING:
    from client.ingest.results.file_answer import FileAnswer
    from client.ingest.watch.after_import import AfterImport
    from client.ingest.watch.watched_folder import ImportFiles

EVERY_S = 5.0  # ours: two looks are apart so far; a file is taken five to ten seconds after it was written


def watch(
    folders: Sequence[Path],
    take: "ImportFiles",
    *,
    after: "AfterImport",
    pause: Callable[[], bool],
    show: "Callable[[list[FileAnswer]], None]",
    tell: Callable[[str], None] = say,
) -> None:
    """Import what is finished, look after look, until `pause` returns True. Raises ClientError for what is no folder.

    take: imports files; where it cannot, for the log or the vault is busy, the files come again at the next look.
    tell: says what is watched, how often and how to end it; then how many files lie in the folders in the clear,
    whenever that changes.
    """
    from client.ingest.watch.finished_files import FinishedFiles, look_into
    from client.ingest.watch.watched_folder import WatchedFolder, counted

    for folder in folders:
        if not folder.is_dir():
            raise ClientError(f"expected folders to watch, got {folder}, which is none")
    watched = WatchedFolder(folders, FinishedFiles(lambda: look_into(folders)), after)
    tell(
        f"Watching {', '.join(map(str, folders))}, looked into every {EVERY_S:g} seconds; a file is imported once it "
        "is whole. Ctrl-C ends it."
    )
    told = -1
    while True:
        try:
            found = watched.round(take)
        except ClientError as error:
            warn(f"nothing was imported at this look: {error}")
        else:
            if found:
                show(found)
        if watched.in_the_clear != told:
            told = watched.in_the_clear
            tell(f"{counted(told)} in the clear in {', '.join(map(str, folders))}.")
        if pause():
            return
