"""A table of bouts: a row for each bout in the order run, a column for each metric in degrees."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from client.errors import UnreadableFile
from client.ingest.cells.shown_names import shown_names
from client.ingest.input_file import InputFile
from client.ingest.known.named_columns import found_columns
from client.ingest.text_table import TextTable, find_fitting
from client.mechanics.readers.bout_names import BOUT, is_summary
from client.mechanics.readers.metric_names import is_angle
from client.mechanics.readers.number_table import NumberTable
from client.mechanics.readers.speed_column import SpeedColumn, speed_column
from client.mechanics.session_bouts import BoutFigures, BoutSession

LARGEST_DEG = 360.0
_NAMES = {"bout": BOUT, "quality": ("quality",)}


@dataclass(frozen=True, slots=True)
class _Columns:
    """The columns of one table. others: those that may be metrics, in their order."""

    bout: str
    quality: str | None
    speed: SpeedColumn | None
    others: Sequence[str]


def table_of_bouts(file: InputFile) -> TextTable | None:
    """Return the table of a file that has a column of bouts; None for another file."""
    return find_fitting(file, lambda header: "bout" in found_columns(header, _NAMES))


def lacks_bouts(file: InputFile) -> bool:
    """True for a file with a table of angles that has no column of bouts."""
    return find_fitting(file, lambda header: any(map(is_angle, header))) is not None


def read_bouts(table: TextTable, wanted: Collection[str]) -> BoutSession:
    """Read the bouts. wanted: the metrics to read; all columns whose names are those of angles if empty.

    Raises UnreadableFile for a metric that is not there and for a cell that is no number.
    """
    table.check_single([name for name in table.header if name])
    columns = _columns(table)
    chosen = _chosen(table, columns.others, wanted)
    beside = [columns.speed.name if columns.speed else None, columns.quality]
    numbers = NumberTable(table, [*chosen, *(name for name in beside if name is not None)])
    rows = [(place, row) for place, row in numbers.rows() if not is_summary(row[columns.bout])]
    if not rows:
        raise UnreadableFile("expected a row for each bout, found none")
    bouts = tuple(_bout(numbers, place, row, columns, chosen) for place, row in rows)
    columns_aside = [] if wanted else [name for name in columns.others if name not in chosen]
    rows_aside = [f"row {row[columns.bout]}" for _, row in numbers.rows() if is_summary(row[columns.bout])]
    return BoutSession(
        bouts,
        tuple(chosen),
        has_speed=columns.speed is not None,
        has_quality=columns.quality is not None,
        set_aside=(*columns_aside, *rows_aside),
    )


def _columns(table: TextTable) -> _Columns:
    found, speed = found_columns(table.header, _NAMES), speed_column(table.header)
    used = {*found.values(), *([] if speed is None else [speed.name])}
    others = [name for name in table.single_names if name and name not in used]
    return _Columns(found["bout"], found.get("quality"), speed, others)


def _chosen(table: TextTable, others: Sequence[str], wanted: Collection[str]) -> list[str]:
    """Return the columns to read, in their order."""
    if not others:
        raise UnreadableFile("expected a column for each metric, in degrees, beside that of the bouts")
    if not set(wanted) <= set(others):
        raise UnreadableFile(f"expected --metric to be one of {shown_names(others)}")
    if wanted:
        return [name for name in others if name in wanted]
    angles = [name for name in others if is_angle(name)]
    texts = NumberTable(table, angles).texts()
    if chosen := [name for name in angles if name not in texts]:
        return chosen
    raise UnreadableFile(
        "expected a column for each metric, in degrees, whose name says so, such as knee_flexion_deg; name others with "
        f"--metric (found {shown_names(others)})"
    )


def _bout(
    table: NumberTable, place: int, row: Mapping[str, str], columns: _Columns, metrics: Sequence[str]
) -> BoutFigures:
    name = row[columns.bout]
    if not name:
        raise UnreadableFile(f"row {place}: expected the name or number of a bout, found an empty cell")
    values = {
        metric: table.number(place, row, metric, least=-LARGEST_DEG, most=LARGEST_DEG, unit="degrees")
        for metric in metrics
    }
    speed = quality = float("nan")
    if columns.speed is not None:
        speed = columns.speed.read(table, place, row)
    if columns.quality is not None:
        quality = table.number(place, row, columns.quality, least=0.0, most=1.0, unit="a quality")
    return BoutFigures(name, values, speed, quality)
