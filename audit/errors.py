"""Errors of the log and its pages.

AuditError
├── MalformedProof      a proof, note, tile or entry that is not what its format says
├── ProofFailed         well-formed, but it does not lead to the root it claims
├── UnknownSigner       no signature by a key that is trusted
├── LogUnavailable      an append that is not durable; whoever asked must give no answer
├── LogCorrupt          stored bytes that contradict each other
├── SourceUnavailable   a log's files that cannot be reached, so that nothing can be said about them
├── CannotServe         an address that cannot be had, or a program that does not come up
└── UnsafeChart         an SVG that may not stand in a page
"""


class AuditError(Exception):
    """Base of every error that `audit` raises."""


class MalformedProof(AuditError, ValueError):
    """A proof, note, tile or entry that is not what its format says."""


class ProofFailed(AuditError):
    """A well-formed proof that does not lead to the root it claims."""


class UnknownSigner(AuditError):
    """No signature by a trusted key."""


class LogUnavailable(AuditError):
    """The entry could not be made durable; whoever asked must give no answer."""


class LogCorrupt(AuditError):
    """Stored bytes that contradict each other."""


class SourceUnavailable(AuditError):
    """The files of a log cannot be reached; nothing is known about them, good or bad."""


class UnsafeChart(AuditError):
    """An SVG that may not stand in a page."""


class CannotServe(AuditError):
    """An address that cannot be had, or a program that does not come up."""
