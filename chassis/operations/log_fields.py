"""The closed list of fields that a log line may hold, and the form that each value must have.

Anything else that a caller gives as `extra` is left out of the line, and a value of another form is printed as "?".
So no name, athlete, token or reading can reach a log by being handed to it; `tests/architecture/test_log_calls.py`
finds a call that tries.
"""

import re
from collections.abc import Mapping
from typing import Final

from chassis.hidden_characters import cleaned

LONGEST_SENTENCE: Final = 300
UNFIT: Final = "?"
_ATHLETE: Final = re.compile(r"ath-[0-9a-f]", re.IGNORECASE)

NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")
"""For counts and seconds: the value is a number, never a text."""
SENTENCE: Final = re.compile(r".*")
"""For a sentence of an error whose class says that it holds no value (`is_loggable`)."""
CODE: Final = re.compile(r"[A-Za-z][A-Za-z_]{0,39}|[1-5][0-9]{2}")
"""The name of a class, the value of an enumeration, or an HTTP status."""
PLACE: Final = re.compile(r"[\w.<>]{1,80}:\d{1,6}")
ORGANISATION: Final = re.compile(r"[a-z0-9][a-z0-9-]{1,63}")
MANIFEST: Final = re.compile(r"[0-9a-f]{12}|unreadable")
KEY_NAME: Final = re.compile(r"[A-Za-z0-9.-]{1,80}(/[A-Za-z0-9._+-]{1,80}){0,4}")

LOG_FIELDS: Final[Mapping[str, re.Pattern[str]]] = {
    "athletes": NUMBER,  # how many, never fewer than are concerned at once
    "at": PLACE,  # function and line, or file and line
    "campaign": ORGANISATION,  # the id that the league gave it
    "category": CODE,
    "club": ORGANISATION,
    "days": NUMBER,
    "detail": SENTENCE,
    "entries": NUMBER,
    "error": CODE,  # a class
    "keep_days": NUMBER,
    "kind": CODE,  # an enumeration's value
    "manifest": MANIFEST,  # the first twelve digits of its hash
    "nodes": NUMBER,
    "org": ORGANISATION,
    "reached": NUMBER,
    "readings": NUMBER,  # how many of one category, of the whole club
    "reason": CODE,
    "round": NUMBER,
    "witness": KEY_NAME,
}


def shown_field(name: str, value: object) -> int | float | str:
    """Return the value as a line may hold it."""
    form = LOG_FIELDS[name]
    if form is SENTENCE:
        return _sentence(value)
    if isinstance(value, bool):
        return UNFIT
    if form is NUMBER:
        return value if isinstance(value, int | float) else UNFIT
    text = str(value)
    return text if form.fullmatch(text) and not _ATHLETE.search(text) else UNFIT


def _sentence(error: object) -> str:
    """The sentence of an error that is made for operators; of any other its class alone."""
    if isinstance(error, Exception) and getattr(type(error), "is_loggable", False):
        return cleaned(_ATHLETE.sub("?", " ".join(str(error).split()))[:LONGEST_SENTENCE])
    return type(error).__name__ if isinstance(error, Exception) else UNFIT
