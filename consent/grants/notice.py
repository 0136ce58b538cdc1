"""The notices that stand behind every yes: what is measured, what it means, benefits, risks, recipients, rights.

A notice is about every kind of data, or about one, and then stands in place of the other. Immutable: another text is
another version. Receipts name the version and the hash of the text. Each language is a notice of its own; the English
one binds.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from consent.grants.notice_texts import CHANGED_2026_12, GENERAL_2026_11, READINESS_2026_12
from policies.canonical import sha256_hex
from policies.terms.notices import FIRST_NOTICE
from policies.vocabulary import Category

BINDING: Final = "en-GB"


@dataclass(frozen=True, slots=True)
class Notice:
    """One text. about: the kind of data that it is about, None for all. begins: first day (UTC) on which it is served.

    changes: in one sentence what it changes for who said yes before; "" where nobody is asked again.
    """

    version: str
    begins: date
    text: str
    about: Category | None = None
    changes: str = ""
    language: str = BINDING

    @property
    def subject(self) -> str:
        """What it is about, as rows and addresses name it."""
        return "all" if self.about is None else self.about.value

    @property
    def sha256(self) -> str:
        """Hash of the text: what receipts cite."""
        return sha256_hex(self.text.encode())


NOTICES: Final = (
    Notice(FIRST_NOTICE, date(2026, 11, 1), GENERAL_2026_11),
    Notice("2026-12", date(2026, 12, 1), READINESS_2026_12, Category.READINESS, CHANGED_2026_12),
)
"""Every notice that was ever served, the oldest first."""


def in_force(category: Category | None, now: datetime, *, language: str = BINDING) -> Notice:
    """Return the notice that a yes to `category` is given under at `now`; of all kinds for None.

    Before the first has begun it is the first: nothing is given without one.
    """
    begun = [one for one in NOTICES if one.language == language and one.begins <= now.astimezone(UTC).date()]
    own = [one for one in begun if one.about is category]
    general = [one for one in begun if one.about is None]
    return (own or general or list(NOTICES[:1]))[-1]


def served_with(categories: Iterable[Category], now: datetime) -> tuple[Notice, ...]:
    """Return the notices in force for these kinds of data, each once; the one about all for none of them."""
    found = {one.sha256: one for one in (in_force(category, now) for category in categories)}
    return tuple(found.values()) or (in_force(None, now),)
