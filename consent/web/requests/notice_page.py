"""A notice as the athlete reads it, and what it asks of whoever said yes under an earlier one. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chassis.text import long_date
from consent.athlete.asked_again import AskedAgain
from consent.grants.notice import Notice
from consent.web.text import CATEGORIES, RECIPIENTS, granularity_words
from policies.grant import Grant
from policies.vocabulary import OrgId


@dataclass(frozen=True, slots=True)
class NoticeAsk:
    """What a notice asks. changes: the one sentence of what changes. groups: who gets it now, how fine, until when.

    kept: the day on which the athlete chose to keep it as it was; "" while it waits for an answer.
    """

    href: str
    question: str
    changes: str
    groups: tuple[str, ...]
    kept: str

    @property
    def is_open(self) -> bool:
        """True while it waits for an answer."""
        return not self.kept


@dataclass(frozen=True, slots=True)
class NoticeView:
    """The whole notice. parts: each paragraph as its first words and the rest."""

    title: str
    version: str
    begins: str
    parts: tuple[tuple[str, str], ...]
    sha256: str


def notice_view(one: Notice) -> NoticeView:
    """Return a notice in parts."""
    about = "everything you share" if one.about is None else f"your {CATEGORIES[one.about].phrase}"
    parts = tuple(_part(" ".join(paragraph.split())) for paragraph in one.text.split("\n\n"))
    return NoticeView(f"What a yes means for {about}", one.version, long_date(one.begins), parts, one.sha256)


def notice_ask(asked: AskedAgain, names: Mapping[OrgId, str]) -> NoticeAsk:
    """Return what a notice asks, in words. names: of the organisations."""
    about = asked.notice.about
    phrase = CATEGORIES[about].phrase if about else "data"
    return NoticeAsk(
        href=f"/notices/{asked.notice.version}",
        question=f"Your {phrase} would mean something else: does your yes still hold?",
        changes=asked.notice.changes,
        groups=_groups(asked.grants, names),
        kept=long_date(asked.kept) if asked.kept else "",
    )


def _part(paragraph: str) -> tuple[str, str]:
    first, _, rest = paragraph.partition(". ")
    return first, rest


def _groups(grants: Sequence[Grant], names: Mapping[OrgId, str]) -> tuple[str, ...]:
    found = []
    for one in grants:
        recipient = one.cell.recipient
        who = f"{RECIPIENTS[recipient.role].title}, {names.get(recipient.org, recipient.org)}"
        level = granularity_words(one.cell.category, one.max_granularity).label
        found.append(f"{who}: {level}, until {long_date(one.ends)}")
    return tuple(sorted(found))
