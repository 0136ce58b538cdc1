"""FIT activities: sessions with their laps, what is summarised from the records, and beat intervals; no positions."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from client.biometrics.interruption import check_interruption
from client.biometrics.observations import EXERCISE, PARTIAL_FILE
from client.errors import NotUsed, UnreadableFile
from client.ingest.clock import LocalClock, Moment
from client.ingest.collector import Collector
from client.ingest.input_file import InputFile, Reading
from client.ingest.sessions.fit.container import NO_BEAT, FitContent, FitFields, read_messages
from client.ingest.sessions.fit.placing import ActivityEnds, placed
from client.ingest.sessions.fit.session_pieces import SessionPieces, posix
from client.ingest.sessions.recorded_session import (
    Lap,
    RecordedSession,
    is_length,
    is_on_foot,
    take_intervals,
    take_session,
)

APP = "fit"
_UNSET_BEFORE = 2**28  # FIT profile: smaller times count from when the device was switched on


def read_activity(file: InputFile, clock: LocalClock) -> Reading:
    """Read a FIT activity, whole or cut off.

    Raises NotUsed for other kinds of FIT file, UnreadableFile when nothing is left to use.
    """
    return take_activity(file, clock, read_messages(file.whole()))


def take_activity(file: InputFile, clock: LocalClock, content: FitContent) -> Reading:
    """Return what a file's messages say of sessions and beats; raises as `read_activity` does."""
    kind = str((content.of("file_id") or [{}])[0].get("type", "activity"))
    out = Collector(file, clock, app=APP, device=device_of(content))
    parts = content.parts or [content]
    found = [(part, _sessions(part)) for part in parts]
    number = sum(len(sessions) for _, sessions in found)
    if kind != "activity" or (not number and not content.of("hrv")):
        if kind == "activity" and content.defect is not None:
            raise UnreadableFile(f"{content.defect}, and no session or record stands before that place")
        raise NotUsed(f"a FIT file of type {kind[:20]} without an activity or another reading that is taken")
    out.counters.rows = number + len(content.of("hrv")) + sum(len(part.track) for part in parts)
    note_defects(out, content)
    _take_all(out, content, found)
    return out.reading()


def _take_all(out: Collector, content: FitContent, found: Sequence[tuple[FitContent, list[FitFields]]]) -> None:
    serial = (content.of("file_id") or [{}])[0].get("serial_number")
    starts: list[tuple[FitContent, Moment | None]] = []
    of_file = ActivityEnds(content)
    for part, sessions in found:
        first: Moment | None = None
        ends = ActivityEnds(part) if part.of("activity") else of_file
        pieces = SessionPieces(part, sessions)
        for session in sessions:
            check_interruption()
            moment = placed(out, session["start_time"], ends)
            if moment is not None:
                first = first or moment
                out.begin_record(f"serial {serial} {moment.utc.isoformat()}" if serial else "")
                take_session(out, _recorded(session, moment, pieces))
        starts.append((part, first))
    for part, start in starts:
        out.begin_record()
        _take_beats(out, part, start)


def _sessions(part: FitContent) -> list[FitFields]:
    """Return the session messages of a part; without one, what stands in its records or laps."""
    every = map(_with_start, part.of("session"))
    told = [one for one in every if "start_time" in one and _seconds(one) is not None]
    return told or _derived(part) or _of_laps(part)


def _with_start(session: FitFields) -> FitFields:
    """Return a session with its start, which is so long before its end as it took."""
    ended, elapsed = session.get("timestamp"), _number(session, "total_elapsed_time")
    if "start_time" in session or not isinstance(ended, datetime) or elapsed is None or not is_length(elapsed):
        return session
    return {**session, "start_time": ended - timedelta(seconds=elapsed)}


def _of_laps(part: FitContent) -> list[FitFields]:
    """Put the laps of a part together that has neither session nor records."""
    laps = [one for one in part.of("lap") if "start_time" in one]
    seconds, metres = [_seconds(one) for one in laps], [_number(one, "total_distance") for one in laps]
    if not laps or None in seconds:
        return []
    found = {"start_time": laps[0]["start_time"], "sport": laps[0].get("sport", ""), "is_derived": True}
    found["total_elapsed_time"] = sum(one for one in seconds if one is not None)
    return [found if None in metres else {**found, "total_distance": sum(one for one in metres if one is not None)}]


def _derived(part: FitContent) -> list[FitFields]:
    """Summarise the records of a part without session message, from the first to the last."""
    track = part.track
    if len(track) < 2:
        return []
    start, first = _first_moment(part, track.times[0]), track.times[0]
    if isinstance(start, datetime) != (first >= _UNSET_BEFORE):
        return []
    began = start.timestamp() if isinstance(start, datetime) else float(start)
    sports = [one["sport"] for one in part.of("lap") if "sport" in one]
    seconds = max(track.times) - began
    found = {"start_time": start, "total_elapsed_time": seconds, "is_derived": True, "sport": sports[:1] or ""}
    return [found] if seconds > 0 else []


def _first_moment(part: FitContent, first_record: float) -> Any:
    """Return the start that the whole file's session will name: cut-off and whole file must be one activity.

    That is the start of the timer where the file was created at it, else the first record (so in 18 of 18 files).
    """
    created = (part.of("file_id") or [{}])[0].get("time_created")
    starts = [event.get("timestamp") for event in part.of("event") if event.get("event_type") == "start"]
    if created is not None and created in starts[:1]:
        return created
    return datetime.fromtimestamp(first_record, UTC) if first_record >= _UNSET_BEFORE else int(first_record)


def _recorded(session: FitFields, moment: Moment, pieces: SessionPieces) -> RecordedSession:
    began = posix(session["start_time"])
    is_derived = "is_derived" in session
    elapsed = max(_number(session, "total_elapsed_time") or 0.0, _seconds(session) or 0.0)
    track = pieces.track_of(began, elapsed)
    summary = track.summary(on_foot=is_on_foot(f"{session.get('sport')} {session.get('sub_sport')}"))
    return RecordedSession(
        moment,
        _seconds(session) or 0.0,
        distance_m=_number(session, "total_distance"),
        mean_bpm=_number(session, "avg_heart_rate"),
        max_bpm=_number(session, "max_heart_rate"),
        mean_w=_number(session, "avg_power"),
        summary=summary if len(track) > 1 else None,
        laps=tuple(_laps(pieces, began)),
        is_partial=is_derived,
    )


def _laps(pieces: SessionPieces, began: float) -> Iterable[Lap]:
    for lap in pieces.laps_of(began):
        seconds = _seconds(lap)
        if seconds is not None:
            yield Lap(seconds, _number(lap, "total_distance"), _number(lap, "avg_heart_rate"))


def _take_beats(out: Collector, part: FitContent, start: Moment | None) -> None:
    intervals = [seconds * 1000.0 for seconds in _beat_seconds(part, out)]
    if not intervals:
        return
    if start is None:
        out.counters.count("dropped:beats_without_time", len(intervals))
        return
    take_intervals(out, start, intervals, quality=(EXERCISE, PARTIAL_FILE) if part.defect else (EXERCISE,))


def _beat_seconds(part: FitContent, out: Collector) -> list[float]:
    found: list[float] = []
    for message in part.of("hrv"):
        times = message.get("time")
        for value in times if isinstance(times, tuple | list) else (times,):  # some writers give a bare number
            if isinstance(value, int | float) and 0 < value < NO_BEAT:
                found.append(float(value))
            elif value is not None:
                out.counters.count("sentinel:rr_intervals")
    return found


def note_defects(out: Collector, content: FitContent) -> None:
    """Say in the report that the file was cut off or that its checksum differs."""
    out.cut_off(content.defect)
    if content.crc_differs:
        out.counters.count("checksum_differs")
        out.counters.note("the file's checksum does not fit its content")


def device_of(content: FitContent) -> str:
    """Return maker and product as the file names them."""
    first = (content.of("file_id") or [{}])[0]
    return f"{first.get('manufacturer', '')} {first.get('product', first.get('garmin_product', ''))}".strip()[:60]


def _seconds(message: FitFields) -> float | None:
    """Return the time without pauses, else the whole; a timer that ran backwards says neither."""
    timer, elapsed = (_number(message, name) for name in ("total_timer_time", "total_elapsed_time"))
    return elapsed if not timer or (elapsed is not None and not is_length(timer)) else timer


def _number(message: FitFields, name: str) -> float | None:
    value = message.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
