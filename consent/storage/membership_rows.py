"""The tables of second clubs and of erasures at a club, beside the other tables of `consent.storage.rows`."""

from datetime import datetime
from typing import Any, ClassVar

from sqlmodel import Field

from chassis.storage.utc_time import UtcTime
from consent.storage.rows import ConsentTable


class SecondClubRow(ConsentTable, table=True):
    """A club that is or was an athlete's second one, kept for good: what its node holds must end when it has to."""

    __tablename__: ClassVar[Any] = "second_club"
    athlete: str = Field(primary_key=True, max_length=64, foreign_key="member.athlete")
    club: str = Field(primary_key=True, index=True, max_length=64, foreign_key="org.org_id")
    since: datetime = Field(sa_type=UtcTime)


class NodeErasureRow(ConsentTable, table=True):
    """An athlete whose data a club of theirs has erased; its node, put back from a backup, erases it again."""

    __tablename__: ClassVar[Any] = "node_erasure"
    athlete: str = Field(primary_key=True, max_length=64, foreign_key="member.athlete")
    club: str = Field(primary_key=True, max_length=64)
    at: datetime = Field(sa_type=UtcTime)
