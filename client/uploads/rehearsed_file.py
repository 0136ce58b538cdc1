"""What storing a brought file would do, found by doing and undoing it: what is new, what no figure would use, what
becomes of earlier days.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from client.biometrics.interruption import check_interruption
from client.features.days.days_of_readings import DaysOfReadings
from client.features.days.outranked import outranked_of
from client.ingest.importer import Importer
from client.ingest.input_file import InputFile
from client.ingest.results.days_before import UNCHANGED, ChangedDays, DaysBefore
from client.ingest.results.unused_figures import UnusedFigures, unused_of_files
from client.uploads.contents import ReadFile
from client.vault.preferences.own_settings import source_priority
from policies.vocabulary import AthleteId

MOST_COMPARED: Final = 50_000  # ours: readings of one file; the vault answers nobody else while so many are tried


@dataclass(frozen=True, slots=True)
class RehearsedFile:
    """What storing one reading of a file would do. version: of that reading. owners: the athlete of each label.

    added: how many readings would be new; None where that is not known. unused: what of them no figure would use, by
    athlete. changed: what would become of their days that have figures now, of those of whom anything would.
    """

    version: int
    owners: Mapping[str, AthleteId]
    added: int | None = None
    unused: Mapping[AthleteId, tuple[UnusedFigures, ...]] = field(default_factory=dict)
    changed: Mapping[AthleteId, ChangedDays] = field(default_factory=dict)

    def is_of(self, version: int, owners: Mapping[str, AthleteId]) -> bool:
        """True where it is about this reading, stored as these owners'."""
        return self.version == version and self.owners == owners


def compared(
    importer: Importer, file: InputFile, found: ReadFile, version: int, owners: Mapping[str, AthleteId]
) -> RehearsedFile:
    """Return what storing a file would do, athlete by athlete, so that the vault is held for one of them at a time.

    Raises what `check_interruption` does.
    """
    if sum(len(one.observations) for one in found.readings.values()) > MOST_COMPARED:
        return RehearsedFile(version, owners)
    added, unused = 0, dict[AthleteId, tuple[UnusedFigures, ...]]()
    before, changed = DaysBefore(importer.vault, importer.clock), dict[AthleteId, ChangedDays]()
    for athlete in sorted(set(owners.values())):
        check_interruption()
        of_one = {label: owner for label, owner in owners.items() if owner == athlete and label in found.readings}
        with importer.vault.rehearsal():
            new = sum(one.added for one in importer.store(file, found.reader, found.readings, of_one))
            held = importer.vault.read(athlete) if new else []
        added += new
        if new:
            days = DaysOfReadings(held, source_priority(importer.vault, athlete))
            unused[athlete] = unused_of_files(outranked_of(days)).get(file.sha256, ())
            before.note(athlete, held)  # the rehearsal is over: the vault is as it was
            changed[athlete] = before.told(athlete, days)
    return RehearsedFile(
        *(version, owners, added),
        unused={who: found for who, found in unused.items() if found},
        changed={who: found for who, found in changed.items() if found != UNCHANGED},
    )
