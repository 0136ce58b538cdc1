"""Notices in the database: each text once, as it was served, so that a receipt's hash can be read again for good."""

from collections.abc import Iterable
from datetime import date

from sqlmodel import col, select

from consent.errors import NotFound, StoreUnavailable
from consent.grants.notice import BINDING, NOTICES, Notice
from consent.storage.notice_rows import NoticeRow
from consent.storage.transaction import Transaction
from policies.vocabulary import Category

ALL = "all"


def keep(tx: Transaction, notices: Iterable[Notice] = NOTICES) -> None:
    """Store what is not stored yet; raises StoreUnavailable where another text was served under the same version."""
    for one in notices:
        held = tx.session.get(NoticeRow, (one.version, one.subject, one.language))
        if held is None:
            tx.session.add(_row(one))
        elif held.sha256 != one.sha256:
            raise StoreUnavailable(f"expected the text of notice {one.version} as it was served, got another one")
    tx.session.flush()


def of_version(tx: Transaction, version: str, *, language: str = BINDING) -> Notice:
    """Return the notice of a version as it was served; raises NotFound."""
    query = select(NoticeRow).where(col(NoticeRow.version) == version, col(NoticeRow.language) == language)
    row = tx.session.exec(query).first()
    if row is None:
        raise NotFound("expected a notice that was served")
    return _notice(row)


def _row(one: Notice) -> NoticeRow:
    return NoticeRow(
        version=one.version,
        subject=one.subject,
        language=one.language,
        begins=one.begins.isoformat(),
        changes=one.changes,
        text=one.text,
        sha256=one.sha256,
    )


def _notice(row: NoticeRow) -> Notice:
    about = None if row.subject == ALL else Category(row.subject)
    return Notice(row.version, date.fromisoformat(row.begins), row.text, about, row.changes, row.language)
