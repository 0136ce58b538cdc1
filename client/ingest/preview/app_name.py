"""The name of the source of a table that no reader knows: after its file, else after its columns.

Tables of one app correct each other, so that sheets of different things need different names, and each week's export of
one thing the same: days and numbers of a file's name, words that any export has, and names of athletes are left out.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from typing import Final

APP = "club-sheet"
MOST = 40  # ours: characters of a name that was made
_WORD = re.compile(r"[a-z0-9]+")
_NUMBERED = re.compile(r"\d+[a-z]{0,2}|(w|kw|cw|wk|week|woche|v|copy|kopie)\d*")
_OF_ANY: Final = frozenset(
    (
        *("export", "exported", "exportiert", "data", "daten", "download", "report", "copy", "kopie", "new", "neu"),
        *("table", "tabelle", "mappe", "workbook", "book", "sheet", "blatt", "file", "datei", "final", "csv", "xlsx"),
        *("untitled", "unbenannt", "ods", "the", "of", "and", "und", "am", "pm"),
    )
)


def app_of(file_name: str, columns: Iterable[str], people: Collection[str] = ()) -> str:
    """Return a name of letters, digits and hyphens. people: names of athletes, no word of which is taken."""
    names = {word for name in people for word in _words(name)}
    stem = file_name.rpartition("/")[2].partition(".")[0]
    kept = [word for word in _words(stem) if not _NUMBERED.fullmatch(word) and word not in _OF_ANY | names]
    of_columns = (word for column in columns for word in _words(column))
    return _joined(kept) or _joined(dict.fromkeys(of_columns)) or APP


def _words(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKD", text.casefold())
    return _WORD.findall("".join(one for one in folded if not unicodedata.combining(one)))


def _joined(words: Iterable[str]) -> str:
    return "-".join(words)[:MOST].strip("-")
