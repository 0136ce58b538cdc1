"""Errors of the shared rules.

PolicyError
├── InvalidInput      a value that cannot be what its type promises
├── BadSignature      a signature that does not verify, or by an unknown key
├── OutsideItsTime    something signed that does not hold at this moment
└── BrokenRules       a rule bundle that the strict loader refuses
"""

from datetime import datetime
from typing import ClassVar


class PolicyError(Exception):
    """Base of every error that `policies` raises."""


class InvalidInput(PolicyError, ValueError):
    """A value outside what was expected; the message names the expectation, never the data."""


class BadSignature(PolicyError):
    """A signature that does not verify under the key that was expected."""


class OutsideItsTime(PolicyError):
    """Something signed that does not hold at this moment. begins, ends: between which times it does, where it says."""

    is_loggable: ClassVar[bool] = True

    def __init__(self, message: str, *, begins: datetime | None = None, ends: datetime | None = None) -> None:
        super().__init__(message)
        self.begins = begins
        self.ends = ends


class BrokenRules(PolicyError):
    """A rule bundle that is incomplete, unknown or contradictory; nothing is decided with it."""
