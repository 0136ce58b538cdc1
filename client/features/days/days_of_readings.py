"""An athlete's readings by night, session and day, and which of them make each day's value: found once for all who ask.

Source: docs/indices.md §1.2, §1.4 and §4.5.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Final

from client.biometrics.observations import Observation
from client.biometrics.sessions import OF_SESSIONS
from client.biometrics.stream_spec import Aggregation
from client.biometrics.streams import SPECS, Stream
from client.features.day_sources import chosen_by_day, overlapping_parted
from client.features.days.by_stream import ByStream, by_stream_and_day
from client.features.days.nights import Nights, nights_of
from client.features.days.session_reports import MatchedReports, matched_reports

BY_MINUTE: Final = (Stream.SLEEP_PERIOD_MIN, Stream.STEPS)
"""Of these every minute counts once, and sources whose times do not meet add up."""
StreamDay = tuple[Stream, date]
_LeftOut = list[tuple[Observation, Observation]]


class DaysOfReadings:
    """Readings that count of one athlete, in order of time; what is not asked for is not computed.

    priority: the athlete's order of sources.
    """

    def __init__(self, readings: Iterable[Observation], priority: Sequence[str] = ()) -> None:
        self.readings, self.priority = list(readings), priority

    @cached_property
    def nights(self) -> Nights:
        """The nights that their sleep tells."""
        return nights_of(self.readings, priority=self.priority)

    @cached_property
    def matched(self) -> MatchedReports:
        """Their reports of sessions: those that count, and the others."""
        return matched_reports(self.readings, priority=self.priority)

    @cached_property
    def by_stream(self) -> ByStream:
        """The readings that a day may have, whichever source is chosen."""
        return by_stream_and_day(self.readings, self.nights)

    @cached_property
    def by_minute(self) -> Mapping[Stream, tuple[list[Observation], _LeftOut]]:
        """Of the streams of `BY_MINUTE`, what counts, and each other reading with one that lies in its time."""
        return {
            stream: overlapping_parted([one for one in self.readings if one.stream is stream], self.priority)
            for stream in BY_MINUTE
        }

    @cached_property
    def chosen(self) -> Mapping[StreamDay, Sequence[Observation]]:
        """By stream and day, the readings that make its value."""
        once = {id(one) for one in self.matched.counted}
        once |= {id(one) for kept, _ in self.by_minute.values() for one in kept}
        return {
            (stream, day): held
            for stream, by_day in self.by_stream.items()
            for day, held in self._chosen(stream, by_day, once).items()
            if held
        }

    def _chosen(
        self, stream: Stream, by_day: Mapping[date, Sequence[Observation]], once: set[int]
    ) -> Mapping[date, Sequence[Observation]]:
        if stream in OF_SESSIONS or stream in BY_MINUTE:
            return {day: [one for one in held if id(one) in once] for day, held in by_day.items()}
        if SPECS[stream].aggregation is Aggregation.NONE:
            return by_day
        chosen = chosen_by_day(by_day, self.priority)
        if SPECS[stream].aggregation is Aggregation.LAST:
            return {day: held[-1:] for day, held in chosen.items()}
        return chosen
