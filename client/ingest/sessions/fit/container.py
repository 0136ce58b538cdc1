"""FIT files as messages: what is good before the first defect is kept, and the defect is named.

Positions are dropped here, at the first place that sees them; nothing after this module knows where an
athlete was.
"""

from dataclasses import dataclass, field
from datetime import datetime
from math import nan
from typing import Any

import fitdecode
from fitdecode.types import DevField

from client.biometrics.interruption import check_interruption
from client.biometrics.observations import MAX_SERIES
from client.errors import UnreadableFile
from client.ingest.sessions.fit.frames import frames_of
from client.ingest.sessions.fit.wanted_fields import OF_RECORDS, TELLING, WANTED
from client.ingest.sessions.track import Track

FitFields = dict[str, Any]

MOST_MESSAGES = 300_000  # ours, of all kinds together, without the records of a track
MOST_VALUES = 1_000_000  # ours, of these messages: 100,000 laps; two days of beats, a message each second
MOST_BEATS = MAX_SERIES  # in all messages together, of which each holds up to 127
_OF_A_MESSAGE = 2  # values whose memory a message takes beside its own; four blank places for a beat take that of one
NO_BEAT = 65.535  # FIT profile: all bits set means "no value"
_UNITS = {
    "m/s": {"m/s", "m/sec", "mps", "meters/second", "meters per second"},
    "m": {"m", "meter", "meters", "metre", "metres"},
    "bpm": {"bpm", "beats/min", "1/min"},
    "watts": {"w", "watt", "watts"},
    "s": {"s", "sec", "second", "seconds"},
}
"""How developers write the units of native fields."""


@dataclass(slots=True)
class FitContent:
    """Messages by kind, each a dict of field names to values in FIT units (SI, or as the profile says).

    track: the records, at seconds since 1970, or of a clock that was never set. defect: why reading stopped early, or
    None; crc_differs: the checksum does not fit the content. parts: of a chained file, what each of them holds.
    held, values: messages of the whole file that are kept, and what they hold. beats: intervals in them.
    """

    messages: dict[str, list[FitFields]] = field(default_factory=dict)
    track: Track = field(default_factory=Track)
    defect: str | None = None
    crc_differs: bool = False
    parts: list["FitContent"] = field(default_factory=list)
    held: int = 0
    values: int = 0
    beats: int = 0

    def of(self, kind: str) -> list[FitFields]:
        """Return the messages of one kind, in file order."""
        return self.messages.get(kind, [])


def looks_like_fit(data: bytes) -> bool:
    """True when the FIT signature stands in its place in the header."""
    return len(data) >= 12 and data[8:12] == b".FIT"


def read_messages(data: bytes) -> FitContent:
    """Return the messages of a FIT file; raises UnreadableFile when not even one could be read.

    `messages` holds those of all parts; each part has a track of its own.
    """
    whole = FitContent(parts=[FitContent()])
    try:
        for frame in frames_of(data, check_crc=fitdecode.CrcCheck.READONLY):
            check_interruption()
            _take(whole, frame)
    except UnreadableFile:
        raise
    except Exception as error:  # hostile bytes reach a third-party parser: whatever it raises means "stops here"
        whole.defect = whole.parts[-1].defect = _reason(error)
    if not whole.messages and not any(len(part.track) for part in whole.parts):
        raise UnreadableFile(f"no FIT message could be read ({whole.defect or 'the file holds none'})")
    return whole


def first_kind(data: bytes) -> str:
    """Return the first kind of message that says what the file holds, or "" where none does."""
    try:
        frames = frames_of(data, check_crc=fitdecode.CrcCheck.DISABLED)
        for frame in frames:
            check_interruption()
            if isinstance(frame, fitdecode.FitDataMessage) and frame.name in TELLING:
                return str(frame.name)
        return ""
    except UnreadableFile:
        raise
    except Exception:  # as above; the file is read again by its reader, which names the defect
        return ""


def _take(whole: FitContent, frame: Any) -> None:
    if isinstance(frame, fitdecode.FitDataMessage):
        name = frame.name
        if name == "record":
            _take_record(whole.parts[-1].track, frame)
        elif name in WANTED:
            _take_message(whole, name, frame)
    elif isinstance(frame, fitdecode.FitCRC):
        whole.crc_differs |= not frame.matched
    elif isinstance(frame, fitdecode.FitHeader) and (whole.parts[-1].messages or len(whole.parts[-1].track)):
        whole.parts.append(FitContent())


def _take_message(whole: FitContent, name: str, frame: Any) -> None:
    whole.held += 1
    if whole.held > MOST_MESSAGES:
        raise UnreadableFile(f"more than {MOST_MESSAGES:,} messages besides its records, which no recording has")
    values = _values(frame, WANTED[name])
    _count_values(whole, values)
    whole.messages.setdefault(name, []).append(values)
    whole.parts[-1].messages.setdefault(name, []).append(values)


def _count_values(whole: FitContent, values: FitFields) -> None:
    """Take in what a message holds; raises UnreadableFile for more than can be held."""
    times = values.get("time", ())
    places = times if isinstance(times, tuple | list) else (times,)
    filled = [one for one in places if one is not None]
    whole.values += _OF_A_MESSAGE + len(values) + len(filled) + len(places) // 4
    whole.beats += sum(one != NO_BEAT for one in filled)
    if whole.beats > MOST_BEATS:
        raise UnreadableFile(
            f"expected at most {MOST_BEATS:,} beat intervals in a FIT file, found more; split it by days"
        )
    if whole.values > MOST_VALUES:
        raise UnreadableFile(f"more than {MOST_VALUES:,} values besides its records, which no recording has")


def _take_record(track: Track, frame: Any) -> None:
    row = _values(frame, OF_RECORDS)
    time = row.get("timestamp")
    moment = time.timestamp() if isinstance(time, datetime) else _float(time)
    if moment != moment:  # a point without a time has no place
        return
    speed = row.get("enhanced_speed", row.get("speed"))
    track.append(
        moment,
        heart_rate=_float(row.get("heart_rate")),
        speed=_float(speed),
        distance=_float(row.get("distance")),
        power=_float(row.get("power")),
    )


def _values(frame: Any, wanted: frozenset[str]) -> FitFields:
    """Return the fields that are wanted.

    A developer's field counts only where it declares which native one it stands for, in its unit, and that is missing
    or 0.
    """
    values: FitFields = {}
    developed: list[Any] = []
    for one in frame.fields:
        if one.value is None:
            continue
        if isinstance(one.field, DevField):
            developed.append(one)
        elif (name := one.name) in wanted:
            values[name] = one.value
    for one in developed:
        native = frame.mesg_type.fields.get(one.field.native_field_num) if frame.mesg_type else None
        if native is not None and native.name in wanted and not values.get(native.name) and _is_in_unit(one, native):
            values[native.name] = one.value
    return values


def _is_in_unit(developed: Any, native: Any) -> bool:
    """True where a developer's field names the native unit, or none."""
    said = str(developed.units or "").strip("\x00 ").lower()
    return not said or said in _UNITS.get(native.units or "", {str(native.units).lower()})


def _float(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else nan


def _reason(error: Exception) -> str:
    if isinstance(error, fitdecode.FitEOFError):
        return "the file ends too early"
    if isinstance(error, fitdecode.FitHeaderError):
        return "a header is not that of a FIT file"
    return "a message is not what its definition says"
