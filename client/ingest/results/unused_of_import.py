"""After an import: what of its files no figure uses, as the vault stands then."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from client.features.days.outranked import outranked
from client.ingest.results.import_result import ImportResult
from client.ingest.results.unused_figures import UnusedFigures, unused_of_files
from client.vault.preferences.known_sources import known_sources
from client.vault.preferences.own_settings import source_priority
from client.vault.store import Vault
from policies.vocabulary import AthleteId

UnusedByFile = Mapping[str, tuple[UnusedFigures, ...]]
"""What is not used of each file, by its SHA-256."""


def unused_of_athletes(vault: Vault, athletes: Iterable[AthleteId]) -> dict[AthleteId, UnusedByFile]:
    """Return what is not used of the files of these athletes; raises UnknownAthlete or AthleteErased.

    The order of sources is that of the athlete and the node. Each athlete's readings are read once; those of an athlete
    of one source are not.
    """
    return {athlete: _unused_of(vault, athlete) for athlete in sorted(set(athletes))}


def _unused_of(vault: Vault, athlete: AthleteId) -> UnusedByFile:
    if len({(one.app, one.device) for one in known_sources(vault, [athlete])}) < 2:
        return {}
    return unused_of_files(outranked(vault.read(athlete), priority=source_priority(vault, athlete)))


def with_unused(vault: Vault, files: Sequence[Sequence[ImportResult]]) -> list[list[ImportResult]]:
    """Return the results of an import, each of which brought something new with what is not used of it."""
    bringing = {one.athlete for results in files for one in results if one.athlete is not None and one.added}
    unused = unused_of_athletes(vault, bringing)
    return [[_told(one, unused) for one in results] for results in files]


def _told(result: ImportResult, unused: Mapping[AthleteId, UnusedByFile]) -> ImportResult:
    if result.athlete is None or not result.added:
        return result
    return replace(result, unused=unused[result.athlete].get(result.file_sha256, ()))
