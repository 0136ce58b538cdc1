"""What each reader is: its name, how it reads, and what it says of itself (docs/ingest.md §1 is generated from it)."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from client.ingest.clock import LocalClock
from client.ingest.input_file import InputFile, Reading

Read = Callable[[InputFile, LocalClock], Reading]
ReadMany = Callable[[InputFile, LocalClock, str | None], dict[str, Reading]]
BY_SCHEMA = "by schema only: this reader follows the published form and has not been tried on a real file of its kind"


@dataclass(frozen=True, slots=True)
class Reader:
    """A named reader with its declaration, in words for the table of docs/ingest.md.

    kind: which files. told_by: how they are recognised. gives: what is taken. drops: what is never kept.
    read: of files of one athlete. read_many: of files of several; it gets the label asked for, or None, and returns a
    reading by label. Each reader has one of them.
    is_by_schema: True where no real file of this kind was at hand, so that only what the schema names is taken.
    """

    name: str
    kind: str
    told_by: str
    gives: str
    drops: str
    read: Read | None = None
    read_many: ReadMany | None = None
    is_by_schema: bool = False

    def readings(self, file: InputFile, clock: LocalClock, *, label: str | None, nobody: str) -> dict[str, Reading]:
        """Read a file into one reading per label; `nobody` is the label of a file of one athlete."""
        if self.read_many is not None:
            found = self.read_many(file, clock, label)
        elif self.read is not None:
            found = {nobody: self.read(file, clock)}
        else:
            found = {}
        return {one: self._told(reading) for one, reading in found.items()}

    def _told(self, reading: Reading) -> Reading:
        if not self.is_by_schema:
            return reading
        return replace(reading, report=replace(reading.report, notes=(*reading.report.notes, BY_SCHEMA)))
