"""What every program prints: lines, tables, questions and JSON. No stored text is read as markup or as a control.

A name such as "Eastmere [/b] FC" is shown as it is written, and control characters in it are replaced.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click
import typer

from chassis.cli.printable import escaped_json, printable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table


MOST_FOLDED = 500  # ours: rows of a table that is folded where nobody reads it at a terminal


def say(*lines: str) -> None:
    """Print lines on standard output at once; a line break inside a line is replaced like any control character."""
    sys.stdout.write("".join(f"{printable(line)}\n" for line in lines))
    sys.stdout.flush()


def warn(sentence: str) -> None:
    """Print one line on standard error."""
    sys.stderr.write(f"{printable(sentence)}\n")


def is_read_at_terminal() -> bool:
    """True where a person reads standard output at a terminal; False for a file, or a program that reads it."""
    return sys.stdout.isatty()


def is_agreed(question: str, *, yes: bool, as_json: bool = False) -> bool:
    """Return True where --yes was given, and ask otherwise; raises as `is_confirmed` does, and for --json alone."""
    if yes:
        return True
    if as_json:
        raise _unanswered("expected --yes beside --json, which asks nothing; nothing was changed")
    return is_confirmed(question)


def is_confirmed(question: str) -> bool:
    """Ask a yes-or-no question; raises click.Abort where somebody ends it, UsageError where nobody is there to answer.

    Without a terminal an answer on standard input counts, and its end is none.
    """
    try:
        return typer.confirm(printable(question))
    except click.Abort as error:
        if sys.stdin.isatty():
            raise
        raise _unanswered(
            "expected an answer, and there is no terminal to ask at: give --yes to go on without the question; "
            "nothing was changed"
        ) from error


def _unanswered(sentence: str) -> click.UsageError:
    return click.UsageError(sentence, ctx=click.get_current_context(silent=True))


def print_json(schema: str, values: Mapping[str, Any]) -> None:
    """Print one JSON object with its schema first.

    schema: homefield-<command>-<n>; a field is only ever added, anything else makes n + 1 (docs/operate.md).
    """
    document = json.dumps({"schema": schema, **values}, indent=2, ensure_ascii=False)
    sys.stdout.write(f"{escaped_json(document)}\n")
    sys.stdout.flush()


def print_json_rows(schema: str, values: Mapping[str, Any], name: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Print one JSON object with its schema first and a list last, each row of it in a line as soon as it is made."""
    head = json_line(schema, values).removesuffix("}")
    sys.stdout.write(f'{head}, "{name}": ')
    _write_rows(rows)
    sys.stdout.write("}\n")
    sys.stdout.flush()


def print_json_lists(
    schema: str, values: Mapping[str, Any], name: str, lists: Mapping[str, Iterable[Mapping[str, Any]]]
) -> None:
    """Print one JSON object with its schema first and an object of lists last, row by row like `print_json_rows`."""
    head = json_line(schema, values).removesuffix("}")
    sys.stdout.write(f'{head}, "{name}": {{')
    for number, (member, rows) in enumerate(lists.items()):
        sys.stdout.write(f"{',' if number else ''}\n{escaped_json(json.dumps(member))}: ")
        _write_rows(rows)
    sys.stdout.write("\n}}\n")
    sys.stdout.flush()


def _write_rows(rows: Iterable[Mapping[str, Any]]) -> None:
    encode = json.JSONEncoder(ensure_ascii=False).encode  # `json.dumps` makes one for every row
    sys.stdout.write("[")
    before = "\n"
    for row in rows:
        sys.stdout.write(before + escaped_json(encode(row)))
        before = ",\n"
    sys.stdout.write("\n]")


def json_line(schema: str, values: Mapping[str, Any]) -> str:
    """Return the same object in one line, for a command that goes on and prints an object a line."""
    return escaped_json(json.dumps({"schema": schema, **values}, ensure_ascii=False))


def print_values(schema: str, values: Mapping[str, Any], *, as_json: bool) -> None:
    """Print named values, each on a line of its own or, where it is a text of several, on those; or one JSON object."""
    if as_json:
        print_json(schema, values)
        return
    for name, value in values.items():
        shown = ", ".join(map(str, value)) if isinstance(value, list) else value
        say(*f"{name.replace('_', ' ')}: {shown}".rstrip("\n").split("\n"))


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table on standard output, as wide as the terminal; long cells are folded, never cut.

    A long one that no terminal shows has a line for each row, as wide as its cells: folding costs a millisecond a row.
    """
    if len(rows) > MOST_FOLDED and not is_read_at_terminal():
        say(title, *_lines([columns, *rows]))
        return
    from rich.console import Console  # slow to load, and most commands print no table

    show_table(Console(), title, columns, rows)


def show_table(console: "Console", title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table on a console of the caller's own."""
    console.print(_table(title, columns, rows))


def show_line(console: "Console", line: str) -> None:
    """Print a line on a console of the caller's own, unbroken."""
    console.print(printable(line), markup=False, emoji=False, highlight=False, soft_wrap=True)


def _lines(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Return a line for each row, its cells below one another by the columns that a terminal would give them."""
    from rich.cells import cell_len

    widths = [max(map(cell_len, cells)) for cells in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def _table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> "Table":
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(
        title=Text(printable(title)),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    for column in columns:
        table.add_column(Text(column), overflow="fold")
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    return table
