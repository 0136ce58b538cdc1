"""After an import: what of its files no figure uses, and which days come from another source now."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from client.features.days.days_of_readings import DaysOfReadings
from client.features.days.outranked import outranked_of
from client.ingest.results.days_before import UNCHANGED, ChangedDays, DaysBefore
from client.ingest.results.import_result import ImportResult
from client.ingest.results.unused_figures import UnusedFigures, unused_of_files
from client.vault.preferences.known_sources import known_sources
from client.vault.preferences.own_settings import source_priority
from client.vault.store import Vault
from policies.vocabulary import AthleteId

UnusedByFile = Mapping[str, tuple[UnusedFigures, ...]]
"""What is not used of each file, by its SHA-256."""


@dataclass(frozen=True, slots=True)
class ToldOfImport:
    """What is told of one athlete after an import: what no figure uses, by file, and what became of the days."""

    unused: UnusedByFile = field(default_factory=dict)
    changed: ChangedDays = UNCHANGED


def told_of_import(vault: Vault, athletes: Iterable[AthleteId], before: DaysBefore) -> dict[AthleteId, ToldOfImport]:
    """Return what is told of these athletes; raises UnknownAthlete or AthleteErased.

    The order of sources is that of the athlete and the node. Each athlete's readings are read once; those of an athlete
    of one source are not. before: looked at them before.
    """
    return {athlete: _after(vault, athlete, before) for athlete in sorted(set(athletes))}


def _after(vault: Vault, athlete: AthleteId, before: DaysBefore | None) -> ToldOfImport:
    days = _days_of(vault, athlete)
    if days is None:
        return ToldOfImport()
    return ToldOfImport(
        unused_of_files(outranked_of(days)), UNCHANGED if before is None else before.told(athlete, days)
    )


def _days_of(vault: Vault, athlete: AthleteId) -> DaysOfReadings | None:
    """Return the athlete's days; None where they are of one source."""
    if len({(one.app, one.device) for one in known_sources(vault, [athlete])}) < 2:
        return None
    return DaysOfReadings(vault.read(athlete), source_priority(vault, athlete))


def with_unused(
    vault: Vault, files: Sequence[Sequence[ImportResult]], before: DaysBefore | None = None
) -> list[list[ImportResult]]:
    """Return the results of an import, each of which brought something new with what is not used of it.

    before: looked at the athletes before; the last file that changed anything of one tells what became of its days.
    """
    found = [list(results) for results in files]
    changing: dict[AthleteId, list[tuple[int, int]]] = defaultdict(list)
    for at, results in enumerate(found):
        for place, one in enumerate(results):
            if one.athlete is not None and (one.added or one.replaced):
                changing[one.athlete].append((at, place))
    for athlete, places in sorted(changing.items()):
        after = _after(vault, athlete, before)
        for at, place in places:
            one = found[at][place]
            found[at][place] = replace(one, unused=after.unused.get(one.file_sha256, ()) if one.added else ())
        last, place = places[-1]
        found[last][place] = replace(found[last][place], changed=after.changed)
    return found
