"""The bytes of a segment of the pending journal: a header, then groups, each of them proved by its hash.

A segment is `MAGIC ‖ number`, then groups of `GROUP ‖ length ‖ SHA-256 ‖ payload`; a payload is `time ‖ act ‖
count` and the entries as in a bundle. Numbers are unsigned, most significant byte first. Version 1, which is still
read, has no act. The hash covers the segment's
number and the group's place too, so that a block of an older file, which a crash may leave behind the end of
this one, is no group.
"""

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from audit.errors import LogCorrupt, MalformedProof
from audit.tlog import tiles

MAGIC = b"homefield.pending.2\n"
FORMER_MAGIC = b"homefield.pending.1\n"
GROUP = b"\xf5GRP"
_NUMBER = struct.Struct(">Q")
_PLACE = struct.Struct(">QQ")
_FRAME = struct.Struct(">4sQ32s")
_PAYLOAD = struct.Struct(">QQI")
_FORMER_PAYLOAD = struct.Struct(">QI")


@dataclass(frozen=True, slots=True)
class Segment:
    """What a segment holds: its entries, the POSIX time of the oldest, and the length up to which it is whole.

    act: the largest act number of its groups, 0 if none has one. A group may hold no entries: it was written to see
    whether one could be made durable.
    """

    entries: tuple[bytes, ...]
    oldest_s: int
    length: int
    act: int = 0


def encode_header(number: int) -> bytes:
    """Return the start of a segment."""
    return MAGIC + _NUMBER.pack(number)


def encode_group(number: int, at: int, entries: Sequence[bytes], *, at_s: int, act: int = 0) -> bytes:
    """Return one group for place `at` of segment `number`.

    at_s: POSIX time of its oldest entry. act: the largest act number up to here.
    """
    payload = _PAYLOAD.pack(max(at_s, 0), act, len(entries)) + tiles.encode_bundle(entries)
    return _FRAME.pack(GROUP, len(payload), _proof(number, at, payload)) + payload


def parse_segment(data: bytes, number: int) -> Segment:
    """Return what a segment holds, without a torn group at its end: that one was never acknowledged.

    Raises LogCorrupt for what no crash leaves behind: another header, no whole first group (a segment comes into
    being with one), or a whole group behind a broken one.
    """
    header = encode_header(number)
    is_former = data.startswith(FORMER_MAGIC + header[len(MAGIC) :])
    if not (is_former or data.startswith(header)):
        raise LogCorrupt(f"expected segment {number} of the pending entries, got a file with another header")
    entries: list[bytes] = []
    times: list[int] = []
    at, newest_act = len(header), 0
    while (payload := _payload(data, number, at)) is not None:
        at_s, act, count, packed = _unpacked(payload, is_former=is_former)
        entries += _decoded(packed, count)
        times += [at_s] * bool(count)
        newest_act = max(newest_act, act)
        at += _FRAME.size + len(payload)
    if at == len(header) or _any_group_behind(data, number, at):
        raise LogCorrupt(f"segment {number} of the pending entries is damaged: entries that were acknowledged are lost")
    return Segment(tuple(entries), min(times, default=0), at, newest_act)


def _unpacked(payload: bytes, *, is_former: bool) -> tuple[int, int, int, bytes]:
    """Return time, act, count and the packed entries of a payload, which is as long as its head at least."""
    if is_former:
        at_s, count = _FORMER_PAYLOAD.unpack_from(payload)
        return at_s, 0, count, payload[_FORMER_PAYLOAD.size :]
    if len(payload) < _PAYLOAD.size:
        raise LogCorrupt("a group of pending entries does not hold what it says")
    at_s, act, count = _PAYLOAD.unpack_from(payload)
    return at_s, act, count, payload[_PAYLOAD.size :]


def _any_group_behind(data: bytes, number: int, at: int) -> bool:
    at = data.find(GROUP, at + 1)
    while at >= 0:
        if _payload(data, number, at) is not None:
            return True
        at = data.find(GROUP, at + 1)
    return False


def _payload(data: bytes, number: int, at: int) -> bytes | None:
    """Return the payload of the group at this place, or None if there is no whole group."""
    if len(data) - at < _FRAME.size:
        return None
    mark, length, proof = _FRAME.unpack_from(data, at)
    start = at + _FRAME.size
    if mark != GROUP or not _FORMER_PAYLOAD.size <= length <= len(data) - start:
        return None
    payload = data[start : start + length]
    return payload if _proof(number, at, payload) == proof else None


def _proof(number: int, at: int, payload: bytes) -> bytes:
    return hashlib.sha256(_PLACE.pack(number, at) + payload).digest()


def _decoded(data: bytes, count: int) -> tuple[bytes, ...]:
    try:
        return tiles.decode_bundle(data, count)
    except MalformedProof as error:
        raise LogCorrupt("a group of pending entries does not hold what it says") from error
