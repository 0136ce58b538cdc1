"""Beat-to-beat intervals as text: one interval per line in ms or s, or elapsed time and interval in two columns."""

import re
from datetime import datetime, timedelta

from client.biometrics.streams import Stream
from client.errors import UnreadableFile
from client.ingest.clock import LocalClock, Moment
from client.ingest.collector import Collector
from client.ingest.input_file import InputFile, Reading
from client.ingest.text_table import decoded

APP = "rr-text"
PLAUSIBLE_MS = (300.0, 2200.0)  # ours: 0.3 to 2.2 s; docs/ingest.md §6.5
MIN_PLAUSIBLE_SHARE = 0.8  # ours: below it this is another column or another unit
MIN_BEATS = 20  # ours: fewer numbers are no recording
_DATE_IN_NAME = re.compile(r"(\d{4})[-_]?(\d{2})[-_]?(\d{2})(?:[T_ -]?(\d{2})[-_:]?(\d{2}))?")
_SPLIT = re.compile(r"[\s,;]+")


def read_intervals(file: InputFile, clock: LocalClock, *, recorded: Moment | None = None) -> Reading:
    """Read one recording. Its start is `recorded`, else the date in the file's name, else the time of import.

    Impossible intervals stay in their places as artefacts: no difference may be taken across them.
    Raises UnreadableFile when too few numbers look like intervals in ms or s.
    """
    out = Collector(file, clock, app=APP)
    numbers = _numbers(decoded(file), out)
    intervals = _in_ms(numbers, out)
    start = recorded or _start_from_name(file.name, clock, out)
    end = start.utc + timedelta(milliseconds=sum(intervals))
    artefacts = sum(not PLAUSIBLE_MS[0] <= value <= PLAUSIBLE_MS[1] for value in intervals)
    if artefacts:
        out.counters.count("artefact:rr_intervals", artefacts)
    clamped = tuple(min(max(value, 1.0), 10_000.0) for value in intervals)
    out.series(Stream.RR_INTERVALS, start, clamped, end=end, quality=())
    return out.reading()


def looks_like_intervals(text: str) -> bool:
    """True when the first lines are one or two numbers each."""
    lines = [line.strip() for line in text.split("\n")[:30] if line.strip()]
    return bool(lines) and all(re.fullmatch(r"[\d.]+([\s,;]+[\d.]+)?", line) for line in lines)


def _numbers(text: str, out: Collector) -> list[float]:
    found: list[float] = []
    for line in text.split("\n"):
        if not line.strip():
            continue
        out.counters.rows += 1
        try:
            found.append(float(_SPLIT.split(line.strip())[-1]))
        except ValueError:
            out.counters.count("dropped:not_a_number_rr_intervals")
    return found


def _in_ms(numbers: list[float], out: Collector) -> list[float]:
    for factor in (1.0, 1000.0):
        scaled = [value * factor for value in numbers]
        plausible = sum(PLAUSIBLE_MS[0] <= value <= PLAUSIBLE_MS[1] for value in scaled)
        if len(scaled) >= MIN_BEATS and plausible >= MIN_PLAUSIBLE_SHARE * len(scaled):
            if factor != 1.0:
                out.counters.count("unit:rr_intervals", len(scaled))
            return scaled
    raise UnreadableFile("expected beat-to-beat intervals of 0.3 to 2.2 s, one per line")


def _start_from_name(name: str, clock: LocalClock, out: Collector) -> Moment:
    found = _DATE_IN_NAME.search(name)
    if found:
        year, month, day, hour, minute = (int(part or 0) for part in found.groups())
        try:
            moment = clock.local(datetime(year, month, day, hour, minute), out.counters)  # noqa: DTZ001 - local time
        except ValueError:
            moment = None
        if moment is not None:
            return moment
    out.counters.count("clock:time_of_import")
    out.counters.note("the file does not say when it was recorded; the time of import was taken")
    # Seconds are cut off so that a test or a person can name the same recording again.
    return Moment(clock.now.replace(second=0, microsecond=0), 0)
