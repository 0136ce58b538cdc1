"""One athlete's page: the light, the evidence, what is proposed, and the measurements that they share."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

import numpy as np
from fastapi import APIRouter, Request, Response

from chassis.text import long_date, sentence, weekday_date
from chassis.web.charts import Chart
from client.coaching.check_in import CheckIn
from client.coaching.daily_assessment import DailyAssessment
from client.coaching.domains import TRAITS
from client.coaching.evidence import Evidence
from client.coaching.histories import availability_on, index_of
from client.coaching.missing_evidence import missing_evidence
from client.coaching.proposal import Proposal
from client.coaching.readiness import LIGHT_WORDS, Light
from client.coaching.regression import LEAST_POINTS, MOST_REDUCTIONS, RULE, Level
from client.coaching.review import REASON_TEXT, ReviewAnswer, ReviewDecision, override_rate
from client.features.daily import DailyTable
from client.features.days.column_sources import SourcesOfFigures
from client.features.morning_answers import morning_items_used
from client.learning.tomorrow import Tomorrow
from client.vault.history.kept_by_version import Identical
from client.vault.store import Athlete
from client.web import text
from client.web.access import PageAccess
from client.web.charts.of_page import charts_of
from client.web.rows.board_rows import TOLD_WORDS, TOO_FEW_SIGNS
from client.web.rows.evidence_rows import evidence_rows, share_rows
from client.web.rows.expected_lines import expected_lines
from client.web.rows.neighbours import neighbours
from client.web.rows.own_words import own_answer, own_word_facts
from client.web.rows.risk_panel import risk_panel
from client.web.rows.shared_notes import shared_notes
from client.web.rows.undo_names import undo_name
from client.web.site import DECISIONS_DAYS, ClubSite
from client.web.tables import streams_of
from client.web.viewer import ROLE_NAMES, Viewer, named_with_role
from policies.vocabulary import AthleteId, Category, Role

RECORD_DAYS = 28
CHARTED_DAYS = 60  # ours: more than any chart shows
CHANGED_SINCE = "What was known then to whoever decided; it may have changed since, or not be shown here."
PART_OF_IT = (
    "The light and the rule are worked out at home and may use more, or less, than this list shows: it holds what is "
    "shared with you day by day."
)
# What the days of a category are derived from where its readings are no numbers of a day by themselves.
_DERIVED: Mapping[Category, tuple[str, ...]] = {Category.HEART: ("lnrmssd",), Category.SLEEP: ("sleep_h",)}


@dataclass(frozen=True, slots=True)
class Opened:
    """One athlete as this look shows them: what it does not show looks as if it had never been recorded.

    tomorrow: None where nothing can be said, or nothing is shown.
    """

    athlete: Athlete
    access: PageAccess
    day: date
    table: DailyTable
    assessment: DailyAssessment
    tomorrow: Tomorrow | None = None


def router(site: ClubSite) -> APIRouter:
    """Routes of the athlete page."""
    routes = APIRouter()

    @routes.get("/athletes/{athlete}")
    def page(request: Request, athlete: str) -> Response:
        viewer = site.viewer(request)
        return show(site, viewer, opened(site, viewer, AthleteId(athlete)))

    return routes


def opened(site: ClubSite, viewer: Viewer, athlete: AthleteId) -> Opened:
    """Look at one athlete; raises Closed for anyone this person may not see, known or not."""
    access = site.access_requests.one(viewer, athlete)
    one = site.athlete(access, athlete)
    table = site.table(access, athlete)
    day = site.day()
    assessment = site.assessment(access, athlete, site.context(day))
    return Opened(one, access, day, table, assessment, site.tomorrow(access, athlete, day))


def show(site: ClubSite, viewer: Viewer, it: Opened) -> Response:
    """Render the athlete page."""
    one, athlete = it.assessment, it.athlete.athlete
    return site.page(
        "athlete.html",
        viewer,
        here="/athletes",
        access=it.access,
        title=it.athlete.name,
        finding=athlete_finding(it.athlete.name, one),
        name=it.athlete.name,
        athlete=athlete,
        day=weekday_date(it.day),
        is_past=it.day != site.now().date(),
        available=text.AVAILABLE_WORDS[one.available] if one.available else "",
        beside=neighbours(site, viewer, it.access, athlete),
        one=one,
        is_medical=viewer.role is Role.MEDICAL,
        **_to_do(site, viewer, it),
        **_light(site, it),
        tomorrow=expected_lines(it.access, athlete, it.tomorrow),
        risk=risk_panel(site, viewer, it.access, athlete, it.day),
        unworn=site.settings.without_wearables,
        recorded=recorded(it.table),
        record=availability_record(it.table, it.day),
        history=history(site, it),
        in_a_row=f"{one.easier_in_a_row} of at most {MOST_REDUCTIONS}",
        charts=_charts(site, viewer, it),
    )


def _to_do(site: ClubSite, viewer: Viewer, it: Opened) -> dict[str, Any]:
    """What is proposed, decided or told today, and what this person may do about it."""
    one = it.assessment
    proposal = one.proposal if one.to_decide else None
    return {
        "proposal": proposal,
        "proposal_words": text.proposal_in_full(proposal) if proposal else None,
        "keep": "Keep" if proposal and proposal.review else "Reject",
        "rest_alone": proposal is not None and proposal.told_not_ok and viewer.role is not Role.MEDICAL,
        "advice": _advice(it.athlete.name, proposal, viewer.role) if proposal else "",
        "plan": text.plan(one.plan, it.day),
        "no_change": _no_change(one),
        "ends": _ends(site, one),
        "decision": decision_words(site, one.decision, one.proposal) if one.decision else None,
        "said": own_word_facts(site, viewer, it.athlete.athlete),
        "own_answer": sentence(own_answer(site, one)),
        "notes": shared_notes(site, viewer.role, it.athlete.athlete),
        "told": told_words(site, one.check_in) if one.check_in else None,
        "undo": undo_name(one, role=viewer.role, now=site.now()),
    }


def _light(site: ClubSite, it: Opened) -> dict[str, Any]:
    """The light and what this look shows beside it; a light and a word hold no figure."""
    one, context = it.assessment, site.context(it.day)
    is_daily = it.access.is_daily(it.athlete.athlete, Category.READINESS)
    shown, before = site.shown_evidence(it.access, one, context)
    is_apart = one.by_light or it.athlete.athlete in it.access.light_only
    return {
        "percentile": text.percentile(one.evidence.readiness) if is_daily or one.evidence.is_grey else "",
        "light_lacks": text.light_lacks(one.evidence, context.weights, is_told=not is_apart),
        "mornings": mornings(it),
        "evidence": evidence_rows(shown, morning_items_used(it.table), before),
        "shares": share_rows(shown, is_whole=not is_apart) if is_daily else [],
        "is_apart": is_apart,
        "not_compared": _not_compared(it, shown),
        "points": _points_words(one, is_told=not is_apart),
    }


def mornings(it: Opened) -> dict[str, tuple[str, str]]:
    """Return shape and word of the two mornings that the rule looks at; of the light alone only this one's."""
    one = it.assessment
    lights = {"This morning": one.light}
    if it.athlete.athlete not in it.access.light_only:
        lights["Yesterday"] = one.before.readiness.light
    return {when: (light.value, sentence(LIGHT_WORDS[light])) for when, light in lights.items()}


def _advice(name: str, proposal: Proposal, role: Role) -> str:
    """What staff should know before they decide."""
    if proposal.told_not_ok and role is not Role.MEDICAL:
        return "The medical team may decide otherwise. What was noted wrongly can be taken back below."
    match_day = "On a match day this is for discussion only. " if proposal.proposal_only else ""
    keep = "Keep" if proposal.review else "Reject"
    return f"{match_day}{name} may always choose less. Modify and {keep} ask for a reason on the next page."


def _no_change(one: DailyAssessment) -> str:
    if one.outcome.ask:
        return "There is too little to compare with this morning. Nothing is changed by itself. Ask how they feel."
    if one.outcome.reduces:
        return "No change is proposed: there is no load to lower."
    if one.outcome.total < LEAST_POINTS and one.light in (Light.AMBER, Light.RED):
        return f"No change is proposed: {TOO_FEW_SIGNS}."
    return "No change is proposed."


def _points_words(one: DailyAssessment, *, is_told: bool) -> str:
    """What points lead to; is_told: and how many were counted, where this look shows all that they were counted of."""
    counted = "With too little data this morning, no points are counted."
    if not is_told:
        counted = PART_OF_IT
    elif not one.evidence.is_grey:
        points = f"{one.outcome.total} {'point' if one.outcome.total == 1 else 'points'}"
        sources = f"{one.outcome.sources} independent {'source' if one.outcome.sources == 1 else 'sources'}"
        counted = f"{points} from {sources}."
    lower = " An expectation below usual makes it one step lighter today." if one.outcome.expected_below else ""
    needed = (
        "“Easier session” needs 3 points from 2 sources, two mornings in a row or with 2 points from the jump test."
    )
    return f"{counted} “Less volume” needs {LEAST_POINTS} points. {needed}{lower} Rule {RULE}."


def recorded(table: DailyTable) -> dict[str, str]:
    """Return of each category, in words, the day of its newest entry, or that nothing is recorded."""
    found = {}
    for category, words in text.CATEGORY_WORDS.items():
        if category is not Category.READINESS:
            names = (*(one.value for one in streams_of(frozenset({category}))), *_DERIVED.get(category, ()))
            known = np.array([table.column(name) for name in names])
            days = np.flatnonzero(np.isfinite(known).any(axis=0))
            newest = f"newest entry of {long_date(table.dates[days[-1]])}" if days.size else "nothing recorded"
            found[sentence(words)] = newest
    return found


def availability_record(table: DailyTable, day: date) -> dict[str, str]:
    """Return today's availability as the club recorded it, and how many of the last 28 days were of each kind."""
    placed = index_of(table, day)
    days = range(placed[1] - RECORD_DAYS + 1, placed[1] + 1) if placed else range(-RECORD_DAYS, 0)
    states = [availability_on(placed[0], one) if placed and one >= 0 else None for one in days]
    counts = Counter(text.AVAILABLE_WORDS[one].lower() for one in states)
    told = "; ".join(f"{counts[word]} {word}" for word in map(str.lower, text.AVAILABLE_WORDS.values()) if counts[word])
    return {"Today": text.AVAILABLE_WORDS[states[-1]], f"Last {RECORD_DAYS} days": told}


def athlete_finding(name: str, one: DailyAssessment) -> str:
    """Return the title of an athlete's page: what is asked, what was decided, or how they are beside their usual."""
    if one.available == "out":
        return f"{name}: not training"
    if one.to_decide:
        return f"{name}: {_question(one)}"
    if one.decision is not None:
        return f"{name}: {'less load today' if one.decision.is_lower else 'the plan is kept'}, decided"
    if one.evidence.flags.any:
        return f"{name}: not OK, and no load to lower"
    if one.outcome.ask:
        return f"{name}: not enough data, {'asked' if one.check_in else 'please ask'}"
    return f"{name}: {LIGHT_WORDS[one.light]} today"


def _question(one: DailyAssessment) -> str:
    if one.outcome.review or (one.proposal and text.is_return(one.proposal)):
        return "what comes next?"
    if one.outcome.level is Level.REST:
        return "rest today?"
    return "an easier session today?" if one.outcome.level is Level.REGRESS else "less volume today?"


def _ends(site: ClubSite, one: DailyAssessment) -> str:
    if one.proposal is None:
        return ""
    end = one.proposal.expires.astimezone(site.zone)
    if end.time() == time():
        return f"End of {weekday_date(end.date() - timedelta(days=1))}"
    return f"{weekday_date(end.date())}, {text.clock_time(end)}"


def _not_compared(it: Opened, shown: Evidence) -> list[str]:
    """Say of each kind of evidence without enough data what it needs and what is there."""
    placed = index_of(it.table, it.day)
    if placed is None:
        return []
    missing = missing_evidence(*placed, shown.findings)
    return [f"{TRAITS[one].label}: {'; '.join(lack.text for lack in needed)}." for one, needed in missing.items()]


def decision_words(site: ClubSite, decision: ReviewDecision, proposal: Proposal | None) -> dict[str, str]:
    """Return a decision in words. proposal: the one that stands now, whose grounds are told if it was decided on."""
    answers = {
        ReviewAnswer.ACCEPT: "The proposal is used",
        ReviewAnswer.MODIFY: "Another load",
        ReviewAnswer.REJECT: "The plan is kept",
    }
    at = decision.at.astimezone(site.zone)
    return {
        "answer": answers[decision.answer],
        "load": f"{decision.chosen_au:,.0f} AU of {decision.planned_au:,.0f} AU planned",
        "because": proposal.because if proposal and proposal.proposal_id == decision.proposal_id else CHANGED_SINCE,
        "reason": REASON_TEXT[decision.reason] if decision.reason else "",
        "who": named_with_role(site.sign_in.name_of(decision.person), decision.role),
        "at": f"{weekday_date(at.date())}, {text.clock_time(at)}",
        "record": decision.proposal_id[:12],
    }


def told_words(site: ClubSite, told: CheckIn) -> dict[str, str]:
    """Return what the athlete told staff, in words: who noted it, and when."""
    at = told.at.astimezone(site.zone)
    return {
        "Answer": sentence(TOLD_WORDS[told.answer]),
        "Note": told.note or "none",
        "Noted by": f"{site.sign_in.name_of(told.person)}, {ROLE_NAMES[told.role].lower()}",
        "When": f"{weekday_date(at.date())}, {text.clock_time(at)}",
    }


def history(site: ClubSite, it: Opened) -> dict[str, str]:
    """Return how this athlete's proposals of the last 28 days were decided, and the override rate."""
    since = date.fromordinal(it.day.toordinal() - DECISIONS_DAYS + 1)
    every = site.decisions(it.access, it.athlete.athlete, since=since)
    taken = [one for one, gone in every if gone is None]
    if not every:
        return {"Decided": "none"}  # a panel of zeros says less
    by = {answer: sum(d.answer is answer for d in taken) for answer in ReviewAnswer}
    rate = override_rate(taken)
    return {
        "Decided": str(len(taken)),
        "Accepted": str(by[ReviewAnswer.ACCEPT]),
        "Modified": str(by[ReviewAnswer.MODIFY]),
        "Rejected": str(by[ReviewAnswer.REJECT]),
        "Taken back": str(len(every) - len(taken)),
        "Decided otherwise": "no decision yet" if rate is None else f"{round(rate * len(taken))} of {len(taken)}",
    }


def _charts(site: ClubSite, viewer: Viewer, it: Opened) -> list[Chart]:
    """The charts as this reader may see them, drawn once for what they show: a look at another set draws them anew."""
    athlete, session = it.athlete.athlete, it.assessment.plan.session
    planned_au = session.load_au if session else None
    sources = site.tables.sources(athlete, it.access.of(athlete))
    made_of = (it.access.of(athlete), Identical(it.table), Identical(sources), it.day, planned_au)
    return site.charts.of(athlete, viewer.role, made_of, lambda: _drawn(it, sources, planned_au))


def _drawn(it: Opened, sources: SourcesOfFigures, planned_au: float | None) -> list[Chart]:
    placed = index_of(it.table, it.day)
    if placed is None:
        return []
    # All charts have their days, however far back anything that is shared goes: one kind tells nothing of another.
    table = placed[0].between(min(placed[0].dates[0], it.day - timedelta(days=CHARTED_DAYS)), it.day)
    return charts_of(table, sources, day=it.day, planned_au=planned_au)
