"""FIT activities: one summary per session and the beat-to-beat series; no positions, no second-by-second tracks."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import fmean
from typing import Any

from client.biometrics.observations import EXERCISE, PARTIAL_FILE
from client.biometrics.streams import Stream
from client.errors import NotUsed, UnreadableFile
from client.ingest.clock import LocalClock, Moment
from client.ingest.collector import Collector
from client.ingest.input_file import InputFile, Reading
from client.ingest.sessions.fit.container import FitContent, FitFields, read_messages

APP = "fit"
INVALID_RR_S = 65.535  # FIT profile: all bits set means "no value"
RR_GATE_MS = (300.0, 2200.0)  # ours; docs/ingest.md §6.5
OFFSET_STEP_MIN = 15  # offsets from UTC are multiples of a quarter of an hour
OFFSET_SLACK_S = 120  # ours: devices write both times a moment apart


@dataclass(frozen=True, slots=True)
class _Session:
    """One session, from its own message or, in a file that was cut off, from its records."""

    start: Any
    seconds: float
    distance_m: float | None
    mean_bpm: float | None
    max_bpm: float | None
    mean_w: float | None
    is_partial: bool


def read_activity(file: InputFile, clock: LocalClock) -> Reading:
    """Read a FIT activity, whole or cut off.

    Raises NotUsed for other kinds of FIT file (monitoring, weight), UnreadableFile when nothing is left to use.
    """
    content = read_messages(file.data)
    kind = str((content.of("file_id") or [{}])[0].get("type", "activity"))
    sessions = _sessions(content)
    if kind != "activity" or (not sessions and not content.of("hrv")):
        if kind == "activity" and content.defect is not None:
            raise UnreadableFile(f"{content.defect}, and no session or record stands before that place")
        raise NotUsed(f"a FIT file of type {kind[:20]} without an activity; no reader takes it yet")
    out = Collector(file, clock, app=APP, device=_device(content))
    out.counters.rows = len(sessions) + len(content.of("hrv"))
    _note_defects(out, content)
    placed = [(session, _moment(out, session.start, content)) for session in sessions]
    serial = (content.of("file_id") or [{}])[0].get("serial_number")
    for session, moment in placed:
        if moment is not None:
            out.begin_record(f"serial {serial} {moment.utc.isoformat()}" if serial else "")
            _take_session(out, session, moment)
    first = next((moment for _, moment in placed if moment is not None), None)
    out.begin_record()
    _take_beats(out, content, first)
    return out.reading()


def _sessions(content: FitContent) -> list[_Session]:
    parsed = [_parsed(message) for message in content.of("session") if "start_time" in message]
    found = [session for session in parsed if session is not None]
    return found or _derived(content)


def _parsed(message: FitFields) -> _Session | None:
    seconds = _number(message, "total_timer_time") or _number(message, "total_elapsed_time")
    if seconds is None:
        return None
    return _Session(
        start=message["start_time"],
        seconds=seconds,
        distance_m=_number(message, "total_distance"),
        mean_bpm=_number(message, "avg_heart_rate"),
        max_bpm=_number(message, "max_heart_rate"),
        mean_w=_number(message, "avg_power"),
        is_partial=False,
    )


def _derived(content: FitContent) -> list[_Session]:
    """Summarise the records of a file without session message: elapsed time, last distance, mean heart rate."""
    timed = [record for record in content.of("record") if isinstance(record.get("timestamp"), datetime | int)]
    if len(timed) < 2:
        return []
    first, last = _first_moment(content, timed[0]["timestamp"]), timed[-1]["timestamp"]
    if type(first) is not type(last):
        return []
    span = last - first
    beats = [value for record in timed if (value := _number(record, "heart_rate")) is not None]
    power = [value for record in timed if (value := _number(record, "power")) is not None]
    distances = [value for record in timed if (value := _number(record, "distance")) is not None]
    seconds = span.total_seconds() if isinstance(span, timedelta) else float(span)
    return [
        _Session(
            start=first,
            seconds=seconds,
            distance_m=distances[-1] if distances else None,
            mean_bpm=fmean(beats) if beats else None,
            max_bpm=max(beats) if beats else None,
            mean_w=fmean(power) if power else None,
            is_partial=True,
        )
    ]


def _first_moment(content: FitContent, first_record: Any) -> Any:
    """Return the start that the whole file's session will name: cut-off and whole file must be one activity.

    That is the start of the timer where the file was created at it, else the first record (so in 18 of 18 files).
    """
    created = (content.of("file_id") or [{}])[0].get("time_created")
    starts = [event.get("timestamp") for event in content.of("event") if event.get("event_type") == "start"]
    return created if created is not None and created in starts[:1] else first_record


def _take_session(out: Collector, session: _Session, moment: Moment) -> None:
    quality = (PARTIAL_FILE,) if session.is_partial else ()
    end = moment.utc + timedelta(seconds=session.seconds)
    for stream, value in (
        (Stream.ACTIVITY_DURATION_MIN, session.seconds / 60.0),
        (Stream.DISTANCE, session.distance_m),
        (Stream.HEART_RATE_MEAN, session.mean_bpm),
        (Stream.HEART_RATE_MAX, session.max_bpm),
        (Stream.POWER_MEAN, session.mean_w),
    ):
        # A pool or trainer without sensor writes 0 m and 0 W: nothing was measured.
        out.number(stream, moment, value, end=end, sentinels=(0.0,), quality=quality)


def _take_beats(out: Collector, content: FitContent, start: Moment | None) -> None:
    intervals = [seconds * 1000.0 for seconds in _beat_seconds(content, out)]
    if not intervals:
        return
    if start is None:
        out.counters.count("dropped:beats_without_time", len(intervals))
        return
    artefacts = sum(not RR_GATE_MS[0] <= value <= RR_GATE_MS[1] for value in intervals)
    if artefacts:
        out.counters.count("artefact:rr_intervals", artefacts)
    quality = (EXERCISE, PARTIAL_FILE) if content.defect else (EXERCISE,)
    # An impossible interval stays in its place as an artefact: no difference may be taken across it.
    series = tuple(min(max(value, 1.0), 10_000.0) for value in intervals)
    end = start.utc + timedelta(milliseconds=sum(series))
    out.series(Stream.RR_INTERVALS, start, series, end=end, quality=quality)


def _beat_seconds(content: FitContent, out: Collector) -> list[float]:
    found: list[float] = []
    for message in content.of("hrv"):
        times = message.get("time")
        for value in times if isinstance(times, tuple | list) else (times,):  # some writers give a bare number
            if isinstance(value, int | float) and 0 < value < INVALID_RR_S:
                found.append(float(value))
            elif value is not None:
                out.counters.count("sentinel:rr_intervals")
    return found


def _moment(out: Collector, start: Any, content: FitContent) -> Moment | None:
    """Place a session's start: UTC from the device, or its relative clock anchored on the local time it also gives."""
    activity = _activity_of(start, content)
    local, stamp = activity.get("local_timestamp"), activity.get("timestamp")
    if isinstance(start, datetime):
        offset = _offset_min(out, local, stamp)
        if not (isinstance(local, datetime) and isinstance(stamp, datetime)):
            return out.clock.placed(start.astimezone(UTC), out.counters)
        placed = out.clock.at(start.astimezone(UTC), out.counters)
        return placed if placed is None or offset is None else Moment(placed.utc, offset)
    if isinstance(start, int) and isinstance(stamp, int) and isinstance(local, datetime):
        out.counters.count("clock:relative")
        out.counters.note("the device's clock was not set; times were anchored on its local time")
        return out.clock.local(local.replace(tzinfo=None) - timedelta(seconds=stamp - start), out.counters)
    out.counters.count("dropped:time_relative")
    return None


def _activity_of(start: Any, content: FitContent) -> FitFields:
    """Return the activity message that closes this session: chained files have one for each of their parts."""
    found = content.of("activity")
    if isinstance(start, datetime):
        later = [one for one in found if isinstance(one.get("timestamp"), datetime) and one["timestamp"] >= start]
        found = sorted(later, key=lambda one: one["timestamp"]) or found
    return found[0] if found else {}


def _offset_min(out: Collector, local: Any, stamp: Any) -> int | None:
    if not isinstance(local, datetime) or not isinstance(stamp, datetime):
        return None
    seconds = (local - stamp).total_seconds()
    steps = round(seconds / 60 / OFFSET_STEP_MIN) * OFFSET_STEP_MIN
    if abs(steps) <= 14 * 60 and abs(seconds - steps * 60) <= OFFSET_SLACK_S:
        return steps
    out.counters.count("clock:offset_implausible")
    return None


def _note_defects(out: Collector, content: FitContent) -> None:
    if content.defect is not None:
        out.counters.count("partial_file")
        out.counters.note(f"{content.defect}; what stands before that place was kept")
    if content.crc_differs:
        out.counters.count("checksum_differs")
        out.counters.note("the file's checksum does not fit its content")


def _device(content: FitContent) -> str:
    first = (content.of("file_id") or [{}])[0]
    return f"{first.get('manufacturer', '')} {first.get('product', first.get('garmin_product', ''))}".strip()[:60]


def _number(message: FitFields, name: str) -> float | None:
    value = message.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
