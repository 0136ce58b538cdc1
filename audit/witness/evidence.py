"""Evidence against a log, kept in the witness's folder: two signed checkpoints that do not go together.

Each piece is a folder with `held.note`, which this witness cosigned, and `shown.note`, which the log signed too.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from audit.tlog.checkpoint import Checkpoint
from audit.witness.config import WatchedLog

FOLDER = "evidence"
HELD, SHOWN = "held.note", "shown.note"
MOST_KEPT = 64
"""Pieces kept for one log (our choice): one is enough to convict, and a thief of its key could sign any number."""


class EvidenceKind(StrEnum):
    """What the two checkpoints show."""

    SPLIT_VIEW = "split-view"
    """One size, two roots: the log has shown two histories. Nothing else is needed to prove it."""
    UNPROVEN = "unproven"
    """A later checkpoint without a proof that fits; only the newest is kept. The log may be asked for the proof."""


@dataclass(frozen=True, slots=True)
class WitnessEvidence:
    """One piece: its kind, the size that the shown checkpoint states, when it was kept, and the name of its folder."""

    kind: EvidenceKind
    size: int
    kept_at: datetime
    folder: str


def keep_evidence(
    directory: Path,
    log: WatchedLog,
    kind: EvidenceKind,
    shown: Checkpoint,
    notes: tuple[bytes, bytes],
    *,
    replace: Callable[[Path, bytes], None],
) -> None:
    """Keep two notes, held and shown, in the witness's `directory`; raises OSError.

    Does nothing if they are kept already, or enough of their kind.
    """
    pieces = list_evidence(directory, log)
    folder = f"{_prefix(log)}-{kind}-{shown.size}-{shown.root.hex()[:16]}"
    older = [piece for piece in pieces if piece.kind is kind]
    if any(piece.folder == folder for piece in older) or len(older) >= MOST_KEPT:
        return
    place = directory / FOLDER / folder
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, note in zip((HELD, SHOWN), notes, strict=True):
        replace(place / name, note)
    if kind is EvidenceKind.UNPROVEN:
        for piece in older:
            shutil.rmtree(directory / FOLDER / piece.folder, ignore_errors=True)


def list_evidence(directory: Path, log: WatchedLog) -> tuple[WitnessEvidence, ...]:
    """Return what is kept about one log, oldest first; half-written pieces are left out."""
    found = (_piece(path) for path in (directory / FOLDER).glob(f"{_prefix(log)}-*"))
    return tuple(sorted((piece for piece in found if piece), key=lambda piece: (piece.kept_at, piece.folder)))


def _piece(path: Path) -> WitnessEvidence | None:
    try:
        _, rest = path.name.split("-", 1)
        name, size, _ = rest.rsplit("-", 2)
        kept_at = datetime.fromtimestamp((path / SHOWN).stat().st_mtime, UTC)
        return WitnessEvidence(EvidenceKind(name), int(size), kept_at, path.name)
    except (ValueError, OSError):
        return None


def _prefix(log: WatchedLog) -> str:
    return log.log_id[:16]
