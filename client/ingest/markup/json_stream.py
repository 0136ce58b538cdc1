"""JSON as a stream of objects: those of a list at the top, or of the lists right below a top-level key."""

from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, BinaryIO, NamedTuple

import ijson
from ijson.common import ObjectBuilder

from client.errors import UnreadableFile
from client.ingest.bounds.unfinished import Unfinished
from client.ingest.input_file import DAMAGES, InputFile

JsonObject = Mapping[str, Any]
MOST_PARTS = 1_000_000  # ours: parts of one object; a heart rate each second of a day has half as many
MOST_OUTLINED = 100_000  # ours: parts of a session without its lists
MOST_DEPTH = 40  # ours
MOST_SIGNS = 32 * 2**20  # ours: of all keys and texts of one object; samples of a day have six million
CHUNK = 2**16
LARGE_OBJECT = "a JSON file with an object larger than any export has"
_TEXTS = ("string", "map_key")
_STARTS, _ENDS = ("start_map", "start_array"), ("end_map", "end_array")


class JsonObjects:
    """Yields (key, object); key: the top-level key of the list, or "" for a list at the top.

    defect: after the last one, why reading stopped early, or None. Objects that are no part of a list at these places
    are passed over. Raises UnreadableFile for an object that is larger or deeper than any export has.
    """

    def __init__(self, file: InputFile) -> None:
        self._file = file
        self.defect: str | None = None

    def __iter__(self) -> Iterator[tuple[str, JsonObject]]:
        try:
            with _opened(self._file) as stream:
                # Without prefixes: their text grows with the depth and with each key, over a whole chunk of events.
                yield from _objects(_events(stream))
        except UnreadableFile:
            raise
        except DAMAGES:
            self.defect = "the file ends too early"
        except Exception:  # hostile bytes reach a third-party parser: whatever it raises means "stops here"
            self.defect = "the file ends too early, or a place in it is no JSON"


def _opened(file: InputFile) -> BinaryIO:
    """Open a stream behind the mark of UTF-8, which the parser takes for no JSON."""
    stream = file.open()
    if file.head.startswith(BOM_UTF8):
        stream.read(len(BOM_UTF8))
    return stream


def _events(stream: BinaryIO) -> Iterator[tuple[str, Any]]:
    return chain.from_iterable(_events_by_chunk(stream))


def _events_by_chunk(stream: BinaryIO) -> Iterator[list[tuple[str, Any]]]:
    """Yield what each chunk comes to; raises UnreadableFile where too much comes to nothing, else what ijson raises."""
    found, unfinished = ijson.sendable_list(), Unfinished("a JSON file")
    parser = ijson.basic_parse_coro(found, use_float=True)
    chunk = b"-"
    while chunk:
        chunk = stream.read(CHUNK)
        unfinished.take(len(chunk))
        try:
            parser.send(chunk)  # the empty one at the end says that it is the end
        except StopIteration:
            chunk = b""
        except Exception:  # what came before the defect is kept
            yield list(found)
            raise
        if found:
            unfinished.size = 0
            yield list(found)
            found.clear()


def outline_of(file: InputFile) -> JsonObject | None:
    """Return the one object that a file is, its lists left empty: a session is read without its samples.

    None for a file that is no object or does not end as one. Raises UnreadableFile for an object that is larger or
    deeper than any export has.
    """
    try:
        with _opened(file) as stream:
            return _outline(_events(stream))
    except UnreadableFile:
        raise
    except Exception:  # as above
        return None


def _outline(events: Iterator[tuple[str, Any]]) -> JsonObject | None:
    builder, depth, in_lists, parts, signs = ObjectBuilder(), 0, 0, 0, 0
    for event, value in events:
        if depth == 0 and event != "start_map":
            return None
        depth += 1 if event in _STARTS else -1 if event in _ENDS else 0
        in_lists -= event == "end_array"
        if not in_lists:
            builder.event(event, value)
            parts += 1
            signs += len(value) if event in _TEXTS else 0
        in_lists += event == "start_array"
        if parts > MOST_OUTLINED or signs > MOST_SIGNS or depth > MOST_DEPTH:
            raise UnreadableFile(LARGE_OBJECT)
    found: JsonObject = builder.value
    return found


class _Open(NamedTuple):
    """A map or list that is open, and the key that it stands under."""

    is_list: bool
    key: str


def _objects(events: Iterator[tuple[str, Any]]) -> Iterator[tuple[str, JsonObject]]:
    """Follow the depth by the events themselves: a key may hold any sign."""
    opened: list[_Open] = []
    key = ""
    for event, value in events:
        if event == "map_key":
            key = value
        elif event == "start_map" and _is_list_of_records(opened):
            yield opened[-1].key, _built(events)
        elif event in _STARTS:
            if len(opened) >= MOST_DEPTH:
                raise UnreadableFile("a JSON file nested deeper than any export")
            opened.append(_Open(event == "start_array", key))
            key = ""
        elif event in _ENDS:
            opened.pop()


def _is_list_of_records(opened: list[_Open]) -> bool:
    return [one.is_list for one in opened] in ([True], [False, True])


def _built(events: Iterator[tuple[str, Any]]) -> JsonObject:
    """Return the object that has just begun."""
    builder, depth, signs = ObjectBuilder(), 1, 0
    builder.event("start_map", None)
    for number, (event, value) in enumerate(events):
        builder.event(event, value)
        if event in _TEXTS:
            signs += len(value)
        elif event in _STARTS:
            depth += 1
        elif event in _ENDS:
            depth -= 1
        if number > MOST_PARTS or signs > MOST_SIGNS or depth > MOST_DEPTH:
            raise UnreadableFile(LARGE_OBJECT)
        if depth == 0:
            break
    found: JsonObject = builder.value
    return found
