"""SoccerMon readiness: many players in one CSV; imputed values are never readings."""

from client.biometrics.quality import QualityCounters
from client.biometrics.streams import Stream
from client.errors import UnreadableFile
from client.ingest.cells.column_check import ColumnCheck
from client.ingest.cells.row_time import read_time
from client.ingest.clock import LocalClock
from client.ingest.collector import Collector
from client.ingest.input_file import InputFile, Reading
from client.ingest.known.export_columns import ExportColumns
from client.ingest.tables.unassigned_rows import hand_over, names_somebody
from client.ingest.text_table import read_table

APP = "soccermon"
HEADER = ("player", "date", "readiness", "observed")
_COLUMNS = ExportColumns(("date",), ("readiness",), ("player", "observed"))
_OBSERVED = {"true": True, "1": True, "false": False, "0": False}


def read_players(file: InputFile, clock: LocalClock, player: str | None = None) -> dict[str, Reading]:
    """Return one reading per player number, or only that of `player`.

    A row whose `observed` is false holds the source's own guess: it is counted as a sentinel and left out, and
    so is a row that does not say. Raises UnreadableFile when no row is one of a player asked for.
    """
    outs: dict[str, Collector] = {}
    check = ColumnCheck()
    left_out = QualityCounters()
    for row in _COLUMNS.rows(read_table(file), left_out):
        if player is not None and row["player"] != player:
            left_out.count("left_out:another_athlete")
            continue
        if not names_somebody(row["player"], left_out):
            continue
        out = outs.get(row["player"])
        if out is None:
            out = outs[row["player"]] = Collector(file, clock, app=APP, check=check)
        out.counters.begin_row(left_out)
        if not _OBSERVED.get(row["observed"].lower(), False):
            out.counters.count("sentinel:imputed")
            continue
        day = read_time(row["date"], "iso")
        if day is None:
            out.counters.count("dropped:time_unreadable")
            continue
        moment = clock.local_day(day, out.counters)
        if moment is not None:
            out.number(Stream.READINESS, moment, row["readiness"])
    if not outs and left_out.rows:
        refused = UnreadableFile("it holds no row of the player named with --player, or none that can be split")
        refused.rows = left_out.rows
        raise refused
    hand_over(left_out, outs)
    return {label: out.reading() for label, out in outs.items()}
