"""Positions ten times a second (Catapult, STATSports, Polar Team): summarised for each athlete, and dropped."""

from collections.abc import Mapping

from client.errors import UnreadableFile
from client.ingest.clock import LocalClock
from client.ingest.input_file import InputFile, Reading
from client.ingest.reader import Reader
from client.ingest.sessions.squad.table_head import table_head

NAMES: Mapping[str, str] = {
    **dict.fromkeys(("player display name", "player name", "athlete", "athlete name", "player", "name"), "athlete"),
    **dict.fromkeys(("player id", "athlete id"), "athlete"),
    **dict.fromkeys(("timestamp", "time", "datetime", "date time", "unix time", "utc time", "local time"), "time"),
    **dict.fromkeys(("unix timestamp", "epoch", "gps time", "utc"), "time"),
    **dict.fromkeys(("seconds", "elapsed time", "elapsed"), "elapsed"),
    **dict.fromkeys(("velocity", "speed", "gps speed"), "speed"),
    **dict.fromkeys(("heart rate", "hr"), "heart_rate"),
    **dict.fromkeys(("latitude", "lat", "gps latitude"), "lat"),
    **dict.fromkeys(("longitude", "lon", "lng", "long", "gps longitude"), "lon"),
    "odometer": "odometer",
    "x": "x",
    "y": "y",
}


def looks_like_positions(file: InputFile) -> bool:
    """True for a table with a time, and with positions or with a speed beside an odometer."""
    head = table_head(file, NAMES)
    if head is None or not (head.has("time") or head.has("elapsed")):
        return False
    return head.has("lat", "lon") or head.has("x", "y") or head.has("speed", "odometer")


def read_positions(file: InputFile, clock: LocalClock, label: str | None = None) -> dict[str, Reading]:
    """Return one reading per athlete; label: the one asked for, or None for all.

    Raises UnreadableFile where the table cannot be read, a column that is read stands there twice, its day is not known
    or its steps are longer than a second.
    """
    from client.ingest.sessions.squad.position_rows import read_rows

    head = table_head(file, NAMES)
    if head is None:
        raise UnreadableFile("expected a table of positions with its column names")
    head.check_single()
    return read_rows(file, clock, head, label)


READER = Reader(
    "positions",
    "Positions of Catapult, STATSports and Polar Team, several times a second",
    "columns: time, and positions or speed with odometer",
    "per athlete: minutes, distance, heart rate, time at each heart rate and speed, distance above 5.5 and 7.0 m/s, "
    "accelerations",
    "positions, single points, all other columns",
    read_many=read_positions,
    is_by_schema=True,
)
