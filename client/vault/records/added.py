"""Which import brings readings, and what storing them did."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from client.vault.records.read_otherwise import ReadOtherwise


@dataclass(frozen=True, slots=True)
class ImportMark:
    """Which import brings the readings. replaces: they take the place of what the same source holds at these times.

    is_whole: no row of the file was left out, as those of another sheet are. is_mapped: a mapping says what the file
    is, so that it may have been read as another source before.
    """

    number: int
    at: datetime
    who: str
    replaces: bool = False
    is_whole: bool = False
    is_mapped: bool = False


@dataclass(frozen=True, slots=True)
class Added:
    """What storing did: new readings, readings already held, and those held with another value.

    corrected: by local start, how many readings of a session took the place of one with another value. unclear: rows
    that may correct a stored session and were taken as another one. known: places of the duplicates among the readings.
    differing: places of those duplicates whose value the vault neither counts nor counted. replaced: stored readings
    that a replacing import set aside, whether it brought another value for them or none.
    answered_again: of the new ones, those in whose place a later one of the file counts. otherwise: what became of
    rows that were stored at other times.
    """

    added: int
    duplicate: int
    conflicting: int
    corrected: Mapping[datetime, int] = field(default_factory=dict)
    unclear: int = 0
    known: tuple[int, ...] = field(default=(), compare=False)
    replaced: int = 0
    answered_again: int = 0
    differing: tuple[int, ...] = field(default=(), compare=False)
    otherwise: ReadOtherwise = field(default_factory=ReadOtherwise, compare=False)
