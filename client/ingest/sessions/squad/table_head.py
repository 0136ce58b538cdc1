"""The head of a tracking system's table: its columns by what they mean, with their units, and what stands above it."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from client.ingest.cells.headings import may_hold_names, plain_heading
from client.ingest.input_file import InputFile
from client.ingest.text_table import TextTable

MOST_PREAMBLE = 60  # ours: lines above a header that are looked through for it
_DELIMITERS = ",;\t"
MOST_NAME = 200  # ours: characters of a column's name; a longer one is no name
_MARKS = '#" \t'  # before what a line above the header says
_ENDS = '" \t;,'  # after it
_UNITS = {
    "": 1.0,
    "m": 1.0,
    "m/s": 1.0,
    "ms-1": 1.0,
    "m.s-1": 1.0,
    "km/h": 1 / 3.6,
    "kph": 1 / 3.6,
    "mph": 0.44704,
    "km": 1000.0,
    "yd": 0.9144,
    "yds": 0.9144,
    "y": 0.9144,
    "yards": 0.9144,
    "mi": 1609.344,
    "miles": 1609.344,
    "metres": 1.0,
    "meters": 1.0,
    "mins": 60.0,
    "minutes": 60.0,
    "hours": 3600.0,
    "bpm": 1.0,
    "w": 1.0,
    "deg": 1.0,
    "°": 1.0,
    "s": 1.0,
    "min": 60.0,
    "kilometers per hour": 1 / 3.6,
    "metres per second": 1.0,
    "meters per second": 1.0,
    "miles per hour": 0.44704,
}


_LAST_WORDS = {
    "m/s": "m/s",
    "m s": "m/s",
    "km/h": "km/h",
    "km h": "km/h",
    "kmh": "km/h",
    "bpm": "bpm",
    "m": "m",
    "deg": "deg",
}


@dataclass(frozen=True, slots=True)
class TrackingColumn:
    """One column: its place, and what a number in it is multiplied with to be in metres, seconds and m/s."""

    place: int
    name: str
    factor: float


@dataclass(frozen=True, slots=True)
class TableHead:
    """columns: by meaning. said: what lines above the header say, by name in small letters.

    skip: bytes before the rows.
    """

    columns: Mapping[str, TrackingColumn]
    header: tuple[str, ...]
    delimiter: str
    said: Mapping[str, str]
    skip: int

    def has(self, *meanings: str) -> bool:
        """True when there is a column of each meaning."""
        return all(meaning in self.columns for meaning in meanings)

    def of_unknown_unit(self, names: Mapping[str, str]) -> list[str]:
        """Return the columns of `names` whose unit is not known, of what no other column holds."""
        parted = {name: _parted(name)[0] for name in self.header if len(name) <= MOST_NAME}
        return [name for name, plain in parted.items() if plain in names and not self.has(names[plain])]

    def check_single(self) -> None:
        """Return when each column that is read stands there once; raises UnreadableFile that names the others."""
        TextTable(self.header, self.delimiter, ()).check_single({one.name for one in self.columns.values()})


def table_head(file: InputFile, names: Mapping[str, str]) -> TableHead | None:
    """Return the head of a table with at least two columns of `names` (name in small letters: meaning), or None."""
    said: dict[str, str] = {}
    at = 3 if file.head.startswith(b"\xef\xbb\xbf") else 0
    for raw in file.head[at:].splitlines(keepends=True)[:MOST_PREAMBLE]:
        at += len(raw)
        line = raw.decode("utf-8", errors="replace").strip()
        for delimiter in filter(line.__contains__, _DELIMITERS if may_hold_names(line) else ""):
            header = tuple(map(plain_heading, next(csv.reader([line], delimiter=delimiter), [])))
            columns = columns_by_meaning(header, names)
            if len(columns) >= 2:
                return TableHead(columns, header, delimiter, said, at)
        said.update(_said(line))
    return None


def _said(line: str) -> dict[str, str]:
    """Return what a line such as `# Athlete: "A 7";` says, by its name in small letters; nothing where it says none."""
    name, colon, value = line.partition(":")
    name = name.lstrip(_MARKS).rstrip()
    is_name = name[:1].isascii() and name[:1].isalpha() and name.replace("_", "").replace(" ", "").isalnum()
    return {name.lower(): value.strip(_ENDS)} if colon and is_name else {}


def columns_by_meaning(header: Sequence[str], names: Mapping[str, str]) -> dict[str, TrackingColumn]:
    """Return the columns of `names` (name in small letters: meaning) whose unit is known, the first of each meaning."""
    found: dict[str, TrackingColumn] = {}
    for place, name in enumerate(header):
        if len(name) > MOST_NAME:
            continue
        plain, unit = _parted(name)
        meaning, factor = names.get(plain), _UNITS.get(unit)
        if meaning is not None and factor is not None:
            found.setdefault(meaning, TrackingColumn(place, name, factor))
    return found


def _parted(name: str) -> tuple[str, str]:
    """Return a column's name and its unit in small letters: in brackets, or as the last word."""
    before, unit = _in_brackets(name.strip())
    if unit is not None:
        return " ".join(before.lower().replace("_", " ").split()), unit.strip().lower()
    plain = " ".join(name.lower().replace("_", " ").split())
    unit = next((one for one in _LAST_WORDS if plain.endswith(f" {one}")), "")
    return (plain.removesuffix(unit).strip(), _LAST_WORDS[unit]) if unit else (plain, "")


def _in_brackets(name: str) -> tuple[str, str | None]:
    """Return what stands before the brackets that end a name, and in them; None where it ends in none."""
    if not name.endswith((")", "]")):
        return name, None
    inner = name[:-1]
    after = max(inner.rfind(")"), inner.rfind("]")) + 1
    openings = [place for sign in "([" if (place := inner.find(sign, after)) >= 0]
    return (inner[: min(openings)], inner[min(openings) + 1 :]) if openings else (name, None)


def factor_of(unit: str | None) -> float:
    """Return what a number in a unit is multiplied with, 1 where the unit is not said or not known."""
    return _UNITS.get((unit or "").strip().lower(), 1.0)
