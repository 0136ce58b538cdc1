"""Reading and storing brought files beside the pages: what goes wrong with one is its outcome, and the next follows."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, tzinfo

from chassis.clock import Clock
from chassis.error_place import place_of
from client.errors import NotUsed, UnreadableFile
from client.ingest.archives.members import ArchiveMember
from client.ingest.bounds.archive_directory import opened_archive
from client.ingest.clock import LocalClock
from client.ingest.importer import Attribution, Importer
from client.ingest.input_file import CUT_OFF, DAMAGES, InputFile
from client.ingest.mapped_csv import NOBODY
from client.ingest.mapping import Mapping as CsvMapping
from client.ingest.results.days_before import UNCHANGED, DaysBefore
from client.ingest.results.unused_of_import import told_of_import
from client.uploads.brought import BroughtFile, FileState, Upload
from client.uploads.contents import FileContents, contents, read_for
from client.uploads.described import DescribedTables
from client.uploads.limits import MOST_FILES
from client.uploads.reading_time import bounded_reading
from client.uploads.rehearsed_file import RehearsedFile, compared
from client.uploads.remembered import RememberedReading, doubt_reading, label_kind, remember_reading
from client.vault.history.undoing import undo_what_is_left
from client.vault.preferences.remembered_labels import (
    RememberedLabel,
    doubt_labels,
    remember_labels,
    remembered_labels,
)
from client.vault.scrubbing import scrub_or_tell
from client.vault.store import Vault
from policies.vocabulary import AthleteId, Role

TOO_MANY = f"an upload holds more than {MOST_FILES:,} files; bring the others in another one"
NOT_NOW = "this file could not be read or stored now; try again, and tell whoever runs the node if it stays so"
ALREADY_UNDONE = "it was taken out before, by whoever runs the node"

logger = logging.getLogger(__name__)
OwnersByFile = Mapping[str, Mapping[str, AthleteId]]
"""By file, the athlete of each label."""


class UploadReader:
    """Reads uploads into previews, and what was looked at into the vault. Its methods run one at a time."""

    def __init__(self, vault: Vault, zone: tzinfo, clock: Clock) -> None:
        self._vault, self._zone, self._clock = vault, zone, clock
        self._described = DescribedTables(vault, self._now)

    def read(self, upload: Upload) -> None:
        """Read every file of an upload once."""
        upload.expected = sum(_expected(upload, part) for part in range(len(upload.parts)))
        for part in range(len(upload.parts)):
            with upload.telling(part):
                self._read_part(upload, part)
        if upload.is_gone:
            return
        upload.expected, upload.is_read = len(upload.files), True
        upload.settle()

    def _read_part(self, upload: Upload, part: int) -> None:
        for place, member in _safely(upload, part):
            if upload.is_gone:
                return
            file = BroughtFile(member.name.shown, part, place)
            if upload.athlete is not None:
                file.chosen[NOBODY] = upload.athlete
            upload.files.append(file)
            if len(upload.files) > MOST_FILES:
                file.state, file.reason = FileState.UNREADABLE, TOO_MANY
                return
            upload.expected = max(upload.expected, len(upload.files))
            self._read_one(upload, file, member)

    def read_again(self, upload: Upload, file: BroughtFile) -> None:
        """Read one file anew, with the mapping that was chosen for it."""
        with upload.telling(file.part):
            for place, member in _safely(upload, file.part):
                if place == file.place:
                    self._read_one(upload, file, member)
                    break
        upload.settle()

    def propose(self, upload: Upload, file: BroughtFile, said: BroughtFile) -> None:
        """Read a table anew as a person said of one with the same columns; one that it does not fit stays as it was."""
        mapping = said.mapping
        if mapping is None or not self._fits(upload, file, mapping):
            return
        with upload.lock:
            if not file.can_be_read_again:
                return
            file.read_as(mapping)
            file.directions, file.proposed_by = said.directions, said.name
        self.read_again(upload, file)

    def _fits(self, upload: Upload, file: BroughtFile, mapping: CsvMapping) -> bool:
        member = next((one for place, one in _safely(upload, file.part) if place == file.place), None)
        if member is None:
            return False
        try:
            with bounded_reading(upload):
                found = contents(read_for(upload.role, member.opened(), self._now(), mapping))
        except (NotUsed, UnreadableFile, *DAMAGES):
            return False
        return found.status not in _STATES

    def store(self, upload: Upload, owners: OwnersByFile) -> None:
        """Store files of which it is known whose they are."""
        chosen = [one for one in upload.files if one.key in owners]
        before = DaysBefore(self._vault, self._now())
        for part in sorted({one.part for one in chosen}):
            with upload.telling(part):
                self._store_part(upload, part, {one.place: one for one in chosen if one.part == part}, owners, before)
        self._tell_what_became([one for one in chosen if one.state is FileState.STORED], before)
        upload.settle()

    def _store_part(
        self, upload: Upload, part: int, wanted: dict[int, BroughtFile], owners: OwnersByFile, before: DaysBefore
    ) -> None:
        for place, member in _safely(upload, part):
            file = wanted.pop(place, None)
            if file is not None and not upload.is_gone:
                self._store_one(upload, file, member, owners[file.key], before)
            if upload.is_gone or not wanted:  # the rest of an archive is not unpacked for nothing
                return

    def _tell_what_became(self, files: Sequence[BroughtFile], before: DaysBefore) -> None:
        """Note what of files that were just stored no figure uses, and what became of earlier days, with the last file.

        They are stored whether or not it can be told.
        """
        try:
            after = told_of_import(self._vault, (owner for file in files for owner in file.imports.values()), before)
        except Exception as error:  # as in `_carry_out`
            _log(error)
            return
        for file in files:
            of_file = {owner: after[owner].unused.get(file.sha256, ()) for owner in set(file.imports.values())}
            file.unused = {owner: found for owner, found in of_file.items() if found}
        last = {owner: file for file in files for owner in file.imports.values()}
        for file in files:
            told = {owner: after[owner].changed for owner, one in last.items() if one is file}
            file.changed = {owner: found for owner, found in told.items() if found != UNCHANGED}

    def compare(self, upload: Upload, file: BroughtFile, owners: Mapping[str, AthleteId]) -> None:
        """Note what storing a file as these owners' would do; nothing is stored."""
        version = file.version
        is_noted = file.comparison is not None and file.comparison.is_of(version, owners)
        if is_noted or file.state is not FileState.READ:
            return
        for place, member in _safely(upload, file.part):
            if place == file.place:
                file.comparison = self._compared(upload, file, member, RehearsedFile(version, owners))
                return

    def _compared(
        self, upload: Upload, file: BroughtFile, member: ArchiveMember, unknown: RehearsedFile
    ) -> RehearsedFile:
        try:
            opened = member.opened()
            with bounded_reading(upload):
                found = read_for(upload.role, opened, self._now(), file.mapping)
                importer = Importer(self._vault, self._now(), Attribution(), who=upload.person)
                return compared(importer, opened, found, unknown.version, unknown.owners)
        except (NotUsed, UnreadableFile, *DAMAGES):  # it was read before: its upload is gone, or its time is over
            return unknown
        except Exception as error:  # as in `_carry_out`
            _log(error)
            return unknown

    def undo(self, upload: Upload, file: BroughtFile) -> None:
        """Take out again what a file brought; what another import has as well stays, also of the same bytes."""
        try:
            parts = undo_what_is_left(self._vault, file.imports, at=self._clock(), who=upload.person)
            if file.remembered_as and file.mapping is not None:
                doubt_reading(self._vault, file.remembered_as, file.mapping)
            if file.labels_as:
                doubt_labels(self._vault, file.labels_as, file.put_on)
        except Exception as error:  # as in `_carry_out`
            _log(error)
            file.state, file.problem = FileState.STORED, NOT_NOW
            return
        scrub_or_tell(self._vault, logger.warning)
        file.unused, file.changed = {}, {}
        file.state, file.problem = FileState.UNDONE, "" if parts else ALREADY_UNDONE

    def _read_one(self, upload: Upload, file: BroughtFile, member: ArchiveMember) -> None:
        def read() -> None:
            opened = member.opened()
            found = contents(self._described.read(upload.role, file, opened))
            file.sha256 = opened.sha256
            file.contents, file.reason = found, found.reason
            file.remembered = self._remembered_labels(upload.role, file, found)
            file.state = _STATES.get(found.status, FileState.READ)

        file.version += 1
        with bounded_reading(upload):
            _carry_out(file, read)

    def _store_one(
        self,
        upload: Upload,
        file: BroughtFile,
        member: ArchiveMember,
        owners: Mapping[str, AthleteId],
        before: DaysBefore,
    ) -> None:
        def store() -> None:
            opened = member.opened()
            with bounded_reading(upload, times=2):
                found = read_for(upload.role, opened, self._now(), file.mapping)
            upload.check_is_here()
            named = {label: owner for label, owner in owners.items() if label in found.readings}
            importer = Importer(self._vault, self._now(), Attribution(), who=upload.person)
            for label, owner in named.items():
                before.note(owner, found.readings[label].observations)
            with self._vault.transaction():  # of a file of many athletes all or none: what is stored can be undone
                results = importer.store(opened, found.reader, found.readings, named)
                remembered_as = self._remember(upload.role, file, opened)
                labels_as = self._remember_labels(upload.role, file, found.reader, named)
            file.imports = {one.number: one.athlete for one in results if one.number and one.athlete is not None}
            file.remembered_as, file.labels_as = remembered_as, labels_as
            file.state, file.problem = FileState.STORED, ""
            if file.contents is not None:  # its rows were shown before they were stored, and are not kept for longer
                file.contents = replace(file.contents, rows=())

        _carry_out(file, store)

    def _remember(self, role: Role, file: BroughtFile, opened: InputFile) -> str:
        """Remember how a table was read that no reader knows, and return as what; "" for any other file."""
        if file.mapping is None:
            return ""
        seen = RememberedReading(mapping=file.mapping, directions=file.directions, day=self._today())
        return remember_reading(self._vault, role, opened, seen)

    def _remembered_labels(self, role: Role, file: BroughtFile, found: FileContents) -> dict[str, RememberedLabel]:
        labels = [label for label in found.rows_of if label != NOBODY]
        if not labels:
            return {}
        people = [one.athlete for one in self._vault.athletes()]
        return remembered_labels(self._vault, label_kind(role, found.reader, file.mapping), labels, people)

    def _remember_labels(self, role: Role, file: BroughtFile, reader: str, named: Mapping[str, AthleteId]) -> str:
        """Remember whose labels are that say it by no name or id, and return as what; "" where there are none."""
        said = {
            label: owner
            for label, owner in named.items()
            if label != NOBODY and (label in file.chosen or label in file.remembered)
        }
        kind = label_kind(role, reader, file.mapping)
        remember_labels(self._vault, kind, said, self._today())
        return kind if said else ""

    def _today(self) -> date:
        return self._clock().astimezone(self._zone).date()

    def _now(self) -> LocalClock:
        return LocalClock(self._zone, self._clock())


_STATES = {"skipped": FileState.SKIPPED, "nothing_kept": FileState.UNREADABLE}


def _carry_out(file: BroughtFile, work: Callable[[], None]) -> None:
    """Do it, and note what came of it; a fault of the program is logged by its place, and can be tried again."""
    try:
        work()
    except NotUsed as error:
        file.state, file.reason = FileState.SKIPPED, str(error)
    except UnreadableFile as error:
        file.state, file.reason = FileState.UNREADABLE, str(error)
    except DAMAGES:
        file.state, file.reason = FileState.UNREADABLE, CUT_OFF
    except Exception as error:  # the thread serves every upload; its message may hold a reading
        _log(error)
        file.problem = NOT_NOW
        file.state = FileState.READ if file.contents is not None else FileState.UNREADABLE
        file.reason = file.reason or NOT_NOW


def _log(error: Exception) -> None:
    logger.error("a brought file failed", extra={"error": type(error).__name__, "at": place_of(error)})


def _safely(upload: Upload, part: int) -> Iterator[tuple[int, ArchiveMember]]:
    """The files of one file of the form, with their places; none once the upload is gone."""
    try:
        yield from enumerate(upload.members(part))
    except (UnreadableFile, *DAMAGES):
        return


def _expected(upload: Upload, part: int) -> int:
    """How many files one file of the form seems to be, told from the directory of an archive."""
    try:
        with upload.spooled.open(upload.parts[part][1]) as stream, opened_archive(stream) as archive:
            names = archive.namelist()
    except Exception:  # no archive, or hostile bytes; what they are is told when they are read
        return 1
    is_document = "[Content_Types].xml" in names or "mimetype" in names
    return 1 if is_document else max(1, sum(not name.endswith("/") for name in names))
