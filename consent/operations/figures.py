"""What the consent service tells its operator: figures, whether it is ready, and whether its log is late.

Nothing here waits for a writing transaction or asks the database at a scrape: what the ledger holds is counted anew at
each publication, so that no step of a figure tells when somebody decided.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import col, func, select

from audit.cosigning.cosigner import Cosigner
from audit.writer.log import Log
from chassis.clock import Clock
from chassis.operations.figures import (
    EventCounter,
    OperatorMetric,
    ProgramFigures,
    TimeCounter,
    refused_counter,
    rounded,
)
from chassis.operations.health import NotReady, ProgramHealth
from consent.errors import ConsentError
from consent.operations.log_status import LATE_AFTER
from consent.storage.rows import BudgetRow
from consent.storage.transaction import Transaction, Transactions

FEWEST_ATHLETES: Final = 10  # ours, as in the auditor's reports: below it a total says something of one athlete
MICRO: Final = 1_000_000

PUBLISHED = OperatorMetric("homefield_log_published_entries", "Entries under the published checkpoint.")
WAITING = OperatorMetric("homefield_log_waiting_entries", "Entries that wait for publication.")
OLDEST = OperatorMetric(
    "homefield_log_oldest_waiting_seconds", "How long the oldest waiting entry has waited; 0 if none waits."
)
REFUSING = OperatorMetric(
    "homefield_log_refuses_entries", "1 while the log takes no entry, and nothing protected is answered."
)
SINCE = OperatorMetric(
    "homefield_log_since_publication_seconds", "Time since the last publication that succeeded, or the start."
)
PUBLICATION = OperatorMetric("homefield_log_publication_seconds", "How long publications took, witnesses included.")
FAILED = OperatorMetric("homefield_log_failed_publications", "Publications that did not succeed.")
WITNESSES = OperatorMetric("homefield_witnesses", "Witnesses that are asked.")
LATE_WITNESSES = OperatorMetric("homefield_witnesses_late", "Witnesses that have not cosigned the newest checkpoint.")
WRITERS = OperatorMetric("homefield_writers_waiting", "Transactions that wait for the one writer's turn.")
DECISIONS = OperatorMetric("homefield_decisions", "Questions of clubs that were decided, whatever came of them.")
LEDGER = OperatorMetric(
    "homefield_ledger_rho", "Budget that all athletes have used, to one digit; 0 below ten athletes."
)


@dataclass(slots=True)
class ConsentFigures:
    """The figures of one service. published_at: when a publication succeeded last, or when the service started."""

    clock: Clock
    published_at: datetime
    figures: ProgramFigures
    count_answer: Callable[[int], None]
    decisions: EventCounter
    publications: TimeCounter
    failures: EventCounter
    ledger_rho: float = field(default=0.0)

    @classmethod
    def of(cls, log: Log, cosigner: Cosigner | None, transactions: Transactions) -> "ConsentFigures":
        """Return the figures of an open service, which starts now."""
        figures, clock = ProgramFigures(), transactions.context.clock
        made = cls(
            clock=clock,
            published_at=clock(),
            figures=figures,
            count_answer=refused_counter(figures),
            decisions=figures.counting(DECISIONS),
            publications=figures.timing(PUBLICATION),
            failures=figures.counting(FAILED),
        )
        made._read_from(log, cosigner, transactions)
        return made

    def _read_from(self, log: Log, cosigner: Cosigner | None, transactions: Transactions) -> None:
        add = self.figures.reading
        add(PUBLISHED, lambda: log.size)
        add(WAITING, lambda: log.pending)
        add(OLDEST, lambda: log.oldest_waits_s)
        add(REFUSING, lambda: log.has_problem is not None)
        add(SINCE, lambda: (self.clock() - self.published_at).total_seconds())
        add(WITNESSES, lambda: len(cosigner.report()) if cosigner else 0)
        add(LATE_WITNESSES, lambda: sum(one.is_late for one in cosigner.report()) if cosigner else 0)
        add(WRITERS, lambda: transactions.waiting)
        add(LEDGER, lambda: self.ledger_rho)

    def published(self, took_s: float) -> None:
        """Note a publication that succeeded."""
        self.publications.add(took_s)
        self.published_at = self.clock()

    def count_ledger(self, tx: Transaction) -> None:
        """Count what the ledger holds."""
        spent = tx.session.exec(
            select(func.count(), func.sum(BudgetRow.spent)).select_from(BudgetRow).where(col(BudgetRow.spent) > 0)
        ).one()
        athletes, micro_rho = spent[0], int(spent[1] or 0)
        self.ledger_rho = rounded(micro_rho / MICRO) if athletes >= FEWEST_ATHLETES else 0.0


def service_health(
    figures: ConsentFigures, log: Log, transactions: Transactions, *, checkpoint_every_s: int
) -> ProgramHealth:
    """Return how the service is asked: late when a publication is overdue or the log takes no entry."""
    longest = LATE_AFTER * timedelta(seconds=checkpoint_every_s)

    def is_late() -> bool:
        return log.has_problem is not None or figures.clock() - figures.published_at > longest

    def find_unready() -> NotReady | None:
        try:
            with transactions.read() as tx:
                tx.session.exec(select(1)).one()
        except ConsentError:
            return NotReady.DATABASE
        return NotReady.LOG if log.has_problem is not None else None

    return ProgramHealth(is_late, find_unready)
