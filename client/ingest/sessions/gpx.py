"""GPX 1.0 and 1.1: recorded tracks. A position is turned into metres from the one before, and is never held."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import asin, cos, isfinite, nan, radians, sin, sqrt

from client.errors import NotUsed
from client.ingest.cells.number_form import plain_number
from client.ingest.clock import LocalClock
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
_HEART = frozenset({"hr", "heartrate", "heartRate"})
_POWER = frozenset({"power", "PowerInWatts"})


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
    """Collects the tracks of a file. Of positions only the last one is held, until the next has come."""

    def __init__(self) -> None:
        self.found: list[_GpxTrack] = []
        self.untimed = 0
        self._last: tuple[float, float] | None = None
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
            self._go_to(attributes)
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
        elif name in _HEART:
            self._values["heart_rate"] = _or_nan(text)
        elif name in _POWER:
            self._values["power"] = _or_nan(text)

    def _go_to(self, attributes: Mapping[str, str]) -> None:
        here = _or_nan(attributes.get("lat", "")), _or_nan(attributes.get("lon", ""))
        if not (abs(here[0]) <= 90 and abs(here[1]) <= 180):
            return
        if self._last is not None:
            self.found[-1].metres += metres_between(self._last, here)
            self.found[-1].has_positions = True
        self._last = here

    def _end_point(self) -> None:
        track, seconds = self.found[-1], seconds_of(self._time)
        if seconds is None:
            self.untimed += 1
            return
        track.first_time = track.first_time or self._time
        track.seconds += max(seconds - self._last_time, 0.0) if self._last_time is not None else 0.0
        self._last_time = seconds
        self._values.setdefault("heart_rate", self._beats.get(seconds, nan))
        track.track.append(seconds, distance=track.metres if track.has_positions else nan, **self._values)


def metres_between(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the metres between two places (degrees) on a sphere: the haversine formula."""
    (north, east), (north_, east_) = ((radians(a), radians(b)) for a, b in (one, other))
    half = sin((north_ - north) / 2) ** 2 + cos(north) * cos(north_) * sin((east_ - east) / 2) ** 2
    return 2 * EARTH_M * asin(sqrt(min(half, 1.0)))


def _or_nan(text: str) -> float:
    value = plain_number(text)
    return value if value is not None and isfinite(value) else nan


def read_gpx(file: InputFile, clock: LocalClock) -> Reading:
    """Read the tracks of a GPX file, whole or cut off; raises NotUsed for one without a recorded track."""
    out, tracks = Collector(file, clock, app=APP), _Tracks()
    defect = scan(file, tracks)
    recorded = [one for one in tracks.found if len(one.track) > 1 and one.seconds > 0]
    if not recorded:
        raise NotUsed(f"a GPX file without a recorded track ({defect or 'its points have no times, or it has none'})")
    if tracks.untimed:
        out.counters.count("missing:time", tracks.untimed)
    out.counters.rows = sum(len(one.track) for one in recorded) + tracks.untimed
    if defect is not None:
        out.counters.count("partial_file")
        out.counters.note(f"{defect}; what stands before that place was kept")
    for one in recorded:
        _take(out, one, is_partial=defect is not None and one is recorded[-1])
    return out.reading()


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
