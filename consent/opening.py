"""Opens one consent service from its settings: keys, database, log, rules, and everything wired together."""

from dataclasses import dataclass

from sqlalchemy import Engine

from audit.events import EventKind
from audit.log import Log
from audit.note import Signer
from consent.errors import InvalidSettings, StoreUnavailable
from consent.identity.sessions import Sessions
from consent.identity.signed_requests import SignedRequests
from consent.journal import AppendingLog, ClosedLog, Journal
from consent.keys import ServiceKeys, read_keys
from consent.migrations.upgrade import upgrade
from consent.publication import Publication, seconds
from consent.settings import Settings
from consent.store import ConsentStore
from consent.transaction import Clock, Surroundings, Transactions, make_engine
from consent.views import OrgKind
from policies.enforcer import Enforcer
from policies.errors import BrokenRules
from policies.vocabulary import OrgId


@dataclass(frozen=True, slots=True)
class Service:
    """One open consent service. Close it: the log's writer lock and the database's connections are held until then."""

    settings: Settings
    keys: ServiceKeys
    engine: Engine
    log: Log
    store: ConsentStore
    sessions: Sessions
    requests: SignedRequests

    def close(self) -> None:
        """Let go of log and database."""
        self.log.close()
        self.engine.dispose()


def open_service(settings: Settings, *, clock: Clock) -> Service:
    """Open for writing: migrate, take the log's lock, register the union, note the rules in force.

    Raises InvalidSettings, StoreUnavailable, LogUnavailable (another process holds the log) or LogCorrupt.
    """
    settings.refuse_unsafe()
    keys = read_keys(settings.keys_directory)
    log = Log.open(settings.log_directory, signer=log_signer(settings, keys), origin=settings.log_origin)
    engine = make_engine(settings.database_url)
    try:
        upgrade(engine)
        transactions = _transactions(settings, keys, engine, log, clock)
        store = ConsentStore(transactions)
        union, known = OrgId(settings.union), [org.org_id for org in store.orgs()]
        if not known and log.size > 1:  # one entry is a first start that was cut off
            raise StoreUnavailable(
                f"the database is empty although the log holds {log.size:,} entries; put it back from a backup"
            )
        if union not in known:
            store.add_org(union, name=settings.name, kind=OrgKind.UNION, key=None)
        rules = transactions.around.enforcer
        store.append_event(union, EventKind.RULES_LOADED, {"pack": rules.bundle.pack, "policy_hash": rules.policy_hash})
    except BaseException:
        log.close()
        engine.dispose()
        raise
    sessions, requests = Sessions(transactions, settings), SignedRequests(transactions)
    return Service(settings, keys, engine, log, store, sessions, requests)


def open_beside(settings: Settings, *, clock: Clock) -> tuple[Engine, ConsentStore]:
    """Open for reading beside a running service: whatever would need the log is refused.

    Raises InvalidSettings, or StoreUnavailable also when there is no database yet: none is made here.
    """
    keys = read_keys(settings.keys_directory)
    if settings.database_file is not None and not settings.database_file.exists():
        raise StoreUnavailable(f"{settings.database_file} is missing; put it back from a backup")
    engine = make_engine(settings.database_url)
    upgrade(engine)
    return engine, ConsentStore(_transactions(settings, keys, engine, ClosedLog(), clock))


def log_signer(settings: Settings, keys: ServiceKeys) -> Signer:
    """The key that signs the log's checkpoints, under the log's own name."""
    return Signer(settings.log_origin, keys.log_seed)


def _transactions(
    settings: Settings, keys: ServiceKeys, engine: Engine, log: AppendingLog, clock: Clock
) -> Transactions:
    try:
        enforcer = Enforcer.load(settings.agreement)
    except BrokenRules as error:
        raise InvalidSettings(f"the rules cannot be used: {error}") from error
    around = Surroundings(
        journal=Journal(log, wrapping=keys.wrapping, policy_hash=lambda: enforcer.policy_hash),
        enforcer=enforcer,
        keys=keys,
        clock=clock,
        publication=Publication(seconds(settings.publish_every_s)),
        union=OrgId(settings.union),
        union_name=settings.name,
        log_origin=settings.log_origin,
    )
    return Transactions(engine, around)
