"""Answers that one file has twice for one time: the last one counts, and the others stay sealed as given before it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from client.biometrics.observations import Observation
from client.biometrics.stream_spec import Aggregation
from client.biometrics.streams import SPECS, Stream
from client.vault.records.precedence import is_same
from policies.vocabulary import Lineage

_REPORTS = (Stream.HEALTH_EPISODE, Stream.INJURY_SITES)
ANSWERS = frozenset(
    stream
    for stream, spec in SPECS.items()
    if stream not in _REPORTS and (spec.lineage is Lineage.SELF_REPORT or spec.aggregation is Aggregation.LAST)
)
"""Streams of which a source gives one value a time: what a person says, and what a day's last reading decides."""


class AnswersGivenAgain:
    """The readings of one file that another of it follows: by stream, start and source they are one record."""

    def __init__(self, readings: Sequence[Observation]) -> None:
        places: dict[object, list[int]] = defaultdict(list)
        for place, one in enumerate(readings):
            if one.stream in ANSWERS:
                places[_record_of(one)].append(place)
        self._last: dict[int, int] = {}
        for held in places.values():
            if len(held) > 1:
                last = max(held, key=lambda place: _rank(readings[place], place))
                self._last.update({one: last for one in held if not is_same(readings[one], readings[last])})
        self._before = _by_record(readings, self._last)

    def __contains__(self, place: int) -> bool:
        """True for the place of a reading in whose place a later one of the file counts."""
        return place in self._last

    def before(self, reading: Observation) -> tuple[Observation, ...]:
        """Return the other values that the file had before it, each once, in order; none for most readings."""
        if not self._before or reading.stream not in ANSWERS:
            return ()
        return self._before.get(_record_of(reading), ())

    @property
    def earlier(self) -> Mapping[int, int]:
        """By place of each earlier answer, the place of the one that counts."""
        return self._last


def _by_record(readings: Sequence[Observation], last: Iterable[int]) -> dict[object, tuple[Observation, ...]]:
    found: dict[object, tuple[Observation, ...]] = {}
    for one in (readings[place] for place in sorted(last)):
        told = found.get(_record_of(one), ())
        if not any(is_same(one, other) for other in told):
            found[_record_of(one)] = (*told, one)
    return found


def _record_of(one: Observation) -> object:
    return one.stream, one.start, one.source.app, one.source.device, one.entry


def _rank(one: Observation, place: int) -> tuple[float, object, int]:
    """The largest counts: the later one in the file, a night that went on, and of a stream's maximum that."""
    is_largest = SPECS[one.stream].aggregation is Aggregation.MAX and isinstance(one.value, float)
    return float(str(one.value)) if is_largest else 0.0, one.end, place
