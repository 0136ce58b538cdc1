"""PWX (TrainingPeaks, pwx/1/0): workouts with their segments; what is kept of samples is a summary."""

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
from client.ingest.times.recorded_time import started

APP = "pwx"
ROOT = "pwx"
_OF_SAMPLES = {"hr": "heart_rate", "spd": "speed", "pwr": "power", "dist": "distance"}


@dataclass(slots=True)
class _PwxSummary:
    """What the file itself says of a workout or of one of its segments."""

    seconds: float | None = None
    stopped_s: float = 0.0
    metres: float | None = None
    mean_bpm: float | None = None
    max_bpm: float | None = None
    mean_w: float | None = None

    @property
    def moving_s(self) -> float | None:
        return None if self.seconds is None else max(self.seconds - self.stopped_s, 0.0)


@dataclass(slots=True)
class _PwxWorkout:
    sport: str = ""
    time: str = ""
    told: _PwxSummary = field(default_factory=_PwxSummary)
    segments: list[_PwxSummary] = field(default_factory=list)
    track: Track = field(default_factory=Track)


class _Workouts:
    """Collects the workouts of a file; positions of samples are never looked at."""

    def __init__(self) -> None:
        self.found: list[_PwxWorkout] = []
        self._sample: dict[str, float] = {}

    def start(self, path: list[str], attributes: Mapping[str, str]) -> None:
        if path[-1] == "workout":
            self.found.append(_PwxWorkout())
        elif path[-1] == "segment" and self.found:
            self.found[-1].segments.append(_PwxSummary())
        elif path[-1] == "sample":
            self._sample = {}
        elif self.found and "summarydata" in path and path[-1] in ("hr", "pwr"):
            self._told(path, attributes)

    def _told(self, path: list[str], attributes: Mapping[str, str]) -> None:
        summary = self._summary(path)
        if path[-1] == "hr":
            summary.mean_bpm, summary.max_bpm = (plain_number(attributes.get(one, "")) for one in ("avg", "max"))
        else:
            summary.mean_w = plain_number(attributes.get("avg", ""))

    def end(self, path: list[str], text: str) -> None:
        if not self.found:
            return
        if "sample" in path:
            self._end_in_sample(path[-1], text)
        elif "summarydata" in path:
            self._end_in_summary(self._summary(path), path[-1], plain_number(text))
        elif path[-2:] == ["workout", "sportType"]:
            self.found[-1].sport = text
        elif path[-2:] == ["workout", "time"]:
            self.found[-1].time = text

    def _end_in_sample(self, name: str, text: str) -> None:
        value = plain_number(text)
        if name == "sample" and "timeoffset" in self._sample:
            offset = self._sample.pop("timeoffset")
            self.found[-1].track.append(offset, **self._sample)
        elif name == "timeoffset" and value is not None:
            self._sample[name] = value
        elif name in _OF_SAMPLES:
            self._sample[_OF_SAMPLES[name]] = nan if value is None else value

    @staticmethod
    def _end_in_summary(summary: _PwxSummary, name: str, value: float | None) -> None:
        if name == "duration":
            summary.seconds = value
        elif name == "durationstopped":
            summary.stopped_s = value or 0.0
        elif name == "dist":
            summary.metres = value

    def _summary(self, path: list[str]) -> _PwxSummary:
        workout = self.found[-1]
        return workout.segments[-1] if "segment" in path and workout.segments else workout.told


def read_pwx(file: InputFile, clock: LocalClock) -> Reading:
    """Read the workouts of a PWX file, whole or cut off.

    Raises NotUsed for one without any, UnreadableFile where a defect stands before the first.
    """
    out, workouts = Collector(file, clock, app=APP), _Workouts()
    defect = scan(file, workouts)
    if not workouts.found:
        if defect is not None:
            raise UnreadableFile(f"a PWX file without a workout: {defect}; copy or export it again")
        raise NotUsed("a PWX file without a workout")
    out.counters.rows = sum(1 + len(one.segments) + len(one.track) for one in workouts.found)
    out.cut_off(defect)
    for workout in workouts.found:
        _take(out, workout, is_partial=defect is not None and workout is workouts.found[-1])
    return out.reading()


def _take(out: Collector, workout: _PwxWorkout, *, is_partial: bool) -> None:
    moment = started(workout.time, out.clock, out.counters)
    if moment is None:
        return
    summary = workout.track.summary(on_foot=is_on_foot(workout.sport))
    told = _PwxSummary() if is_partial else workout.told
    seconds = told.moving_s or summary.seconds
    if not seconds:
        out.counters.count("dropped:activity_without_duration")
        return
    out.begin_record(f"start {moment.utc.isoformat()}")
    session = RecordedSession(
        moment,
        seconds,
        distance_m=told.metres,
        mean_bpm=told.mean_bpm,
        max_bpm=told.max_bpm,
        mean_w=told.mean_w,
        summary=summary,
        laps=tuple(Lap(one.seconds, one.metres, one.mean_bpm) for one in workout.segments if one.seconds),
        is_partial=is_partial,
    )
    take_session(out, session)


READER = Reader(
    "pwx",
    "PWX (TrainingPeaks)",
    "root element",
    "per workout: minutes, distance, heart rate, power, segments, and what is summarised from its samples",
    "positions, single samples, athlete, goals, comments",
    read_pwx,
    is_by_schema=True,
)
