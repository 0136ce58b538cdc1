"""One encrypted archive: a tar stream (POSIX) inside age, its manifest last.

age authenticates every block and the end, so that an archive that is torn or changed opens as nothing.
"""

import hashlib
import io
import os
import stat
import tarfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pyrage import DecryptError, EncryptError, decrypt_io, encrypt_io, x25519

from chassis.backup.manifest import MANIFEST, BackupHeader, BackupManifest, BackupMember, parse_manifest
from chassis.errors import BadBackup, CannotBackUp
from chassis.files.create_file import PRIVATE_FILE_MODE, PRIVATE_FOLDER_MODE
from chassis.files.durable_write import sync_folder

OnBytes = Callable[[int, int], None]
PUBLIC_FILE_MODE: Final = 0o644
PUBLIC_FOLDER_MODE: Final = 0o755
_CHUNK: Final = 1 << 20
_TORN: Final = "the backup is not whole, or it was changed; nothing was put back, use another one"


@dataclass(frozen=True, slots=True)
class BackupFile:
    """A file that goes into a backup. name: its place below the program's folder; path: where to read it.

    is_public: others may read it when it is back in its place, as they may one that they can read where it lies; all
    else is for its owner alone.
    """

    name: str
    path: Path
    is_public: bool = False


def write_archive(
    target: Path,
    files: Sequence[BackupFile],
    header: BackupHeader,
    *,
    recipients: Sequence[x25519.Recipient],
    on_bytes: OnBytes | None = None,
) -> None:
    """Write an archive that only the secret keys of `recipients` open; durable when the call returns.

    Raises CannotBackUp if a file changed while it was read, or OSError; `target` is then not whole.
    """
    stream = _TarStream(files, header, on_bytes)
    handle = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, PRIVATE_FILE_MODE)
    with os.fdopen(handle, "wb") as file:
        try:
            encrypt_io(stream, file, list(recipients))
        except (EncryptError, OSError) as error:
            # What reading raised comes back as text only.
            raise stream.failure or CannotBackUp(f"{target.parent} cannot be written: {error}") from error
        file.flush()
        os.fsync(file.fileno())
    sync_folder(target.parent)


class _TarStream:
    """The archive's bytes, made as they are read: no second copy of anything is written to disk."""

    def __init__(self, files: Sequence[BackupFile], header: BackupHeader, on_bytes: OnBytes | None) -> None:
        self._files = files
        self._header = header
        self._on_bytes = on_bytes
        self._parts = self._made()
        self._rest = b""
        self.failure: Exception | None = None

    def read(self, size: int = -1) -> bytes:
        """Return at most `size` bytes, none at the end."""
        try:
            while not self._rest:
                self._rest = next(self._parts)
        except StopIteration:
            return b""
        except (OSError, CannotBackUp) as error:
            self.failure = error
            raise
        size = len(self._rest) if size < 0 else size
        part, self._rest = self._rest[:size], self._rest[size:]
        return part

    def _made(self) -> Iterator[bytes]:
        total, done = sum(file.path.stat().st_size for file in self._files), 0
        members: dict[str, BackupMember] = {}
        for file in self._files:
            digest, size = hashlib.sha256(), 0
            with file.path.open("rb") as source:
                status = os.fstat(source.fileno())
                is_public = file.is_public or bool(status.st_mode & stat.S_IROTH)
                yield _head(file.name, status.st_size, PUBLIC_FILE_MODE if is_public else PRIVATE_FILE_MODE)
                while size < status.st_size and (chunk := source.read(min(_CHUNK, status.st_size - size))):
                    digest.update(chunk)
                    size += len(chunk)
                    done += len(chunk)
                    if self._on_bytes is not None:
                        self._on_bytes(done, total)
                    yield chunk
            if size != status.st_size:
                raise CannotBackUp("a file became shorter while it was copied; make the backup again")
            yield _padding(size)
            members[file.name] = BackupMember(size=size, sha256=digest.hexdigest())
        text = BackupManifest(header=self._header, members=members).model_dump_json(indent=1).encode()
        yield _head(MANIFEST, len(text), PRIVATE_FILE_MODE) + text + _padding(len(text))
        yield bytes(2 * tarfile.BLOCKSIZE)


def _head(name: str, size: int, mode: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, mode
    return info.tobuf(tarfile.PAX_FORMAT)


def _padding(size: int) -> bytes:
    return bytes(-size % tarfile.BLOCKSIZE)


def read_archive(
    archive: Path, folder: Path, *, identities: Sequence[x25519.Identity], on_bytes: OnBytes | None = None
) -> BackupManifest:
    """Open an archive into `folder`, a private one, and return its manifest once every hash was right.

    Raises BadBackup for a key that does not open it and for one that is torn, changed or of another format.
    """
    plain = folder / ".archive"
    try:
        _decrypt(archive, plain, identities, on_bytes)
        with tarfile.open(plain, "r:") as tar:
            manifest = _extracted(tar, folder)
    except (tarfile.TarError, EOFError) as error:
        raise BadBackup(_TORN) from error
    finally:
        plain.unlink(missing_ok=True)
    return manifest


def _decrypt(archive: Path, plain: Path, identities: Sequence[x25519.Identity], on_bytes: OnBytes | None) -> None:
    handle = os.open(plain, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, PRIVATE_FILE_MODE)
    with os.fdopen(handle, "wb") as file, archive.open("rb") as source:
        target = _Counted(file, archive.stat().st_size, on_bytes)
        try:
            decrypt_io(source, target, list(identities))
        except DecryptError as error:
            if "No matching keys" in str(error):
                raise BadBackup("this recovery key does not open the backup; find the key it was made for") from error
            raise BadBackup(_TORN) from error
        except OSError as error:
            if target.failure is not None:
                raise target.failure from error
            raise BadBackup(_TORN) from error


class _Counted:
    """A file that is written to, and whoever is told how far it is."""

    def __init__(self, file: io.BufferedWriter, total: int, on_bytes: OnBytes | None) -> None:
        self._file = file
        self._total = total
        self._on_bytes = on_bytes
        self._done = 0
        self.failure: OSError | None = None

    def write(self, data: bytes) -> int:
        try:
            written = self._file.write(data)
        except OSError as error:
            self.failure = error
            raise
        self._done += written
        if self._on_bytes is not None:
            self._on_bytes(min(self._done, self._total), self._total)
        return written

    def flush(self) -> None:
        self._file.flush()


def _extracted(tar: tarfile.TarFile, folder: Path) -> BackupManifest:
    every = tar.getmembers()
    if not every or every[-1].name != MANIFEST or not all(one.isreg() for one in every):
        raise BadBackup(_TORN)
    text = tar.extractfile(every[-1])
    manifest = parse_manifest(text.read() if text is not None else b"")
    if [one.name for one in every[:-1]] != list(manifest.members):
        raise BadBackup(_TORN)
    private = {place for one in every if one.mode != PUBLIC_FILE_MODE for place in Path(one.name).parents}
    for one in every[:-1]:
        for place in reversed(Path(one.name).parents[:-1]):
            # A folder is for all only if everything in it is: beside a certificate lies its key.
            (folder / place).mkdir(exist_ok=True)
            (folder / place).chmod(PRIVATE_FOLDER_MODE if place in private else PUBLIC_FOLDER_MODE)
        _extract(tar, one, manifest.members[one.name], folder / one.name)
    return manifest


def _extract(tar: tarfile.TarFile, one: tarfile.TarInfo, expected: BackupMember, to: Path) -> None:
    """Write one member, whose name the manifest's own check has kept inside the folder."""
    mode = PUBLIC_FILE_MODE if one.mode == PUBLIC_FILE_MODE else PRIVATE_FILE_MODE
    source, digest, size = tar.extractfile(one), hashlib.sha256(), 0
    handle = os.open(to, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, PRIVATE_FILE_MODE)
    with os.fdopen(handle, "wb") as file:
        os.fchmod(handle, mode)  # not by `open`: a program's own umask hides what is for all
        while source is not None and (chunk := source.read(_CHUNK)):
            digest.update(chunk)
            size += len(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    if (size, digest.hexdigest()) != (expected.size, expected.sha256):
        raise BadBackup(_TORN)
