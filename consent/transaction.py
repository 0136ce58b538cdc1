"""One transaction: the database session, the moment, the rules and the journal, with the append before the commit.

SQLite: writers begin IMMEDIATE, so nothing that was read can change before the commit. PostgreSQL: the
athletes' rows are locked before anything about them is read. On both, one process writes (the log has a
single writer), and a lock keeps its threads in order.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session

from consent.errors import InvalidSettings, StoreUnavailable
from consent.journal import Draft, Journal
from consent.keys import ServiceKeys
from consent.publication import Publication
from policies.enforcer import Enforcer
from policies.vocabulary import OrgId

Clock = Callable[[], datetime]
BUSY_TIMEOUT_S = 30


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What every transaction works with. agreement: name of the rule pack; union: who runs this service."""

    journal: Journal
    enforcer: Enforcer
    keys: ServiceKeys
    clock: Clock
    publication: Publication
    union: OrgId
    union_name: str
    log_origin: str

    @property
    def agreement(self) -> str:
        """The rule pack in force."""
        return self.enforcer.bundle.pack


class Transaction:
    """What one store method works in. `now` is read once, so that the whole method sees one moment."""

    def __init__(self, session: Session, around: Surroundings, *, can_write: bool) -> None:
        self.session = session
        self.around = around
        self.now = around.clock()
        self.is_accounted_for = not can_write
        self._can_write = can_write

    @property
    def union(self) -> OrgId:
        """The organisation that runs this service: the one that acts when an athlete does."""
        return self.around.union

    def append(self, drafts: Sequence[Draft]) -> list[int]:
        """Flush what is pending, then append to the log; raises LogUnavailable."""
        if not self._can_write:
            raise StoreUnavailable("expected a writing transaction")
        self.session.flush()
        self.is_accounted_for = True
        indices = self.around.journal.record(self.session, drafts, now=self.now)
        self.session.flush()
        return indices

    def without_entry(self, reason: str) -> None:
        """Say why this transaction needs no entry: nothing about anyone changes and nothing new is disclosed."""
        self.is_accounted_for = True


class Transactions:
    """Begins and ends transactions; a writing one that neither appends nor says why it need not is an error."""

    def __init__(self, engine: Engine, around: Surroundings) -> None:
        self._reader = engine
        self._writer = engine.execution_options(is_writer=True)
        self.around = around
        self._one_writer = threading.Lock()
        self._may_have_orphans = True  # a former process may have died between append and commit

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """Commit when the block ends, after the append; roll back on any error."""
        with self._one_writer:
            self._reconcile()
            # Set until the commit is known: whatever interrupts us, the next writer looks for orphans.
            self._may_have_orphans = True
            with _translated(), Session(self._writer, expire_on_commit=False) as session:
                tx = Transaction(session, self.around, can_write=True)
                yield tx
                if not tx.is_accounted_for:
                    raise StoreUnavailable("expected an entry in the log before the commit")
                session.commit()
            self._may_have_orphans = False

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """One consistent view of the database; nothing can be appended."""
        with _translated(), Session(self._reader) as session:
            yield Transaction(session, self.around, can_write=False)

    def _reconcile(self) -> None:
        if not self._may_have_orphans:
            return
        with _translated(), Session(self._writer) as session:
            self.around.journal.reconcile(session, now=self.around.clock())
            session.commit()
        self._may_have_orphans = False


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        raise StoreUnavailable(f"the database refused: {type(error).__name__}") from error


def make_engine(url: str) -> Engine:
    """Return an engine whose errors name no values. SQLite: WAL, full synchronisation, foreign keys, explicit BEGIN.

    Raises InvalidSettings for an address that names no database we can speak to.
    """
    try:
        if not url.startswith("sqlite"):
            return create_engine(url, pool_pre_ping=True, isolation_level="REPEATABLE READ", hide_parameters=True)
        engine = create_engine(
            url, connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False}, hide_parameters=True
        )
    except ImportError as error:
        raise InvalidSettings("the database's driver is not installed; install homefield[postgres]") from error
    except (SQLAlchemyError, ValueError) as error:
        raise InvalidSettings("expected a database address such as postgresql+psycopg://host/name") from error
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: object, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # type: ignore[attr-defined]  # we say BEGIN ourselves, below
    cursor = connection.cursor()  # type: ignore[attr-defined]  # a DB-API connection has no static type
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    is_writer = connection.get_execution_options().get("is_writer", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writer else "BEGIN")
