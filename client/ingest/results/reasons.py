"""The counts of a quality report in words, for the terminal and the journal; they hold no values."""

from collections.abc import Mapping
from types import MappingProxyType

from client.biometrics.file_rows import RowsByReason
from client.biometrics.file_rows import in_words as rows_in_words
from client.biometrics.streams import SPECS, Stream
from client.biometrics.unit_words import with_unit

_ROWS = {
    "time_unreadable": "a time that cannot be read",
    "time_implausible": "a time before 2001 or in the future",
    "time_zone_unreadable": "a zone that cannot be read",
    "activity_without_duration": "a session that does not say how long it took",
    "time_relative": "a time of a clock that was never set",
    "row_ragged": "more or fewer cells than the header",
    "row_unreadable": "cells that cannot be told apart",
    "row_of_impossible_length": "a return before the onset, or years after it",
    "other_test": "another kind of test",
    "loaded_jump": "a jump with a load",
    "metric_not_read": "a metric that is not read",
    "row_left_out": "another value in the column of `only`",
    "label_too_long": "a name of an athlete of over 200 characters",
    "imputed": "the source's own estimate",
    "row_of_total": "the total of a day's other rows",
    "not_at_rest": "a reading that is not at rest",
    "another_athlete": "another athlete",
    "athlete_not_taken": "an athlete who is not taken",
    "missing": "no value",
    "value_refused": "a value or unit that is refused",
    "kind_not_taken": "a kind of record that is not taken",
    "no_reading": "nothing that is read",
    "stored_differently": "stored differently, and the stored values are kept",
    "file_refused": "a file that was refused whole",
    "report_unreadable": "a report that cannot be read",
}
_CELLS = {
    "not_a_number": "no number",
    "sign": "a decimal or grouping sign that does not fit, or says two things (declare decimal and grouping)",
    "end_unknown": "no end, so that their day is not known",
    "text": "too long a text",
}
NO_PLACES: RowsByReason = MappingProxyType({})
_SMALL = "outside {low:g} to {high:g}"


def row_in_words(reason: str) -> str:
    """Return why one row gave nothing, such as "a time that cannot be read"."""
    return _ROWS.get(reason) or _cells(reason, 1).partition(" of ")[2] or reason.replace("_", " ")


def in_words(
    details: Mapping[str, int], dropped_rows: Mapping[str, int] | None = None, where: RowsByReason = NO_PLACES
) -> str:
    """Return what was refused, such as "2 rows: a time that cannot be read (rows 4, 9); 1 of distance: no number".

    details: counts by code. dropped_rows: rows that gave nothing, by reason; told first where they are given. where:
    the first rows of each reason, as a spreadsheet numbers them.
    """
    counts = {reason: number for reason, number in (dropped_rows or {}).items() if reason in _ROWS}
    for code, number in details.items():
        kind, _, word = code.partition(":")
        if kind == "dropped":
            counts.setdefault(word, number)
    said = (
        (_rows(word, n) if word in _ROWS else _cells(word, n), where.get(word, ()), n) for word, n in counts.items()
    )
    return "; ".join(f"{words} ({rows_in_words(rows, n)})" if rows else words for words, rows, n in said)


def missing_in_words(details: Mapping[str, int]) -> str:
    """Return what has no value, such as "no value in 2 of distance; 1 session with a rating or minutes alone"."""
    cells = [f"{n} of {code.partition(':')[2]}" for code, n in details.items() if code.startswith("missing:")]
    days = [f"{n} of {code.partition(':')[2]}" for code, n in details.items() if code.startswith("incomplete_day:")]
    sessions = details.get("incomplete_session", 0)
    said = (
        f"no value in {', '.join(cells)}" if cells else "",
        f"{sessions} {'session' if sessions == 1 else 'sessions'} with a rating or minutes alone" if sessions else "",
        f"days whose sum lacks a part: {', '.join(days)}" if days else "",
    )
    return "; ".join(filter(None, said))


def _rows(reason: str, number: int) -> str:
    return f"{number} {'row' if number == 1 else 'rows'}: {_ROWS[reason]}"


def _cells(word: str, number: int) -> str:
    for stream in Stream:
        kind, found, _ = word.rpartition(f"_{stream.value}")
        if found and word.endswith(f"_{stream.value}") and (kind in _CELLS or kind == "range"):
            spec = SPECS[stream]
            said = _CELLS.get(kind) or with_unit(_SMALL.format(low=spec.low, high=spec.high), spec.unit)
            return f"{number} of {stream.value}: {said}"
    return f"{number}: {word.replace('_', ' ')}"
