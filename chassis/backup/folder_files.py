"""What lies in a program's folder: its SQLite databases, which are copied online, and plain files."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from chassis.backup.kept_backups import SUFFIX
from chassis.backup.manifest import is_member_name

DATABASE_SUFFIX: Final = ".sqlite3"
ASIDE: Final = "replaced-"
_BESIDE_DATABASES: Final = (f"{DATABASE_SUFFIX}-wal", f"{DATABASE_SUFFIX}-shm", f"{DATABASE_SUFFIX}-journal")


def file_names(directory: Path, *, without: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield the name of every file below a program's folder that is worth keeping, in order.

    without: folders at its top that the caller sees to. Left out are links, sockets, hidden files, backups, and what a
    restore moved aside.
    """
    for place, folders, files in os.walk(directory):
        inside = Path(place).relative_to(directory)
        folders[:] = sorted(
            name for name in folders if not name.startswith((".", ASIDE)) and (inside / name).as_posix() not in without
        )
        for name in sorted(files):
            path = (inside / name).as_posix()
            is_kept = is_member_name(path) and not name.endswith((SUFFIX, *_BESIDE_DATABASES))
            if is_kept and stat.S_ISREG((directory / path).lstat().st_mode):
                yield path
