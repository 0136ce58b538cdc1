"""My decisions: what was proposed, who decided what and why, what the athlete answered, and what was done that day."""

import math
from datetime import timedelta
from typing import Final

from fastapi import APIRouter, Request, Response

from chassis.text import weekday_date
from client.athlete_web.morning import EVERYTHING
from client.athlete_web.site import AthleteSite
from client.athlete_web.today import ANSWERED, DECIDED
from client.coaching.records.taken_back import TakenBack
from client.coaching.review import REASON_TEXT, ReviewDecision
from client.features.daily import DailyTable
from client.statements.answers import AthleteAnswer
from policies.vocabulary import Role

DECISIONS: Final = "/me/decisions"
SHOWN: Final = timedelta(days=90)


def router(site: AthleteSite) -> APIRouter:
    """The route of the page."""
    routes = APIRouter()

    @routes.get(DECISIONS)
    def decisions(request: Request) -> Response:
        viewer, since = site.viewer(request), site.day() - SHOWN
        table = site.tables.read(viewer.athlete, EVERYTHING)
        answers = {one.proposal_id: one for one in site.answers.of(viewer.athlete, since=since)}
        rows = [
            _facts(site, one, gone, answers.get(one.proposal_id), table)
            for one, gone in reversed(site.journal.history(viewer.athlete, since=since))
        ]
        return site.page(
            "own_decisions.html",
            viewer,
            here=DECISIONS,
            title=site.words("My decisions"),
            rows=rows,
            days=SHOWN.days,
        )

    return routes


def _facts(
    site: AthleteSite, one: ReviewDecision, gone: TakenBack | None, answer: AthleteAnswer | None, table: DailyTable
) -> tuple[str, dict[str, str]]:
    say, zone = site.words, site.settings.timezone
    facts = {
        say("Plan"): f"{one.planned_au:,.0f} AU",
        say("Proposed"): f"{one.proposed_au:,.0f} AU",
        say("Decided"): say("%(what)s: %(load)s AU", what=say(DECIDED[one.answer]), load=f"{one.chosen_au:,.0f}"),
        say("By"): f"{site.name_of(one.person)}, {one.at.astimezone(zone):%H:%M}",
        say("Why"): REASON_TEXT[one.reason] if one.reason else say("no reason was asked for"),
    }
    if answer is not None:
        load = "" if answer.load_au is None else f"{answer.load_au:,.0f}"
        facts[say("Your answer")] = say(ANSWERED[answer.kind], load=load)
    if gone is not None:
        who = say("you") if gone.role is Role.ATHLETE else site.name_of(gone.person)
        facts[say("Taken back")] = f"{who}, {gone.at.astimezone(zone):%H:%M}"
    facts[say("Done that day")] = _done(site, one, table)
    return weekday_date(one.day), facts


def _done(site: AthleteSite, one: ReviewDecision, table: DailyTable) -> str:
    """The load that is recorded of that day; unknown is said as such, and is no zero."""
    if one.day not in table.dates:
        return site.words("not recorded")
    load = float(table.column("load_au")[table.dates.index(one.day)])
    return site.words("not recorded") if math.isnan(load) else f"{load:,.0f} AU"
