"""Whether a brought file is stored already: told where all of it may be seen, and of what this session itself brought.

Of anything else in the vault nothing is told, for a small file could be made up to find out what is stored.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Final

from chassis.text import long_date
from client.ingest.results.days_before import ChangedDays
from client.ingest.results.unused_figures import UnusedFigures
from client.uploads.brought import BroughtFile, FileState, Upload
from client.vault.history.kept_by_version import KeptByVersion
from client.vault.journal import SET_ASIDE, ImportRecord
from client.web.access import PageAccess
from client.web.uploads.attribution import KnownAthletes, Owners, owners_in
from client.web.uploads.stored_words import is_open
from policies.vocabulary import AthleteId

KeptImports = KeptByVersion[tuple[ImportRecord, ...]]
COMPARING: Final = "Being compared with what is stored"
_COUNTS: Final = (FileState.READ, FileState.STORING, FileState.STORED)


@dataclass(frozen=True, slots=True)
class FilesBeside:
    """What a look knows beside one file: the journals of imports, what it may show, and what this session brought.

    known: the athletes whom this person sees. uploads: of the session, the newest first.
    """

    imports: KeptImports
    access: PageAccess
    zone: tzinfo
    known: KnownAthletes
    uploads: Sequence[Upload]

    def is_stored(self, file: BroughtFile, owners: Owners) -> bool:
        """True for a file that is stored already, as far as may be told: storing it would add nothing."""
        return self._day(file, owners) is not None and _added(file, owners) == 0

    def is_uncompared(self, file: BroughtFile, owners: Owners) -> bool:
        """True for a file whose bytes are stored, while it is not known whether storing it would add anything."""
        return self._day(file, owners) is not None and not _is_compared(file, owners)

    def is_being_compared(self, file: BroughtFile, owners: Owners) -> bool:
        """True while it is looked up what storing a file would do, of which somebody here is an athlete."""
        return bool(owners.by_label) and not _is_compared(file, owners)

    def said_of(self, file: BroughtFile, owners: Owners) -> str:
        """Return what is said of a file that need not be stored, without a stop; "" for any other."""
        if file.state is not FileState.READ or not owners.by_label:
            return ""
        day = self._day(file, owners)
        if day is not None and not _is_compared(file, owners):
            return COMPARING
        if day is not None and _added(file, owners) == 0:
            return f"Stored already, on {long_date(day)}; nothing of it is new"
        twin = self._twin(file, owners)
        return "" if twin is None else f"Known already: you brought the same file as {twin.name}"

    def changed_of(self, file: BroughtFile, owners: Owners) -> Mapping[AthleteId, ChangedDays]:
        """Return what would become of earlier days with a file that was compared; empty for any other."""
        found = file.comparison if _is_compared(file, owners) else None
        return found.changed if found is not None else {}

    def unused_of(self, file: BroughtFile, owners: Owners) -> Mapping[AthleteId, tuple[UnusedFigures, ...]]:
        """Return what no figure would use of a file that was compared; empty for any other."""
        found = file.comparison if _is_compared(file, owners) else None
        return found.unused if found is not None else {}

    def uncompared(self) -> list[tuple[Upload, BroughtFile, dict[str, AthleteId]]]:
        """Return the files that have to be compared with the vault before a list can say whether they are stored."""
        looked = [(upload, one, owners_in(one, self.known)) for upload in self.uploads for one in list(upload.files)]
        return [
            (upload, one, dict(owners.by_label)) for upload, one, owners in looked if self.is_uncompared(one, owners)
        ]

    def _day(self, file: BroughtFile, owners: Owners) -> date | None:
        """The local day on which these bytes came in, of everybody in the file; None if that is not told or not so."""
        if file.state is not FileState.READ or not file.sha256 or not owners.by_label or owners.unknown:
            return None
        found = [self._first(file.sha256, athlete) for athlete in set(owners.by_label.values())]
        days = [one.at.astimezone(self.zone).date() for one in found if one is not None]
        return max(days) if len(days) == len(found) else None

    def _first(self, sha256: str, athlete: AthleteId) -> ImportRecord | None:
        """The first import of these bytes that stands; None where any of them may not be seen in full."""
        standing = [
            one
            for one in self.imports.of(athlete)
            if one.file_sha256 == sha256 and not one.is_undone and one.status not in SET_ASIDE
        ]
        is_told = all(is_open(self.access, athlete, one) for one in standing)
        return min(standing, key=lambda one: one.at) if standing and is_told else None

    def _twin(self, file: BroughtFile, owners: Owners) -> BroughtFile | None:
        """The same file that this session brought before, read the same way and of the same athletes."""
        for other in self._brought_before(file):
            is_same = other.sha256 == file.sha256 != "" and other.mapping == file.mapping
            if is_same and other.state in _COUNTS and self._attribution(other) == owners.by_label:
                return other
        return None

    def _attribution(self, other: BroughtFile) -> Mapping[str, AthleteId]:
        return other.put_on or owners_in(other, self.known).by_label

    def _brought_before(self, file: BroughtFile) -> Iterator[BroughtFile]:
        for upload in reversed(self.uploads):
            for one in list(upload.files):
                if one is file:
                    return
                yield one


def _is_compared(file: BroughtFile, owners: Owners) -> bool:
    return file.comparison is not None and file.comparison.is_of(file.version, owners.by_label)


def _added(file: BroughtFile, owners: Owners) -> int | None:
    return file.comparison.added if file.comparison is not None and _is_compared(file, owners) else None
