"""A gzip file as a stream of what is packed in it, with a limit on how much may come out."""

import io
import zlib
from typing import BinaryIO

from client.errors import UnreadableFile
from client.ingest.bounds.archive_limits import UnpackedSize

_PACKED_AT_ONCE = 2**14  # ours
_MAGIC = b"\x1f\x8b"
_WITH_HEADER = 31  # zlib: a gzip header, and its checksum at the end


class UnpackedStream(io.RawIOBase):
    """Reads what a gzip stream holds; a stream that is cut off ends where its bytes end.

    size: how many bytes the packed file has, which bounds what comes out (`UnpackedSize`).
    """

    def __init__(self, packed: BinaryIO, size: int) -> None:
        super().__init__()
        self._packed, self._size = packed, UnpackedSize(size)
        self._part, self._waiting, self._is_over = zlib.decompressobj(_WITH_HEADER), b"", False

    def readable(self) -> bool:
        """It is read and never written."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # io's own type is wider
        """Fill the buffer; raises UnreadableFile for a damaged file, ArchiveRefused for too much."""
        found = b""
        while not found and self._has_more():
            try:
                found = self._part.decompress(self._waiting, len(buffer))
            except zlib.error as error:
                raise UnreadableFile("a gzip file that is damaged; copy or export it again") from error
            self._waiting = self._part.unconsumed_tail
            if self._part.eof:
                self._begin_part(self._part.unused_data)
        self._size.take(len(found))
        buffer[: len(found)] = found
        return len(found)

    def _begin_part(self, rest: bytes) -> None:
        """Go on with another part that follows; what else stands after the last one, such as zeros, is no data."""
        rest = rest if len(rest) >= len(_MAGIC) else rest + self._packed.read(_PACKED_AT_ONCE)
        self._is_over = not rest.startswith(_MAGIC)
        self._waiting, self._part = rest, zlib.decompressobj(_WITH_HEADER)

    def _has_more(self) -> bool:
        self._waiting = self._waiting or self._packed.read(_PACKED_AT_ONCE)
        return bool(self._waiting) and not self._is_over

    def close(self) -> None:
        """Close the packed file too."""
        self._packed.close()
        super().close()
