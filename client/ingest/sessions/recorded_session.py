"""One recorded session as readings: what its own summary says, and what is summarised from its points."""

from dataclasses import dataclass, field
from datetime import timedelta

from client.biometrics.observations import PARTIAL_FILE
from client.biometrics.streams import Stream
from client.ingest.clock import Moment
from client.ingest.collector import Collector
from client.ingest.sessions.track import TrackSummary

_NOT_ON_FOOT = (
    "cycl bik wheel ride swim row paddl kayak canoe sail surf kite ski snow skat motor driv fly hang boat wind "
    "horse glid water jump_master float ellipt"
).split()
RR_GATE_MS = (300.0, 2200.0)  # ours; docs/ingest.md §6.5
MOST_LAPS = 1000  # ours
LONGEST_S = 31 * 86_400.0  # ours: no recording of one session is a month long
LEAST_COVERED = 0.8  # ours: share of a session that has to be recorded
LEAST_RECORDED = 0.95  # ours: of the length that a file says; the data of one with less were cut off


@dataclass(frozen=True, slots=True)
class Lap:
    """One lap; None where the file does not say."""

    seconds: float
    distance_m: float | None = None
    mean_bpm: float | None = None


@dataclass(frozen=True, slots=True)
class RecordedSession:
    """One session. seconds: without pauses, where the file tells them. summary: of its points.

    What the session's own summary says comes before what its points give, also of the distance. is_partial: the file
    was cut off in it.
    """

    moment: Moment
    seconds: float
    distance_m: float | None = None
    mean_bpm: float | None = None
    max_bpm: float | None = None
    mean_w: float | None = None
    summary: TrackSummary | None = None
    laps: tuple[Lap, ...] = ()
    is_partial: bool = False
    elapsed_s: float | None = None
    quality: tuple[str, ...] = field(default=())


def is_on_foot(sport: object) -> bool:
    """True unless the sport is named as one of wheels, water, snow or air; high-speed running is of people on foot."""
    return not any(word in str(sport).lower().replace(" ", "_") for word in _NOT_ON_FOOT)


def is_length(seconds: float) -> bool:
    """True for seconds that a recording can take, none included; what is longer has no end in the calendar."""
    return 0 <= seconds <= LONGEST_S


def take_session(out: Collector, session: RecordedSession) -> None:
    """Hand the readings of a session to the collector; one whose length no recording has gives none."""
    if not is_length(session.seconds):
        out.number(Stream.ACTIVITY_DURATION_MIN, session.moment, session.seconds / 60.0)
        return
    quality = (*session.quality, PARTIAL_FILE) if session.is_partial else session.quality
    end = session.moment.utc + timedelta(seconds=session.seconds)
    points = session.summary or TrackSummary(0.0)
    numbers = (
        (Stream.ACTIVITY_DURATION_MIN, session.seconds / 60.0),
        (Stream.DISTANCE, _first(session.distance_m, points.distance_m)),
        (Stream.HEART_RATE_MEAN, _first(session.mean_bpm, points.mean_bpm)),
        (Stream.HEART_RATE_MAX, _first(session.max_bpm, points.max_bpm)),
        (Stream.POWER_MEAN, _first(session.mean_w, points.mean_w)),
    )
    for stream, value in numbers:
        # A pool or trainer without sensor writes 0 m and 0 W: nothing was measured.
        out.number(stream, session.moment, value, end=end, sentinels=(0.0,), quality=quality)
    for stream, value in _of_speed(points) if _covers(points.seconds_at_speed, session) else ():
        if value is not None:
            out.number(stream, session.moment, value, end=end, quality=quality)
    for stream, series in _series(session, points):
        out.series(stream, session.moment, series, end=end, quality=quality)


def _of_speed(points: TrackSummary) -> tuple[tuple[Stream, float | None], ...]:
    return (
        (Stream.HIGH_SPEED_DISTANCE, points.high_speed_m),
        (Stream.SPRINT_DISTANCE, points.sprint_m),
        (Stream.ACCELERATIONS, points.accelerations),
        (Stream.DECELERATIONS, points.decelerations),
    )


def _covers(seconds: tuple[float, ...] | None, session: RecordedSession) -> bool:
    """True where most of the session was recorded: what is counted over a part of it would look like a whole."""
    return seconds is not None and sum(seconds) >= LEAST_COVERED * session.seconds


def take_intervals(out: Collector, start: Moment, intervals: list[float], *, quality: tuple[str, ...]) -> None:
    """Take one series of intervals in ms; an impossible one stays in its place as an artefact.

    No difference may be taken across it.
    """
    artefacts = sum(not RR_GATE_MS[0] <= value <= RR_GATE_MS[1] for value in intervals)
    if artefacts:
        out.counters.count("artefact:rr_intervals", artefacts)
    series = tuple(min(max(value, 1.0), 10_000.0) for value in intervals)
    out.series(Stream.RR_INTERVALS, start, series, end=start.utc + timedelta(milliseconds=sum(series)), quality=quality)


def _series(session: RecordedSession, points: TrackSummary) -> list[tuple[Stream, tuple[float, ...]]]:
    """Times at each heart rate and speed; of laps what every one of them has, for a series has no gaps."""
    laps = session.laps if 1 < len(session.laps) <= MOST_LAPS else ()
    found = (
        (Stream.TIME_AT_HEART_RATE, points.seconds_at_bpm if _covers(points.seconds_at_bpm, session) else None),
        (Stream.TIME_AT_SPEED, points.seconds_at_speed if _covers(points.seconds_at_speed, session) else None),
        (Stream.LAP_DURATIONS, _whole([lap.seconds for lap in laps])),
        (Stream.LAP_DISTANCES, _whole([lap.distance_m for lap in laps])),
        (Stream.LAP_HEART_RATES, _whole([lap.mean_bpm or None for lap in laps])),
    )
    return [(stream, series) for stream, series in found if series]


def _whole(values: list[float | None]) -> tuple[float, ...] | None:
    known = tuple(value for value in values if value is not None)
    return known if len(known) == len(values) and any(known) else None


def _first(told: float | None, summarised: float | None) -> float | None:
    """What the recording's own summary says; a 0 in it says no more than nothing where the points know."""
    return told or (told if summarised is None else summarised)
