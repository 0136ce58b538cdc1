"""What an archive may do: how large it may become, and which names its members may have."""

import stat
import zipfile
from collections.abc import Sequence
from pathlib import PurePosixPath, PureWindowsPath

from client.errors import UnreadableFile

MOST_BYTES = 4 * 2**30
MOST_RATIO = 200  # unpacked bytes per packed byte
FREE_BYTES = 64 * 2**10  # ours: a file of this size may be packed as well as it likes
MOST_MEMBERS = 100_000  # ours: ten sessions a day for 27 years
TOO_MANY_MEMBERS = f"an archive of more than {MOST_MEMBERS} files; split it"
MOST_NESTED = 3  # ours: an export in an export in an export


class ArchiveRefused(UnreadableFile):
    """An archive that could harm whoever unpacks it; nothing of it is read any further."""


class UnpackedSize:
    """How many bytes may still come out of one file and the archives inside it."""

    def __init__(self, packed: int) -> None:
        self.left = min(MOST_BYTES, max(MOST_RATIO * packed, FREE_BYTES))
        self._is_large = MOST_RATIO * packed > MOST_BYTES

    def take(self, size: int) -> None:
        """Take bytes that came out, or will; raises ArchiveRefused where they are too many."""
        self.left -= size
        if self.left < 0:
            said = "4 GiB" if self._is_large else f"{MOST_RATIO} times its size"
            raise ArchiveRefused(f"an archive that unpacks to more than {said}; it is not read any further")


def check_members(members: Sequence[zipfile.ZipInfo], packed: int) -> None:
    """Return when the directory of a zip archive of `packed` bytes is harmless; raises ArchiveRefused."""
    if len(members) > MOST_MEMBERS:
        raise ArchiveRefused(TOO_MANY_MEMBERS)
    if any(one.flag_bits & 1 for one in members):
        raise ArchiveRefused("an archive that is locked with a password; unpack it and import the folder")
    if sum(one.compress_size for one in members) > packed:
        raise ArchiveRefused("an archive whose files lie over one another; it is not read any further")
    for member in members:
        _check_path(member)
        if member.file_size > FREE_BYTES and member.file_size > MOST_RATIO * member.compress_size:
            raise ArchiveRefused(f"an archive with a file that unpacks to more than {MOST_RATIO} times its size")


def _check_path(member: zipfile.ZipInfo) -> None:
    # The name as it stands in the archive: zipfile itself cuts it at a NUL and turns the system's separator round.
    name = member.orig_filename
    if not member.filename:
        raise ArchiveRefused("an archive with a file that has no name; nothing of it is read")
    path, on_windows = PurePosixPath(name.replace("\\", "/")), PureWindowsPath(name)
    if path.is_absolute() or on_windows.drive or ".." in path.parts or "\x00" in name:
        raise ArchiveRefused("an archive with a path that leads out of it; nothing of it is read")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise ArchiveRefused("an archive with a link; nothing of it is read")
