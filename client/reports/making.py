"""Makes one athlete's part of a report from what one look allows: the board's words, load, decisions, availability."""

from datetime import date, timedelta
from hashlib import sha256

import numpy as np

from client.coaching.daily_assessment import Context, DailyAssessment
from client.coaching.domains import TRAITS
from client.coaching.histories import availability_on, index_of
from client.coaching.records.taken_back import TakenBack
from client.coaching.review import REASON_TEXT, ReviewAnswer, ReviewDecision
from client.features.daily import DailyTable
from client.features.load import WEEK_D, monotony, weekly_sum
from client.features.morning_answers import morning_items_used
from client.reports.value import (
    AthleteReport,
    AvailableDays,
    DecisionLine,
    FindingWords,
    LoadFigures,
    MorningRow,
    PreparedPart,
    Variant,
    is_week,
)
from client.vault.store import Athlete
from client.web import text
from client.web.access import PageAccess
from client.web.beside_usual import against_usual
from client.web.rows.board_groups import BoardGroup, group_of, is_lowered
from client.web.rows.board_rows import RowWords, board_line
from client.web.site import DECISIONS_DAYS, ClubSite
from policies.vocabulary import AthleteId

ANSWERS = {
    ReviewAnswer.ACCEPT: "accepted",
    ReviewAnswer.MODIFY: "another load",
    ReviewAnswer.REJECT: "plan kept",
}


def made_part(site: ClubSite, access: PageAccess, athlete: Athlete, context: Context, variant: Variant) -> PreparedPart:
    """Return the part of one athlete on the day of `context`, made of what `access` allows and of nothing else.

    A coach's has no measurements: as on the board, they stand on the page of whoever shares them.
    """
    allowed = access.of(athlete.athlete)
    one = site.assessment(access, athlete.athlete, context)
    table = site.table(access, athlete.athlete)
    on_day = index_of(table, context.day)
    report = AthleteReport(
        morning=_morning(site, athlete, one),
        findings=() if variant is Variant.COACH else _findings(site, one, access, table, context),
        decisions=_decisions(site, access, athlete, context.day),
        load=LoadFigures() if on_day is None else load_figures(*on_day),
        available=None if on_day is None else availability_on(*on_day),
        week=available_days(on_day) if is_week(context.day) else None,
    )
    told = mark_of_told(site, athlete.athlete, context.day)
    return PreparedPart(site.now(), allowed, report, *terms_of(access, athlete.athlete), told)


def terms_of(access: PageAccess, athlete: AthleteId) -> tuple[bool, bool]:
    """Return on which terms a look may see readiness: by the light at home, and the light alone."""
    return athlete in access.at_home, athlete in access.light_only


def mark_of_told(site: ClubSite, athlete: AthleteId, day: date) -> str:
    """Return a mark (SHA-256, hex) of all that people said, decided and planned that a morning rests on.

    It looks at the whole record and at nobody's grant: what is said counts for every reader, whatever is shared.
    """
    since = day - timedelta(days=DECISIONS_DAYS)
    told = (
        site.statements.standing(athlete, day),
        sorted(site.said.flags(athlete).items()),
        site.journal.history(athlete, since=since),
        site.journal.check_ins.of(athlete, since=since),
        site.plans.own_plan(athlete, since, day),
    )
    return sha256(repr(told).encode()).hexdigest()


def _morning(site: ClubSite, athlete: Athlete, one: DailyAssessment) -> MorningRow:
    """The row of the board; what only its reader was shown before is no part of a report."""
    group = group_of(one)
    words = RowWords(
        day=one.day,
        name_of=site.sign_in.name_of,
        clock=lambda at: text.clock_time(at.astimezone(site.zone)),
        last_light=lambda _: None,
        undo_of=lambda _: "",
    )
    line = board_line(athlete, one, group, words)
    why = "" if group is BoardGroup.ASK else line.why
    return MorningRow(group, line.word, line.plan, line.proposed, why, is_lowered(one))


def _findings(
    site: ClubSite, one: DailyAssessment, access: PageAccess, table: DailyTable, context: Context
) -> tuple[FindingWords, ...]:
    """What stood apart from the athlete's own usual, of categories that may be shown in figures."""
    evidence, _ = site.shown_evidence(access, one, context)
    items = morning_items_used(table)
    return tuple(
        FindingWords(TRAITS[found.domain].label, against_usual(found), text.measured(found, items))
        for found in evidence.findings.values()
        if found.points and not evidence.is_grey and access.is_daily(one.athlete, TRAITS[found.domain].category)
    )


def _decisions(site: ClubSite, access: PageAccess, athlete: Athlete, day: date) -> tuple[DecisionLine, ...]:
    since = day - timedelta(days=WEEK_D if is_week(day) else 1)
    taken = site.decisions(access, athlete.athlete, since=since)
    return tuple(_decision(site, one, back) for one, back in taken if one.day < day)


def _decision(site: ClubSite, one: ReviewDecision, back: TakenBack | None) -> DecisionLine:
    return DecisionLine(
        day=one.day,
        answer=ANSWERS[one.answer],
        reason=REASON_TEXT[one.reason] if one.reason else "",
        person=site.sign_in.name_of(one.person),
        at=text.clock_time(one.at.astimezone(site.zone)),
        planned_au=one.planned_au,
        chosen_au=one.chosen_au,
        is_taken_back=back is not None,
    )


def load_figures(table: DailyTable, index: int) -> LoadFigures:
    """Return the load of the days before row `index`, by the rules of docs/indices.md §2: a partial week is no sum."""
    load = table.column("load_au")[:index]
    if not load.size:
        return LoadFigures()
    sums, alike = weekly_sum(load), monotony(load)
    before = sums[-1 - WEEK_D] if load.size > WEEK_D else np.nan
    is_whole = bool(np.isfinite(sums[-1]))
    return LoadFigures(
        day_before_au=_known(load[-1]),
        week_au=_known(sums[-1]),
        week_before_au=_known(before),
        monotony=_known(alike[-1], 2) if is_whole else None,
        trained_days=int(np.sum(load[-WEEK_D:] > 0)) if is_whole else None,
    )


def available_days(on_day: tuple[DailyTable, int] | None) -> AvailableDays:
    """Return the seven days before the report by what the club recorded."""
    states = [
        None if on_day is None or on_day[1] < back else availability_on(on_day[0], on_day[1] - back)
        for back in range(1, WEEK_D + 1)
    ]
    return AvailableDays(*(states.count(one) for one in ("full", "restricted", "out", None)))


def _known(value: float, digits: int = 0) -> float | None:
    return round(float(value), digits) if np.isfinite(value) else None
