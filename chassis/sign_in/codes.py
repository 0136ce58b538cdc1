"""One-time sign-in codes: handed to one person, good once and for half an hour, kept as digests only.

A digest is made for one program (its label or key stands in it), so that a code opens nothing at another one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from chassis.clock import Clock
from chassis.sign_in.code_text import new_code, plain_signs

CODE_LIFE = timedelta(minutes=30)  # ours: from the issuer to the device

CodeDigest = Callable[[str], str]
"""Makes the stored digest of a code's plain signs, other digests for other programs."""


@dataclass(frozen=True, slots=True)
class StoredCode:
    """A code as it is kept: for whom it is, and from when on it opens nothing."""

    digest: str
    person: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """A new code, shown this once."""

    code: str
    expires: datetime


class CodeStorage(Protocol):
    """Where a program keeps its codes."""

    def add(self, code: StoredCode) -> None:
        """Keep a code."""

    def find(self, digest: str) -> StoredCode | None:
        """Return the code with this digest."""

    def take(self, digest: str) -> bool:
        """Remove a code; True for the one caller who did, however many try at once."""

    def drop_of(self, person: str) -> int:
        """Remove every code of a person and return how many there were."""

    def drop_expired(self, now: datetime) -> None:
        """Remove the codes that have ended."""


class OneTimeCodes:
    """Issues codes and redeems them."""

    def __init__(self, storage: CodeStorage, *, digest: CodeDigest, clock: Clock) -> None:
        self._storage = storage
        self._digest = digest
        self._clock = clock

    def issue(self, person: str) -> IssuedCode:
        """Return a new code for one person; every earlier code of theirs ends now."""
        code, now = new_code(), self._clock()
        self._storage.drop_expired(now)
        self._storage.drop_of(person)
        expires = now + CODE_LIFE
        self._storage.add(StoredCode(self._digest(plain_signs(code)), person, expires))
        return IssuedCode(code, expires)

    def find(self, typed: str) -> StoredCode | None:
        """Return the code that was typed while it is good, without spending it; None for any other text."""
        plain = plain_signs(typed)
        found = self._storage.find(self._digest(plain)) if plain else None
        return None if found is None or self._clock() >= found.expires else found

    def spend(self, code: StoredCode) -> bool:
        """Use up a code that `find` returned; False if somebody else used or revoked it meanwhile."""
        return self._storage.take(code.digest)

    def revoke(self, person: str) -> int:
        """End every code of a person; returns how many there were."""
        return self._storage.drop_of(person)
