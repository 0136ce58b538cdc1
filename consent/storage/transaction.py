"""One transaction: the database session, the moment, the rules and the journal, with the append before the commit.

SQLite: writers begin IMMEDIATE, so nothing that was read can change before the commit. PostgreSQL: the
athletes' rows are locked before anything about them is read. On both, one process writes (the log has a
single writer), and a queue keeps its threads in order.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col

from chassis.clock import Clock
from chassis.errors import UnusableDatabase
from chassis.storage import engine as databases
from consent.errors import InvalidSettings, StoreUnavailable
from consent.keys import ServiceKeys
from consent.release_schedule import Publication
from consent.storage.column_statement import ColumnRow, ColumnStatement
from consent.storage.columns import ColumnStatements
from consent.storage.log_journal import Appended, Draft, LogJournal
from consent.storage.reconcile import PROGRESS, UnknownEntry, reconcile
from consent.storage.rows import LogProgressRow
from consent.storage.writer_queue import WriterQueue
from consent.trust_file import TrustFile
from policies.enforcer import Enforcer
from policies.vocabulary import AthleteId, OrgId

logger = logging.getLogger(__name__)

Settled = TypeVar("Settled")

BUSY_TIMEOUT_S = 30

_NEXT_ACT = ColumnStatement(
    update(LogProgressRow)
    .where(col(LogProgressRow.progress_id) == PROGRESS)
    .values(act=col(LogProgressRow.act) + 1)
    .returning(col(LogProgressRow.act))
)
_ACT = ColumnStatement(select(col(LogProgressRow.act)).where(col(LogProgressRow.progress_id) == PROGRESS))


@dataclass(frozen=True, slots=True)
class TransactionContext:
    """What every transaction works with. union: who runs this service. trust: whom to believe about the log.

    checkpoint_every_s: the log publishes at the multiples of this many seconds. is_log_unasked: nobody outside was
    asked at the start whether this log is the newest one.
    """

    journal: LogJournal
    enforcer: Enforcer
    keys: ServiceKeys
    clock: Clock
    publication: Publication
    union: OrgId
    union_name: str
    log_origin: str
    trust: TrustFile
    checkpoint_every_s: int
    is_log_unasked: bool = False

    @property
    def agreement(self) -> str:
        """The rule pack in force."""
        return self.enforcer.bundle.pack

    def next_checkpoint(self, now: datetime) -> datetime:
        """When the log publishes next: the first multiple of its rhythm after `now`, counted in UTC."""
        passed = int(now.timestamp()) // self.checkpoint_every_s
        return datetime.fromtimestamp((passed + 1) * self.checkpoint_every_s, UTC)


class Transaction:
    """What one store method works in. `now` is read once, so that the whole method sees one moment.

    touched: the athletes about whom it changes something that others may see.
    """

    def __init__(self, connection: Connection, context: TransactionContext, *, can_write: bool) -> None:
        self.columns = ColumnStatements(connection)
        self.context = context
        self.now = context.clock()
        self.is_accounted_for = not can_write
        self._can_write = can_write
        self.has_appended = False
        self.touched: set[AthleteId] = set()

    @property
    def session(self) -> Session:
        """The database session, made when it is first needed."""
        return self.columns.session

    @property
    def union(self) -> OrgId:
        """The organisation that runs this service: the one that acts when an athlete does."""
        return self.context.union

    def append(self, drafts: Sequence[Draft]) -> Appended:
        """Flush what is pending, then append one act to the log; raises LogUnavailable. Once per transaction."""
        return self.append_together([drafts])[0]

    def append_together(self, requests: Sequence[Sequence[Draft]]) -> list[Appended]:
        """Append what several requests record as one act, each under an event of its own, in their order."""
        if not self._can_write or self.has_appended:
            raise StoreUnavailable("expected a writing transaction with one act")
        self.is_accounted_for = self.has_appended = True
        # Before the append: whoever holds this row's table back, as a backup does, holds the append back with it.
        act = self.rows(_NEXT_ACT)[0][0]
        return self.context.journal.record(self.columns, requests, now=self.now, act=act)

    def rows(self, statement: ColumnStatement, **parameters: Any) -> Sequence[ColumnRow]:
        """Return what a statement of columns returns, as the database is with everything that is pending."""
        return self.columns.rows(statement, **parameters)

    def without_entry(self, reason: str) -> None:
        """Say why this transaction needs no entry: nothing about anyone changes and nothing new is disclosed."""
        self.is_accounted_for = True

    def as_recorded_before(self, reason: str) -> None:
        """Say why an answer that discloses something needs no entry; raises LogUnavailable if none could be made.

        With the log failing nothing protected is answered, whether it needs an entry or not.
        """
        self.context.journal.log.check_durable()
        self.without_entry(reason)


class Transactions:
    """Begins and ends transactions; a writing one that neither appends nor says why it need not is an error."""

    def __init__(self, engine: Engine, context: TransactionContext) -> None:
        self._reader = engine
        self._writer = engine.execution_options(is_writer=True)
        self.context = context
        self.before_commit: Callable[[Transaction], None] = lambda tx: None
        self._writers = WriterQueue()
        # All three are guarded by the writer's turn. A former process may have died between append and commit, or
        # between an erasure and the end of what the database's journal kept of it.
        self._may_have_orphans = True
        self._has_former_pages = True
        self._settled = 0

    @contextmanager
    def write(self, *, urgent: bool = False) -> Iterator[Transaction]:
        """Commit when the block ends, after the append; roll back on any error.

        urgent: for what ends sharing; it waits for the transaction that is running and for no other.
        """
        with self._writers.turn(urgent=urgent):
            self._reconcile()
            with _translated(), self._begun(self._writer, can_write=True) as tx:
                try:
                    yield tx
                    if not tx.is_accounted_for:
                        raise StoreUnavailable("expected an entry in the log before the commit")
                    self.before_commit(tx)
                    tx.columns.commit()
                except BaseException:
                    # Appended, and perhaps not committed: the next writer looks for entries without a transaction.
                    self._may_have_orphans = tx.has_appended
                    raise

    def check(self) -> None:
        """Raise LogCorrupt if log and database contradict each other; nothing is changed."""
        with self._writers.turn(), _translated(), Session(self._writer) as session:
            reconcile(session, self.context.journal, now=self.context.clock(), with_pending=True)
            session.rollback()

    def adopt(
        self, settle: Callable[[Transaction, Sequence[UnknownEntry]], Settled], *, recovers: bool = False
    ) -> Settled:
        """Take note of every entry without a transaction, and in the same transaction do what follows from them.

        settle: called with what was found, which may be nothing; appends, or says why it need not. Returns its answer.
        recovers: the log's private state may be lost, and is made again of what the database knows.
        """
        with self._writers.turn():
            with _translated(), self._begun(self._writer, can_write=True) as tx:
                found = reconcile(tx.session, self.context.journal, now=tx.now, with_pending=True, recovers=recovers)
                settled = settle(tx, found.unknown)
                if not tx.is_accounted_for:
                    raise StoreUnavailable("expected an entry in the log before the commit")
                act = tx.rows(_ACT)[0].act
                tx.columns.commit()
            if recovers:
                self.context.journal.log.note_act(act)
            self._settled, self._may_have_orphans = found.size, False
            return settled

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """One consistent view of the database; nothing can be appended."""
        with _translated(), self._begun(self._reader, can_write=False) as tx:
            yield tx

    @contextmanager
    def _begun(self, engine: Engine, *, can_write: bool) -> Iterator[Transaction]:
        """Roll back whatever was not committed when the block ends."""
        with engine.connect() as connection:
            tx = Transaction(connection, self.context, can_write=can_write)
            try:
                yield tx
            finally:
                tx.columns.close()

    @property
    def waiting(self) -> int:
        """How many wait to write."""
        return self._writers.waiting

    def drop_former_pages(self) -> None:
        """Make SQLite forget what its pages held before the last commits; its journal keeps that for a while.

        Whoever reads for long keeps it from that, and then it is tried again after the next publication.
        """
        with self._writers.turn():
            self._has_former_pages = True
            self._drop_former_pages()

    def reconcile(self) -> None:
        """Note where newly published entries stand, at once instead of with the next writing transaction."""
        with self._writers.turn():
            self._reconcile()
            if self._has_former_pages:
                self._drop_former_pages()

    def _drop_former_pages(self) -> None:
        is_kept = False
        if self._writer.dialect.name == "sqlite":
            with _translated(), self._reader.connect() as connection:
                connection.rollback()  # no transaction may be open, not even an empty one
                is_kept = bool(connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar_one())
        if is_kept:
            logger.warning("a reader keeps the database from forgetting what was erased; it is tried again")
        self._has_former_pages = is_kept

    def _reconcile(self) -> None:
        if not self._may_have_orphans and self.context.journal.log.size == self._settled:
            return
        with _translated(), Session(self._writer) as session:
            found = reconcile(
                session, self.context.journal, now=self.context.clock(), with_pending=self._may_have_orphans
            )
            session.commit()
        self._settled = found.size
        self._may_have_orphans = False


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        raise StoreUnavailable(f"the database refused: {type(error).__name__}") from error


def make_engine(url: str) -> Engine:
    """Return an engine whose errors name no values; raises InvalidSettings for an address we cannot speak to."""
    try:
        return databases.make_engine(url, busy_s=BUSY_TIMEOUT_S, isolation="REPEATABLE READ")
    except UnusableDatabase as error:
        raise InvalidSettings(str(error)) from error
