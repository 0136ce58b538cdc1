"""Which of two values of one record counts: of a new one and the stored one, with what was set aside before."""

from collections.abc import Sequence
from enum import Enum, auto
from typing import Any

from client.biometrics.observations import BY_HAND, PARTIAL_FILE, Observation
from client.biometrics.sessions import OF_SESSIONS, has_source_id
from client.biometrics.streams import SPECS
from client.vault.records.former import ChangeKind, FormerReading


class Precedence(Enum):
    """What becomes of a new value."""

    COUNTS = auto()
    """No value of its record counts, and from now on it does."""
    REPEATS = auto()
    """It is the value that counts, or one that was set aside for good."""
    REPLACES = auto()
    """It takes the place of the value that counts."""
    IS_SET_ASIDE = auto()
    """Another value counts and goes on counting."""


def verdict(
    new: Observation,
    counting: Observation | None,
    former: Sequence[FormerReading],
    *,
    replaces: bool = False,
    brings_back: bool = False,
    before: Sequence[Observation] = (),
) -> Precedence:
    """Return what becomes of a new value. replaces: `ingest --replace`, which takes the place of whatever is stored.
    brings_back: its file says that what an import took out holds again. before: the values that its file had first
    (`client.vault.records.answers`); where one of them counts, the file itself says that the new one came later.

    A value that was voided, and one that was corrected by hand, does not come back with an older file. A newer report
    of the same session, or of a record with an id of its source, takes the place of the stored one.
    """
    if counting is not None and is_same(new, counting):
        return Precedence.REPEATS
    if counting is None and brings_back:
        return Precedence.COUNTS
    replaces = replaces or (counting is not None and _follows(counting, before))
    if any(is_same(new, one.reading) for one in (voided(former) if replaces else former)):
        return Precedence.REPEATS if counting is None else Precedence.IS_SET_ASIDE
    if counting is None:
        return Precedence.COUNTS
    if replaces or _is_better(new, counting):
        return Precedence.REPLACES
    return Precedence.IS_SET_ASIDE


def kind_of_change(new: Observation, counting: Observation, *, replaces: bool) -> ChangeKind:
    """Return what it is when one value takes another's place."""
    if replaces:
        return ChangeKind.REPLACED
    return ChangeKind.WHOLE_FILE if completes(new, counting) else ChangeKind.NEWER_REPORT


def voided(former: Sequence[FormerReading]) -> Sequence[FormerReading]:
    """Return the former values that a person called wrong: all that a record had when it was voided or corrected."""
    by_hand = [n for n, one in enumerate(former, 1) if one.change.kind in (ChangeKind.VOIDED, ChangeKind.CORRECTED)]
    return former[: by_hand[-1]] if by_hand else ()


def kept_before(
    new: Observation, counting: Observation | None, former: Sequence[FormerReading], before: Sequence[Observation]
) -> tuple[ChangeKind, list[Observation]]:
    """Return which of the values that a file had before its new one are to be kept beside what counts, and as what.

    counting: what counts once the new value was decided about; where nothing does, none is kept.
    """
    kind = ChangeKind.NEWER_REPORT if counting is not None and is_same(new, counting) else ChangeKind.CONFLICT
    known = [one.reading for one in former]
    if counting is None:
        return kind, []
    return kind, [one for one in before if not any(is_same(one, other) for other in (*known, counting))]


def completes(new: Observation, held: Observation) -> bool:
    """True for a reading of a whole file where the held one is of a file that was cut off."""
    return PARTIAL_FILE in held.quality and PARTIAL_FILE not in new.quality


def is_same(new: Observation, held: Observation) -> bool:
    """True for the same value and, of a session or a record with an id, the same time."""
    times = _has_times(new)
    return new.value == held.value and (not times or (new.start, new.end) == (held.start, held.end))


def sameness(reading: Observation) -> list[Any]:
    """Return what two readings of one record share exactly where they are the same (`is_same`), as JSON."""
    times = [reading.start.isoformat(), reading.end.isoformat()] if _has_times(reading) else []
    return [reading.value, *times]


def _has_times(reading: Observation) -> bool:
    return reading.stream in OF_SESSIONS or bool(reading.entry)


def _follows(counting: Observation, before: Sequence[Observation]) -> bool:
    return BY_HAND not in counting.quality and any(is_same(counting, one) for one in before)


def _is_better(new: Observation, held: Observation) -> bool:
    if completes(new, held):
        return True
    if BY_HAND in held.quality or completes(held, new):
        return False
    if SPECS[new.stream].day_of_end and new.end > held.end > held.start:
        return True  # the night went on after the earlier export
    return new.stream in OF_SESSIONS or has_source_id(new)
