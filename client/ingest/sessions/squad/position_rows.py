"""The rows of a table of positions as a frame: summarised for each athlete, and dropped.

Only this module and that of the times need the library of frames, which takes time and memory to load.
"""

import io
from collections.abc import Iterator, Mapping

import numpy as np
import polars as pl

from client.biometrics.interruption import check_interruption
from client.biometrics.quality import QualityCounters
from client.errors import UnreadableFile
from client.ingest.clock import LocalClock, Moment
from client.ingest.collector import Collector
from client.ingest.input_file import InputFile, Reading
from client.ingest.mapped_csv import NOBODY
from client.ingest.sessions.gpx import EARTH_M
from client.ingest.sessions.recorded_session import RecordedSession, take_session
from client.ingest.sessions.squad.point_times import seconds_and_start
from client.ingest.sessions.squad.table_head import TableHead, factor_of
from client.ingest.sessions.track import LONGEST_STEP_S, Track, moving_mean
from client.ingest.tables.text_lines import TOO_LONG
from client.ingest.tables.unassigned_rows import hand_over, names_somebody
from client.ingest.tables.unread_columns import note_unread
from models.arrays import Floats

APP = "positions"
_VALUES = ("speed", "heart_rate", "lat", "lon", "x", "y")
_SMOOTHED_S = 0.5  # ours: a speed made of positions is the mean over this time
_BLOCK = 8 * 2**20  # ours: bytes that are read at a time
MOST_ROWS = 2_000_000  # ours: 25 athletes for over two hours, ten times a second; in under 300 MiB of memory
MOST_OF_ONE = 500_000  # ours: 14 hours of one athlete, ten times a second; their rows are held a second time
_MOST_STEP_S = 1.0  # ours: a table with longer steps is no table of positions


def read_rows(file: InputFile, clock: LocalClock, head: TableHead, label: str | None) -> dict[str, Reading]:
    """Return one reading per athlete, as `read_positions` does. head: the table's columns."""
    frame = _frame(file, head)
    outs, unassigned = dict[str, Collector](), QualityCounters()
    unassigned.rows = len(frame)
    note_unread(unassigned, head.header, {column.name for column in head.columns.values()})
    for name in frame["athlete"].unique(maintain_order=True):
        rows = frame.filter(pl.col("athlete") == name)  # one athlete's at a time: all together would be a second copy
        if len(rows) > MOST_OF_ONE:
            raise UnreadableFile(
                f"expected at most {MOST_OF_ONE:,} rows of positions of one athlete, found more; export fewer sessions"
            )
        athlete = str(name) if name else head.said.get("athlete", "") or NOBODY
        is_asked_for = label in (None, athlete) or "athlete" not in head.columns
        if is_asked_for and names_somebody(athlete, unassigned, rows=len(rows)):
            outs[athlete] = _collected(file, clock, head, rows)
    if outs or label is None:
        hand_over(unassigned, outs)
    return {athlete: out.reading() for athlete, out in outs.items()}


def _frame(file: InputFile, head: TableHead) -> pl.DataFrame:
    """Read the columns that are used, as text where times are written so; raises UnreadableFile for too many rows."""
    blocks: list[pl.DataFrame] = []
    for block in _blocks(file, head.skip):
        blocks.append(_rows(block, head, is_first=not blocks))
        if sum(map(len, blocks)) > MOST_ROWS:
            raise UnreadableFile(
                f"expected at most {MOST_ROWS:,} rows of positions, found more; export fewer athletes at once"
            )
    return pl.concat(blocks) if blocks else _rows(b"", head, is_first=True)


def _blocks(file: InputFile, skip: int) -> Iterator[bytes]:
    """Yield the bytes below the header in blocks of whole lines; raises UnreadableFile for a line larger than one."""
    left = b""
    for piece in file.pieces():
        check_interruption()
        gone = min(skip, len(piece))
        skip -= gone
        left += piece[gone:]
        if len(left) >= _BLOCK:
            end = left.rfind(b"\n") + 1
            if not end:
                raise UnreadableFile(TOO_LONG)
            yield left[:end]
            left = left[end:]
    if left:
        yield left


def _used(head: TableHead) -> dict[str, int]:
    """Return the places of the columns that are read: of positions none where there are speeds."""
    unused = {"odometer", *(("lat", "lon", "x", "y") if head.has("speed") else ())}
    return {meaning: column.place for meaning, column in head.columns.items() if meaning not in unused}


def _rows(block: bytes, head: TableHead, *, is_first: bool) -> pl.DataFrame:
    used = _used(head)
    width = {f"column_{number}": pl.String for number in range(1, len(head.header) + 1)}
    try:
        frame = pl.read_csv(
            io.BytesIO(block),
            has_header=False,
            separator=head.delimiter,
            columns=sorted(set(used.values())),
            infer_schema=False,
            schema=None if is_first else width,  # a later block may begin with a line that is cut short
            truncate_ragged_lines=True,
            encoding="utf8-lossy",
        )
    except Exception as error:  # hostile bytes reach a third-party parser
        raise UnreadableFile("expected a table of positions; its rows cannot be read") from error
    places = dict(zip(sorted(set(used.values())), frame.columns, strict=True))
    found = frame.select([pl.col(places[place]).alias(meaning) for meaning, place in used.items()])
    numbers = [_number(meaning, head) for meaning in _VALUES if meaning in used]
    athlete = pl.col("athlete").str.strip_chars().fill_null("") if "athlete" in used else pl.lit("")
    return found.with_columns(*numbers, athlete.alias("athlete"))


def _number(meaning: str, head: TableHead) -> pl.Expr:
    text = pl.col(meaning).str.strip_chars()
    if head.delimiter != ",":
        text = text.str.replace(",", ".", literal=True)
    factor = head.columns[meaning].factor
    if meaning == "speed" and head.columns[meaning].name.strip().lower() in ("speed", "velocity"):
        factor = factor_of(head.said.get("speed units"))
    value = text.cast(pl.Float64, strict=False) * factor
    return pl.when(value.is_finite()).then(value)  # "inf" is a number to the library, and none of a device


def _collected(file: InputFile, clock: LocalClock, head: TableHead, rows: pl.DataFrame) -> Collector:
    out = Collector(file, clock, app=APP)
    out.counters.rows = len(rows)
    times, start = _times(file, head, rows, out)
    known = times.is_not_null()
    if not known.all():
        out.counters.count("dropped:time_unreadable", len(rows) - int(known.sum()))
    if start is not None:
        _take(out, head, rows.filter(known), times.filter(known).to_numpy(), start)
    return out


def _times(file: InputFile, head: TableHead, rows: pl.DataFrame, out: Collector) -> tuple[pl.Series, Moment | None]:
    said, name = " ".join(head.said.values()), file.name
    if head.has("time"):
        return seconds_and_start(rows["time"], out, said=said, name=name)
    return seconds_and_start(rows["elapsed"], out, said=said, name=name)


def _take(out: Collector, head: TableHead, rows: pl.DataFrame, times: Floats, start: Moment) -> None:
    order = np.argsort(times, kind="stable")
    times = times[order]
    steps = np.diff(times)
    if times.size < 2 or float(np.median(steps)) > _MOST_STEP_S:
        raise UnreadableFile("expected positions at least once a second; describe the table with --mapping")
    columns = {name: rows[name].to_numpy()[order] for name in _VALUES if name in rows.columns}
    speed = columns.get("speed")
    if speed is None:
        speed = _speed_of(columns, steps, is_on_earth=head.has("lat", "lon"))
    track = Track.of(times, heart_rate=columns.get("heart_rate"), speed=speed)
    taken = (steps > 0) & (steps <= LONGEST_STEP_S) & np.isfinite(speed[1:])
    summary = track.summary(on_foot=True)
    out.begin_record(f"start {start.utc.isoformat()}")
    metres = float((speed[1:][taken] * steps[taken]).sum()) if taken.any() else None
    take_session(out, RecordedSession(start, summary.seconds, metres, summary=summary))


def _speed_of(columns: Mapping[str, Floats], steps: Floats, *, is_on_earth: bool) -> Floats:
    """Return the speed that positions give, as the mean over half a second; the first point has none."""
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        if is_on_earth:
            north, east = np.radians(columns["lat"]), np.radians(columns["lon"])
            x, y = EARTH_M * east * np.cos(north), EARTH_M * north
        else:
            x, y = columns["x"], columns["y"]
        speed = np.hypot(np.diff(x), np.diff(y)) / steps
    wide = max(1, round(_SMOOTHED_S / max(float(np.median(steps)), 0.01)))
    speed = np.where(np.isfinite(speed), speed, 0.0)
    return np.concatenate([[np.nan], moving_mean(speed, wide)])
