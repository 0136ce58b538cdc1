"""What an import does to the days of before: figures that come from another source now, and such as are lost."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from client.biometrics.observations import Observation
from client.features.athlete_days import athlete_days
from client.features.daily import DailyTable
from client.features.day_sources import counted_sources
from client.features.days.days_of_readings import DaysOfReadings
from client.ingest.clock import LocalClock
from client.ingest.results.lost_figures import KnownFigures, LostFigures, known_figures, lost_figures
from client.ingest.results.source_switches import FigureSources, SourceSwitch, figure_sources, switched
from client.vault.preferences.known_sources import known_sources
from client.vault.preferences.own_settings import source_priority
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
            days = DaysOfReadings(self._vault.read(athlete), source_priority(self._vault, athlete))
            self._before[athlete] = figure_sources(days), known_figures(self._table(athlete, days))

    def told(self, athlete: AthleteId, days: DaysOfReadings) -> ChangedDays:
        """Return what has changed, once; days: the athlete's after the import."""
        before = self._before.pop(athlete, None)
        if before is None:
            return UNCHANGED
        sources, known = before
        return ChangedDays(tuple(switched(sources, days)), tuple(lost_figures(known, self._table(athlete, days))))

    def _table(self, athlete: AthleteId, days: DaysOfReadings) -> DailyTable:
        today = self._clock.now.astimezone(self._clock.zone).date()
        return athlete_days(self._vault, athlete, readings=days.readings, today=today)
