"""Times that were repaired or are doubtful, in words: nothing about a day is decided without being told."""

from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from client.biometrics.file_rows import RowsByReason, in_words
from client.biometrics.quality import QualityReport
from client.biometrics.row_account import RowAccount

_OF_ZONE: Final = "are in UTC or without a zone; their days are those of the zone of the mapping, else of the node"
CLOCK_WORDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "clock:zone_assumed": (
            "is in UTC or without a zone; its day is that of the zone of the mapping, else of the node",
            _OF_ZONE,
        ),
        "clock:daylight_saving": (
            "stands where the clock was changed; of an hour that came twice the first is taken, one that never was is "
            "read as standard time",
            "stand where the clock was changed; of an hour that came twice the first is taken, one that never was is "
            "read as standard time",
        ),
        "clock:offset_of_export": (
            "has the offset of the day of the export; it is given that of the node's zone",
            "have the offset of the day of the export; they are given that of the node's zone",
        ),
        "clock:offset_implausible": (
            "has a local time that fits no zone; its day is that of the node's zone",
            "have a local time that fits no zone; their days are those of the node's zone",
        ),
        "clock:local_marked_utc": (
            "ends in Z and is read as local, as these exports mean it",
            "end in Z and are read as local, as these exports mean them",
        ),
        "clock:day_before_month": (
            "is written with the day before the month, and read so",
            "are written with the day before the month, and read so",
        ),
    }
)
"""By code, what one time is or does, and what several are or do; codes that have a note of their own are not here."""


def notes_of(reports: Iterable[QualityReport], account: RowAccount) -> tuple[str, ...]:
    """Return the notes of reports of one file, each once, and a sentence for each kind of doubtful times."""
    held = list(reports)
    details = sum((Counter(one.details) for one in held), Counter[str]())
    noted = (note for one in held for note in one.notes)
    return tuple(dict.fromkeys((*noted, *clock_in_words(details, account.where))))


def clock_in_words(details: Mapping[str, int], where: RowsByReason) -> list[str]:
    """Return a sentence, without its end, for each kind; details: counts by code."""
    return [
        f"{'1 time' if number == 1 else f'{number} times'} {CLOCK_WORDS[code][number != 1]}{_rows(code, number, where)}"
        for code, number in sorted(details.items())
        if code in CLOCK_WORDS
    ]


def _rows(code: str, number: int, where: RowsByReason) -> str:
    said = in_words(where.get(code, ()), number)
    return f" ({said})" if said else ""
