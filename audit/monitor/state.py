"""What a monitor keeps between its checks: the last checkpoint it verified, and where to go on from.

The file holds no secret, but whoever can write it decides what is believed: it is checked as strictly as a log.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from audit.errors import AuditError, BrokenState
from audit.tlog import merkle, tiles
from audit.tlog.canonical_base64 import decode_base64, encode_base64
from audit.tlog.checkpoint import Checkpoint, parse_body
from audit.tlog.note import open_note
from audit.tlog.note_keys import Verifier
from audit.verification.tile_hasher import TileHasher
from chassis.files.replace_file import replace_durably
from policies.canonical import canonical_bytes

MOST_BYTES = 16_000_000
MOST_AWAITED = 32
"""Limits we chose. A note takes up to a megabyte; an edge takes 11 kB per level."""
SAFE_INTEGERS = 1 << 53
"""RFC 8785 §3.2.2.3 writes whole numbers below this one only; a larger one could be read and not be written again."""


@dataclass(frozen=True, slots=True)
class MonitorState:
    """A log as it was verified last.

    edge: per level the hashes, joined, of the tile that is being filled. is_foreign: None while there is no entry yet.
    has_heartbeats: the log has held one, so that more must come. alive_at_s: when we last saw a sign of life,
    by our own clock, POSIX time. awaited: larger checkpoints that witnesses showed, to be met when the log gets there.
    whole_at_s: when every entry from the first on was read last, by our own clock; None if that is not known.
    """

    note: bytes
    checkpoint: Checkpoint
    edge: tuple[bytes, ...]
    is_foreign: bool | None
    has_heartbeats: bool
    alive_at_s: int
    awaited: tuple[tuple[Checkpoint, bytes], ...] = ()
    whole_at_s: int | None = None


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    version: Annotated[int, Field(ge=1, le=1)]
    note: str
    edge: Annotated[list[str], Field(max_length=tiles.MAX_LEVEL + 1)]
    is_foreign: bool | None
    has_heartbeats: bool
    alive_at_s: Annotated[int, Field(ge=0, lt=SAFE_INTEGERS)]
    awaited: Annotated[list[str], Field(max_length=MOST_AWAITED)]
    # Files of earlier releases do not have it: then everything is read again.
    whole_at_s: Annotated[int, Field(ge=0, lt=SAFE_INTEGERS)] | None = None


def encode_state(state: MonitorState) -> bytes:
    """Return the bytes of a state file."""
    return (
        canonical_bytes(
            {
                "version": 1,
                "note": state.note.decode(),
                "edge": [encode_base64(hashes) for hashes in state.edge],
                "is_foreign": state.is_foreign,
                "has_heartbeats": state.has_heartbeats,
                "alive_at_s": state.alive_at_s,
                "awaited": [note.decode() for _, note in state.awaited],
                "whole_at_s": state.whole_at_s,
            }
        )
        + b"\n"
    )


def parse_state(data: bytes, log_keys: list[Verifier]) -> MonitorState:
    """Parse a state file; every checkpoint in it must be signed by one of these keys. Raises BrokenState."""
    try:
        file = _File.model_validate_json(data)
        checkpoint, edge = _opened(file.note, log_keys), tuple(decode_base64(one) for one in file.edge)
        awaited = tuple((_opened(note, log_keys), note.encode()) for note in file.awaited)
    except (ValidationError, ValueError, AuditError) as error:
        raise BrokenState("expected a state that this monitor wrote, about a log with the keys given") from error
    _check_edge(edge, checkpoint)
    if any(later.origin != checkpoint.origin or later.size <= checkpoint.size for later, _ in awaited):
        raise BrokenState("expected witnesses' checkpoints of the same log, larger than the one verified")
    return MonitorState(
        file.note.encode(),
        checkpoint,
        edge,
        file.is_foreign,
        file.has_heartbeats,
        file.alive_at_s,
        awaited,
        file.whole_at_s,
    )


def read_state(path: Path, log_keys: list[Verifier]) -> MonitorState | None:
    """Read a state file, or return None if there is none yet; raises BrokenState, also if there is no folder for it."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except FileNotFoundError as error:
        if not path.absolute().parent.is_dir():  # said before a check whose result could not be kept
            raise BrokenState(f"expected a folder for the monitor's state, found none at {path.parent}") from error
        return None
    except OSError as error:
        reason = os.strerror(error.errno).lower() if error.errno else type(error).__name__
        raise BrokenState(f"cannot read the monitor's state: {reason}") from error
    if len(data) > MOST_BYTES:
        raise BrokenState(f"expected a state of at most {MOST_BYTES:,} bytes")
    return parse_state(data, log_keys)


def write_state(path: Path, state: MonitorState) -> None:
    """Write a state file durably; raises OSError."""
    replace_durably(path, encode_state(state))


def _opened(note: str, log_keys: list[Verifier]) -> Checkpoint:
    opened = open_note(note.encode(), log_keys)
    checkpoint = parse_body(opened.text)
    if all(signature.name != checkpoint.origin for signature in opened.signatures):
        raise BrokenState("expected a checkpoint signed in the name of its own log")
    return checkpoint


def _check_edge(edge: tuple[bytes, ...], checkpoint: Checkpoint) -> None:
    counts = [checkpoint.size >> tiles.HEIGHT * level & tiles.WIDTH - 1 for level in range(tiles.MAX_LEVEL + 1)]
    held = [len(hashes) for hashes in edge] + [0] * (len(counts) - len(edge))
    if held != [count * merkle.HASH_SIZE for count in counts]:
        raise BrokenState("expected an edge as wide as the checkpoint's size")
    if TileHasher(checkpoint.size, edge).root() != checkpoint.root:
        raise BrokenState("the edge in the monitor's state does not lead to its checkpoint")
