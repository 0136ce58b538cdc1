"""Creating a file that is written once: durable when the call returns, and never over one that is there."""

import os
from pathlib import Path

from chassis.errors import AlreadyWritten
from chassis.files.durable_write import sync_folder, write_durably

PRIVATE_FILE_MODE = 0o600
PRIVATE_FOLDER_MODE = 0o700


def create_durably(path: Path, data: bytes, *, mode: int = PRIVATE_FILE_MODE) -> None:
    """Create `path` with `data`, on the disk for sure; raises AlreadyWritten or OSError.

    The mode is set by the call that creates the file: there is no moment at which others could read it. A symbolic
    link in its place counts as a file that is there. A missing folder is made for its owner only.
    """
    make_private_folder(path.parent)
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_WRONLY | os.O_CLOEXEC, mode)
    except FileExistsError as error:
        raise AlreadyWritten(f"expected no {path} yet, got one; it is never overwritten, move it away") from error
    try:
        os.fchmod(descriptor, mode)  # what is for others to read is so, however narrow the program's umask is
        write_durably(descriptor, data)
    except OSError:
        path.unlink(missing_ok=True)  # half a key would stop every later attempt
        raise
    sync_folder(path.parent)


def make_private_folder(path: Path) -> None:
    """Make a folder of mode 0700 unless it is there, its name on the disk for sure; raises OSError.

    Missing folders above it get the mode that the umask leaves them: what else lies there may be for everybody.
    """
    _make_folder(path, PRIVATE_FOLDER_MODE)


def _make_folder(path: Path, mode: int) -> None:
    if path.is_dir():
        return
    _make_folder(path.parent, 0o777)
    path.mkdir(mode=mode, exist_ok=True)
    sync_folder(path.parent)
