"""Database rows of notices: their texts, and what athletes answered to new ones."""

from datetime import datetime
from typing import Any, ClassVar

from sqlmodel import Field

from chassis.storage.utc_time import UtcTime
from consent.storage.rows import ConsentTable


class NoticeRow(ConsentTable, table=True):
    """One notice in one language as it was served, kept for good. subject: a category, or "all". begins: ISO day."""

    __tablename__: ClassVar[Any] = "notice"
    version: str = Field(primary_key=True, max_length=40)
    subject: str = Field(primary_key=True, max_length=40)
    language: str = Field(primary_key=True, max_length=20)
    begins: str = Field(max_length=10)
    changes: str
    text: str
    sha256: str = Field(max_length=64)


class NoticeAnswerRow(ConsentTable, table=True):
    """An athlete who was asked again and keeps what was given before as it was."""

    __tablename__: ClassVar[Any] = "notice_answer"
    athlete: str = Field(primary_key=True, max_length=64, foreign_key="member.athlete")
    version: str = Field(primary_key=True, max_length=40)
    subject: str = Field(primary_key=True, max_length=40)
    sha256: str = Field(max_length=64)
    at: datetime = Field(sa_type=UtcTime)
