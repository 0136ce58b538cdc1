"""Daily tables for the pages, built only from the categories a look allows, kept while the vault is unchanged."""

from collections.abc import Callable, Sequence
from datetime import date, datetime

from client.biometrics.observations import Observation
from client.biometrics.streams import SPECS, Stream
from client.features.athlete_days import athlete_days
from client.features.daily import DailyTable
from client.features.days.column_sources import SourcesOfFigures, sources_of_figures
from client.features.days.days_of_readings import DaysOfReadings
from client.features.days.possible_repeats import PossibleRepeat
from client.vault.history.as_known import readings_as_known
from client.vault.history.kept_by_version import VersionMemory
from client.vault.preferences.own_settings import source_priority
from client.vault.store import Vault
from policies.vocabulary import WITHOUT_WEARABLES, AthleteId, Category, Lineage


def streams_of(categories: frozenset[Category], *, unworn: frozenset[Category] = frozenset()) -> list[Stream]:
    """Return every stream of these categories; of those in `unworn` only what does not come from a wearable."""
    return [
        stream
        for stream in Stream
        if (spec := SPECS[stream]).category in categories
        and not (spec.category in unworn and spec.lineage is Lineage.WEARABLE)
    ]


class Tables:
    """Reads the vault once per athlete and set of categories.

    Tables are kept while the athlete's data are unchanged (`VersionMemory`).
    without_wearables: the light and the training load are made of other sources alone, as the node says when it asks.
    today: the club's calendar day, before which days are over; without it, days before an athlete's newest reading are.
    repeats: from an athlete's readings, the reports that may be of one session, as long as nobody has said.
    """

    def __init__(
        self,
        vault: Vault,
        *,
        without_wearables: bool = False,
        today: Callable[[], date] | None = None,
        repeats: Callable[[AthleteId, Sequence[Observation]], Sequence[PossibleRepeat]] = lambda *_: (),
    ) -> None:
        self._vault = vault
        self._today = today
        self._repeats = repeats
        self.unworn = WITHOUT_WEARABLES if without_wearables else frozenset()
        self._unworn_for_light = frozenset(Category) if without_wearables else frozenset()
        self._memory = VersionMemory[DailyTable](vault)
        self._asked = VersionMemory[Sequence[PossibleRepeat]](vault)
        self._sources = VersionMemory[SourcesOfFigures](vault)
        self._newest: tuple[tuple[int, int], date | None] | None = None

    def newest_day(self) -> date | None:
        """Return the newest day of anything in the vault: the demo's dummy for today; None for an empty vault."""
        athletes = self._vault.athletes()
        if not athletes:
            return None
        version = self._vault.version(athletes[0].athlete)
        if self._newest is None or self._newest[0] != version:
            days = [max((r.day for r in self._vault.read(a.athlete)), default=None) for a in athletes]
            self._newest = version, max((day for day in days if day is not None), default=None)
        return self._newest[1]

    def read(self, athlete: AthleteId, categories: frozenset[Category]) -> DailyTable:
        """Return the athlete's days as far as `categories` go; raises VaultError for an unknown or erased athlete."""
        return self._read(athlete, categories, self.unworn)

    def sources(self, athlete: AthleteId, categories: frozenset[Category]) -> SourcesOfFigures:
        """Return whose the newest days of `read` are."""

        def found() -> SourcesOfFigures:
            readings = self._vault.read(athlete, streams_of(categories, unworn=self.unworn))
            return sources_of_figures(DaysOfReadings(readings, source_priority(self._vault, athlete)))

        return self._sources.of(athlete, (athlete, categories), found)

    def read_for_light(self, athlete: AthleteId, categories: frozenset[Category]) -> DailyTable:
        """Return the days that the light is computed from: of all categories nothing worn, where the node says so."""
        return self._read(athlete, categories, self._unworn_for_light)

    def as_known(self, athlete: AthleteId, categories: frozenset[Category], moment: datetime) -> DailyTable:
        """Return the days that a light is computed from as the node knew them at `moment`."""
        streams = streams_of(categories, unworn=self._unworn_for_light)

        def read() -> DailyTable:
            known = readings_as_known(self._vault, athlete, moment)
            return athlete_days(self._vault, athlete, streams=streams, today=moment.date(), readings=known)

        return self._memory.of(athlete, (athlete, categories, moment), read)

    def _read(self, athlete: AthleteId, categories: frozenset[Category], unworn: frozenset[Category]) -> DailyTable:
        today = self._today() if self._today else None
        streams = streams_of(categories, unworn=unworn)
        key = (athlete, categories, unworn, today)

        def read() -> DailyTable:
            readings, asked = self._vault.read(athlete), list[PossibleRepeat]()
            if Category.TRAINING_LOAD in categories:
                asked += self._asked.of(athlete, athlete, lambda: self._repeats(athlete, readings))
            return athlete_days(self._vault, athlete, streams=streams, today=today, repeats=asked, readings=readings)

        return self._memory.of(athlete, key, read)
