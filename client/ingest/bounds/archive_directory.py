"""Opening a zip archive: its directory is parsed whole, so its size and number of files are judged before that.

What is judged are the bytes that `zipfile` itself reads as the directory: no archive can show one to the check and
another to the library.
"""

import io
import zipfile
from typing import IO, Final, cast

from client.ingest.bounds.archive_limits import MOST_MEMBERS, TOO_MANY_MEMBERS, ArchiveRefused

MOST_DIRECTORY: Final = 32 * 2**20  # ours: bytes; MOST_MEMBERS files with 300 bytes of name and remarks each
_ENTRY: Final = b"PK\x01\x02"  # begins the entry of each file (APPNOTE 4.3.12)


def opened_archive(stream: IO[bytes]) -> zipfile.ZipFile:
    """Open a zip archive. Raises ArchiveRefused for a directory that is too large, else what `zipfile` raises."""
    archive = zipfile.ZipFile(cast(IO[bytes], _Judged(stream)))
    archive.fp = stream  # the files in it are bounded by what the directory says of them
    return archive


class _Judged:
    """A stream as `zipfile` needs it to find the directory; every read of it is judged before it is handed on."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def seekable(self) -> bool:
        return self._stream.seekable()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def read(self, size: int = -1) -> bytes:
        if size > MOST_DIRECTORY:
            raise ArchiveRefused("an archive with a larger list of files than any export has; split it")
        found = self._stream.read(size)
        if found.count(_ENTRY) > MOST_MEMBERS:
            raise ArchiveRefused(TOO_MANY_MEMBERS)
        return found
