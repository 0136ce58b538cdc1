"""Observations as compact JSON bytes, and the natural key that makes importing twice add nothing."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from client.biometrics.observations import Observation, ReadingSource, Value
from client.biometrics.streams import Stream
from client.errors import BadObservation, SealBroken

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def natural_key(observation: Observation) -> bytes:
    """Return what makes a reading the same reading: stream, start, device and app, never the value.

    The file is no part of it: the same reading in two exports is one reading. Nor is the end: an activity
    that was cut off and later arrives whole is one activity.
    """
    source = observation.source
    return f"{observation.stream.value}\x1f{_micros(observation.start)}\x1f{source.device}\x1f{source.app}".encode()


def encode(observation: Observation, source_number: int) -> bytes:
    """Return the bytes that are sealed for one observation."""
    start = _micros(observation.start)
    fields = [
        observation.stream.value,
        start,
        _micros(observation.end) - start,
        observation.offset_min,
        observation.value,
        observation.unit,
        source_number,
        *observation.quality,
    ]
    return json.dumps(fields, separators=(",", ":"), allow_nan=False).encode()


def decode(plain: bytes, sources: dict[int, ReadingSource]) -> Observation:
    """Return the observation that `encode` gave; raises SealBroken for anything else."""
    try:
        stream, start, length, offset_min, value, unit, number, *quality = json.loads(plain)
        began = _EPOCH + timedelta(microseconds=start)
        return Observation(
            stream=Stream(stream),
            start=began,
            end=began + timedelta(microseconds=length) if length else began,
            offset_min=offset_min,
            value=tuple(value) if isinstance(value, list) else value,
            unit=unit,
            source=sources[number],
            quality=tuple(quality),
        )
    except (ValueError, TypeError, KeyError, OverflowError, BadObservation) as error:
        raise SealBroken("a stored reading is not what this version writes") from error


def value_and_quality(plain: bytes) -> tuple[Value, tuple[str, ...]]:
    """Return the value and the quality codes of encoded bytes, without building the observation."""
    fields = json.loads(plain)
    value = fields[4]
    return tuple(value) if isinstance(value, list) else value, tuple(fields[7:])


def encode_source(source: ReadingSource) -> bytes:
    """Return the bytes that are sealed for a source, the same bytes each time."""
    return json.dumps([source.device, source.app, source.file_sha256]).encode()


def decode_source(plain: bytes) -> ReadingSource:
    """Return the source that `encode_source` gave."""
    fields: list[Any] = json.loads(plain)
    return ReadingSource(*map(str, fields))


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND
