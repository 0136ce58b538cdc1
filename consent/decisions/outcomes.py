"""What became of an answer after its act was recorded: one more entry, by the organisation that asked, says so.

The intent is in the log before anything is disclosed; the outcome follows when the answer has been handed to the
network, or when it could not be. If the outcome cannot be recorded nothing is undone: it stays unknown.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import insert
from sqlmodel import col, select

from audit.entries.details.access import AnswerDelivered
from consent.decisions.prepared import Prepared
from consent.decisions.values import DeliveryOutcome, OutcomeReport
from consent.storage.column_statement import ColumnStatement
from consent.storage.log_journal import Draft
from consent.storage.rows import AnswerOutcomeRow
from consent.storage.transaction import Transaction

_KEPT = ColumnStatement(insert(AnswerOutcomeRow))


def note_together(tx: Transaction, reports: Sequence[OutcomeReport]) -> list[Prepared[None]]:
    """Keep the outcomes of acts for the athletes' own pages, and return an entry for each."""
    tx.columns.change(_KEPT, [{"event": report.event, "sent": report.sent} for report in reports])
    return [Prepared([_draft(report)], lambda _appended: None) for report in reports]


def _draft(report: OutcomeReport) -> Draft:
    return Draft.of_org(report.org, AnswerDelivered(answers=report.event, sent=report.sent))


def of_events(tx: Transaction, events: Iterable[str]) -> dict[str, DeliveryOutcome]:
    """Return what is known of each of these acts; an act that is not in the answer has no known outcome."""
    wanted = sorted(set(events))
    rows = tx.session.exec(select(AnswerOutcomeRow).where(col(AnswerOutcomeRow.event).in_(wanted))).all()
    return {row.event: DeliveryOutcome.OPENED if row.sent else DeliveryOutcome.NOT_OPENED for row in rows}
