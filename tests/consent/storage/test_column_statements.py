"""Statements of columns answer as SQLAlchemy would, are about what is pending too, and stand in their transaction."""

from datetime import UTC

import pytest
from sqlalchemy import bindparam, func, insert, literal, select, update
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlmodel import Session, col

from chassis.storage.engine import make_engine
from consent.storage.column_statement import ColumnStatement
from consent.storage.columns import ColumnStatements
from consent.storage.rows import AnswerOutcomeRow, DataKeyRow, MemberRow
from tests.consent.league import World

COUNTED = ColumnStatement(select(func.count()).select_from(AnswerOutcomeRow))
SENT = ColumnStatement(
    update(AnswerOutcomeRow).where(col(AnswerOutcomeRow.event) == bindparam("of")).values(sent=bindparam("now"))
)


def test_each_statement_finds_what_the_session_held_back_until_then(world: World) -> None:
    with Session(world.service.engine.execution_options(is_writer=True)) as session:
        columns, counts = ColumnStatements.beside(session), []
        for name in ("first", "second"):
            session.add(AnswerOutcomeRow(event=name, sent=False))
            counts.append(columns.rows(COUNTED)[0][0])
        session.add(AnswerOutcomeRow(event="third", sent=False))
        columns.change(SENT, [{"of": "third", "now": True}, {"of": "first", "now": True}])
        columns.change(SENT, [])
        session.rollback()
        after = ColumnStatements.beside(session).rows(COUNTED)[0][0]

    assert counts == [1, 2]
    assert after == 0


TYPED = (col(MemberRow.athlete), col(MemberRow.is_minor), col(MemberRow.enrolled), col(DataKeyRow.wrapped))
OF_MEMBERS = (
    select(*TYPED, col(DataKeyRow.counter), literal(7).label("seven"))
    .outerjoin(DataKeyRow, (col(DataKeyRow.owner) == col(MemberRow.athlete)) & (col(DataKeyRow.counter) > -5))
    .where(col(MemberRow.athlete).in_(bindparam("athletes", expanding=True)), col(MemberRow.club) == bindparam("club"))
    .where(col(MemberRow.enrolled) <= bindparam("until"))
    .order_by(col(MemberRow.athlete))
)


def test_a_statement_answers_as_sqlalchemy_does_for_lists_of_every_length(world: World) -> None:
    mine, statement = world.athletes["club-a"], ColumnStatement(OF_MEMBERS)
    with Session(world.service.engine) as session:
        columns = ColumnStatements.beside(session)
        for count in range(6):
            asked = {"athletes": [*mine, "ath-9", "ath-8"][:count], "club": "club-a", "until": world.clock()}
            expected = session.connection().execute(OF_MEMBERS, asked).all()
            found = columns.rows(statement, **asked)

            assert [tuple(row) for row in found] == [tuple(row) for row in expected]
            assert len(found) == min(count, len(mine))
            assert [(row.athlete, row.is_minor, row.enrolled) for row in found] == [row[:3] for row in expected]
        assert all(row.enrolled.tzinfo is UTC and type(row.is_minor) is bool for row in found)


def test_what_the_driver_refuses_is_told_as_sqlalchemy_tells_it(world: World) -> None:
    kept = ColumnStatement(insert(AnswerOutcomeRow))
    with Session(world.service.engine.execution_options(is_writer=True)) as session:
        with pytest.raises(IntegrityError) as refused:
            ColumnStatements.beside(session).change(kept, [{"event": "secret", "sent": True}] * 2)
        session.rollback()
        rows = ColumnStatements.beside(session).rows(COUNTED)

    assert rows == [(0,)]
    assert "parameters" not in str(refused.value)


def test_a_second_writer_is_told_that_the_database_is_busy(lite: World) -> None:
    engine = make_engine(str(lite.service.engine.url), busy_s=0.01)
    writers = [one.execution_options(is_writer=True) for one in (lite.service.engine, engine)]

    with writers[0].connect() as holding, writers[1].connect() as waiting:
        holding.begin()
        with pytest.raises(OperationalError, match="locked"):
            waiting.begin()
    engine.dispose()
