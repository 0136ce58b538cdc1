"""What a source holds at the times of new readings: a session it moved, split or dropped since."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from client.biometrics.observations import Observation

_Instrument = tuple[str, str, str]


def at_same_times(held: Mapping[bytes, Observation], new: Iterable[Observation]) -> list[bytes]:
    """Return the keys of the held readings of a new one's stream, app and device that start with it or overlap it.

    A reading of one moment is at the time of another only where both are of the same moment; one without a time of day
    is at local midnight, and so at the time of all others of its day that have none.
    """
    by_instrument: dict[_Instrument, list[bytes]] = defaultdict(list)
    for key, reading in held.items():
        by_instrument[_instrument(reading)].append(key)
    found: dict[bytes, None] = {}
    for reading in new:
        keys = by_instrument.get(_instrument(reading), ())
        found.update(dict.fromkeys(key for key in keys if _meet(held[key], reading)))
    return list(found)


def of_same_files(held: Mapping[bytes, Observation], new: Iterable[Observation]) -> list[bytes]:
    """Return the keys of the held readings of a new one's stream that came from the same file.

    Read anew, as with another zone or form of its times, the file no longer gives them.
    """
    files = {(one.stream, one.source.file_sha256) for one in new}
    return [key for key, one in held.items() if (one.stream, one.source.file_sha256) in files]


def _instrument(reading: Observation) -> _Instrument:
    return reading.stream.value, reading.source.app, reading.source.device


def _meet(one: Observation, other: Observation) -> bool:
    return one.start == other.start or max(one.start, other.start) < min(one.end, other.end)
