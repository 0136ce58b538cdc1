"""Reading and storing brought files beside the pages: what goes wrong with one is its outcome, and the next follows."""

import logging
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import tzinfo

from chassis.clock import Clock
from chassis.error_place import place_of
from client.biometrics.interruption import check_interruption, interrupted_by
from client.errors import NotUsed, UnreadableFile, VaultError
from client.ingest.archives.members import ArchiveMember
from client.ingest.clock import LocalClock
from client.ingest.importer import Attribution, Importer
from client.ingest.input_file import CUT_OFF, DAMAGES, InputFile
from client.ingest.mapped_csv import NOBODY
from client.ingest.preview.proposal import MappingProposal, unnamed
from client.ingest.preview.rows_as_read import proposed
from client.uploads.brought import BroughtFile, FileState, Upload
from client.uploads.contents import FOR_THE_MEDICAL_TEAM, ReadFile, contents, read_for
from client.uploads.limits import MOST_FILES
from client.uploads.remembered import RememberedReading, remember_reading, remembered_reading
from client.uploads.table_columns import columns_of, for_role
from client.vault.history.undoing import undo_what_is_left
from client.vault.preferences.remembered_tables import forget_table
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

    def read(self, upload: Upload) -> None:
        """Read every file of an upload once."""
        upload.expected = sum(_expected(upload, part) for part in range(len(upload.parts)))
        for part in range(len(upload.parts)):
            for place, member in _safely(upload, part):
                if upload.is_gone:
                    return
                file = BroughtFile(member.name.shown, part, place)
                if upload.athlete is not None:
                    file.chosen[NOBODY] = upload.athlete
                if len(upload.files) == MOST_FILES:
                    file.state, file.reason = FileState.UNREADABLE, TOO_MANY
                    upload.files.append(file)
                    break
                upload.files.append(file)
                upload.expected = max(upload.expected, len(upload.files))
                self._read_one(upload, file, member)
        upload.expected, upload.is_read = len(upload.files), True
        upload.settle()

    def read_again(self, upload: Upload, file: BroughtFile) -> None:
        """Read one file anew, with the mapping that was chosen for it."""
        for place, member in _safely(upload, file.part):
            if place == file.place:
                self._read_one(upload, file, member)
                break
        upload.settle()

    def store(self, upload: Upload, owners: OwnersByFile) -> None:
        """Store files of which it is known whose they are."""
        chosen = {(one.part, one.place): one for one in upload.files if one.key in owners}
        for part in sorted({part for part, _ in chosen}):
            for place, member in _safely(upload, part):
                file = chosen.get((part, place))
                if file is not None and not upload.is_gone:
                    self._store_one(upload, file, member, owners[file.key])
        upload.settle()

    def undo(self, upload: Upload, file: BroughtFile) -> None:
        """Take out again what a file brought; what another import has as well stays, also of the same bytes."""
        try:
            parts = undo_what_is_left(self._vault, file.imports, at=self._clock(), who=upload.person)
            if file.remembered_as:  # what was taken out again may have been read wrongly
                forget_table(self._vault, file.remembered_as)
        except Exception as error:  # as in `_carry_out`
            _log(error)
            file.state, file.problem = FileState.STORED, NOT_NOW
            return
        self._scrub()
        file.state, file.problem = FileState.UNDONE, "" if parts else ALREADY_UNDONE

    def _scrub(self) -> None:
        """Rewrite the vault without the readings that went; whatever prevents that, they count no longer."""
        try:
            self._vault.scrub()
        except VaultError as error:
            logger.warning("bytes of readings that were taken out are left", extra={"error": type(error).__name__})

    def _read_one(self, upload: Upload, file: BroughtFile, member: ArchiveMember) -> None:
        def read() -> None:
            opened = member.opened()
            found = contents(self._read_described(upload.role, file, opened))
            file.contents, file.reason = found, found.reason
            file.state = _STATES.get(found.status, FileState.READ)

        file.version += 1
        with interrupted_by(upload.check_is_here):
            _carry_out(file, read)

    def _read_described(self, role: Role, file: BroughtFile, opened: InputFile) -> ReadFile:
        """Read a file; a table that no reader knows by the mapping chosen for it, at first by the one proposed."""
        try:
            return read_for(role, opened, self._now(), file.mapping)
        except UnreadableFile as unknown:
            check_interruption()
            if file.mapping is not None:
                raise
            before = remembered_reading(self._vault, role, opened)
            if before is not None:
                return self._read_as_before(role, file, opened, before)
            found = _proposed(file, opened, unknown)
            if found is None:
                raise
        mapping, left_out = for_role(found.mapping, role)
        if mapping is None:
            raise UnreadableFile(FOR_THE_MEDICAL_TEAM)
        file.mapping, file.columns = mapping, columns_of(opened, mapping)
        file.doubts = (
            *(one for one in found.doubts if one not in found.of_scales),
            *(f"{name}: left out, the medical team or the athlete brings it" for name in left_out),
        )
        return read_for(role, opened, self._now(), mapping)

    def _read_as_before(self, role: Role, file: BroughtFile, opened: InputFile, before: RememberedReading) -> ReadFile:
        file.mapping, file.directions = before.mapping, before.directions
        file.read_before, file.columns = before.day, columns_of(opened, before.mapping)
        return read_for(role, opened, self._now(), before.mapping)

    def _store_one(
        self, upload: Upload, file: BroughtFile, member: ArchiveMember, owners: Mapping[str, AthleteId]
    ) -> None:
        def store() -> None:
            opened = member.opened()
            with interrupted_by(upload.check_is_here):
                found = read_for(upload.role, opened, self._now(), file.mapping)
            upload.check_is_here()
            named = {label: owner for label, owner in owners.items() if label in found.readings}
            importer = Importer(self._vault, self._now(), Attribution(), who=upload.person)
            file.sha256 = opened.sha256
            with self._vault.transaction():  # of a file of many athletes all or none: what is stored can be undone
                results = importer.store(opened, found.reader, found.readings, named)
                remembered_as = self._remember(upload.role, file, opened)
            file.imports = {one.number: one.athlete for one in results if one.number and one.athlete is not None}
            file.state, file.problem, file.remembered_as = FileState.STORED, "", remembered_as
            if file.contents is not None:  # its rows were shown before they were stored, and are not kept for longer
                file.contents = replace(file.contents, rows=())

        _carry_out(file, store)

    def _remember(self, role: Role, file: BroughtFile, opened: InputFile) -> str:
        """Remember how a table was read that no reader knows, and return as what; "" for any other file."""
        if file.mapping is None:
            return ""
        day = self._clock().astimezone(self._zone).date()
        seen = RememberedReading(mapping=file.mapping, directions=file.directions, day=day)
        return remember_reading(self._vault, role, opened, seen)

    def _now(self) -> LocalClock:
        return LocalClock(self._zone, self._clock())


def _proposed(file: BroughtFile, opened: InputFile, unknown: UnreadableFile) -> MappingProposal | None:
    """Return what is proposed for a table; where its names say too little, note its columns, for a person to name.

    Raises UnreadableFile then.
    """
    try:
        return proposed(opened, unknown)
    except UnreadableFile:
        file.mapping = unnamed(opened)
        file.columns = () if file.mapping is None else columns_of(opened, file.mapping)
        raise


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
        with upload.spooled.open(upload.parts[part][1]) as stream, zipfile.ZipFile(stream) as archive:
            names = archive.namelist()
    except Exception:  # no archive, or hostile bytes; what they are is told when they are read
        return 1
    is_document = "[Content_Types].xml" in names or "mimetype" in names
    return 1 if is_document else max(1, sum(not name.endswith("/") for name in names))
