"""One pass over an XML file: a handler is called at the start and end of each element, with names without namespace."""

import re
from collections.abc import Mapping
from typing import Any, Protocol

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from client.errors import UnreadableFile
from client.ingest.bounds.unfinished import Unfinished
from client.ingest.input_file import DAMAGES, InputFile

MOST_DEPTH = 64  # ours: exports have about ten
MOST_TEXT = 4 * 2**20  # ours: the longest text of one element, such as a list of beat intervals
DECLARES_ENTITIES = "an XML file that declares entities or names other files; it is not read"
_CHUNK = 2**16
_ENDS = (3, 5, 13)  # expat: no element found, unclosed token, unclosed part
_TYPES = re.compile(rb"<!DOCTYPE\s+\w+\s*\[")
_END_OF_TYPES = b"]>"
_NO_UTF_16 = re.compile(rb"<\?xml[^>]*encoding=.utf-16[^>]*\?>", re.IGNORECASE)
_BLANK = b" \t\r\n"
_BOM = b"\xef\xbb\xbf"


class ElementHandler(Protocol):
    """Takes the elements of a file; `path` names those that are open, the outermost first."""

    def start(self, path: list[str], attributes: Mapping[str, str]) -> None:
        """Take an element that begins; it is the last of `path`."""

    def end(self, path: list[str], text: str) -> None:
        """Take an element that ends; text: what stands directly in it, blanks cut off."""


class _Scan:
    """What the parser calls. Text is held only for the elements that are open, and no element after it ended."""

    def __init__(self, handler: ElementHandler, unfinished: Unfinished) -> None:
        self._handler, self._unfinished = handler, unfinished
        self._path: list[str] = []
        self._texts: list[list[str]] = []
        self._held = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._unfinished.size = 0
        if len(self._path) >= MOST_DEPTH:
            raise UnreadableFile("an XML file nested deeper than any export")
        self._path.append(tag.rpartition("}")[2])
        self._texts.append([])
        if attributes and any("}" in name for name in attributes):
            attributes = {name.rpartition("}")[2]: value for name, value in attributes.items()}
        self._handler.start(self._path, attributes)

    def end(self, tag: str) -> None:
        self._unfinished.size = 0
        text = "".join(self._texts.pop())
        self._held -= len(text)
        self._handler.end(self._path, text.strip())
        self._path.pop()

    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        """Refuse a document type that stands in another file; it would not be fetched, but no export has one."""
        if system:
            raise UnreadableFile(DECLARES_ENTITIES)

    def data(self, text: str) -> None:
        self._unfinished.size = 0
        self._held += len(text)
        if self._held > MOST_TEXT:
            raise UnreadableFile("an XML file with a text longer than any export has")
        if self._texts:
            self._texts[-1].append(text)

    def close(self) -> None:
        """The file is whole."""


class _Reached(Exception):
    """The root element is known."""


def scan(file: InputFile, handler: ElementHandler) -> str | None:
    """Call the handler for every element; returns why reading stopped early, or None.

    Raises UnreadableFile for entities, which could make a small file large or read other files, and for a file that is
    deeper or longer than any export.
    """
    unfinished = Unfinished("an XML file")
    target = _Scan(handler, unfinished)
    parser = DefusedXMLParser(target=target, forbid_dtd=False, forbid_entities=True, forbid_external=True)
    try:
        with file.open() as stream:
            chunk = _beginning(stream.read(_CHUNK))
            while chunk:
                unfinished.take(len(chunk))
                parser.feed(chunk)
                chunk = stream.read(_CHUNK)
        parser.close()
    except (UnreadableFile, _Reached):
        raise
    except DefusedXmlException as error:
        raise UnreadableFile(DECLARES_ENTITIES) from error
    except DAMAGES:
        return "the file ends too early"
    except Exception as error:  # hostile bytes reach expat and its codecs: whatever they raise means "stops here"
        return "the file ends too early" if _is_end(error) else "a place in it is no XML"
    return None


def _beginning(chunk: bytes) -> bytes:
    """Return the first bytes without what some apps write there: an empty line, and a broken list of element types.

    A declaration in one byte a sign that says UTF-16 is wrong: the text is UTF-8. Entities stay in their place, and are
    refused.
    """
    chunk = _NO_UTF_16.sub(b"", chunk.removeprefix(_BOM).lstrip(_BLANK), count=1)
    types = _TYPES.search(chunk)
    end = -1 if types is None else chunk.find(_END_OF_TYPES, types.end())
    if types is None or end < 0:
        return chunk
    listed = chunk[types.start() : end]
    if b"<!ENTITY" in listed or b"%" in listed:
        return chunk
    return chunk[: types.start()] + chunk[end + len(_END_OF_TYPES) :]


def _is_end(error: Any) -> bool:
    return getattr(error, "code", None) in (
        3,
        5,
        7,
        13,
    )  # expat: no element, unclosed token, tag mismatch, unclosed part


class _Root:
    """Stops at the first element."""

    def __init__(self) -> None:
        self.name = ""

    def start(self, path: list[str], attributes: Mapping[str, str]) -> None:
        self.name = path[0]
        raise _Reached

    def end(self, path: list[str], text: str) -> None:
        """Never reached: the first start ends the scan."""


def looks_like_xml(file: InputFile) -> bool:
    """True when the first sign opens a tag or a declaration, in UTF-8 or UTF-16."""
    head = file.head[:64].lstrip(b"\xff\xfe" + _BOM + _BLANK + b"\x00")
    return head.startswith(b"<")


def root_of(file: InputFile) -> str:
    """Return the name of the root element; raises UnreadableFile where there is none or it declares entities."""
    root = _Root()
    try:
        scan(file, root)
    except _Reached:
        return root.name
    raise UnreadableFile("an XML file without a root element; copy or export it again")
