"""Days lost follow the episodes of a log: an earlier return in a later log takes back the days after it."""

from collections.abc import Iterable
from datetime import date

from client.biometrics.health_episodes import LOG_APP, ProblemKind, days_between, kind_of, return_of
from client.biometrics.observations import Observation
from client.biometrics.streams import Stream

_LOST = {ProblemKind.INJURY: Stream.TIME_LOSS, ProblemKind.ILLNESS: Stream.ABSENCE}
_OF_DAYS = frozenset({*_LOST.values(), Stream.INJURY_ONSET})
_Day = tuple[Stream, date]


def is_episode(reading: Observation) -> bool:
    """True for one health problem of a log, from its onset to its return."""
    return reading.stream is Stream.HEALTH_EPISODE and reading.source.app == LOG_APP


def follows_episodes(reading: Observation) -> bool:
    """True for a day lost or away, or an onset, that a log gives because of its episodes."""
    return reading.stream in _OF_DAYS and reading.source.app == LOG_APP


class EpisodeDays:
    """The days that some episodes cost. One that lasts says nothing of its days, and so denies none after its onset."""

    def __init__(self, episodes: Iterable[Observation]) -> None:
        self._lost: set[_Day] = set()
        self._open: dict[Stream, date] = {}
        for episode in episodes:
            self._add(episode.day, str(episode.value))

    def _add(self, began: date, text: str) -> None:
        kind, ended = kind_of(text), return_of(text)
        streams = (_LOST[kind], Stream.INJURY_ONSET) if kind is ProblemKind.INJURY else (_LOST[kind],)
        if ended is None:
            self._open.update({stream: min(began, self._open.get(stream, began)) for stream in streams})
            return
        lost = [(_LOST[kind], day) for day in days_between(began, ended)]
        self._lost.update(lost)
        if lost and kind is ProblemKind.INJURY:
            self._lost.add((Stream.INJURY_ONSET, began))

    def cost(self, reading: Observation) -> bool:
        """True where one of the episodes gives this reading."""
        return (reading.stream, reading.day) in self._lost

    def allow(self, reading: Observation) -> bool:
        """True where one of them gives this reading, or lasts since then."""
        return self.cost(reading) or (reading.stream in self._open and self._open[reading.stream] <= reading.day)
