"""What became of an answer after its act was recorded: one more entry, by the organisation that asked, says so.

The intent is in the log before anything is disclosed; the outcome follows when the answer has been handed to the
network, or when it could not be. If the outcome cannot be recorded nothing is undone: it stays unknown.
"""

from collections.abc import Iterable

from sqlmodel import col, select

from audit.entries.details.access import AnswerDelivered
from consent.decisions.values import DeliveryOutcome
from consent.storage.log_journal import Draft
from consent.storage.rows import AnswerOutcomeRow
from consent.storage.transaction import Transaction
from policies.vocabulary import OrgId


def note(tx: Transaction, org: OrgId, event: str, *, sent: bool) -> None:
    """Append the outcome of one act of `org` and keep it for the athletes' own pages."""
    tx.append([Draft.of_org(org, AnswerDelivered(answers=event, sent=sent))])
    tx.session.add(AnswerOutcomeRow(event=event, sent=sent))


def of_events(tx: Transaction, events: Iterable[str]) -> dict[str, DeliveryOutcome]:
    """Return what is known of each of these acts; an act that is not in the answer has no known outcome."""
    wanted = sorted(set(events))
    rows = tx.session.exec(select(AnswerOutcomeRow).where(col(AnswerOutcomeRow.event).in_(wanted))).all()
    return {row.event: DeliveryOutcome.OPENED if row.sent else DeliveryOutcome.NOT_OPENED for row in rows}
