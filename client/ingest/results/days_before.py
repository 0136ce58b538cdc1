"""What an import does to the days of before: figures that come from another source now, and such as are lost.

Each day is seen as the figures of that day see it: by what was known by then (docs/indices.md §1.3).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from client.biometrics.observations import Observation
from client.features.day_sources import counted_sources
from client.features.days.days_of_readings import DaysOfReadings
from client.features.past.as_of import TableAsOf, tables_as_of
from client.ingest.clock import LocalClock
from client.ingest.results.lost_figures import KnownFigures, LostFigures, known_figures, lost_figures
from client.ingest.results.source_switches import DaysAsKnown, FigureSources, SourceSwitch, figure_sources, switched
from client.vault.preferences.known_sources import known_sources
from client.vault.preferences.own_settings import own_settings, source_priority
from client.vault.rest_rules import rest_rule
from client.vault.store import Vault
from policies.vocabulary import AthleteId


@dataclass(frozen=True, slots=True)
class ChangedDays:
    """Days of one athlete whose figures come from another source since an import, and figures that are lost by it."""

    switched: tuple[SourceSwitch, ...] = ()
    lost: tuple[LostFigures, ...] = ()

    @property
    def texts(self) -> list[str]:
        """A sentence for each, without an end."""
        return [*(one.text for one in self.switched), *(one.text for one in self.lost)]


UNCHANGED: Final = ChangedDays()


class DaysBefore:
    """The days of athletes as they were before an import; found once for each, before anything of theirs is stored."""

    def __init__(self, vault: Vault, clock: LocalClock) -> None:
        self._vault, self._clock = vault, clock
        self._before: dict[AthleteId, tuple[FigureSources, KnownFigures]] = {}

    def note(self, athlete: AthleteId, brought: Iterable[Observation]) -> None:
        """Look at an athlete whose readings are about to be stored; of one source alone nothing is looked at."""
        if athlete in self._before:
            return
        known = {(one.app, one.device) for one in known_sources(self._vault, [athlete])}
        if known and len(known | counted_sources(brought).keys()) > 1:
            priority = source_priority(self._vault, athlete)
            held = self._as_known(athlete, self._vault.read(athlete), priority)
            self._before[athlete] = figure_sources(_days_of(held, priority)), known_figures(held)

    def told(self, athlete: AthleteId, days: DaysOfReadings) -> ChangedDays:
        """Return what has changed, once; days: the athlete's after the import."""
        before = self._before.pop(athlete, None)
        if before is None:
            return UNCHANGED
        sources, known = before
        held = self._as_known(athlete, days.readings, days.priority)
        lost = lost_figures(known, known_figures(held))
        return ChangedDays(tuple(switched(sources, _days_of(held, days.priority))), tuple(lost))

    def _as_known(
        self, athlete: AthleteId, readings: Sequence[Observation], priority: Sequence[str]
    ) -> list[TableAsOf]:
        today = self._clock.now.astimezone(self._clock.zone).date()
        own, rest = own_settings(self._vault, athlete), rest_rule(self._vault, athlete)
        return tables_as_of(readings, priority=priority, rest=rest, today=today, own=own)


def _days_of(held: Iterable[TableAsOf], priority: Sequence[str]) -> list[DaysAsKnown]:
    return [DaysAsKnown(DaysOfReadings(one.readings, priority), one.days) for one in held]
