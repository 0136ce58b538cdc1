"""A table of bouts: a row for each bout in the order run, a column for each metric in degrees."""

from collections.abc import Collection, Mapping, Sequence

from client.errors import UnreadableFile
from client.ingest.cells.shown_names import shown_names
from client.ingest.input_file import InputFile
from client.ingest.known.named_columns import found_columns
from client.ingest.text_table import TextTable, find_fitting
from client.mechanics.readers.number_table import NumberTable
from client.mechanics.session_bouts import BoutFigures, BoutSession

LARGEST_DEG = 360.0
LARGEST_SPEED_M_S = 15.0  # ours: no runner is faster
_NAMES = {
    "bout": ("bout", "bout no", "bout number"),
    "speed": ("speed m s", "speed m/s", "speed"),
    "quality": ("quality",),
}


def table_of_bouts(file: InputFile) -> TextTable | None:
    """Return the table of a file that has a column of bouts; None for another file."""
    return find_fitting(file, lambda header: "bout" in found_columns(header, _NAMES))


def read_bouts(table: TextTable, wanted: Collection[str]) -> BoutSession:
    """Read the bouts. wanted: the metrics to read; all columns that are left if empty.

    Raises UnreadableFile for a metric that is not there and for a cell that is no number.
    """
    columns = found_columns(table.header, _NAMES)
    table.check_single([name for name in table.header if name])
    metrics = [name for name in table.single_names if name and name not in columns.values()]
    chosen = [name for name in metrics if not wanted or name in wanted]
    if not metrics:
        raise UnreadableFile("expected a column for each metric, in degrees, beside that of the bouts")
    if not set(wanted) <= set(metrics):
        raise UnreadableFile(f"expected --metric to be one of {shown_names(metrics)}")
    numbers = NumberTable(table, [*chosen, *(columns[one] for one in ("speed", "quality") if one in columns)])
    bouts = tuple(_bout(numbers, place, row, columns, chosen) for place, row in numbers.rows())
    if not bouts:
        raise UnreadableFile("expected a row for each bout, found none")
    return BoutSession(bouts, tuple(chosen), has_speed="speed" in columns, has_quality="quality" in columns)


def _bout(
    table: NumberTable, place: int, row: Mapping[str, str], columns: Mapping[str, str], metrics: Sequence[str]
) -> BoutFigures:
    name = row[columns["bout"]]
    if not name:
        raise UnreadableFile(f"row {place}: expected the name or number of a bout, found an empty cell")
    values = {
        metric: table.number(place, row, metric, least=-LARGEST_DEG, most=LARGEST_DEG, unit="degrees")
        for metric in metrics
    }
    speed = quality = float("nan")
    if "speed" in columns:
        speed = table.number(place, row, columns["speed"], least=0.0, most=LARGEST_SPEED_M_S, unit="a speed in m/s")
    if "quality" in columns:
        quality = table.number(place, row, columns["quality"], least=0.0, most=1.0, unit="a quality")
    return BoutFigures(name, values, speed, quality)
