"""Timestamped signatures over checkpoints: the messages and blobs of C2SP tlog-cosignature v1.1.

A cosignature says: at this time this was the largest consistent tree of the log that the signer had seen.
"""

import struct

from audit.errors import MalformedProof
from audit.tlog.checkpoint import parse_body
from audit.tlog.note_text import check_name

MAX_TIMESTAMP = (1 << 63) - 1
TIMESTAMP_SIZE = 8
_LABEL = b"subtree/v1\n\0"
_MAX_NAME = 255


def ed25519_message(timestamp_s: int, text: str) -> bytes:
    """Return what an Ed25519 cosigner signs: two lines and the whole note text.

    Raises MalformedProof unless `text` is a checkpoint and the time from 0 to 2^63 - 1.
    """
    parse_body(text)
    _check_time(timestamp_s)
    return f"cosignature/v1\ntime {timestamp_s}\n{text}".encode()


def ml_dsa_message(name: str, timestamp_s: int, text: str) -> bytes:
    """Return what an ML-DSA-44 cosigner signs: the structure cosigned_message, from leaf 0 to the tree's size.

    It says nothing of a checkpoint's extension lines. Raises MalformedProof unless `text` is a checkpoint, the
    time from 0 to 2^63 - 1, and both names fit their length byte.
    """
    checkpoint = parse_body(text)
    check_name(name)
    _check_time(timestamp_s)
    return (
        _LABEL
        + _short(name)
        + struct.pack(">Q", timestamp_s)
        + _short(checkpoint.origin)
        + struct.pack(">QQ", 0, checkpoint.size)
        + checkpoint.root
    )


def join_timestamp(timestamp_s: int, signature: bytes) -> bytes:
    """Return a timestamped_signature; raises MalformedProof for a time outside 0 to 2^63 - 1."""
    _check_time(timestamp_s)
    return struct.pack(">Q", timestamp_s) + signature


def split_timestamp(blob: bytes, signature_size: int) -> tuple[int, bytes]:
    """Return POSIX time and signature of a timestamped_signature; raises MalformedProof."""
    if len(blob) != TIMESTAMP_SIZE + signature_size:
        raise MalformedProof(f"expected a time and a signature of {signature_size} bytes")
    (timestamp_s,) = struct.unpack(">Q", blob[:TIMESTAMP_SIZE])
    _check_time(timestamp_s)
    return timestamp_s, blob[TIMESTAMP_SIZE:]


def _check_time(timestamp_s: int) -> None:
    if not 0 <= timestamp_s <= MAX_TIMESTAMP:
        raise MalformedProof("expected a time in seconds from 0 to 2^63 - 1")


def _short(text: str) -> bytes:
    data = text.encode()
    if not 1 <= len(data) <= _MAX_NAME:
        raise MalformedProof(f"expected a name of 1 to {_MAX_NAME} bytes")
    return bytes([len(data)]) + data
