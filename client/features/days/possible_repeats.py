"""Sessions that may be one with another: what a day would be, were each of them one (docs/ingest.md §7).

Nothing is guessed: both count until somebody has answered, and what rests on them says so.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from client.biometrics.observations import Observation
from client.biometrics.sessions import OF_SESSIONS, Session, session_of
from client.biometrics.streams import Stream
from models.arrays import Floats

MAY_COUNT_TWICE: Final = "may_count_twice"
"""Quality code of a figure that rests on a session which may be one with another: it was asked, and not answered."""
PossibleRepeat = tuple[Sequence[Observation], Sequence[Observation]]
"""Readings of two reports that may be of one session: of the one that counts in any case, and of the other."""

_Key = tuple[Stream, Session]


def without_repeats(readings: Sequence[Observation], repeats: Iterable[PossibleRepeat]) -> list[Observation]:
    """Return the readings as they would be were each pair one session, in the order in which they are asked about.

    A pair of which one is not here is none.
    """
    held = {_key(one) for one in readings if one.stream in OF_SESSIONS}
    for kept, left_out in repeats:
        if not held.isdisjoint(map(_key, kept)):
            held.difference_update(map(_key, left_out))
    return [one for one in readings if one.stream not in OF_SESSIONS or _key(one) in held]


def differing(values: Floats, others: Floats) -> NDArray[np.bool_]:
    """True on days (days,) on which two columns differ, or only one of them is known."""
    found: NDArray[np.bool_] = (values != others) & ~(np.isnan(values) & np.isnan(others))
    return found


def _key(reading: Observation) -> _Key:
    return reading.stream, session_of(reading)
