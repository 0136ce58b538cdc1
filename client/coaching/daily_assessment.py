"""One athlete's morning: replay the last three weeks of evidence, then today's light, level and proposal."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType

from client.coaching.check_in import CheckIn, CheckInAnswer, flags_of, newest_by_day
from client.coaching.domains import Domain
from client.coaching.evidence import Evidence, Flags, evidence_on
from client.coaching.histories import (
    availability_on,
    days_since_hard,
    domain_instruments,
    flags_on,
    histories,
    index_of,
    is_rest_assumed,
    largest_own_day,
    may_count_twice,
    own_plan,
)
from client.coaching.light.words import TwoMornings
from client.coaching.own_largest_day import propose_own_largest
from client.coaching.proposal import Proposal, propose
from client.coaching.readiness import Light, Readiness
from client.coaching.regression import Assessment, State, advance, assess, with_expectation
from client.coaching.review import ReviewDecision
from client.coaching.training_session import PlanSource, SessionPlan
from client.features.daily import DailyTable
from policies.vocabulary import AthleteId

REPLAY_DAYS = 21  # ours: longer than any state lasts (three levels of two clean days, and three reductions)
TREND_STEP = 0.5  # ours, in Z against the mean of the three mornings before
NOTHING = Evidence(Readiness(Light.GREY, None, None, {}), {})


@dataclass(frozen=True, slots=True)
class DailyAssessment:
    """What staff may see of one athlete today, computed only from what they may use.

    assumed_rest: since_hard rests on a day that is rest only by the athlete's rest rule. may_count_twice: it would be
    another, were sessions one that may be.
    below_days: mornings in a row below usual, today included. trend: "falling", "steady", "rising" or None.
    decision: the last one taken today that still covers the proposal. check_in: what the athlete told staff today.
    before: the evidence of the morning before. by_light: the light was computed at home, of more than this reader may
    use; nothing of it is told but light and word.
    stated: the limit that holds today, in the words that coaches read; "" without one.
    """

    athlete: AthleteId
    day: date
    evidence: Evidence
    outcome: Assessment
    plan: SessionPlan
    proposal: Proposal | None
    decision: ReviewDecision | None
    trend: str | None = None
    below_days: int = 0
    available: str | None = None
    since_hard: int | None = None
    easier_in_a_row: int = 0
    assumed_rest: bool = False
    may_count_twice: bool = False
    check_in: CheckIn | None = None
    before: Evidence = NOTHING
    by_light: bool = False
    stated: str = ""

    @property
    def light(self) -> Light:
        """Today's light."""
        return self.evidence.readiness.light

    @property
    def to_decide(self) -> bool:
        """True while a proposal waits for a person."""
        return self.proposal is not None and self.decision is None and self.available != "out"

    @property
    def to_ask(self) -> bool:
        """True when there is too little to compare with, and nobody has told or been reached yet."""
        is_told = self.check_in is not None and self.check_in.answer is not CheckInAnswer.NOT_REACHED
        return self.outcome.ask and not is_told and self.available != "out"


@dataclass(frozen=True, slots=True)
class Context:
    """What is the same for every athlete of the club this morning."""

    day: date
    made: datetime
    weights: Mapping[Domain, float]
    match_days: frozenset[date] = frozenset()


def assess_day(
    athlete: AthleteId,
    table: DailyTable,
    *,
    context: Context,
    plan: SessionPlan | None = None,
    decisions: Iterable[ReviewDecision] = (),
    check_ins: Iterable[CheckIn] = (),
    expected_below: bool = False,
    said: Mapping[date, Flags] = MappingProxyType({}),
    by_light: bool = False,
    cap_au: float | None = None,
) -> DailyAssessment:
    """Assess one athlete's morning.

    table: only what the reader may use; with by_light also what the light is computed of at home.
    plan: what staff set; the own mean of this weekday stands in for it.
    check_ins: what the athlete told staff, oldest first; of one day the newest counts.
    said: what stops a session by the athlete's own word, by day; it needs no data and no grant.
    expected_below: a model that passed this node's gate expects tomorrow's readiness below the athlete's usual.
    cap_au: what a limit leaves today; the plan is lowered to it first, and with it all that may be proposed or chosen.
    """
    placed = index_of(table, context.day)
    taken, told = {d.day: d for d in decisions}, newest_by_day(check_ins)
    flags = _together(said, flags_of(told))
    if placed is None:
        stands = (plan or SessionPlan(None, PlanSource.NONE)).capped(cap_au)
        return _without_days(athlete, context, stands, taken, told, flags)
    reaching, today = placed
    days = _replayed(reaching, today, context, taken, flags)
    evidence, state = days.evidence[-1], days.state
    before = days.evidence[-2] if len(days.evidence) > 1 else NOTHING
    stands = (plan or own_plan(reaching, today)).capped(cap_au)
    outcome = with_expectation(
        state,
        assess(state, evidence, match_day=stands.match_day),
        is_below=expected_below,
        lighter_before=_lighter_before(taken, context.day),
    )
    proposal = propose(
        athlete,
        context.day,
        evidence=evidence,
        state=state,
        plan=stands,
        outcome=outcome,
        now=context.made,
        mornings=TwoMornings(evidence.readiness.light, before.readiness.light) if by_light else None,
    )
    if proposal is None and not evidence.is_grey:
        largest = largest_own_day(reaching, today)
        proposal = propose_own_largest(athlete, context.day, plan=stands, largest_au=largest, now=context.made)
    decision = _still_covers(taken.get(context.day), proposal, cap_au)
    one = DailyAssessment(athlete, context.day, evidence, outcome, stands, proposal, decision)
    one = replace(one, check_in=told.get(context.day), before=before, by_light=by_light)
    one = replace(one, trend=trend([e.readiness.z for e in days.evidence]), below_days=_below(days.evidence))
    return _with_load(replace(one, easier_in_a_row=state.reductions), reaching, today)


def _with_load(one: DailyAssessment, table: DailyTable, today: int) -> DailyAssessment:
    """Add what availability and load say of the morning in row `today`."""
    since_hard = days_since_hard(table, today)
    return replace(
        one,
        available=availability_on(table, today),
        since_hard=since_hard,
        assumed_rest=since_hard is not None and is_rest_assumed(table, today),
        may_count_twice=since_hard is not None and may_count_twice(table, today),
    )


def _without_days(
    athlete: AthleteId,
    context: Context,
    plan: SessionPlan,
    taken: Mapping[date, ReviewDecision],
    told: Mapping[date, CheckIn],
    flags: Mapping[date, Flags],
) -> DailyAssessment:
    """Assess a morning before which nothing is known: only what the athlete said can stop a session."""
    evidence = replace(NOTHING, flags=flags.get(context.day, Flags()))
    outcome = assess(State(), evidence, match_day=plan.match_day)
    proposal = propose(
        athlete, context.day, evidence=evidence, state=State(), plan=plan, outcome=outcome, now=context.made
    )
    decision = _still_covers(taken.get(context.day), proposal, plan.cap_au)
    return DailyAssessment(
        athlete, context.day, evidence, outcome, plan, proposal, decision, check_in=told.get(context.day)
    )


def _together(said: Mapping[date, Flags], noted: Mapping[date, Flags]) -> dict[date, Flags]:
    return {day: said.get(day, Flags()) | noted.get(day, Flags()) for day in {*said, *noted}}


@dataclass(slots=True)
class _Days:
    state: State = field(default_factory=State)
    evidence: list[Evidence] = field(default_factory=list)


def _replayed(
    table: DailyTable,
    today: int,
    context: Context,
    taken: Mapping[date, ReviewDecision],
    told: Mapping[date, Flags],
) -> _Days:
    """Run the machine over the days before today; the state is never stored, so late readings are counted too."""
    series, measured_by, days = histories(table), domain_instruments(table), _Days()
    for index in range(max(0, today - REPLAY_DAYS), today + 1):
        flags = flags_on(table, index) | told.get(table.dates[index], Flags())
        evidence = evidence_on(index, series, weights=context.weights, flags=flags, instruments=measured_by)
        days.evidence.append(evidence)
        if index == today:
            break
        day, decision = table.dates[index], taken.get(table.dates[index])
        outcome = assess(days.state, evidence, match_day=day in context.match_days)
        lowered = decision is not None and decision.is_lower
        reviewed = decision is not None and decision.review
        days.state = advance(days.state, evidence, outcome, lowered=lowered, reviewed=reviewed)
    return days


def _lighter_before(taken: Mapping[date, ReviewDecision], day: date) -> int:
    """Days in a row before `day` on which a person lowered the load."""
    count = 0
    while (decision := taken.get(day - timedelta(days=count + 1))) is not None and decision.is_lower:
        count += 1
    return count


def _still_covers(
    decision: ReviewDecision | None, proposal: Proposal | None, cap_au: float | None
) -> ReviewDecision | None:
    """Return the day's decision unless plan or limit changed or the evidence has become worse since."""
    if decision is not None and cap_au is not None and decision.chosen_au > cap_au:
        return None
    if decision is None or proposal is None:
        return decision
    same_plan = decision.planned_au == proposal.planned.load_au
    return decision if same_plan and decision.level >= proposal.level else None


def _below(evidence: list[Evidence]) -> int:
    count = 0
    for one in reversed(evidence):
        if one.readiness.light not in (Light.AMBER, Light.RED):
            break
        count += 1
    return count


def light_alone(one: DailyAssessment, light: Light) -> DailyAssessment:
    """Return a morning for a reader of the light alone, who sees no trend of it and nothing that is proposed for it.

    one: the morning as without any light. What was told to staff, and what is decided for today, stands as it does for
    every reader.
    """
    evidence = replace(one.evidence, readiness=replace(one.evidence.readiness, light=light))
    return replace(one, evidence=evidence, outcome=replace(one.outcome, ask=one.outcome.ask and light is Light.GREY))


def evidence_of(table: DailyTable, day: date, weights: Mapping[Domain, float]) -> Evidence:
    """Return the evidence of one morning; without a finding where the table does not reach back to it."""
    placed = index_of(table, day)
    if placed is None:
        return NOTHING
    reaching, index = placed
    return evidence_on(index, histories(reaching), weights=weights, instruments=domain_instruments(reaching))


def trend(z: list[float | None]) -> str | None:
    """Compare today's Z with the mean of the three mornings before; None if either is not known."""
    before = [value for value in z[-4:-1] if value is not None]
    if not z or z[-1] is None or not before:
        return None
    step = z[-1] - sum(before) / len(before)
    return "falling" if step < -TREND_STEP else "rising" if step > TREND_STEP else "steady"


def day_begins(moment: datetime) -> datetime:
    """Return the local midnight before `moment`: a proposal ends one day after it."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
