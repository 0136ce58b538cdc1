"""One athlete's page: the light, the evidence, what is proposed, and the measurements that they share."""

from dataclasses import dataclass
from datetime import date, time, timedelta

from fastapi import APIRouter, Request, Response

from chassis.web.charts import Chart
from client.coaching.domains import TRAITS, Domain
from client.coaching.evidence import Evidence
from client.coaching.histories import index_of, wellness_items
from client.coaching.journal import Journal
from client.coaching.morning import Morning
from client.coaching.regression import MOST_REDUCTIONS, RULE, Level
from client.coaching.review import Answer, Decision, override_rate
from client.features.daily import DailyTable
from client.vault.store import Athlete
from client.web import text
from client.web.access import Look
from client.web.charts.measurements import hrv_chart, load_chart
from client.web.charts.sleep import sleep_chart
from client.web.sessions import Viewer
from client.web.site import DECISIONS_DAYS, Site
from policies.vocabulary import AthleteId, Category


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One source of evidence in words."""

    source: str
    light: str
    word: str
    measured: str
    points: str
    share: str


@dataclass(frozen=True, slots=True)
class Opened:
    """One athlete as this look shows them; `morning` is None where readiness is not shown to this person."""

    athlete: Athlete
    look: Look
    day: date
    table: DailyTable
    morning: Morning | None


def router(site: Site) -> APIRouter:
    """Routes of the athlete page."""
    routes = APIRouter()

    @routes.get("/athletes/{athlete}")
    def page(request: Request, athlete: str) -> Response:
        viewer = site.viewer(request)
        return show(site, viewer, opened(site, viewer, AthleteId(athlete)))

    return routes


def opened(site: Site, viewer: Viewer, athlete: AthleteId) -> Opened:
    """Look at one athlete; raises Closed for anyone this person may not see, known or not."""
    look = site.looks.one(viewer, athlete)
    one = site.athlete(look, athlete)
    table = site.table(look, athlete)
    day = site.day()
    shown = Category.READINESS in look.of(athlete)
    return Opened(one, look, day, table, site.morning(look, athlete, site.context(day)) if shown else None)


def show(site: Site, viewer: Viewer, it: Opened) -> Response:
    """Render the athlete page."""
    one, athlete = it.morning, it.athlete.athlete
    proposal = one.proposal if one and one.to_decide else None
    return site.page(
        "athlete.html",
        viewer,
        here="/athletes",
        look=it.look,
        title=it.athlete.name,
        finding=_finding(it.athlete.name, one),
        name=it.athlete.name,
        athlete=athlete,
        day=text.long_day(it.day),
        is_past=it.day != site.now().date(),
        available=text.AVAILABLE_WORDS[one.available] if one and one.available else "",
        one=one,
        proposal=proposal,
        proposal_words=text.proposal_in_full(proposal) if proposal else None,
        plan=text.plan(one.plan, it.day) if one else "",
        ends=_ends(site, one),
        decision=decision_words(site, one.decision) if one and one.decision else None,
        percentile=text.percentile(one.evidence.readiness) if one else "",
        evidence=evidence_rows(one.evidence, wellness_items(it.table)) if one else [],
        rule=RULE,
        seen=_seen(it.look, athlete),
        until=text.short_day(it.look.ends[athlete].astimezone(site.zone).date()) if athlete in it.look.ends else "",
        history=history(site.journal, athlete, it.day),
        in_a_row=f"{one.easier_in_a_row} of at most {MOST_REDUCTIONS}" if one else "",
        charts=_charts(site, it),
    )


def _finding(name: str, one: Morning | None) -> str:
    if one is None:
        return name
    if one.available == "out":
        return f"{name}: not training"
    if one.to_decide:
        return f"{name}: {_question(one)}"
    if one.outcome.ask:
        return f"{name}: not enough data, please ask"
    return f"{name}: {text.LIGHT_WORDS[one.light]} today"


def _question(one: Morning) -> str:
    if one.outcome.review:
        return "what comes next?"
    return "rest today?" if one.outcome.level is Level.REST else "an easier session today?"


def _ends(site: Site, one: Morning | None) -> str:
    if one is None or one.proposal is None:
        return ""
    end = one.proposal.expires.astimezone(site.zone)
    if end.time() == time():
        return f"End of {text.long_day(end.date() - timedelta(days=1))}"
    return f"{text.long_day(end.date())}, {text.clock_time(end)}"


def evidence_rows(evidence: Evidence, items: int) -> list[EvidenceRow]:
    """Return the rows of the evidence list, most points first; sources without enough data are not listed."""
    rows = []
    for domain in sorted(Domain, key=lambda d: (-_points(evidence, d), list(Domain).index(d))):
        finding = evidence.findings.get(domain)
        if finding is None:
            continue
        share = evidence.readiness.contributions.get(domain)
        rows.append(
            EvidenceRow(
                source=TRAITS[domain].label,
                light=finding.light.value,
                word=("As usual", "Below", "Well below")[finding.points],
                measured=text.measured(finding, items),
                points="not counted" if evidence.is_grey else str(finding.points),
                share=text.minus(share) if share is not None else "not in today’s Z",
            )
        )
    return rows


def _points(evidence: Evidence, domain: Domain) -> int:
    finding = evidence.findings.get(domain)
    return finding.points if finding else -1


def decision_words(site: Site, decision: Decision) -> dict[str, str]:
    """Return a decision in words."""
    answers = {Answer.ACCEPT: "The proposal is used", Answer.MODIFY: "Another load", Answer.REJECT: "The plan is kept"}
    at = decision.at.astimezone(site.zone)
    return {
        "answer": answers[decision.answer],
        "load": f"{decision.chosen_au:,.0f} AU of {decision.planned_au:,.0f} AU planned",
        "at": f"{text.long_day(at.date())}, {text.clock_time(at)}",
        "record": decision.proposal_id[:12],
    }


def _seen(look: Look, athlete: AthleteId) -> str:
    shown = [w for category, w in text.CATEGORY_WORDS.items() if category in look.of(athlete)]
    return text.sentence(text.list_of(shown))


def history(journal: Journal, athlete: AthleteId, day: date) -> dict[str, str]:
    """Return how this athlete's proposals of the last 28 days were decided, and the override rate."""
    since = date.fromordinal(day.toordinal() - DECISIONS_DAYS + 1)
    taken = journal.decisions(athlete, since=since)
    by = {answer: sum(d.answer is answer for d in taken) for answer in Answer}
    rate = override_rate(taken)
    return {
        "Decided": str(len(taken)),
        "Accepted": str(by[Answer.ACCEPT]),
        "Modified": str(by[Answer.MODIFY]),
        "Rejected": str(by[Answer.REJECT]),
        "Decided otherwise": "no decision yet" if rate is None else f"{round(rate * len(taken))} of {len(taken)}",
    }


def _charts(site: Site, it: Opened) -> list[Chart]:
    placed = index_of(it.table, it.day)
    if placed is None:
        return []
    table = placed[0].until(it.day)
    session = it.morning.plan.session if it.morning else None
    sleep = site.readings(it.look, it.athlete.athlete, Category.SLEEP)
    found = [
        hrv_chart(table),
        load_chart(table, day=it.day, planned_au=session.load_au if session else None),
        sleep_chart(table, sleep, day=it.day),
    ]
    return [chart for chart in found if chart is not None]
