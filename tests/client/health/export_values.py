"""What the tests of exports compare: values and times of one stream in a reading."""

from collections.abc import Callable
from typing import Any

from client.biometrics.streams import Stream
from client.ingest.input_file import Reading

Read = Callable[..., tuple[str, Reading]]
"""Reads a document, or a text, and returns the name of its reader too."""


def of(reading: Reading, stream: Stream) -> list[Any]:
    return [one.value for one in reading.observations if one.stream is stream]


def times(reading: Reading, stream: Stream) -> list[tuple[str, str, int]]:
    found = [one for one in reading.observations if one.stream is stream]
    return [(one.start.isoformat()[:16], one.end.isoformat()[:16], one.offset_min) for one in found]
