"""Columns of tables that several makers write alike, found by any of the names that they give them."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

_SEPARATORS = re.compile(r"[^a-z0-9%/]+")
ATHLETE = ("athlete", "player", "name", "athlete name", "player name", "athlete id", "player id", "full name")

Names = Mapping[str, Sequence[str]]
"""The names that a column may have, by what it holds; lower case, words parted by one space."""


def found_columns(header: Sequence[str], names: Names) -> dict[str, str]:
    """Return the header's name of each column that is there; the first of its possible names counts.

    A name that two columns have is none: rows do not hold it (`TextTable.repeated`).
    """
    single = [name for name, number in Counter(header).items() if number == 1]
    plain = {_SEPARATORS.sub(" ", name.lower()).strip(): name for name in reversed(single)}
    found = {what: next((plain[one] for one in possible if one in plain), None) for what, possible in names.items()}
    return {what: name for what, name in found.items() if name is not None}
