"""SML (Suunto): moves; heart rates are in Hz, and what is kept of samples is a summary."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from math import nan

from client.biometrics.observations import EXERCISE, PARTIAL_FILE
from client.errors import NotUsed, UnreadableFile
from client.ingest.cells.number_form import plain_number
from client.ingest.clock import LocalClock, Moment
from client.ingest.collector import Collector
from client.ingest.input_file import InputFile, Reading
from client.ingest.markup.scan import scan
from client.ingest.reader import Reader
from client.ingest.sessions.recorded_session import Lap, RecordedSession, is_on_foot, take_intervals, take_session
from client.ingest.sessions.track import Track
from client.ingest.times.recorded_time import parsed_time, started

APP = "suunto-sml"
ROOT = "sml"
_PER_MINUTE = 60.0
_STEP_MIN = 15  # offsets from UTC are multiples of a quarter of an hour


@dataclass(slots=True)
class _Move:
    header: dict[str, float] = field(default_factory=dict)
    time: str = ""
    utc: str = ""
    utc_at_s: float = 0.0
    activity: str = ""
    track: Track = field(default_factory=Track)
    laps: list[Lap] = field(default_factory=list)
    beats: list[float] = field(default_factory=list)


class _DeviceLog:
    """Collects the header, samples and beats of each move; latitude and longitude are never looked at."""

    def __init__(self) -> None:
        self.move = _Move()
        self.moves: list[_Move] = []
        self._sample: dict[str, float] = {}
        self._utc = ""
        self._lap: dict[str, float] = {}

    def start(self, path: list[str], attributes: Mapping[str, str]) -> None:
        if path[-1] == "Header":
            self.moves.append(self.move)
        elif path[-1] == "Sample":
            self._sample, self._utc = {}, ""
        elif path[-1] == "Lap":
            self._lap = {}

    def end(self, path: list[str], text: str) -> None:
        if path[-1] == "DeviceLog":
            self.move = _Move()
        elif "Header" in path:
            self._end_in_header(path, text)
        elif "Lap" in path:
            self._end_in_lap(path[-1], text)
        elif "Sample" in path:
            self._end_in_sample(path, text)
        elif path[-1] == "Data" and "R-R" in path:
            self.move.beats += [value for one in text.split() if (value := plain_number(one)) is not None]

    def _end_in_header(self, path: list[str], text: str) -> None:
        if path[-1] == "DateTime":
            self.move.time = text
        elif path[-1] == "Activity":
            self.move.activity = text
        elif (value := plain_number(text)) is not None:
            self.move.header["/".join(path[path.index("Header") + 1 :])] = value

    def _end_in_lap(self, name: str, text: str) -> None:
        if name == "Lap":
            if self._lap.get("Duration"):
                self.move.laps.append(Lap(self._lap["Duration"], self._lap.get("Distance")))
        elif (value := plain_number(text)) is not None:
            self._lap[name] = value

    def _end_in_sample(self, path: list[str], text: str) -> None:
        name = path[-1]
        if name == "UTC":
            self._utc = text
        elif name in ("Time", "HR", "Speed", "Distance", "Power") and path[-2] == "Sample":
            value = plain_number(text)
            self._sample[name] = nan if value is None else value
        elif name == "Sample" and self._sample.get("Time", nan) >= 0:
            self._end_sample(self._sample)

    def _end_sample(self, one: Mapping[str, float]) -> None:
        if self._utc and not self.move.utc:
            self.move.utc, self.move.utc_at_s = self._utc, one["Time"]
        if len(one) > 1:
            self.move.track.append(
                one["Time"],
                heart_rate=one.get("HR", nan) * _PER_MINUTE,
                speed=one.get("Speed", nan),
                distance=one.get("Distance", nan),
                power=one.get("Power", nan),
            )


def read_sml(file: InputFile, clock: LocalClock) -> Reading:
    """Read the moves of a file, as a rule one, whole or cut off.

    Raises NotUsed for a file without one, UnreadableFile where a defect stands before its header.
    """
    out, log = Collector(file, clock, app=APP), _DeviceLog()
    defect = scan(file, log)
    if not log.moves:
        if defect is not None:
            raise UnreadableFile(f"an SML file without a move: {defect}; copy or export it again")
        raise NotUsed("an SML file without a move (it has no header)")
    out.counters.rows = sum(1 + len(one.laps) + len(one.track) + len(one.beats) for one in log.moves)
    out.cut_off(defect)
    for move in log.moves:
        moment = _placed(move, out)
        if moment is not None:
            out.begin_record(f"start {moment.utc.isoformat()}")
            _take(out, move, moment, is_partial=defect is not None and move is log.moves[-1])
    return out.reading()


def _placed(move: _Move, out: Collector) -> Moment | None:
    """The header's time is local; a sample's is UTC, from when the device had a position, which may take a while."""
    local, utc = parsed_time(move.time), parsed_time(move.utc)
    if local is None or local.tzinfo is not None or utc is None:
        return started(move.time, out.clock, out.counters)
    offset = (local - utc.replace(tzinfo=None)) / timedelta(minutes=1) + move.utc_at_s / 60
    steps = round(offset / _STEP_MIN) * _STEP_MIN
    found = out.clock.local(local, out.counters)
    if found is None or not steps or abs(steps) > 14 * 60:
        return found
    return found.shifted(steps)


def _take(out: Collector, move: _Move, moment: Moment, *, is_partial: bool) -> None:
    summary = move.track.summary(on_foot=is_on_foot(move.activity))
    told = {} if is_partial else move.header
    seconds = told.get("Duration") or summary.seconds
    if not seconds:
        out.counters.count("dropped:activity_without_duration")
        return
    session = RecordedSession(
        moment,
        seconds,
        distance_m=told.get("Distance"),
        mean_bpm=_per_minute(told.get("HR/Avg")),
        max_bpm=_per_minute(told.get("HR/Max")),
        mean_w=told.get("Power/Avg"),
        summary=summary,
        laps=tuple(move.laps),
        is_partial=is_partial,
    )
    take_session(out, session)
    if move.beats:
        quality = (EXERCISE, PARTIAL_FILE) if is_partial else (EXERCISE,)
        take_intervals(out, moment, move.beats, quality=quality)


def _per_minute(hertz: float | None) -> float | None:
    return None if hertz is None else hertz * _PER_MINUTE


READER = Reader(
    "suunto-sml",
    "SML (Suunto)",
    "root element",
    "minutes, distance, heart rate, power, laps, beat intervals, and what is summarised from its samples",
    "positions, single samples, altitude, energy, temperature, serial number",
    read_sml,
)
