"""The proposed change to today's session: it can only lower load, ends within 24 hours, and says why."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from client.coaching.domains import TRAITS, Domain
from client.coaching.evidence import Evidence, Flags
from client.coaching.light.words import TwoMornings
from client.coaching.readiness import Readiness
from client.coaching.regression import RULE, Assessment, Level, State, assess
from client.coaching.training_session import BadPlan, SessionPlan, TrainingSession, above_cap, lighter
from policies.canonical import canonical_bytes, sha256_hex
from policies.vocabulary import AthleteId

LIFE = timedelta(hours=24)  # docs/invariants.md §10
MOST_DRIVERS = 5
NUMBERS = ("No", "One", "Two", "Three", "Four", "Five")


@dataclass(frozen=True, slots=True)
class Driver:
    """One domain's signed share of the readiness composite."""

    domain: Domain
    contribution: float


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a person is asked to decide. Raises BadPlan if it would raise load or last longer than a day.

    assumed_rest: the planned load rests on a day that is rest only by the athlete's rest rule. told_not_ok: the athlete
    said, at their own site or to staff, that they are not OK; a coach can then decide nothing but rest. cap_au: what a
    limit leaves today, and the plan is at most that already.
    """

    athlete: AthleteId
    day: date
    level: Level
    planned: TrainingSession
    adjusted: TrainingSession
    because: str
    counterfactual: str
    drivers: tuple[Driver, ...]
    made: datetime
    expires: datetime
    inputs_hash: str
    rule: str = RULE
    proposal_only: bool = False
    review: bool = False
    assumed_rest: bool = False
    told_not_ok: bool = False
    cap_au: float | None = None

    def __post_init__(self) -> None:
        if self.adjusted.load_au > self.planned.load_au:
            raise BadPlan("a proposal may only lower the load")
        if self.cap_au is not None and self.planned.load_au > self.cap_au:
            raise BadPlan(above_cap(self.planned.load_au, self.cap_au))
        if not timedelta(0) < self.expires - self.made <= LIFE:
            raise BadPlan("a proposal ends within 24 hours")
        if len(self.drivers) > MOST_DRIVERS:
            raise BadPlan(f"expected at most {MOST_DRIVERS} drivers")

    @property
    def proposal_id(self) -> str:
        """Stable name of this proposal: athlete, day, plan and inputs decide it."""
        return self.inputs_hash[:32]


def drivers_of(readiness: Readiness) -> tuple[Driver, ...]:
    """Return the drivers, largest effect first; together they are exactly the composite."""
    found = [Driver(domain, share) for domain, share in readiness.contributions.items()]
    return tuple(sorted(found, key=lambda d: (-abs(d.contribution), d.domain)))


def inputs_hash(
    athlete: AthleteId, day: date, evidence: Evidence, state: State, plan: TrainingSession, *, expected_below: bool
) -> str:
    """Hash of everything the proposal was made from, so that it can be checked later without storing it."""
    return sha256_hex(
        canonical_bytes(
            {
                "rule": RULE,
                "athlete": athlete,
                "day": day.isoformat(),
                "z": {d.value: round(v, 9) for d, v in evidence.z.items()},
                "points": {d.value: p for d, p in evidence.points.items()},
                "flags": _flags(evidence.flags),
                "level": int(state.level),
                "regress_yesterday": state.regress_yesterday,
                "plan": [plan.load_au, plan.rpe, plan.minutes],
                "expected_below": expected_below,
            }
        )
    )


def _flags(flags: Flags) -> list[bool]:
    """The flags as they are hashed; what staff noted stands there only where it is raised, as before there was any."""
    return [flags.not_ok, flags.pain, flags.illness, *([True] if flags.noted_not_ok else [])]


def propose(
    athlete: AthleteId,
    day: date,
    *,
    evidence: Evidence,
    state: State,
    plan: SessionPlan,
    outcome: Assessment,
    now: datetime,
    mornings: TwoMornings | None = None,
) -> Proposal | None:
    """Return what to put before a person, or None when the plan stands or there is no plan to lower.

    mornings: where the grounds are told by the light alone, and no kind of evidence is named or counted.

    When review is due the proposal repeats the plan: a person chooses, the machine lowers nothing more.
    """
    wanted = outcome.reduces or outcome.review
    if plan.session is None or not wanted or plan.session.load_au <= 0:
        return None
    return Proposal(
        athlete=athlete,
        day=day,
        level=outcome.level,
        planned=plan.session,
        adjusted=lighter(plan.session, outcome.level, outcome.multiplier),
        because=because(evidence, state, outcome, mornings),
        counterfactual=counterfactual(evidence, state, outcome, by_kind=mornings is None),
        drivers=drivers_of(evidence.readiness),
        made=now,
        expires=now + LIFE,
        inputs_hash=inputs_hash(athlete, day, evidence, state, plan.session, expected_below=outcome.expected_below),
        proposal_only=outcome.proposal_only,
        review=outcome.review,
        assumed_rest=plan.assumed_rest,
        told_not_ok=evidence.flags.noted_not_ok or evidence.flags.not_ok,
        cap_au=plan.cap_au,
    )


def because(evidence: Evidence, state: State, outcome: Assessment, mornings: TwoMornings | None = None) -> str:
    """Say in one sentence what led to this level, and in another where an expectation lowered it further.

    mornings: tells the grounds in place of kinds and points.
    """
    if outcome.expected_below:
        before = replace(outcome, level=Level(outcome.level - 1), expected_below=False)
        led = f"{because(evidence, state, before, mornings)} " if before.level > Level.AS_PLANNED else ""
        return f"{led}Tomorrow’s readiness answer will probably be below usual: one step less."
    if outcome.hard_stop:
        return _said(evidence.flags)
    if outcome.review:
        return "Three lighter sessions in a row. Now a person decides what comes next."
    if outcome.level > outcome.target:
        return "The days before asked for it. A level is left one step at a time, after two mornings that ask for less."
    if mornings is not None:
        return mornings.grounds
    kinds = NUMBERS[min(outcome.sources, 5)]
    noun = "kind of evidence is" if outcome.sources == 1 else "kinds of evidence are"
    when = ", two mornings in a row" if outcome.level is Level.REGRESS and state.regress_yesterday else ""
    return f"{kinds} {noun} worse than usual{when}: {outcome.total} points in all."


def _said(flags: Flags) -> str:
    reported = ((flags.not_ok, "not OK"), (flags.pain, "pain"), (flags.illness, "illness"))
    said = [text for raised, text in reported if raised]
    if not said:
        return "The athlete told staff that they are not OK. That comes before any number."
    return f"The athlete reported {' and '.join(said)}. That comes before any number."


def counterfactual(evidence: Evidence, state: State, outcome: Assessment, *, by_kind: bool = True) -> str:
    """Say what smallest change of today's evidence would have led to a higher load. by_kind: kinds may be named."""
    if outcome.expected_below:
        return f"Were tomorrow expected as usual, {CONSEQUENCE[Level(outcome.level - 1)]}."
    if outcome.hard_stop:
        return "Once the athlete reports being well, and the medical team agrees, the other evidence decides again."
    points = sorted(evidence.points.items(), key=lambda item: (-item[1], item[0]))
    trials = [[d] for d, p in points if p] + [[d for d, p in points if p]] if by_kind else []
    for usual_again in trials:
        level = _level_without(evidence, state, usual_again)
        if usual_again and level < outcome.level:
            names = " and ".join(TRAITS[d].label.lower() for d in usual_again)
            return f"With {names} back to usual, {CONSEQUENCE[level]}."
    return f"After two mornings as usual, {CONSEQUENCE[Level(max(outcome.level - 1, 0))]}."


CONSEQUENCE: Mapping[Level, str] = {
    Level.AS_PLANNED: "the plan would stand",
    Level.CAUTION: "the proposal would be 10 % less volume only",
    Level.REGRESS: "the proposal would be a low-intensity session",
    Level.REST: "the proposal would be rest",
}


def _level_without(evidence: Evidence, state: State, usual_again: list[Domain]) -> Level:
    kept = {d: f for d, f in evidence.findings.items() if d not in usual_again}
    return assess(state, Evidence(evidence.readiness, kept, evidence.z, evidence.flags)).level
