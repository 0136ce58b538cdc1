"""TCX (Training Center Database v2): activities with their laps; what is kept of points is a summary, no position."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import nan

from client.errors import NotUsed, UnreadableFile
from client.ingest.cells.number_form import plain_number
from client.ingest.clock import LocalClock
from client.ingest.collector import Collector
from client.ingest.input_file import InputFile, Reading
from client.ingest.markup.scan import scan
from client.ingest.reader import Reader
from client.ingest.sessions.recorded_session import Lap, RecordedSession, is_on_foot, take_session
from client.ingest.sessions.track import Track
from client.ingest.times.recorded_time import parsed_time, seconds_of, started

APP = "tcx"
ROOT = "TrainingCenterDatabase"


@dataclass(slots=True)
class _TcxLap:
    start: str
    seconds: float | None = None
    distance_m: float | None = None
    mean_bpm: float | None = None
    max_bpm: float | None = None
    is_whole: bool = False


@dataclass(slots=True)
class _TcxActivity:
    sport: str
    id: str = ""
    first_time: str = ""
    laps: list[_TcxLap] = field(default_factory=list)
    track: Track = field(default_factory=Track)

    @property
    def start(self) -> str:
        """The first of its times that can be read: some programs write a name where the start belongs."""
        times = (self.id, *(lap.start for lap in self.laps[:1]), self.first_time)
        return next((text for text in times if parsed_time(text) is not None), self.id)


class _Activities:
    """Collects the activities of a file; an element with a position is never looked at."""

    def __init__(self) -> None:
        self.found: list[_TcxActivity] = []
        self._time = ""
        self._point: dict[str, float] = {}

    def start(self, path: list[str], attributes: Mapping[str, str]) -> None:
        if path[-1] == "Activity":
            self.found.append(_TcxActivity(attributes.get("Sport", "")))
        elif path[-1] == "Lap" and self.found:
            self.found[-1].laps.append(_TcxLap(attributes.get("StartTime", "")))
        elif path[-1] == "Trackpoint":
            self._time, self._point = "", {}

    def end(self, path: list[str], text: str) -> None:
        if not self.found or "Activity" not in path:
            return
        if "Trackpoint" in path:
            self._end_in_point(path, text)
        elif path[-1] == "Id" and path[-2] == "Activity":
            self.found[-1].id = text
        elif self.found[-1].laps and "Lap" in path:
            self._end_in_lap(path, text)

    def _end_in_point(self, path: list[str], text: str) -> None:
        name = "/".join(path[-2:]) if path[-1] == "Value" else path[-1]
        if name == "Time":
            self._time = text
        elif name in _OF_POINTS:
            self._point[_OF_POINTS[name]] = _or_nan(text)
        elif name == "Trackpoint" and (seconds := seconds_of(self._time)) is not None:
            self.found[-1].first_time = self.found[-1].first_time or self._time
            self.found[-1].track.append(seconds, **self._point)

    def _end_in_lap(self, path: list[str], text: str) -> None:
        lap = self.found[-1].laps[-1]
        if path[-1] == "Lap":
            lap.is_whole = True
        elif path[-2] == "Lap" and path[-1] == "TotalTimeSeconds":
            lap.seconds = plain_number(text)
        elif path[-2] == "Lap" and path[-1] == "DistanceMeters":
            lap.distance_m = plain_number(text)
        elif path[-2:] == ["AverageHeartRateBpm", "Value"]:
            lap.mean_bpm = plain_number(text) or None  # 0: the belt was lost
        elif path[-2:] == ["MaximumHeartRateBpm", "Value"]:
            lap.max_bpm = plain_number(text) or None


_OF_POINTS = {"HeartRateBpm/Value": "heart_rate", "DistanceMeters": "distance", "Speed": "speed", "Watts": "power"}


def _or_nan(text: str) -> float:
    value = plain_number(text)
    return nan if value is None else value


def read_tcx(file: InputFile, clock: LocalClock) -> Reading:
    """Read the activities of a TCX file, whole or cut off.

    Raises NotUsed for one without any, such as a course, UnreadableFile where a defect stands before the first.
    """
    out, activities = Collector(file, clock, app=APP), _Activities()
    defect = scan(file, activities)
    if not activities.found:
        if defect is not None:
            raise UnreadableFile(f"a TCX file without an activity: {defect}; copy or export it again")
        raise NotUsed("a TCX file without an activity (it may hold a course or a workout plan)")
    out.counters.rows = sum(1 + len(one.laps) + len(one.track) for one in activities.found)
    out.cut_off(defect)
    for activity in activities.found:
        is_last = activity is activities.found[-1]
        _take(out, activity, is_partial=defect is not None and is_last)
    return out.reading()


def _take(out: Collector, activity: _TcxActivity, *, is_partial: bool) -> None:
    moment = started(activity.start, out.clock, out.counters)
    if moment is None:
        return
    whole = [one for one in activity.laps if one.is_whole]
    laps = [Lap(one.seconds or 0.0, one.distance_m, one.mean_bpm) for one in whole]
    told = _TcxLap("") if is_partial else _together(activity.laps)
    began = seconds_of(activity.start) or 0.0
    seconds = told.seconds or (max(activity.track.times) - began if activity.track.times else 0.0)
    if not seconds:
        out.counters.count("dropped:activity_without_duration")
        return
    out.begin_record(f"start {moment.utc.isoformat()}")
    session = RecordedSession(
        moment,
        seconds,
        distance_m=told.distance_m,
        mean_bpm=told.mean_bpm,
        max_bpm=told.max_bpm,
        summary=activity.track.summary(on_foot=is_on_foot(activity.sport)),
        laps=tuple(laps),
        is_partial=is_partial,
    )
    take_session(out, session)


def _together(laps: list[_TcxLap]) -> _TcxLap:
    """What the laps of a whole activity say of it; None for what one of them does not say, as a part is no sum."""
    seconds, metres = ([getattr(lap, name) for lap in laps] for name in ("seconds", "distance_m"))
    return _TcxLap(
        "",
        seconds=None if None in seconds else sum(seconds),
        distance_m=None if None in metres else sum(metres),
        mean_bpm=_mean_bpm(laps),
        max_bpm=max((lap.max_bpm for lap in laps if lap.max_bpm), default=None),
    )


def _mean_bpm(laps: list[_TcxLap]) -> float | None:
    """The mean over the laps, weighted by their seconds; None where one of them has none."""
    known = [(lap.mean_bpm, lap.seconds) for lap in laps if lap.mean_bpm is not None and lap.seconds is not None]
    seconds = sum(weight for _, weight in known)
    if not seconds or len(known) < len(laps):
        return None
    return sum(bpm * weight for bpm, weight in known) / seconds


READER = Reader(
    "tcx",
    "TCX (Garmin, Polar, Strava and others)",
    "root element",
    "per session: minutes, distance, heart rate, power, laps, and what is summarised from its points",
    "positions, single points, altitude, energy, notes",
    read_tcx,
)
