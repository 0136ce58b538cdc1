"""How the letters of a text are written: UTF-8, UTF-16 with a mark or without, or the code page of Western Windows."""

import codecs
from collections.abc import Callable, Iterable

from client.errors import UnreadableFile

Pieces = Callable[[], Iterable[bytes]]
"""Goes through the bytes of a file, piece by piece, each time it is called."""
_ARCHIVE = b"PK\x03\x04"
_HEAD = 64  # ours: bytes that are looked at for UTF-16 without a mark
_MARKS = (b"\xff\xfe", b"\xfe\xff")
_BINARY = "expected text, found binary content of no kind that is known; ask for the export as CSV or Excel"


def codec_of(head: bytes, pieces: Pieces) -> str:
    """Return the codec of a text, all of which is looked through; raises UnreadableFile for binary content.

    head: its first bytes.
    """
    codec = utf_16(head)
    if codec is not None:
        _check_utf_16(pieces, codec)
        return codec
    if head.startswith(_ARCHIVE) or holds_zeros(pieces()):
        raise UnreadableFile(_BINARY)
    if _decodes(pieces, "utf-8"):
        return "utf-8-sig"
    # Broken UTF-8 is not read as the letters of another code page.
    if _decodes(pieces, "cp1252") and not _decodes(pieces, "utf-8", errors="surrogatepass"):
        return "cp1252"
    raise UnreadableFile("expected text in UTF-8, found letters of another code page; save it as CSV in UTF-8")


def utf_16(head: bytes) -> str | None:
    """Return the codec of a text of two bytes a sign, told by its mark or by a first line of plain letters."""
    if head.startswith(_MARKS):
        return "utf-16"
    head = head[:_HEAD]
    if len(head) < 4 or not any(head):
        return None
    return "utf-16-le" if not any(head[1::2]) else "utf-16-be" if not any(head[::2]) else None


def holds_zeros(pieces: Iterable[bytes]) -> bool:
    """True where a byte is zero, as it is in no text of one byte a letter."""
    return any(b"\x00" in piece for piece in pieces)


def _check_utf_16(pieces: Pieces, codec: str) -> None:
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        if any("\x00" in decoder.decode(piece) for piece in pieces()):
            raise UnreadableFile(_BINARY)
        decoder.decode(b"", True)
    except UnicodeDecodeError as error:
        raise UnreadableFile("expected text in UTF-16, as its first bytes say") from error


def _decodes(pieces: Pieces, codec: str, *, errors: str = "strict") -> bool:
    decoder = codecs.getincrementaldecoder(codec)(errors)
    try:
        for piece in pieces():
            decoder.decode(piece)
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True
