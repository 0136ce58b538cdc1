"""Rows of the coordinator's database. Tables do not validate: nothing from outside reaches them unparsed."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import MetaData
from sqlmodel import Field, SQLModel

from chassis.storage.utc_time import UtcTime


class CoordinatorTable(SQLModel):
    """Base of the coordinator's tables; their own metadata keeps them apart from other programs' tables."""

    metadata: ClassVar[MetaData] = MetaData()


class NodeRow(CoordinatorTable, table=True):
    """One enrolled club node. fleet_key: the node's line (`models.masks.node_line`)."""

    __tablename__: ClassVar[Any] = "node"

    club: str = Field(primary_key=True, max_length=64)
    fleet_key: str = Field(unique=True, max_length=300)
    enrolled_at: datetime = Field(sa_type=UtcTime)


class CoordinatorCampaignRow(CoordinatorTable, table=True):
    """One campaign: the signed manifest's JSON and how far it is. parts: sums received in the running round.

    reported_at: when the ledger was told that it is over. waits_until: until when its clubs are waited for.
    """

    __tablename__: ClassVar[Any] = "campaign"

    sha256: str = Field(primary_key=True, max_length=64)
    campaign_id: str = Field(unique=True, max_length=64)
    signed: str
    state: str = Field(max_length=16)
    rounds_done: int = 0
    parts: int = 0
    detail: str = ""
    model_id: str = ""
    opened_at: datetime = Field(sa_type=UtcTime)
    changed_at: datetime = Field(sa_type=UtcTime)
    reported_at: datetime | None = Field(default=None, sa_type=UtcTime)
    waits_until: datetime | None = Field(default=None, sa_type=UtcTime)


class StaffCodeRow(CoordinatorTable, table=True):
    """A single-use code that lets one person sign in; only its hash is kept."""

    __tablename__: ClassVar[Any] = "staff_code"

    code_sha256: str = Field(primary_key=True, max_length=64)
    person: str
    role: str
    club: str
    expires_at: datetime = Field(sa_type=UtcTime)


class StaffSessionRow(CoordinatorTable, table=True):
    """An open session of the league's staff, by the hash of its id. staff: the key of who it is."""

    __tablename__: ClassVar[Any] = "staff_session"

    digest: str = Field(primary_key=True, max_length=64)
    staff: str = Field(max_length=400)
    facts: str = Field(max_length=20)
    began: datetime = Field(sa_type=UtcTime)
    seen: datetime = Field(sa_type=UtcTime)
