"""HRM (Polar): heart rates at a fixed interval, or beat intervals, with what the device recorded beside them."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import nan

from client.biometrics.observations import EXERCISE, PARTIAL_FILE
from client.errors import UnreadableFile
from client.ingest.cells.number_form import plain_number
from client.ingest.clock import LocalClock, Moment
from client.ingest.collector import Collector
from client.ingest.input_file import InputFile, Reading
from client.ingest.reader import Reader
from client.ingest.sessions.recorded_session import LEAST_RECORDED, Lap, RecordedSession, take_intervals, take_session
from client.ingest.sessions.track import Track
from client.ingest.text_table import decoded

APP = "polar-hrm"
LONGEST_INTERVAL_S = 3600.0  # ours: devices write every 1, 5, 15 or 60 s
BEATS = 238  # the interval that says that the data are beat intervals in ms
_SECTION = re.compile(r"\[([\w-]+)\]")
_LENGTH = re.compile(r"(\d{1,3}):(\d\d):(\d\d(?:\.\d+)?)", re.ASCII)
_LINES_OF_A_LAP = 5
_KM_H = 1 / 3.6
_MILE_H = 1609.344 / 3600


@dataclass(slots=True)
class _HrmFile:
    params: dict[str, str] = field(default_factory=dict)
    laps: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


def looks_like_hrm(file: InputFile) -> bool:
    """True when the first section is that of the parameters, in one or two bytes a sign."""
    return file.head[:64].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:8].lower() == b"[params]"


def read_hrm(file: InputFile, clock: LocalClock) -> Reading:
    """Read an exercise; raises UnreadableFile where its day or its data are missing."""
    out, found = Collector(file, clock, app=APP), _parsed(decoded(file))
    interval = plain_number(found.params.get("interval", ""))
    if not found.rows or interval is None or not 0 < interval <= LONGEST_INTERVAL_S:
        raise UnreadableFile("expected a Polar .hrm export with its interval and heart rates; export it again")
    laps = _laps(found.laps)
    out.counters.rows = 1 + len(laps) + len(found.rows)
    moment = _start(found.params, out)
    if moment is None:
        return out.reading()
    out.begin_record(f"start {moment.utc.isoformat()}")
    if interval == BEATS:
        _take_beats(out, found, moment, laps)
    else:
        _take_samples(out, found, moment, laps, interval)
    return out.reading()


def _parsed(text: str) -> _HrmFile:
    found, section = _HrmFile(), ""
    for line in text.split("\n"):
        head = _SECTION.fullmatch(line.strip())
        if head:
            section = head[1].lower()
        elif section == "params" and "=" in line:
            name, _, value = line.partition("=")
            found.params.setdefault(name.strip().lower(), value.strip())
        elif section == "inttimes" and line.strip():
            found.laps.append(line.split("\t")[0].strip())
        elif section == "hrdata" and line.strip():
            found.rows.append(line.split())
    return found


def _start(params: dict[str, str], out: Collector) -> Moment | None:
    """Date and time are local."""
    try:
        day = datetime.strptime(params.get("date", ""), "%Y%m%d")  # noqa: DTZ007 - local on purpose
    except ValueError:
        out.counters.count("dropped:time_unreadable")
        return None
    seconds = _seconds(params.get("starttime", ""))
    if seconds is None or seconds >= 86_400:
        out.counters.count("dropped:time_unreadable")
        return None
    return out.clock.local(day + timedelta(seconds=seconds), out.counters)


def _seconds(text: str) -> float | None:
    match = _LENGTH.fullmatch(text.strip())
    return None if match is None else int(match[1]) * 3600 + int(match[2]) * 60 + float(match[3])


def _laps(lines: list[str]) -> list[Lap]:
    """Each lap has five lines, of which the first begins with the time at its end."""
    ends = [end for line in lines[::_LINES_OF_A_LAP] if (end := _seconds(line)) is not None]
    return [Lap(end - start) for start, end in zip([0.0, *ends], ends, strict=False) if end > start]


def _take_beats(out: Collector, found: _HrmFile, moment: Moment, laps: list[Lap]) -> None:
    intervals = [value for row in found.rows if (value := plain_number(row[0])) is not None and value > 0]
    unread = len(found.rows) - len(intervals)
    if unread:
        out.counters.count("dropped:not_a_number_rr_intervals", unread)
    if not intervals:
        return
    seconds, is_cut = _length(found.params, sum(intervals) / 1000, out)
    mean = 60_000 * len(intervals) / sum(intervals)
    take_session(out, RecordedSession(moment, seconds, mean_bpm=mean, laps=tuple(laps), is_partial=is_cut))
    take_intervals(out, moment, intervals, quality=(EXERCISE, PARTIAL_FILE) if is_cut else (EXERCISE,))


def _length(params: dict[str, str], recorded_s: float, out: Collector) -> tuple[float, bool]:
    """Return the seconds of the exercise, and whether the file was cut off: then those that it holds data of."""
    told = _seconds(params.get("length", ""))
    if not told or recorded_s >= LEAST_RECORDED * told:
        return told or recorded_s, False
    out.cut_off("the file ends before the length that it says")
    return recorded_s, True


def _take_samples(out: Collector, found: _HrmFile, moment: Moment, laps: list[Lap], interval: float) -> None:
    track, columns = Track(), _columns(found.params.get("smode", ""))
    for number, row in enumerate(found.rows):
        values = dict(zip(columns, row, strict=False))
        beat, speed, power = (plain_number(values.get(one, "")) for one in ("hr", "speed", "power"))
        factor = _MILE_H if found.params.get("smode", "")[7:8] == "1" else _KM_H
        track.append(
            number * interval,
            heart_rate=nan if beat is None else beat,
            speed=nan if speed is None else speed / 10 * factor,
            power=nan if power is None else power,
        )
    seconds, is_cut = _length(found.params, len(found.rows) * interval, out)
    summary = track.summary(on_foot=False)  # what is recorded beside heart rates is a bicycle's
    take_session(out, RecordedSession(moment, seconds, summary=summary, laps=tuple(laps), is_partial=is_cut))


def _columns(smode: str) -> list[str]:
    """Return the columns that the mode says; without one only the first, the heart rate, is known."""
    names = ["speed", "cadence", "altitude", "power"]
    return ["hr", *(name for name, flag in zip(names, smode, strict=False) if flag == "1")]


READER = Reader(
    "polar-hrm",
    "HRM (Polar)",
    "`[Params]` in the first line",
    "minutes, heart rate, power, laps, time at each heart rate, beat intervals",
    "weight, highest and resting heart rate of the settings, single samples, notes, altitude",
    read_hrm,
)
