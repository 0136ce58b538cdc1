"""Writes the table of readers into docs/ingest.md from their declarations.

python tests/vectors/make_reader_table.py
"""

from pathlib import Path

from client.ingest.format_registry import READERS
from client.ingest.reader import Reader

PAGE = Path(__file__).parents[2] / "docs" / "ingest.md"
BEGIN, END = "<!-- readers: begin (python tests/vectors/make_reader_table.py) -->", "<!-- readers: end -->"
HEADER = "| reader | file | told by | becomes | never kept |\n|---|---|---|---|---|"


def row(reader: Reader) -> str:
    """The line of one reader."""
    kind = f"{reader.kind} (*by schema only*)" if reader.is_by_schema else reader.kind
    return f"| `{reader.name}` | {kind} | {reader.told_by} | {reader.gives} | {reader.drops} |"


def table() -> str:
    """The whole table between its marks."""
    return "\n".join([BEGIN, "", HEADER, *map(row, READERS), "", END])


def renewed(page: str) -> str:
    """The page with the table of now."""
    before, _, rest = page.partition(BEGIN)
    return before + table() + rest.partition(END)[2]


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
