"""Brought files on their way into the vault: on the disk, sealed chunk by chunk under a key that only memory holds.

A spooled upload is a file without a name, so that nothing of it is left when the process ends, however it ends; and its
key is gone with the process, so that nothing of it could be read (AES-256-GCM, NIST SP 800-38D).
"""

import io
import os
import shutil
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from client.errors import UnreadableFile, UploadRefused
from client.uploads.limits import KEPT_FREE, MOST_SPOOLED

CHUNK: Final = 2**18  # bytes of a sealed chunk, ours
_TAG: Final = 16
_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
GONE: Final = "it is no longer on this node; bring it again"


@dataclass(frozen=True, slots=True)
class Extent:
    """Where one file lies in a spooled upload. first: its first chunk. size: bytes of the file."""

    first: int
    size: int


class Spool:
    """Where uploads of this process lie until they are read. directory: of the node, on the disk of its vault."""

    def __init__(self, directory: Path, *, most: int = MOST_SPOOLED) -> None:
        self._directory = directory
        self._most = most
        self._lock = threading.Lock()
        self._held = 0

    @property
    def held(self) -> int:
        """Bytes of all uploads that wait."""
        return self._held

    def begin(self) -> "SpooledUpload":
        """Return an empty upload."""
        return SpooledUpload(self, tempfile.TemporaryFile(dir=self._directory, buffering=0))

    def take(self, size: int) -> None:
        """Count bytes that are written next; raises UploadRefused where all together are too many."""
        with self._lock:
            if self._held + size > self._most:
                raise UploadRefused("too many files wait on this node; store or leave out what waits, then try again")
            if shutil.disk_usage(self._directory).free < size + KEPT_FREE:
                raise UploadRefused("the disk of this node is nearly full; tell whoever runs it")
            self._held += size

    def give_back(self, size: int) -> None:
        """Count bytes that are gone."""
        with self._lock:
            self._held -= size


class SpooledUpload:
    """One upload: its files one after another, each from a chunk of its own on. Closing it destroys key and bytes."""

    def __init__(self, spool: Spool, file: io.FileIO) -> None:
        self._spool, self._file = spool, file
        self._key: AESGCM | None = AESGCM(os.urandom(_KEY_BYTES))
        self._lock = threading.Lock()
        self._chunks = self._first = self._size = 0
        self._waiting = bytearray()

    def write(self, data: bytes) -> None:
        """Append to the present file; raises UploadRefused where there is no room."""
        self._waiting += data
        self._size += len(data)
        while len(self._waiting) >= CHUNK:
            self._seal(bytes(self._waiting[:CHUNK]))
            del self._waiting[:CHUNK]

    def end_file(self) -> Extent:
        """Finish the present file and return where it lies; the next one begins."""
        if self._waiting:
            self._seal(bytes(self._waiting))
            self._waiting.clear()
        found = Extent(self._first, self._size)
        self._first, self._size = self._chunks, 0
        return found

    def open(self, extent: Extent) -> BinaryIO:
        """Open one file as a stream that can go to any place; raises UnreadableFile once the upload is closed."""
        return cast(BinaryIO, io.BufferedReader(_Opened(self, extent), CHUNK))

    def chunk(self, number: int, size: int) -> bytes:
        """Return the bytes of one chunk. Raises UnreadableFile where it is gone or is not what was written."""
        with self._lock:
            if self._key is None:
                raise UnreadableFile(GONE)
            sealed = os.pread(self._file.fileno(), size + _TAG, number * (CHUNK + _TAG))
            try:
                return self._key.decrypt(_nonce(number), sealed, None)
            except (InvalidTag, ValueError) as error:
                raise UnreadableFile("it was changed on the disk of this node; bring it again") from error

    def close(self) -> None:
        """Forget the key and give the disk its room back; closing it again does nothing."""
        with self._lock:
            if self._key is not None:
                self._key = None
                self._waiting.clear()
                self._file.close()
                self._spool.give_back(self._chunks * CHUNK)

    def _seal(self, plain: bytes) -> None:
        self._spool.take(CHUNK)
        with self._lock:
            if self._key is None:
                self._spool.give_back(CHUNK)
                raise UploadRefused(GONE)
            sealed = self._key.encrypt(_nonce(self._chunks), plain, None)
            try:
                os.pwrite(self._file.fileno(), sealed, self._chunks * (CHUNK + _TAG))
            except OSError as error:
                self._spool.give_back(CHUNK)
                raise UploadRefused("this node cannot write to its disk now; tell whoever runs it") from error
            self._chunks += 1


class _Opened(io.RawIOBase):
    """One file of an upload, decrypted chunk by chunk as it is read."""

    def __init__(self, upload: SpooledUpload, extent: Extent) -> None:
        super().__init__()
        self._upload, self._extent, self._at = upload, extent, 0

    def readable(self) -> bool:
        """It is read and never written."""
        return True

    def seekable(self) -> bool:
        """It can go to any place."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place and return it."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._extent.size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # io's own type is wider
        """Fill the buffer as far as the present chunk goes."""
        place, within = divmod(self._at, CHUNK)
        size = min(CHUNK, self._extent.size - place * CHUNK)
        if size <= within:
            return 0
        plain = self._upload.chunk(self._extent.first + place, size)[within : within + len(buffer)]
        buffer[: len(plain)] = plain
        self._at += len(plain)
        return len(plain)


def _nonce(number: int) -> bytes:
    """One key seals one upload, so that the number of a chunk occurs once under it and fixes its place."""
    return number.to_bytes(_NONCE_BYTES, "big")
