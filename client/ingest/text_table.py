"""Delimited text as rows by header name, tolerant of what exports do: BOM, UTF-16, CRLF, CR, `sep=`, blank lines."""

import csv
import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from client.biometrics.quality import QualityCounters
from client.errors import UnreadableFile
from client.ingest.cells.csv_records import split_records
from client.ingest.input_file import InputFile

MAX_PREAMBLE = 60  # ours: lines above a header that are looked through for it
_DELIMITERS = ",;\t"
_SEP_LINE = re.compile(r'"?sep=([^"\r\n])"?', re.IGNORECASE)
_HEAD = 64  # ours: bytes that are looked at for UTF-16 without a mark
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
UNCLOSED = "a quotation mark is opened and not closed again; each of those lines was read by itself"


@dataclass(frozen=True, slots=True)
class TextTable:
    """Header names, stripped, and the lines after it, unparsed."""

    header: tuple[str, ...]
    delimiter: str
    lines: tuple[str, ...]

    @property
    def repeated(self) -> frozenset[str]:
        """Names that more than one column has; rows do not hold them, for nothing says which column is meant."""
        return frozenset(name for name, number in Counter(self.header).items() if name and number > 1)

    def has(self, *names: str) -> bool:
        """True when the header has every one of `names`; raises UnreadableFile where one stands there twice."""
        if not set(names) <= set(self.header):
            return False
        self.check_single(names)
        return True

    def check_single(self, names: Collection[str]) -> None:
        """Return when each of `names` is one column; raises UnreadableFile that names the others."""
        twice = sorted(self.repeated & set(names))
        if twice:
            raise UnreadableFile(f"two columns have the same name: {', '.join(twice)}; rename one of them")

    def rows(self, counters: QualityCounters) -> Iterator[dict[str, str]]:
        """Yield each row as a dict. A row with more or fewer cells than the header is counted and left out:
        its cells cannot be told apart, and a shifted cell is worse than a missing one."""
        names = [None if name in self.repeated else name for name in self.header]
        for record in split_records(self.lines, delimiter=self.delimiter, width=len(self.header)):
            if record.cells is not None and not any(cell.strip() for cell in record.cells):
                continue
            counters.rows += 1
            if record.is_unclosed:
                counters.count("quote_unclosed")
                counters.note(UNCLOSED)
            if record.cells is None:
                counters.count("dropped:row_unreadable")
            elif len(record.cells) != len(names):
                counters.count("dropped:row_ragged")
            else:
                cells = zip(names, record.cells, strict=True)
                yield {name: cell.strip() for name, cell in cells if name is not None}


def decoded(file: InputFile) -> str:
    """Return the file's text without BOM and with plain line ends; raises UnreadableFile for binary content."""
    codec = _utf_16(file.data)
    if codec is not None:
        return _plain_ends(_decoded_as(codec, file.data))
    if b"\x00" in file.data:
        raise UnreadableFile("expected text, found binary content")
    try:
        text = file.data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = _western(file.data)
    return _plain_ends(text)


def _western(data: bytes) -> str:
    """Decode what is no UTF-8 as the code page of Western Windows; broken UTF-8 is not read as its letters."""
    text = data.decode("cp1252", errors="replace")
    try:
        data.decode("utf-8", errors="surrogatepass")
    except UnicodeDecodeError:
        if "�" not in text:
            return text
    raise UnreadableFile("expected text in UTF-8")


def is_text(file: InputFile) -> bool:
    """True for a file that may be delimited text: neither binary nor JSON."""
    is_binary = b"\x00" in file.data and _utf_16(file.data) is None
    return not is_binary and file.data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in (b"[", b"{")


def _utf_16(data: bytes) -> str | None:
    """Return the codec of a text of two bytes a sign, told by its mark or by a first line of plain letters."""
    if data.startswith(_UTF_16):
        return "utf-16"
    head = data[:_HEAD]
    if len(head) < 4 or not any(head):
        return None
    return "utf-16-le" if not any(head[1::2]) else "utf-16-be" if not any(head[::2]) else None


def _decoded_as(codec: str, data: bytes) -> str:
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as error:
        raise UnreadableFile("expected text in UTF-16, as its first bytes say") from error
    if "\x00" in text:
        raise UnreadableFile("expected text, found binary content")
    return text


def _plain_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_table(file: InputFile, delimiter: str | None = None) -> TextTable:
    """Return the table of a delimited text, its header being the first line; raises UnreadableFile without one."""
    lines, said = _lines(file)
    head = next((number for number, line in enumerate(lines) if line.strip()), None)
    if head is None:
        raise UnreadableFile("empty")
    chosen = delimiter or said or max(_DELIMITERS, key=lines[head].count)
    return TextTable(_header(lines[head], chosen), chosen, tuple(lines[head + 1 :]))


def find_table(file: InputFile, names: Collection[str], delimiter: str | None = None) -> TextTable | None:
    """Return the table whose header has all of `names`, lines of description above it left out; None where none has.

    delimiter: the one declared; those tried after it are that of a `sep=` line, a comma, a semicolon and a tab.
    """
    lines, said = _lines(file)
    candidates = dict.fromkeys([*(one for one in (delimiter, said) if one), *_DELIMITERS])
    for number, line in enumerate(lines[:MAX_PREAMBLE]):
        for chosen in candidates:
            header = _header(line, chosen)
            if set(names) <= set(header):
                return TextTable(header, chosen, tuple(lines[number + 1 :]))
    return None


def _lines(file: InputFile) -> tuple[list[str], str | None]:
    """Return the lines and the delimiter that a spreadsheet's `sep=` line says, which is none of them."""
    lines = decoded(file).split("\n")
    found = _SEP_LINE.fullmatch(lines[0].strip(" "))
    return (lines, None) if found is None else (lines[1:], found[1])


def _header(line: str, delimiter: str) -> tuple[str, ...]:
    try:
        return tuple(name.strip() for name in next(csv.reader([line], delimiter=delimiter), []))
    except csv.Error as error:
        raise UnreadableFile("the header line cannot be read") from error
