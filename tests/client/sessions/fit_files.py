"""FIT files for tests, written by the maker's own kit; the figures in them are invented."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from garmin_fit_sdk import Encoder, Profile

START = datetime(2026, 3, 2, 6, tzinfo=UTC)
Message = tuple[str, Mapping[str, Any]]


def fit_file(messages: Iterable[Message], *, kind: str = "activity", serial: int = 7) -> bytes:
    """Return the bytes of one file of these messages, in order."""
    encoder = Encoder()
    numbers = Profile["mesg_num"]
    head = {"type": kind, "manufacturer": "development", "serial_number": serial, "time_created": START}
    for name, fields in [("FILE_ID", head), *messages]:
        encoder.write_mesg({"mesg_num": numbers[name], **fields})
    return bytes(encoder.close())


def at(seconds: float) -> datetime:
    """The moment so many seconds after the start of a session."""
    return START + timedelta(seconds=seconds)


def session(seconds: float = 600.0, *, start: float = 0.0, sport: str = "running", **more: Any) -> Message:
    """One session message."""
    fields = {"timestamp": at(start + seconds), "start_time": at(start), "sport": sport}
    return "SESSION", {**fields, "total_timer_time": seconds, "total_elapsed_time": seconds, **more}


def local(seconds: float, *, hours: int = 1) -> Message:
    """The message that closes an activity and says what the local time was."""
    stamp = at(seconds)
    epoch = datetime(1989, 12, 31, tzinfo=UTC)
    shown = int((stamp - epoch).total_seconds()) + hours * 3600
    return "ACTIVITY", {"timestamp": stamp, "local_timestamp": shown, "num_sessions": 1}
