"""A file as the files in it: the members of an archive, what a gzip file holds, or itself.

Nothing is written to disk: small members are read into memory, large ones are streams into the archive.
"""

import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO, NamedTuple, cast

from client.errors import NotUsed, UnreadableFile
from client.ingest.archives.gzip_stream import UnpackedStream
from client.ingest.archives.layouts import layout_of
from client.ingest.bounds.archive_directory import opened_archive
from client.ingest.bounds.archive_limits import MOST_NESTED, ArchiveRefused, UnpackedSize, check_members
from client.ingest.input_file import NOT_FROM_DISK, SMALL, InputFile, load

_ZIP, _GZIP = (b"PK\x03\x04", b"PK\x05\x06"), b"\x1f\x8b"
_DOCUMENTS = frozenset({"[Content_Types].xml", "mimetype"})  # office documents are zip archives too
_OF_APPLE = (".iwa", "Index.zip")  # parts of a document of Numbers, Pages or Keynote
_PICTURES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".heic", ".mp4", ".mov", ".html", ".pdf")
MOST_SHOWN = 200  # ours: characters of a name, and of the path before it; a zip allows 65,535 of each
_DAMAGED = "damaged in its archive; copy or export it again"
_PACKED = "packed in a way that is not read; unpack the archive and import the folder"
_MOST_INNER = 256 * 2**20  # ours: an archive in an archive is held in memory


class ArchiveMember(NamedTuple):
    """A file that is to be imported. opened: returns it, or raises UnreadableFile or NotUsed with the reason."""

    name: InputFile
    opened: Callable[[], InputFile]


def members(path: Path) -> Iterator[ArchiveMember]:
    """Yield the files of a path: one for a plain file, and for an archive those in it, one by one.

    An archive that could do harm is one member that raises ArchiveRefused; nothing comes after it.
    """
    file = InputFile(path.name, b"")
    try:
        file = load(path)
        size = path.stat().st_size
    except UnreadableFile as error:
        yield ArchiveMember(file, _raising(error))
        return
    except OSError:  # it went away since it was listed
        yield ArchiveMember(file, _raising(UnreadableFile(NOT_FROM_DISK)))
        return
    yield from members_of(file, size)


def members_of(file: InputFile, size: int) -> Iterator[ArchiveMember]:
    """Yield the files of one that is at hand, as `members` does. size: its bytes."""
    try:
        yield from _inside(file, UnpackedSize(size), depth=0)
    except (UnreadableFile, NotUsed) as error:
        yield ArchiveMember(file, _raising(error))


def _inside(file: InputFile, size: UnpackedSize, *, depth: int) -> Iterator[ArchiveMember]:
    if file.head.startswith(_GZIP):
        file = _unpacked(file)
    if not file.head.startswith(_ZIP):
        yield ArchiveMember(file, lambda: file)
        return
    with _opened(file) as archive:
        infos = [one for one in archive.infolist() if not one.filename.endswith("/")]
        check_members(archive.infolist(), _size_of(file))
        if _DOCUMENTS & {one.filename for one in infos} or any(one.filename.endswith(_OF_APPLE) for one in infos):
            yield ArchiveMember(file, lambda: file)
            return
        if depth >= MOST_NESTED:
            raise ArchiveRefused("archives in archives in archives; unpack it and import the folder")
        size.take(sum(one.file_size for one in infos))
        yield from _read_members(file, archive, infos, size, depth)


def _read_members(
    file: InputFile, archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo], size: UnpackedSize, depth: int
) -> Iterator[ArchiveMember]:
    layout = layout_of([one.filename for one in infos])
    shown = [one for one in infos if not _is_hidden(one.filename)]
    if not shown:
        raise NotUsed("an archive without files")
    for info in shown:
        name = _named(file, info)
        if layout is not None and not layout.holds_data(info.filename):
            yield ArchiveMember(
                name, _raising(NotUsed(f"a file of a {layout.name} account that holds no session or night"))
            )
        elif info.filename.lower().endswith(_PICTURES):
            yield ArchiveMember(name, _raising(NotUsed("a picture, film or page; it holds no readings")))
        else:
            yield from _read_member(archive, info, name, size, depth)


def _read_member(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: InputFile, size: UnpackedSize, depth: int
) -> Iterator[ArchiveMember]:
    """Yield one member, or those in it where it is an archive itself."""
    try:
        member = _taken(archive, info, name)
    except UnreadableFile as error:
        yield ArchiveMember(name, _raising(error))
        return
    try:
        yield from _inside(member, size, depth=depth + 1)
    except ArchiveRefused:
        raise
    except (UnreadableFile, NotUsed) as error:
        yield ArchiveMember(name, _raising(error))


def _taken(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: InputFile) -> InputFile:
    def stream() -> BinaryIO:
        try:
            return cast(BinaryIO, archive.open(info))
        except Exception as error:  # hostile bytes reach zipfile, which raises whatever it stumbles over
            raise UnreadableFile(_said_of(error)) from error

    try:
        content = archive.read(info) if info.file_size <= SMALL else stream
    except Exception as error:  # as above
        raise UnreadableFile(_said_of(error)) from error
    return InputFile(name.name, content, name.within)


def _said_of(error: Exception) -> str:
    return _PACKED if isinstance(error, NotImplementedError) else _DAMAGED


def _unpacked(file: InputFile) -> InputFile:
    packed = _size_of(file)

    def stream() -> BinaryIO:
        return io.BufferedReader(UnpackedStream(file.open(), packed), 2**16)

    lazy = InputFile(file.name, stream, file.within)
    whole = lazy.at_most(SMALL)
    return lazy if whole is None else InputFile(file.name, whole, file.within)


def _opened(file: InputFile) -> zipfile.ZipFile:
    """Open an archive; one inside another, which is a stream that cannot go back cheaply, is read into memory."""
    try:
        stream = file.open()
        if not stream.seekable() or (not isinstance(stream, io.BytesIO) and file.within):
            stream.close()
            held = file.at_most(_MOST_INNER)
            if held is None:
                raise UnreadableFile(
                    f"an archive of over {_MOST_INNER // 2**20} MiB in an archive; unpack the outer one"
                )
            stream = io.BytesIO(held)
        try:
            return opened_archive(stream)
        except BaseException:
            stream.close()
            raise
    except UnreadableFile:
        raise
    except Exception as error:  # as above
        raise UnreadableFile("a zip archive that is cut off or damaged; copy or export it again") from error


def _size_of(file: InputFile) -> int:
    if isinstance(file.content, bytes):
        return len(file.content)
    with file.open() as stream:
        if stream.seekable():
            return stream.seek(0, io.SEEK_END)
        return sum(len(chunk) for chunk in iter(lambda: stream.read(2**20), b""))


def _is_hidden(path: str) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in PurePosixPath(path).parts)


def _named(archive: InputFile, info: zipfile.ZipInfo) -> InputFile:
    path = PurePosixPath(info.filename)
    folders = "" if str(path.parent) == "." else f"/{path.parent}"
    # The end of a name tells the kind of file, the beginning of a path the archive.
    return InputFile(path.name[-MOST_SHOWN:], b"", f"{archive.shown}{folders}"[:MOST_SHOWN])


def _raising(error: Exception) -> Callable[[], InputFile]:
    def opened() -> InputFile:
        raise error

    return opened
