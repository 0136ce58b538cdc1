"""Fields of known JSON records that nothing is read from: they are named, for one of them may have been meant."""

import re
from collections.abc import Mapping
from typing import Any

from client.biometrics.quality import QualityCounters
from client.ingest.cells.cycle_names import is_about_cycle
from client.ingest.cells.shown_names import shown_names

MOST_FIELDS = 1_000  # ours: different names that are kept; no record has so many
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_ .,%()/-]{0,79}", re.ASCII)

Path = tuple[str, ...]


class FieldNames:
    """Names of the fields of one file's records: those that were asked for, and those that stand there besides.

    A field that was asked for at any record counts as read at all of them. What is no name, such as a day or a number
    that a program uses as a key, is not kept, nor what is about the cycle.
    """

    def __init__(self) -> None:
        self._read: set[Path] = set()
        self._above: set[Path] = set()  # objects of which some field was asked for
        self._others: dict[Path, None] = {}

    def read(self, *path: str) -> None:
        """Note that the field at a path of keys is read."""
        if path not in self._read:
            self._read.add(path)
            self._above.update(path[:length] for length in range(1, len(path)))

    def see(self, record: Mapping[str, Any], above: Path = ()) -> None:
        """Note the fields of a record, or of an object within it, once it was taken."""
        for name, value in record.items():
            path = (*above, name)
            if path in self._read or path in self._others:
                continue
            if path in self._above and isinstance(value, Mapping):
                self.see(value, path)
            elif len(self._others) < MOST_FIELDS and _NAME.fullmatch(name) and not is_about_cycle(name):
                self._others[path] = None

    def note(self, counters: QualityCounters) -> None:
        """Name the fields that were not read, in a note of the file."""
        names = [".".join(path) for path in self._others if path not in self._read and path not in self._above]
        if names:
            counters.note(f"fields that are not read: {shown_names(names)}")
