"""The node applies the morning's proposals of athletes who asked for it, and of nobody else; people undo it."""

from datetime import timedelta

import pytest

from audit.entries.events import EventKind
from client.coaching.auto_apply import BY_ITSELF, choose
from client.coaching.training_session import TrainingSession
from client.errors import ConsentUnavailable
from client.planning.plan_for import PlanFor
from client.planning.planner import terminal_save
from client.planning.records import PlannedRow
from client.planning.sessions import PlannedSession
from client.reports.auto_applying import apply_due
from client.reports.beside_pages import reports_beside
from client.web.rows.board_groups import BoardGroup, group_of
from policies.vocabulary import AthleteId, Category, Role
from tests.client.reports.conftest import COACH, Squad
from tests.client.web.conftest import NOW
from tests.waiting import wait_until


def worse(squad: Squad) -> AthleteId:
    """An athlete whose plan is above every own day, who asks for what is proposed to be applied."""
    site, athlete = squad.site, squad.athletes[0]
    row = PlannedRow(PlanFor(athlete=athlete), NOW.date(), 1, PlannedSession(TrainingSession(900.0)))
    site.plans.records.save(terminal_save(NOW), [row])
    choose(site.journal, athlete, is_on=True, day=NOW.date(), at=NOW)
    return athlete


def test_who_asked_for_it_trains_less_and_the_board_says_why(squad: Squad) -> None:
    athlete, site = worse(squad), squad.site
    for other in squad.athletes[1:]:  # rest is proposed to one of them, and nothing to the others
        choose(site.journal, other, is_on=True, day=NOW.date(), at=NOW)

    assert apply_due(site) == 1
    assert apply_due(site) == 0

    (decision,) = site.journal.decisions(athlete, since=NOW.date())
    assert decision.chosen_au < decision.planned_au == 900.0
    assert squad.consent.events == [(EventKind.OWN_SITE, {"athlete": athlete, "deed": "answered"})]
    one = site.assessment(site.access_requests.one(COACH, athlete), athlete, site.context(site.day()))
    assert group_of(one) is BoardGroup.DECIDED
    assert site.sign_in.name_of(BY_ITSELF) == "applied by itself because the athlete asked for it"


def test_what_a_person_took_back_is_not_applied_again(squad: Squad) -> None:
    athlete, journal = worse(squad), squad.site.journal
    apply_due(squad.site)
    (decision,) = journal.decisions(athlete, since=NOW.date())

    journal.take_back(decision, person=COACH.person, role=Role.COACH, at=NOW)

    assert apply_due(squad.site) == 0
    assert journal.decisions(athlete, since=NOW.date()) == []


def test_without_the_athletes_word_or_the_coaches_right_nothing_is_applied(squad: Squad) -> None:
    athlete = worse(squad)
    granted = squad.consent.granted[athlete]
    squad.consent.granted[athlete] = tuple(one for one in granted if one is not Category.READINESS)
    assert apply_due(squad.site) == 0
    squad.consent.granted[athlete] = granted

    choose(squad.site.journal, athlete, is_on=False, day=NOW.date(), at=NOW)

    assert apply_due(squad.site) == 0
    assert squad.consent.events == []


def test_nothing_is_applied_at_night_or_while_it_cannot_be_logged(squad: Squad) -> None:
    athlete = worse(squad)
    squad.clock.at = NOW - timedelta(hours=3)
    assert apply_due(squad.site) == 0

    squad.clock.at, squad.consent.events_down = NOW, True
    with pytest.raises(ConsentUnavailable):
        apply_due(squad.site)

    assert squad.site.journal.decisions(athlete, since=NOW.date()) == []


def test_a_running_node_applies_it(squad: Squad) -> None:
    athlete = worse(squad)

    with reports_beside(squad.site, every_s=0.05):
        wait_until(lambda: bool(squad.site.journal.decisions(athlete, since=NOW.date())))
