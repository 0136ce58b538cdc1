"""Delimited text as rows by header name, tolerant of what exports do: BOM, CRLF, CR, blank lines, ragged rows."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass

from client.biometrics.quality import QualityCounters
from client.errors import UnreadableFile
from client.ingest.input_file import InputFile

MAX_FIELD = 1_000_000
_DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class TextTable:
    """Header names, stripped, and the lines after it, unparsed."""

    header: tuple[str, ...]
    delimiter: str
    lines: tuple[str, ...]

    def has(self, *names: str) -> bool:
        """True when the header has every one of `names`."""
        return set(names) <= set(self.header)

    def rows(self, counters: QualityCounters) -> Iterator[dict[str, str]]:
        """Yield each row as a dict. A row with more or fewer cells than the header is counted and left out:
        its cells cannot be told apart, and a shifted cell is worse than a missing one."""
        csv.field_size_limit(MAX_FIELD)
        reader = csv.reader(self.lines, delimiter=self.delimiter)
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                counters.count("dropped:row_unreadable")
                continue
            if not any(cell.strip() for cell in cells):
                continue
            counters.rows += 1
            if len(cells) != len(self.header):
                counters.count("dropped:row_ragged")
                continue
            yield dict(zip(self.header, (cell.strip() for cell in cells), strict=True))


def decoded(file: InputFile) -> str:
    """Return the file's text without BOM and with plain line ends; raises UnreadableFile for binary content."""
    if b"\x00" in file.data:
        raise UnreadableFile("expected text, found binary content")
    try:
        text = file.data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = file.data.decode("cp1252", errors="replace")
        if "�" in text:
            raise UnreadableFile("expected text in UTF-8") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_table(file: InputFile, delimiter: str | None = None) -> TextTable:
    """Return the table of a delimited text; raises UnreadableFile when it has no header."""
    lines = decoded(file).split("\n")
    head = next((index for index, line in enumerate(lines) if line.strip()), None)
    if head is None:
        raise UnreadableFile("empty")
    chosen = delimiter or max(_DELIMITERS, key=lines[head].count)
    try:
        header = tuple(name.strip() for name in next(csv.reader([lines[head]], delimiter=chosen)))
    except csv.Error as error:
        raise UnreadableFile("the header line cannot be read") from error
    named = [name for name in header if name]
    if len(set(named)) != len(named):
        raise UnreadableFile("two columns have the same name")
    return TextTable(header, chosen, tuple(lines[head + 1 :]))
