"""A new notice asks again whoever said yes under an earlier one; until then, or by "keep", that yes stays as it was.

Asked are the grants of people who read; what league learning gets is another notice's. The answer counts at once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from consent.athlete import change_consent
from consent.errors import Conflict, NotFound
from consent.grants.active import live_grants
from consent.grants.notice import Notice, in_force
from consent.grants.values import Change, ConsentMethod, ReceiptRecord
from consent.registry import members
from consent.storage.notice_rows import NoticeAnswerRow
from consent.storage.transaction import Transaction
from policies.grant import Grant
from policies.vocabulary import AthleteId, Category, Granularity, Role

READERS: Final = frozenset({Role.COACH, Role.MEDICAL, Role.NATIONAL_TEAM})


class NoticeAnswer(StrEnum):
    """What an athlete may answer to a new notice; all three weigh the same."""

    YES = "yes"
    KEEP = "keep"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class AskedAgain:
    """A notice and the grants that stand under an earlier one. kept: when the athlete chose to leave them so."""

    notice: Notice
    grants: tuple[Grant, ...]
    kept: datetime | None

    @property
    def is_open(self) -> bool:
        """True while it waits for an answer."""
        return self.kept is None


def of_athlete(tx: Transaction, athlete: AthleteId, categories: Iterable[Category] = Category) -> list[AskedAgain]:
    """Return every notice in force that changes what this athlete gave under an earlier one, kept or not."""
    found = []
    changed = {one.about: one for one in (in_force(category, tx.now) for category in categories) if one.changes}
    grants = live_grants(tx, [athlete], categories=[about for about in changed if about]) if changed else {}
    for notice in changed.values():
        earlier = tuple(grant for grant in grants.values() if _is_earlier(grant, notice))
        if earlier:
            row = tx.session.get(NoticeAnswerRow, (athlete, notice.version, notice.subject))
            found.append(AskedAgain(notice, earlier, None if row is None else row.at))
    return found


def answer(
    tx: Transaction, athlete: AthleteId, version: str, said: NoticeAnswer, *, method: ConsentMethod
) -> ReceiptRecord | None:
    """Carry out an answer: give the same under the new notice, leave all as it is (no receipt), or end it.

    Raises NotFound where this notice asks nothing of this athlete (any more), and what `change_consent.change` does.
    """
    members.locked_one(tx, athlete)
    asked = next((one for one in of_athlete(tx, athlete) if one.notice.version == version), None)
    if asked is None:
        raise NotFound("expected a notice that asks something of this athlete")
    if said is NoticeAnswer.KEEP:
        _keep(tx, athlete, asked)
        return None
    gives = said is NoticeAnswer.YES
    wanted = [_again(grant) if gives else Change(grant.cell, Granularity.NONE) for grant in asked.grants]
    return change_consent.change(tx, athlete, wanted, method=method)


def _is_earlier(grant: Grant, notice: Notice) -> bool:
    is_read = grant.cell.category is notice.about and grant.cell.recipient.role in READERS
    return is_read and grant.notice_version != notice.version


def _again(grant: Grant) -> Change:
    return Change(grant.cell, grant.max_granularity, grant.ends)


def _keep(tx: Transaction, athlete: AthleteId, asked: AskedAgain) -> None:
    if not asked.is_open:
        raise Conflict("it is kept as before already")
    notice = asked.notice
    tx.session.add(
        NoticeAnswerRow(
            athlete=athlete, version=notice.version, subject=notice.subject, sha256=notice.sha256, at=tx.now
        )
    )
    tx.without_entry("nothing that anybody gets changes")
