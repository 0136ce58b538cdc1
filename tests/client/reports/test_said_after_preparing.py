"""What people say after a report was prepared holds in it at once, and that staff read it there is noted."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from audit.entries.events import EventKind
from client.errors import ConsentUnavailable
from client.health.availability import ActivityLimit, Availability
from client.health.statements import AvailabilityStatement
from client.reports.document import FIRST, OTHERS, document
from client.reports.opening import open_report
from client.reports.preparing import prepare_due
from client.statements.statement import Statement, StatementKind
from client.web.rows.board_groups import BoardGroup
from policies.vocabulary import AthleteId, Category, PersonId, Role
from tests.client.reports.conftest import COACH, Squad
from tests.client.web.conftest import ALL, NOW

WHO = 4


def row(squad: Squad) -> Any:
    report, _ = open_report(squad.site, COACH)
    return report.lines[WHO].report.morning


def stated(squad: Squad, availability: Availability, *limits: ActivityLimit) -> AvailabilityStatement:
    one = AvailabilityStatement(
        athlete=squad.athletes[WHO],
        day=NOW.date(),
        availability=availability,
        limits=limits,
        cap_au=None,
        until=NOW.date() + timedelta(days=4),
        person=PersonId("demo-medical"),
        role=Role.MEDICAL,
        at=squad.clock(),
    )
    return squad.site.statements.add(one)


def said(squad: Squad) -> Statement:
    one = Statement(squad.athletes[WHO], NOW.date(), StatementKind.ILL, "", squad.clock())
    return squad.site.said.records.add(one)


@pytest.fixture
def prepared(squad: Squad) -> Squad:
    assert prepare_due(squad.site)
    assert row(squad).group not in (BoardGroup.NOT_OK, BoardGroup.OUT)
    return squad


def test_who_is_not_available_is_not_shown_as_planned(prepared: Squad) -> None:
    before = row(prepared)
    one = stated(prepared, Availability.NONE)
    assert row(prepared).group is BoardGroup.OUT

    prepared.site.statements.take_back(one, person=one.person, role=Role.MEDICAL, at=prepared.clock())
    assert row(prepared) == before


def test_not_ok_outranks_what_was_prepared_and_is_gone_once_taken_back(prepared: Squad) -> None:
    before = row(prepared)
    one = said(prepared)
    assert row(prepared).group is BoardGroup.NOT_OK

    prepared.site.said.records.take_back(one, at=prepared.clock())
    assert row(prepared) == before


@pytest.mark.parametrize("category", [one for one in ALL if one is not Category.READINESS])
def test_withdrawing_makes_nobodys_morning_another(prepared: Squad, category: Category) -> None:
    stated(prepared, Availability.NONE)
    before = row(prepared)

    prepared.consent.granted[prepared.athletes[WHO]] = tuple(one for one in ALL if one is not category)

    after = row(prepared)
    assert (after.group, after.plan) == (before.group, before.plan)


def test_that_staff_read_it_in_a_report_is_noted_first(prepared: Squad) -> None:
    said(prepared)
    row(prepared)
    row(prepared)

    read = [details for kind, details in prepared.consent.events if kind is EventKind.ATHLETE_ASKED]
    assert [(one["athlete"], one["change"]) for one in read] == [(prepared.athletes[WHO], "read")]
    (held,) = prepared.site.said.records.history(AthleteId(prepared.athletes[WHO]), since=NOW.date())
    assert set(held.read) == {COACH.person}


def test_without_the_log_nothing_of_it_is_shown(prepared: Squad) -> None:
    said(prepared)
    prepared.consent.events_down = True

    with pytest.raises(ConsentUnavailable):
        open_report(prepared.site, COACH)


@pytest.mark.parametrize("group", list(BoardGroup))
def test_who_stands_in_a_group_is_named_in_a_report(prepared: Squad, group: BoardGroup) -> None:
    report, _ = open_report(prepared.site, COACH)
    one = report.lines[WHO]
    alone = replace(one, report=replace(one.report, morning=replace(one.report.morning, group=group)))
    lines = [alone, *(line for line in report.lines if line is not one)]

    found = [
        (section.heading, text)
        for section in document(replace(report, lines=lines)).sections
        for text in (*section.about, *(cells[0] for cells in section.rows))
        if one.name in text and section.heading in ("First", "To ask", "The others")
    ]
    assert len(found) == 1
    assert group in (*FIRST, BoardGroup.ASK, *OTHERS)
