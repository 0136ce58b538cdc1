"""A report's document as PDF/UA-1 on A4, by typst alone: no browser, no font and no file of this machine."""

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import typst

from client.reports.document import Document
from client.reports.shown_characters import NOTE, ShownCharacters

TEMPLATE: Final = Path(__file__).with_name("report.typ")
_PROBE: Final = '#set document(title: "?")\n#set text(font: "Libertinus Serif")\n#json("text.json")'
_AT_NO_TIME: Final = datetime(2000, 1, 1, tzinfo=UTC)


def report_pdf(document: Document, *, made: datetime) -> bytes:
    """Return the PDF of a document. The same document and time give the same bytes.

    made: stands in the file's metadata. A character that no embedded font has is replaced (`shown_characters`).
    """
    held = asdict(document)
    shown = _shown_characters().of(_texts(held))
    written = _replaced(held, shown)
    if any(new != old for old, new in shown.items()):
        written["face"] = [*written["face"], NOTE]
    files = {"main": TEMPLATE.read_bytes(), "report.json": json.dumps(written, ensure_ascii=False).encode()}
    return _compiled(files, made)


@cache
def _shown_characters() -> ShownCharacters:
    return ShownCharacters(can_show)


def can_show(text: str) -> bool:
    """Return whether typst's own fonts have every character of a text."""
    files = {"main": _PROBE.encode(), "text.json": json.dumps(text, ensure_ascii=False).encode()}
    try:
        _compiled(files, _AT_NO_TIME)
    except typst.TypstError as error:
        if "could not be displayed" in str(error):
            return False
        raise
    return True


def _compiled(files: Mapping[str, bytes], made: datetime) -> bytes:
    """Compile in an empty folder, or a template could read every file of the working directory."""
    with tempfile.TemporaryDirectory() as empty:
        found = typst.compile(  # type: ignore[call-overload]  # its types know no mapping of files, which it takes
            dict(files),
            root=empty,
            format="pdf",
            pdf_standards=["ua-1"],
            timestamp=made.astimezone(UTC).replace(microsecond=0),  # it takes no other
            ignore_system_fonts=True,
            font_paths=[],
        )
    return bytes(found)


def _texts(held: object) -> Iterator[str]:
    if isinstance(held, str):
        yield held
    elif isinstance(held, Mapping):
        for one in held.values():
            yield from _texts(one)
    elif isinstance(held, Sequence):
        for one in held:
            yield from _texts(one)


def _replaced(held: Any, shown: Mapping[str, str]) -> Any:
    if isinstance(held, str):
        return shown[held]
    if isinstance(held, bool):
        return held
    if isinstance(held, Mapping):
        return {name: _replaced(one, shown) for name, one in held.items()}
    return [_replaced(one, shown) for one in held]
