"""Errors of the shared rules.

PolicyError
├── InvalidInput      a value that cannot be what its type promises
├── BadSignature      a signature that does not verify, or by an unknown key
└── BrokenRules       a rule bundle that the strict loader refuses
"""


class PolicyError(Exception):
    """Base of every error that `policies` raises."""


class InvalidInput(PolicyError, ValueError):
    """A value outside what was expected; the message names the expectation, never the data."""


class BadSignature(PolicyError):
    """A signature that does not verify under the key that was expected."""


class BrokenRules(PolicyError):
    """A rule bundle that is incomplete, unknown or contradictory; nothing is decided with it."""
