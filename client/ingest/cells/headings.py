"""Names of columns: what two spellings of one have in common, and the lines that a header takes."""

import csv
import re
import unicodedata
from collections.abc import Sequence

from client.errors import UnreadableFile

MOST_LINES = 8  # ours: lines of a header whose names are broken within quotation marks
_QUOTE = '"'
_LETTER = re.compile(r"(?<!\d)[^\W\d_]|[^\W\d_](?!\d)")  # but for the T within a time stamp

SCALE = re.compile(r"(?<![\d.,])([016])\s*(?:-|–|to|bis|\.\.)\s*(\d{1,3})(?![\d.,])")
"""A scale that a name says, as in "Fatigue (1-7)": lowest and highest answer."""


def scale_in(name: str) -> tuple[float, float] | None:
    """Return the scale that a name says, or None."""
    said = SCALE.search(name)
    return None if said is None else (float(said[1]), float(said[2]))


def plain_heading(name: str) -> str:
    """Return a name with single spaces, also for line breaks, and its letters composed (Unicode NFC)."""
    return unicodedata.normalize("NFC", " ".join(name.split()))


def may_hold_names(line: str) -> bool:
    """Whether a line has a letter, without which it is no line of names that a reader knows."""
    return _LETTER.search(line) is not None


def heading(lines: Sequence[str], number: int, delimiter: str) -> tuple[tuple[str, ...], int]:
    """Return the names in the header that begins at a line, and the number of the line below it.

    Raises UnreadableFile for a line that cannot be split.
    """
    if lines[number].count(_QUOTE) % 2:
        joined = [f"{line}\n" for line in lines[number : number + MOST_LINES]]
        reader = csv.reader(joined, delimiter=delimiter, strict=True)
        try:
            return tuple(map(plain_heading, next(reader, []))), number + reader.line_num
        except csv.Error:
            pass  # a quotation mark that is never closed: the line stands for itself
    try:
        return tuple(map(plain_heading, next(csv.reader([lines[number]], delimiter=delimiter), []))), number + 1
    except csv.Error as error:
        raise UnreadableFile("the header line cannot be read") from error
