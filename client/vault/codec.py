"""Observations as compact JSON bytes, and the natural key that makes importing twice add nothing."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from client.biometrics.observations import Observation, ReadingSource
from client.biometrics.sessions import has_source_id
from client.biometrics.streams import Stream
from client.errors import BadObservation, SealBroken

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_TOGETHER = 256  # readings that are parsed in one call, ours: a season is many thousand, a night of beats is long
_STREAMS = {stream.value: stream for stream in Stream}
_write_json = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


def natural_key(observation: Observation) -> bytes:
    """Return what makes a reading the same reading, never its value.

    That is stream, app and the source's own id where it has one, else stream, start, device, app and the place among
    records of one start. The file is no part of it: the same reading in two exports is one reading. Nor is the end:
    an activity that was cut off and later arrives whole is one activity.
    """
    entry, source = observation.entry, observation.source
    if has_source_id(observation):
        return f"{observation.stream.value}\x1f{source.app}\x1f{entry}".encode()
    return key_of_start(observation.stream, observation.start, source, entry)


def key_of_start(stream: Stream, start: datetime, source: ReadingSource, place: str = "") -> bytes:
    """Return the natural key of a reading without an id of its source; place: among records of this start."""
    key = f"{stream.value}\x1f{_micros(start)}\x1f{source.device}\x1f{source.app}"
    return (f"{key}\x1f{place}" if place else key).encode()


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
        *([{"entry": observation.entry}] if observation.entry else []),
    ]
    return _write_json(fields).encode()


class Moments(dict[int, datetime]):
    """Times by microseconds since 1970, each made once: answers of a morning, and readings of a session, share them."""

    def __missing__(self, micros: int) -> datetime:
        found = self[micros] = _EPOCH + timedelta(microseconds=micros)
        return found


def decode(plain: bytes, sources: Mapping[int, ReadingSource]) -> Observation:
    """Return the observation that `encode` gave; raises SealBroken for anything else."""
    (found,) = decode_all([plain], sources)
    return found


def decode_all(plains: Iterable[bytes], sources: Mapping[int, ReadingSource]) -> Iterator[Observation]:
    """Yield the observation of each, in their order; raises SealBroken for what `encode` did not give."""
    moments, left = Moments(), iter(plains)
    try:
        while some := list(islice(left, _TOGETHER)):
            rows = json.loads(b"[%s]" % b",".join(some))
            if len(rows) != len(some):
                raise ValueError("expected one reading in each")
            for fields in rows:
                yield _observation(fields, sources, moments)
    except (ValueError, TypeError, KeyError, OverflowError, BadObservation) as error:
        raise SealBroken("a stored reading is not what this version writes") from error


def _observation(fields: list[Any], sources: Mapping[int, ReadingSource], moments: Moments) -> Observation:
    stream, start, length, offset_min, value, unit, number, *more = fields
    quality, entry = _quality_and_entry(more) if more else ((), "")
    began = moments[start]
    return Observation(
        _STREAMS[stream],
        began,
        moments[start + length] if length else began,
        offset_min,
        tuple(value) if isinstance(value, list) else value,
        unit,
        sources[number],
        quality,
        entry,
    )


def encode_alone(observation: Observation) -> bytes:
    """Return the bytes that are sealed for an observation together with its source."""
    return b"[" + encode(observation, 0) + b"," + encode_source(observation.source) + b"]"


def decode_alone(plain: bytes) -> Observation:
    """Return the observation that `encode_alone` gave; raises SealBroken for anything else."""
    try:
        reading, source = json.loads(plain)
        return decode(json.dumps(reading).encode(), {0: decode_source(json.dumps(source).encode())})
    except (ValueError, TypeError) as error:
        raise SealBroken("a stored reading is not what this version writes") from error


def _quality_and_entry(fields: list[Any]) -> tuple[tuple[str, ...], str]:
    """Split what follows the source's number: codes, and from format 3 on a last object that names the entry."""
    if fields and isinstance(fields[-1], dict):
        return tuple(fields[:-1]), str(fields[-1]["entry"])
    return tuple(fields), ""


def encode_source(source: ReadingSource) -> bytes:
    """Return the bytes that are sealed for a source, the same bytes each time."""
    return json.dumps([source.device, source.app, source.file_sha256]).encode()


def decode_source(plain: bytes) -> ReadingSource:
    """Return the source that `encode_source` gave."""
    fields: list[Any] = json.loads(plain)
    return ReadingSource(*map(str, fields))


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND
