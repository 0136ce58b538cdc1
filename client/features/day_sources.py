"""Which source counts when two devices give the same stream at the same time or for the same day."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import chain
from operator import attrgetter

from client.biometrics.observations import Observation

Source = tuple[str, str]
"""App and device."""

_SOURCE, _TIMES = attrgetter("source"), attrgetter("start", "end")

Rank = Callable[[Source], tuple[int, int, int, Source]]
"""The smallest counts."""


def source_of(reading: Observation) -> Source:
    """Return the app and the device that gave a reading."""
    return reading.source.app, reading.source.device


def counted_sources(readings: Iterable[Observation]) -> Counter[Source]:
    """Return how many readings each source gave; a source stands behind thousands and is taken apart once."""
    held = list(map(_SOURCE, readings))
    objects, found = {id(one): one for one in held}, Counter[Source]()
    for place, number in Counter(map(id, held)).items():
        found[objects[place].app, objects[place].device] += number
    return found


def name_of(source: Source) -> str:
    """Return a source as lists of readings name it."""
    return " ".join(filter(None, source))


def ranking(seen: Counter[Source], priority: Sequence[str]) -> Rank:
    """Return the order of sources.

    The first entry of `priority` wins, an app or one device of it ("fit", "fit garmin 2064"), capital or not; of two
    devices of one app that is named, the one that is named itself; then the source with more readings in `seen`, the
    athlete's whole history of the stream; then the first name in the alphabet, so that the answer never depends on the
    order of import.
    """
    place: dict[str, int] = {}
    for number, entry in enumerate(priority):
        place.setdefault(entry.casefold(), number)

    def rank(source: Source) -> tuple[int, int, int, Source]:
        of_app = place.get(source[0].casefold(), len(priority))
        of_device = place.get(name_of(source).casefold(), len(priority))
        return min(of_app, of_device), of_device, -seen[source], source

    return rank


def chosen_source(readings: Sequence[Observation], seen: Counter[Source], priority: Sequence[str]) -> list[Observation]:
    """Return the readings of one source, in their order: the best in the `ranking`."""
    sources = {source_of(r) for r in readings}
    if len(sources) == 1:
        return list(readings)
    best = min(sources, key=ranking(seen, priority))
    return [r for r in readings if source_of(r) == best]


def has_several_sources(readings: Iterable[Iterable[Observation]]) -> bool:
    """True where the readings, in groups, come from more than one source."""
    return len(counted_sources(chain.from_iterable(readings))) > 1


def chosen_by_day(
    by_day: Mapping[date, Sequence[Observation]], priority: Sequence[str]
) -> dict[date, Sequence[Observation]]:
    """Return the readings of each day's chosen source; the days are the athlete's whole history of one stream."""
    seen = counted_sources(chain.from_iterable(by_day.values()))
    if len(seen) <= 1:
        return dict(by_day)
    return {day: chosen_source(readings, seen, priority) for day, readings in by_day.items()}


def not_overlapping(readings: Sequence[Observation], priority: Sequence[str]) -> list[Observation]:
    """Return the readings without those that lie in the time of a better source's: each minute counts once.

    Readings of one source are all kept. A reading without length stands for its day.
    """
    return overlapping_parted(readings, priority)[0]


def overlapping_parted(
    readings: Sequence[Observation], priority: Sequence[str]
) -> tuple[list[Observation], list[tuple[Observation, Observation]]]:
    """Return the readings that `not_overlapping` keeps, and each other one with a reading that lies in its time."""
    seen = counted_sources(readings)
    if len(seen) <= 1:
        return sorted(readings, key=_TIMES), []
    rank = ranking(seen, priority)
    by_source: dict[Source, list[Observation]] = defaultdict(list)
    for reading in readings:
        by_source[source_of(reading)].append(reading)
    taken, left_out = _Taken(), list[tuple[Observation, Observation]]()
    for source in sorted(by_source, key=rank):
        beside = [(reading, taken.standing_for(reading)) for reading in by_source[source]]
        left_out += [(reading, better) for reading, better in beside if better is not None]
        taken.add([reading for reading, better in beside if better is None])
    return sorted(taken.readings, key=_TIMES), left_out


class _Taken:
    """Readings that count, by the UTC days that they touch and by their own day."""

    def __init__(self) -> None:
        self.readings: list[Observation] = []
        self._touching: dict[date, list[Observation]] = defaultdict(list)
        self._of_day: dict[date, Observation] = {}

    def add(self, readings: Sequence[Observation]) -> None:
        self.readings += readings
        for reading in readings:
            self._of_day.setdefault(reading.day, reading)
            for day in _touched(reading):
                self._touching[day].append(reading)

    def standing_for(self, reading: Observation) -> Observation | None:
        if reading.end == reading.start and reading.day in self._of_day:
            return self._of_day[reading.day]
        near = (one for day in _touched(reading) for one in self._touching[day])
        return next((one for one in near if _overlap(one, reading)), None)


def _touched(reading: Observation) -> list[date]:
    first, last = reading.start.date(), reading.end.date()
    return [first + timedelta(days=step) for step in range((last - first).days + 1)]


def _overlap(one: Observation, other: Observation) -> bool:
    if one.end == one.start:
        return one.day == other.day
    return one.start < other.end and other.start < one.end
