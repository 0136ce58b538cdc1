"""What an import does to days that have figures, in the words of a file's page: for kinds that this reader may see.

As with what is not used: of anybody else, and of any other kind, it is not told.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from chassis.text import counted, date_range, listed, long_date
from client.biometrics.streams import Stream
from client.features.days.heart_load import TRIMP, TRIMP_ZONES, UNRATED
from client.features.morning_answers import MORNING_ANSWERS
from client.ingest.results.days_before import UNCHANGED, ChangedDays
from client.ingest.results.lost_figures import LOAD
from client.ingest.results.source_switches import HOURS_OF_SLEEP, SourceSwitch, category_of
from client.web.uploads.source_words import source_word
from client.web.uploads.stored_before import FilesBeside
from client.web.uploads.stream_words import stream_name
from policies.vocabulary import AthleteId, Category

ChangedByAthlete = Mapping[AthleteId, ChangedDays]
CHANGED: Final = "some days changed their source or became unknown"
WOULD_CHANGE: Final = "some days would change their source or become unknown"
_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        **{stream.value: stream_name(stream) for stream in Stream},
        HOURS_OF_SLEEP: "Hours of sleep",
        LOAD: "Training load",
        TRIMP: "Training load by heart rate (Banister)",
        TRIMP_ZONES: "Training load by heart rate (Edwards)",
        UNRATED: "Training load by heart rate on days without a rating",
        MORNING_ANSWERS: "Morning answers, together",
        "lnrmssd": "Heart-rate variability",
        "sleep_h": "Hours of sleep",
        "sleep_midpoint_h": "Middle of the night’s sleep",
    }
)


@dataclass(frozen=True, slots=True)
class _Change:
    """Figures by name, what becomes of them, and of how many days from the first to the last."""

    names: tuple[str, ...]
    what: str
    days: int
    first: date
    last: date

    @property
    def span(self) -> str:
        """For example "20 to 22 November 2026", or "between" the first and the last where not every day is meant."""
        if self.days > (self.last - self.first).days:
            return date_range(self.first, self.last)
        return f"between {long_date(self.first)} and {long_date(self.last)}"


def changed_notes(changed: ChangedByAthlete, beside: FilesBeside, *, is_stored: bool) -> tuple[str, ...]:
    """Return a sentence for each kind of change, by athlete; is_stored: whether it has happened."""
    of_each: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for athlete, name in beside.known.names.items():
        told, allowed = changed.get(athlete, UNCHANGED), beside.access.of(athlete)
        for one in (*_switches(told, allowed, is_stored=is_stored), *_losses(told, allowed, is_stored=is_stored)):
            said = f"{counted(one.days, 'day')} of {name} ({one.span})"
            of_each.setdefault((one.names, one.what), []).append(said)
    when = "when this was stored, " if is_stored else ""
    return tuple(f"{listed(names)}: {when}{listed(days)} {what}" for (names, what), days in of_each.items())


def _switches(told: ChangedDays, allowed: frozenset[Category], *, is_stored: bool) -> Iterator[_Change]:
    verb = "changed" if is_stored else "would change"
    for one in told.switched:
        if names := tuple(_NAMES[name] for name in one.streams if category_of(name) in allowed):
            what = f"{verb} to another source: {_instead(one)}."
            yield _Change(names, what, one.days, one.first, one.last)


def _losses(told: ChangedDays, allowed: frozenset[Category], *, is_stored: bool) -> Iterator[_Change]:
    what = f"{'became' if is_stored else 'would become'} unknown; nothing that is stored is deleted."
    for one in told.lost:
        if one.categories <= allowed:
            yield _Change(tuple(_NAMES[name] for name in one.figures), what, one.days, one.first, one.last)


def _instead(one: SourceSwitch) -> str:
    now, before = (listed(sorted({source_word(app) for app, _ in held})) for held in (one.now, one.before))
    return f"{now} instead of {before}" if now != before else f"{now}, but not the same as before"
