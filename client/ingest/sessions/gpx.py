"""GPX 1.0 and 1.1: recorded tracks. A position is turned into metres from the one before, and is never held."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import asin, cos, isfinite, nan, radians, sin, sqrt

from client.errors import NotUsed, UnreadableFile
from client.ingest.cells.number_form import plain_number
from client.ingest.clock import EARLIEST, LocalClock
from client.ingest.collector import Collector
from client.ingest.input_file import InputFile, Reading
from client.ingest.markup.scan import scan
from client.ingest.reader import Reader
from client.ingest.sessions.recorded_session import RecordedSession, is_on_foot, take_session
from client.ingest.sessions.track import Track
from client.ingest.times.recorded_time import seconds_of, started

APP = "gpx"
ROOT = "gpx"
EARTH_M = 6_371_000.0  # mean radius
FASTEST_M_S, MOST_OFF_M = 100.0, 100.0  # ours: a position further off than that in a step has jumped
_HEART = frozenset({"hr", "heartrate"})
_POWER = frozenset({"power", "powerinwatts"})


@dataclass(slots=True)
class _GpxTrack:
    """One track. seconds, metres: over its segments, without the gaps between them."""

    first_time: str = ""
    sport: str = ""
    seconds: float = 0.0
    metres: float = 0.0
    has_positions: bool = False
    track: Track = field(default_factory=Track)


class _Tracks:
    """Collects the tracks of a file. Of positions only the last one is held, until the next has come.

    untimed: points without a time. unread: those whose time cannot be read. unset: those of a clock that was not set.
    """

    def __init__(self) -> None:
        self.found: list[_GpxTrack] = []
        self.untimed = self.unread = self.unset = 0
        self._last: tuple[float, float] | None = None
        self._here: tuple[float, float] | None = None
        self._last_time: float | None = None
        self._time, self._values = "", dict[str, float]()
        self._beats: dict[float, float] = {}

    def start(self, path: list[str], attributes: Mapping[str, str]) -> None:
        if path[-1] == "trk":
            self.found.append(_GpxTrack())
        elif path[-1] == "trkseg":
            self._last = self._last_time = None
        elif path[-1] == "trkpt" and self.found:
            self._time, self._values = "", {}
            self._here = _position(attributes)
        elif path[-1] == "heartRate" and "bpm" in attributes and (seconds := seconds_of(attributes.get("time"))):
            self._beats[seconds] = _or_nan(attributes["bpm"])  # some apps list them above the track

    def end(self, path: list[str], text: str) -> None:
        if not self.found or "trk" not in path:
            return
        if path[-2:] == ["trk", "type"]:
            self.found[-1].sport = text
        elif path[-1] == "trkpt":
            self._end_point()
        elif "trkpt" in path:
            self._end_in_point(path[-1], text)

    def _end_in_point(self, name: str, text: str) -> None:
        if name == "time":
            self._time = text
        elif name.lower() in _HEART:
            self._values["heart_rate"] = _or_nan(text)
        elif name.lower() in _POWER:
            self._values["power"] = _or_nan(text)

    def _go_on(self, seconds: float) -> None:
        """Take the step to this point's position; one that no person can take leads from or to a wrong position."""
        if self._here is None:
            return
        if self._last is not None:
            step = metres_between(self._last, self._here)
            self.found[-1].metres += step if step <= MOST_OFF_M + FASTEST_M_S * seconds else 0.0
            self.found[-1].has_positions = True
        self._last = self._here

    def _end_point(self) -> None:
        track, at = self.found[-1], seconds_of(self._time)
        if at is None:
            self.unread += bool(self._time)
            self.untimed += not self._time
            return
        if at < EARLIEST.timestamp():
            self.unset += 1
            return
        track.first_time = track.first_time or self._time
        seconds = 0.0 if self._last_time is None else max(at - self._last_time, 0.0)
        self._go_on(seconds)
        track.seconds += seconds
        self._last_time = at
        self._values.setdefault("heart_rate", self._beats.get(at, nan))
        track.track.append(at, distance=track.metres if track.has_positions else nan, **self._values)


def _position(attributes: Mapping[str, str]) -> tuple[float, float] | None:
    here = _or_nan(attributes.get("lat", "")), _or_nan(attributes.get("lon", ""))
    return here if abs(here[0]) <= 90 and abs(here[1]) <= 180 else None


def metres_between(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the metres between two places (degrees) on a sphere: the haversine formula."""
    (north, east), (north_, east_) = ((radians(a), radians(b)) for a, b in (one, other))
    half = sin((north_ - north) / 2) ** 2 + cos(north) * cos(north_) * sin((east_ - east) / 2) ** 2
    return 2 * EARTH_M * asin(sqrt(min(half, 1.0)))


def _or_nan(text: str) -> float:
    value = plain_number(text)
    return value if value is not None and isfinite(value) else nan


def read_gpx(file: InputFile, clock: LocalClock) -> Reading:
    """Read the tracks of a GPX file, whole or cut off.

    Raises NotUsed for one without a recorded track, UnreadableFile where a defect stands before the first or no time
    can be read.
    """
    out, tracks = Collector(file, clock, app=APP), _Tracks()
    defect = scan(file, tracks)
    recorded = [one for one in tracks.found if len(one.track) > 1 and one.seconds > 0]
    if not recorded:
        _check_is_track(tracks, defect)
    if tracks.untimed:
        out.counters.count("missing:time", tracks.untimed)
    out.counters.rows = sum(len(one.track) for one in recorded) + tracks.untimed
    for code, number in (("time_implausible", tracks.unset), ("time_unreadable", tracks.unread)):
        if number:
            out.counters.lose_rows(f"dropped:{code}", number)
    out.cut_off(defect)
    for one in recorded:
        _take(out, one, is_partial=defect is not None and one is recorded[-1])
    return out.reading()


def _check_is_track(tracks: _Tracks, defect: str | None) -> None:
    """Say why nothing of a file was recorded; return where all points are of a clock that was not set."""
    if defect is not None:
        raise UnreadableFile(f"a GPX file without a recorded track: {defect}; copy or export it again")
    if tracks.unread or any(len(one.track) > 1 for one in tracks.found):
        raise UnreadableFile("a GPX file whose times cannot be read, or do not go on; export it again")
    if not tracks.unset:
        raise NotUsed("a GPX file without a recorded track (its points have no times, or it has none)")


def _take(out: Collector, track: _GpxTrack, *, is_partial: bool) -> None:
    moment = started(track.first_time, out.clock, out.counters)
    if moment is None:
        return
    out.begin_record(f"start {moment.utc.isoformat()}")
    summary = track.track.summary(on_foot=is_on_foot(track.sport))
    metres = track.metres if track.has_positions else None
    take_session(out, RecordedSession(moment, track.seconds, metres, summary=summary, is_partial=is_partial))


READER = Reader(
    "gpx",
    "GPX (Strava, Komoot, Apple and others)",
    "root element",
    "per track: minutes without the gaps between segments, distance, heart rate, power, and what is summarised from "
    "its points",
    "positions, single points, altitude, way points, routes, names",
    read_gpx,
)
