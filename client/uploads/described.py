"""Reading a brought table that no reader knows: as it was read before, nearly so, or by what its names propose."""

from collections.abc import Callable

from client.biometrics.interruption import check_interruption
from client.errors import UnreadableFile
from client.ingest.clock import LocalClock
from client.ingest.input_file import InputFile
from client.ingest.preview.proposal import MappingProposal, unnamed
from client.ingest.preview.rows_as_read import proposed
from client.uploads.brought import BroughtFile
from client.uploads.contents import FOR_THE_MEDICAL_TEAM, ReadFile, read_for
from client.uploads.remembered import RememberedReading, nearest_reading, remembered_reading
from client.uploads.table_columns import columns_of, for_role
from client.vault.store import Vault
from policies.vocabulary import Role


class DescribedTables:
    """Reads files, and notes of a table how it is read and what of that a person has to check."""

    def __init__(self, vault: Vault, now: Callable[[], LocalClock]) -> None:
        self._vault, self._now = vault, now

    def read(self, role: Role, file: BroughtFile, opened: InputFile) -> ReadFile:
        """Read a file; a table that no reader knows by the mapping chosen for it, at first as is known of its columns.

        Raises UnreadableFile or NotUsed.
        """
        try:
            return read_for(role, opened, self._now(), file.mapping)
        except UnreadableFile as unknown:
            check_interruption()
            if file.mapping is not None or not unknown.is_unknown_table:
                raise  # what it is was told: looking for a table in it would only say that there is none
            before = remembered_reading(self._vault, role, opened)
            if before is not None:
                return self._as_before(role, file, opened, before)
            return self._anew(role, file, opened, unknown)

    def _as_before(self, role: Role, file: BroughtFile, opened: InputFile, before: RememberedReading) -> ReadFile:
        file.mapping, file.directions = before.mapping, before.directions
        file.read_before, file.was_taken_out = before.day, before.is_taken_out
        file.columns = columns_of(opened, before.mapping)
        return read_for(role, opened, self._now(), before.mapping)

    def _anew(self, role: Role, file: BroughtFile, opened: InputFile, unknown: UnreadableFile) -> ReadFile:
        try:
            found = proposed(opened, unknown)
        except UnreadableFile:
            near = self._nearly(role, file, opened, None)
            if near is not None:
                return near
            file.mapping = unnamed(opened)  # a person has to name its columns
            file.columns = () if file.mapping is None else columns_of(opened, file.mapping)
            raise
        if found is None:
            raise unknown
        return self._nearly(role, file, opened, found) or self._as_proposed(role, file, opened, found)

    def _as_proposed(self, role: Role, file: BroughtFile, opened: InputFile, found: MappingProposal) -> ReadFile:
        mapping, file.left_out = for_role(found.mapping, role)
        if mapping is None:
            raise UnreadableFile(FOR_THE_MEDICAL_TEAM)
        file.mapping, file.columns = mapping, columns_of(opened, mapping)
        file.doubts = tuple(one for one in found.doubts if one not in found.of_scales)
        return read_for(role, opened, self._now(), mapping)

    def _nearly(
        self, role: Role, file: BroughtFile, opened: InputFile, found: MappingProposal | None
    ) -> ReadFile | None:
        """Read a table by the answers of the most similar one; None where there is none, or its answers do not fit."""
        near = nearest_reading(self._vault, role, opened, found.mapping if found else None)
        if near is None:
            return None
        try:
            read = read_for(role, opened, self._now(), near.mapping)
        except UnreadableFile:
            check_interruption()
            return None
        file.mapping, file.directions = near.mapping, near.directions
        file.nearly_read, file.fresh, file.lacks = near.day, near.fresh, near.lacks
        file.columns = columns_of(opened, near.mapping)
        return read
