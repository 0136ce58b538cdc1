"""Statements of columns are about what is pending too, and stand in the transaction of their session."""

from sqlalchemy import bindparam, func, select, update
from sqlmodel import Session, col

from consent.storage.columns import ColumnStatements
from consent.storage.rows import AnswerOutcomeRow
from tests.consent.league import World

COUNTED = select(func.count()).select_from(AnswerOutcomeRow)
SENT = update(AnswerOutcomeRow).where(col(AnswerOutcomeRow.event) == bindparam("of")).values(sent=bindparam("now"))


def test_each_statement_finds_what_the_session_held_back_until_then(world: World) -> None:
    with Session(world.service.engine.execution_options(is_writer=True)) as session:
        columns, counts = ColumnStatements(session), []
        for name in ("first", "second"):
            session.add(AnswerOutcomeRow(event=name, sent=False))
            counts.append(columns.rows(COUNTED)[0][0])
        session.add(AnswerOutcomeRow(event="third", sent=False))
        columns.change(SENT, [{"of": "third", "now": True}, {"of": "first", "now": True}])
        columns.change(SENT, [])
        session.rollback()
        after = ColumnStatements(session).rows(COUNTED)[0][0]

    assert counts == [1, 2]
    assert after == 0
