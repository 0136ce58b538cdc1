"""The readings from which the columns of the daily table are made."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from client.biometrics.observations import Observation
from client.biometrics.streams import SPECS, Stream
from client.features.days.nights import Nights

ByStream = Mapping[Stream, Mapping[date, list[Observation]]]
"""The readings of each stream, by local day."""
_OF_NIGHTS = frozenset(stream for stream, spec in SPECS.items() if spec.day_of_end)


def by_stream_and_day(ordered: Iterable[Observation], nights: Nights) -> dict[Stream, dict[date, list[Observation]]]:
    """Return the readings that a day may have, each under the day that it belongs to (docs/indices.md §1.2, §4.5)."""
    found: dict[Stream, dict[date, list[Observation]]] = defaultdict(lambda: defaultdict(list))
    for reading in ordered:
        day = nights.counted_day_of(reading) if reading.stream in _OF_NIGHTS else reading.day
        if day is not None:
            found[reading.stream][day].append(reading)
    return found
