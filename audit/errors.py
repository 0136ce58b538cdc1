"""Errors of the log.

AuditError
├── MalformedProof      a proof, note, tile or entry that is not what its format says
├── ProofFailed         well-formed, but it does not lead to the root it claims
├── MalformedPolicy     a trust policy file that is not what its format says
├── UnknownSigner       no signature by a key that is trusted
├── QuorumNotMet        signed by the log, but by too few of the witnesses that the policy asks for
├── LogUnavailable      an append that is not durable; whoever asked must give no answer
├── LogCorrupt          stored bytes that contradict each other
├── BrokenState         what a witness or monitor keeps between runs is missing or not what it wrote
├── SourceUnavailable   a log's files that cannot be reached, so that nothing can be said about them
└── StillChecking       a log whose first verification still runs, so that nothing can be shown yet
"""

from typing import ClassVar


class AuditError(Exception):
    """Base of every error that `audit` raises."""


class MalformedProof(AuditError, ValueError):
    """A proof, note, tile or entry that is not what its format says."""


class ProofFailed(AuditError):
    """A well-formed proof that does not lead to the root it claims."""


class MalformedPolicy(AuditError, ValueError):
    """A trust policy file that is not what its format says."""


class UnknownSigner(AuditError):
    """No signature by a trusted key."""


class QuorumNotMet(AuditError):
    """A checkpoint by the log that too few witnesses have cosigned."""

    is_loggable: ClassVar[bool] = True


class LogUnavailable(AuditError):
    """The entry could not be made durable; whoever asked must give no answer."""

    is_loggable: ClassVar[bool] = True


class LogCorrupt(AuditError):
    """Stored bytes that contradict each other."""

    is_loggable: ClassVar[bool] = True


class BrokenState(AuditError):
    """What a witness or monitor keeps between its runs is missing, or not what it wrote."""


class SourceUnavailable(AuditError):
    """The files of a log cannot be reached; nothing is known about them, good or bad."""


class StillChecking(AuditError):
    """The first verification of a log still runs; `done` of `total` entries are verified."""

    def __init__(self, done: int, total: int) -> None:
        super().__init__(f"{done} of {total} entries are verified so far")
        self.done = done
        self.total = total
