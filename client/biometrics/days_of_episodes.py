"""The days lost to problems that medical staff entered: they follow the episode and are stored nowhere beside it.

What a log tells of its own episodes is stored with them (`client.vault.records.episode_days`); the rule is the same
(docs/ingest.md §6.22): from the day after onset to the day before return, and nothing of an episode that lasts.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from client.biometrics.health_episodes import RECORD_APP, ProblemKind, days_between, kind_of, return_of
from client.biometrics.observations import Observation
from client.biometrics.streams import SPECS, Stream

_GIVEN: Final = (Stream.TIME_LOSS, Stream.ABSENCE, Stream.INJURY_ONSET)


def with_episodes(streams: Sequence[Stream] | None) -> Sequence[Stream] | None:
    """Return the streams to read for days of these: episodes too, where they give one of them."""
    if streams is None or not set(_GIVEN) & set(streams):
        return streams
    return [*streams, Stream.HEALTH_EPISODE]


def days_of_episodes(readings: Iterable[Observation]) -> list[Observation]:
    """Return a reading for each day that an entered episode cost, and for the onset of an injury that cost any."""
    return [day for one in readings if _is_entered(one) for day in _days(one)]


def _is_entered(one: Observation) -> bool:
    return one.stream is Stream.HEALTH_EPISODE and one.source.app == RECORD_APP


def _days(episode: Observation) -> Iterator[Observation]:
    text = str(episode.value)
    ended = return_of(text)
    lost = [] if ended is None else list(days_between(episode.day, ended))
    is_injury = kind_of(text) is ProblemKind.INJURY
    if lost and is_injury:
        yield _on(episode, Stream.INJURY_ONSET, episode.day)
    for day in lost:
        yield _on(episode, Stream.TIME_LOSS if is_injury else Stream.ABSENCE, day)


def _on(episode: Observation, stream: Stream, day: date) -> Observation:
    """A reading of one day at noon after the onset's midnight, so that a clock change moves it to no other day."""
    start = episode.start + timedelta(days=(day - episode.day).days, hours=12)
    return replace(episode, stream=stream, start=start, end=start, value=1.0, unit=SPECS[stream].unit, entry="")
