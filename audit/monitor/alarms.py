"""What a monitor can find wrong with a log: a closed list, one plain sentence each, and the evidence for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from audit.errors import ProofFailed

MAX_AGE_S = 7_200
"""Seconds without anything new after which a log is stale (our choice)."""
REREAD_AFTER_S = 86_400
"""Seconds after which every entry is read again (our choice): of a million, that is 350 MB."""


class AlarmKind(StrEnum):
    """Everything that a monitor raises an alarm for."""

    MALFORMED_CHECKPOINT = "malformed_checkpoint"
    BAD_SIGNATURE = "bad_signature"
    QUORUM_MISSING = "quorum_missing"
    ROLLBACK = "rollback"
    SPLIT_VIEW = "split_view"
    HISTORY_CHANGED = "history_changed"
    MISSING_FILE = "missing_file"
    WRONG_FILE = "wrong_file"
    MALFORMED_ENTRY = "malformed_entry"
    STALE = "stale"
    DATED_AHEAD = "dated_ahead"
    WITNESS_AHEAD = "witness_ahead"
    OUT_OF_REACH = "out_of_reach"


SENTENCES: Mapping[AlarmKind, str] = {
    AlarmKind.MALFORMED_CHECKPOINT: "The log’s checkpoint is not in its format.",
    AlarmKind.BAD_SIGNATURE: "The log’s checkpoint is not signed by the keys that you trust.",
    AlarmKind.QUORUM_MISSING: "Too few of the witnesses that you trust have countersigned the checkpoint.",
    AlarmKind.ROLLBACK: "The log now shows fewer entries than it has shown before.",
    AlarmKind.SPLIT_VIEW: "The log has signed two different histories.",
    AlarmKind.HISTORY_CHANGED: "The log does not continue what it showed before: entries were changed or removed.",
    AlarmKind.MISSING_FILE: "The log does not hand out a file that its checkpoint stands for.",
    AlarmKind.WRONG_FILE: "A file of the log does not hold what its checkpoint stands for.",
    AlarmKind.MALFORMED_ENTRY: "An entry is not in the format of this log.",
    AlarmKind.STALE: "The log has shown nothing new for too long.",
    AlarmKind.DATED_AHEAD: "The log’s checkpoint says that it was signed in the future.",
    AlarmKind.WITNESS_AHEAD: "A witness has seen entries that the log does not show here.",
    AlarmKind.OUT_OF_REACH: "The log cannot be reached, and has shown nothing new for too long.",
}

PASSING = frozenset({AlarmKind.STALE, AlarmKind.DATED_AHEAD, AlarmKind.WITNESS_AHEAD})
"""Alarms about time: the tree itself has been verified, and the next check goes on from it."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing that is wrong; `detail` says what was expected and what came. evidence: file names with their bytes."""

    kind: AlarmKind
    detail: str
    evidence: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """What is wrong, for people."""
        return SENTENCES[self.kind]


class Misbehaved(ProofFailed):
    """The log did something that ends the check."""

    def __init__(self, kind: AlarmKind, detail: str, **evidence: bytes | None) -> None:
        super().__init__(detail)
        named = {f"{name.replace('_', '-')}.note": data for name, data in evidence.items() if data is not None}
        self.alarm = Alarm(kind, detail, named)
