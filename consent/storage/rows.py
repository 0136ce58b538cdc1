"""Database rows: what is stored, nothing else. Nothing from outside reaches them without a Pydantic model first.

Times are stored as naive UTC, so that SQLite and PostgreSQL hold the same; `UtcTime` puts the zone back.
"""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, LargeBinary, UniqueConstraint
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from chassis.storage.utc_time import UtcTime


class ConsentTable(SQLModel, registry=registry()):
    """Base of every table here; its own registry, so that other programs' tables never mix in."""


class OrgRow(ConsentTable, table=True):
    """An organisation and the key that signs its requests.

    unattributed: micro-rho that athletes may have spent whom a club enrolled after the backup that was restored.
    """

    __tablename__: ClassVar[Any] = "org"
    org_id: str = Field(primary_key=True, max_length=64)
    name: str = Field(max_length=80)
    kind: str = Field(max_length=20)
    key: str | None = Field(default=None, max_length=44)
    key_id: str | None = Field(default=None, max_length=16, unique=True)
    cover: str = Field(max_length=60, unique=True)
    snapshot_sha256: str = Field(default="", max_length=64)
    unattributed: int = Field(default=0, sa_type=BigInteger)


class FormerKeyRow(ConsentTable, table=True):
    """A public key that an organisation signed with before, kept for good so that none comes back.

    until: when it stops, or stopped, to count. Before that it verifies beside the organisation's present key.
    """

    __tablename__: ClassVar[Any] = "former_key"
    key_id: str = Field(primary_key=True, max_length=16)
    org_id: str = Field(index=True, max_length=64, foreign_key="org.org_id")
    key: str = Field(max_length=44)
    until: datetime = Field(sa_type=UtcTime)


class MemberRow(ConsentTable, table=True):
    """An athlete; locked first by every transaction that reads or changes what the athlete decided.

    frozen: the causes for which nothing of theirs may be used at present ("operator", "athlete", "recovery", those that
    hold at once with spaces between them); empty while it may. second_club, second_until: where they are as well, and
    until when; sixteenths: their weight at the second club in league learning, 0 without one.
    """

    __tablename__: ClassVar[Any] = "member"
    athlete: str = Field(primary_key=True, max_length=64)
    club: str = Field(index=True, max_length=64, foreign_key="org.org_id")
    name: str = Field(max_length=80)
    shirt_no: int
    is_minor: bool
    epoch: int
    frozen: str = Field(default="", max_length=40)
    enrolled: datetime = Field(sa_type=UtcTime)
    second_club: str | None = Field(default=None, index=True, max_length=64)
    second_until: datetime | None = Field(default=None, sa_type=UtcTime)
    sixteenths: int = 0


class PlayerRow(ConsentTable, table=True):
    """A player of a club's public squad list, with or without an account here (`consent.registry.players`)."""

    __tablename__: ClassVar[Any] = "player"
    player_id: int | None = Field(default=None, primary_key=True)
    club: str = Field(index=True, max_length=64, foreign_key="org.org_id")
    name: str = Field(max_length=80)
    shirt_no: int


class LeagueMembershipRow(ConsentTable, table=True):
    """A club that has joined a league; there is no row before that, and none after it has left."""

    __tablename__: ClassVar[Any] = "league_membership"
    club: str = Field(primary_key=True, max_length=64, foreign_key="org.org_id")
    league: str = Field(primary_key=True, max_length=64, foreign_key="org.org_id")
    joined: datetime = Field(sa_type=UtcTime)


class NodeSiteRow(ConsentTable, table=True):
    """Under which address a club's node shows athletes their own site (`consent.registry.node_sites`)."""

    __tablename__: ClassVar[Any] = "node_site"
    club: str = Field(primary_key=True, max_length=64, foreign_key="org.org_id")
    address: str = Field(max_length=300)


class GrantRow(ConsentTable, table=True):
    """One immutable grant. `current` names the cell while the grant is in force there, so that only one can be."""

    __tablename__: ClassVar[Any] = "consent_grant"
    grant_id: str = Field(primary_key=True, max_length=64)
    athlete: str = Field(index=True, max_length=64, foreign_key="member.athlete")
    category: str = Field(max_length=40)
    purpose: str = Field(max_length=40)
    recipient_org: str = Field(max_length=64)
    recipient_role: str = Field(max_length=40)
    max_granularity: int
    begins: datetime = Field(sa_type=UtcTime)
    ends: datetime = Field(sa_type=UtcTime)
    notice_version: str = Field(max_length=40)
    legal_basis: str = Field(max_length=40)
    agreement: str = Field(max_length=40)
    current: str | None = Field(default=None, unique=True, max_length=300)


class ConsentEventRow(ConsentTable, table=True):
    """One signed event about a grant or a release; each athlete's events form one hash chain. Append-only."""

    __tablename__: ClassVar[Any] = "consent_event"
    athlete: str = Field(primary_key=True, max_length=64, foreign_key="member.athlete")
    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    subject: str = Field(index=True, max_length=64)
    subject_sha256: str = Field(max_length=64)
    status: str = Field(max_length=40)
    actor: str = Field(max_length=64)
    actor_kind: str = Field(max_length=20)
    method: str = Field(max_length=20)
    at: datetime = Field(sa_type=UtcTime)
    prev_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64)
    signature: str = Field(max_length=128)


class ReleaseRow(ConsentTable, table=True):
    """A proposed release; the exact bytes and the athlete's own view are sealed under the athlete's key.

    sha256: what the athlete approves; covers: "whole" where that is the whole canonical release, "bytes" where an
    earlier version had only the exact bytes approved. own_view_mac: of the own view, under the service's key; None in
    rows of an earlier version.
    quiet: proposed while the athlete had asked for quiet; stored, answered alike, never shown.
    """

    __tablename__: ClassVar[Any] = "release"
    release_id: str = Field(primary_key=True, max_length=64)
    athlete: str = Field(index=True, max_length=64, foreign_key="member.athlete")
    recipient_org: str = Field(max_length=64)
    recipient_role: str = Field(max_length=40)
    purpose: str = Field(max_length=40)
    sha256: str = Field(max_length=64)
    bytes_sha256: str = Field(max_length=64)
    covers: str = Field(max_length=10)
    own_view_mac: str | None = Field(default=None, max_length=64)
    sealed: bytes = Field(sa_type=LargeBinary)
    lineage: str = Field(max_length=200)
    proposed: datetime = Field(sa_type=UtcTime)
    open_until: datetime = Field(sa_type=UtcTime)
    until: datetime = Field(sa_type=UtcTime)
    answered: datetime | None = Field(default=None, sa_type=UtcTime)
    quiet: bool


class ReceiptRow(ConsentTable, table=True):
    """A receipt as it was signed: canonical JSON text and signature."""

    __tablename__: ClassVar[Any] = "receipt"
    receipt_id: str = Field(primary_key=True, max_length=64)
    athlete: str = Field(index=True, max_length=64, foreign_key="member.athlete")
    at: datetime = Field(sa_type=UtcTime)
    status: str = Field(max_length=40)
    leaf_hash: bytes = Field(sa_type=LargeBinary)
    release_id: str | None = Field(default=None, max_length=64)
    changes: str
    body: str
    signature: str = Field(max_length=128)


class DataKeyRow(ConsentTable, table=True):
    """The wrapped keys of one athlete (or organisation) and the number of its newest log entry."""

    __tablename__: ClassVar[Any] = "data_key"
    owner: str = Field(primary_key=True, max_length=80)
    wrapped: bytes | None = Field(default=None, sa_type=LargeBinary)
    counter: int


class AuditKeyRow(ConsentTable, table=True):
    """The wrapped audit key of one organisation."""

    __tablename__: ClassVar[Any] = "audit_key"
    org_id: str = Field(primary_key=True, max_length=64)
    wrapped: bytes = Field(sa_type=LargeBinary)


class LogDetailRow(ConsentTable, table=True):
    """The sealed details behind one entry of the public log, known by the hash of its leaf.

    log_index: its place, once it is published and the place was noted here; None while it waits. sealed: subject and
    rest, under the owner's key. org, org_sealed, digests: who acted, the eight fields under that organisation's audit
    key, and all ten digests; None for an entry of version 1, whose details are all in `sealed`, and for one whose
    transaction never committed. leaf: the entry itself while it waits, from which the log can be given it again.
    """

    __tablename__: ClassVar[Any] = "log_detail"
    __table_args__ = (
        UniqueConstraint("owner", "number", name="uq_log_detail_owner_number"),
        UniqueConstraint("log_index", name="uq_log_detail_log_index"),
    )
    leaf_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    log_index: int | None = Field(default=None, sa_type=BigInteger)
    owner: str = Field(max_length=80)
    number: int | None = Field(default=None)
    sealed: bytes = Field(sa_type=LargeBinary)
    org: str | None = Field(default=None, max_length=64)
    org_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    digests: bytes | None = Field(default=None, sa_type=LargeBinary)
    leaf: bytes | None = Field(default=None, sa_type=LargeBinary)


class AnswerOutcomeRow(ConsentTable, table=True):
    """Whether the answer to one audit event was handed to the network; no row means that it is not known."""

    __tablename__: ClassVar[Any] = "answer_outcome"
    event: str = Field(primary_key=True, max_length=32)
    sent: bool


class LogProgressRow(ConsentTable, table=True):
    """The one row that says how far this database has followed its log.

    settled: every entry below this place is accounted for. policy_hash: the rules that were last recorded as loaded.
    act: the running number of the newest act that this database knows of; the log keeps the same number in private.
    """

    __tablename__: ClassVar[Any] = "log_progress"
    progress_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    settled: int = Field(sa_type=BigInteger)
    policy_hash: str = Field(default="", max_length=64)
    act: int = Field(default=0, sa_type=BigInteger)


class BudgetRow(ConsentTable, table=True):
    """One athlete's lifetime privacy budget in micro-rho; the database itself refuses to pass the cap."""

    __tablename__: ClassVar[Any] = "budget"
    __table_args__ = (
        CheckConstraint("spent >= 0 AND reserved >= 0", name="ck_budget_not_negative"),
        CheckConstraint("spent + reserved <= cap", name="ck_budget_cap"),
    )
    athlete: str = Field(primary_key=True, max_length=64, foreign_key="member.athlete")
    cap: int = Field(sa_type=BigInteger)
    spent: int = Field(sa_type=BigInteger)
    reserved: int = Field(sa_type=BigInteger)


class LedgerRow(ConsentTable, table=True):
    """One movement in an athlete's ledger; each athlete's movements form one hash chain. Append-only."""

    __tablename__: ClassVar[Any] = "ledger"
    athlete: str = Field(primary_key=True, max_length=64, foreign_key="member.athlete")
    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    campaign: str = Field(index=True, max_length=64)
    movement: str = Field(max_length=20)
    round_no: int
    micro_rho: int = Field(sa_type=BigInteger)
    at: datetime = Field(sa_type=UtcTime)
    prev_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64)


class CampaignRow(ConsentTable, table=True):
    """A registered campaign: the signed manifest as it came. line: its season line (`consent.ledger.season_lines`)."""

    __tablename__: ClassVar[Any] = "campaign"
    sha256: str = Field(primary_key=True, max_length=64)
    league: str = Field(max_length=64, foreign_key="org.org_id")
    line: str = Field(index=True, max_length=130)
    manifest: str
    registered: datetime = Field(sa_type=UtcTime)
    expires: datetime = Field(sa_type=UtcTime)
    is_closed: bool


class CampaignLeftRow(ConsentTable, table=True):
    """A campaign that is closed for one of its clubs, because the club left its league."""

    __tablename__: ClassVar[Any] = "campaign_left"
    campaign: str = Field(primary_key=True, max_length=64, foreign_key="campaign.sha256")
    club: str = Field(primary_key=True, max_length=64, foreign_key="org.org_id")
    at: datetime = Field(sa_type=UtcTime)


class TokenRow(ConsentTable, table=True):
    """One athlete's single-use token for one campaign at one club; only its hash is stored. reserved: micro-rho."""

    __tablename__: ClassVar[Any] = "token"
    __table_args__ = (UniqueConstraint("athlete", "campaign", "club", name="uq_token_athlete_campaign_club"),)
    digest: str = Field(primary_key=True, max_length=64)
    athlete: str = Field(index=True, max_length=64, foreign_key="member.athlete")
    campaign: str = Field(index=True, max_length=64, foreign_key="campaign.sha256")
    epoch: int
    issued: datetime = Field(sa_type=UtcTime)
    is_closed: bool
    club: str = Field(max_length=64)
    sixteenths: int
    reserved: int = Field(sa_type=BigInteger)


class RoundRow(ConsentTable, table=True):
    """One round that one token has paid for."""

    __tablename__: ClassVar[Any] = "token_round"
    digest: str = Field(primary_key=True, max_length=64, foreign_key="token.digest")
    round_no: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime = Field(sa_type=UtcTime)


class RoundAnswerRow(ConsentTable, table=True):
    """The one answer of a club to a round, by its hash; None: there was or may have been one that nobody knows."""

    __tablename__: ClassVar[Any] = "round_answer"
    campaign: str = Field(primary_key=True, max_length=64, foreign_key="campaign.sha256")
    club: str = Field(primary_key=True, max_length=64, foreign_key="org.org_id")
    round_no: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    sha256: str | None = Field(max_length=64)
    at: datetime = Field(sa_type=UtcTime)


class SessionRow(ConsentTable, table=True):
    """An open portal session, by the hash of its id."""

    __tablename__: ClassVar[Any] = "session"
    digest: str = Field(primary_key=True, max_length=64)
    athlete: str = Field(max_length=64, foreign_key="member.athlete")
    method: str = Field(max_length=20)
    opened: datetime = Field(sa_type=UtcTime)
    last_used: datetime = Field(sa_type=UtcTime)


class SignInCodeRow(ConsentTable, table=True):
    """A one-time sign-in code, by its keyed hash; spent by the first sign-in."""

    __tablename__: ClassVar[Any] = "sign_in_code"
    digest: str = Field(primary_key=True, max_length=64)
    athlete: str = Field(max_length=64, foreign_key="member.athlete")
    expires: datetime = Field(sa_type=UtcTime)
