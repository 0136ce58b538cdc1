"""SoccerMon readiness: many players in one CSV; imputed values are never readings."""

from datetime import date

from client.biometrics.streams import Stream
from client.ingest.clock import LocalClock
from client.ingest.collector import Collector
from client.ingest.input_file import InputFile, Reading
from client.ingest.text_table import read_table

APP = "soccermon"
HEADER = ("player", "date", "readiness", "observed")
_OBSERVED = {"true": True, "1": True, "false": False, "0": False}


def read_players(file: InputFile, clock: LocalClock, player: str | None = None) -> dict[str, Reading]:
    """Return one reading per player number, or only that of `player`.

    A row whose `observed` is false holds the source's own guess: it is counted as a sentinel and left out, and
    so is a row that does not say.
    """
    outs: dict[str, Collector] = {}
    table = read_table(file)
    ragged = Collector(file, clock, app=APP)
    for row in table.rows(ragged.counters):
        if player is not None and row["player"] != player:
            continue
        out = outs.setdefault(row["player"], Collector(file, clock, app=APP))
        out.counters.rows += 1
        if not _OBSERVED.get(row["observed"].lower(), False):
            out.counters.count("sentinel:imputed")
            continue
        try:
            day = date.fromisoformat(row["date"])
        except ValueError:
            out.counters.count("dropped:time_unreadable")
            continue
        moment = clock.local_day(day, out.counters)
        if moment is not None:
            out.number(Stream.READINESS, moment, row["readiness"])
    return {label: out.reading() for label, out in outs.items()}
