"""FIT files as messages: what is good before the first defect is kept, and the defect is named.

Positions are dropped here, at the first place that sees them; nothing after this module knows where an
athlete was.
"""

import io
from dataclasses import dataclass, field
from typing import Any

import fitdecode

from client.errors import UnreadableFile

FitFields = dict[str, Any]

_WANTED = frozenset({"file_id", "event", "session", "record", "hrv", "activity", "weight_scale", "monitoring"})
_POSITION = ("position", "_lat", "_long", "gps")


@dataclass(slots=True)
class FitContent:
    """Messages by kind, each a dict of field names to values in FIT units (SI, or as the profile says).

    defect: why reading stopped early, or None; crc_differs: the checksum does not fit the content.
    """

    messages: dict[str, list[FitFields]] = field(default_factory=dict)
    defect: str | None = None
    crc_differs: bool = False

    def of(self, kind: str) -> list[FitFields]:
        """Return the messages of one kind, in file order."""
        return self.messages.get(kind, [])


def looks_like_fit(data: bytes) -> bool:
    """True when the FIT signature stands in its place in the header."""
    return len(data) >= 12 and data[8:12] == b".FIT"


def read_messages(data: bytes) -> FitContent:
    """Return the messages of a FIT file; raises UnreadableFile when not even one could be read."""
    content = FitContent()
    try:
        with fitdecode.FitReader(
            io.BytesIO(data), check_crc=fitdecode.CrcCheck.READONLY, error_handling=fitdecode.ErrorHandling.IGNORE
        ) as frames:
            for frame in frames:
                _take(content, frame)
    except Exception as error:  # hostile bytes reach a third-party parser: whatever it raises means "stops here"
        content.defect = _reason(error)
    if not content.messages:
        raise UnreadableFile(f"no FIT message could be read ({content.defect or 'the file holds none'})")
    return content


def _take(content: FitContent, frame: Any) -> None:
    if isinstance(frame, fitdecode.FitCRC):
        content.crc_differs |= not frame.matched
    elif isinstance(frame, fitdecode.FitDataMessage) and frame.name in _WANTED:
        values = {f.name: f.value for f in frame.fields if f.value is not None and not _is_position(str(f.name))}
        content.messages.setdefault(frame.name, []).append(values)


def _is_position(name: str) -> bool:
    return any(part in name.lower() for part in _POSITION)


def _reason(error: Exception) -> str:
    if isinstance(error, fitdecode.FitEOFError):
        return "the file ends too early"
    if isinstance(error, fitdecode.FitHeaderError):
        return "a header is not that of a FIT file"
    return "a message is not what its definition says"
