"""The recovery state machine: from evidence to a level that can only lower load (docs/indices.md §7)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import IntEnum

from client.coaching.domains import Domain
from client.coaching.evidence import Evidence

RULE = "recovery-2.2"
CLEAN_DAYS_TO_LEAVE = 2  # ours: hysteresis; docs/indices.md §7.3
LEAST_POINTS = 2  # ours: below it the plan stands; docs/indices.md §7.2
MOST_REDUCTIONS = 3  # ours: then a person must review; docs/indices.md §7.3
LOWEST_MULTIPLIER = 0.6  # ours: hard bound, except rest; docs/indices.md §7.3


class Level(IntEnum):
    """How far the machine would lower today's load."""

    AS_PLANNED = 0
    CAUTION = 1
    REGRESS = 2
    REST = 3

    @property
    def multiplier(self) -> float:
        """Share of the planned load that remains."""
        return (1.0, 0.9, 0.7, 0.0)[self]


@dataclass(frozen=True, slots=True)
class State:
    """What the machine carries from yesterday to today.

    clean_days: days in a row below the current level. regress_yesterday: the two-source condition held yesterday.
    reductions: sessions made lighter in a row. review_due: three were, and no person has reviewed since.
    """

    level: Level = Level.AS_PLANNED
    clean_days: int = 0
    regress_yesterday: bool = False
    reductions: int = 0
    review_due: bool = False


@dataclass(frozen=True, slots=True)
class Assessment:
    """Today's outcome. `multiplier` is what the proposal leaves of the plan; 1.0 whenever nothing is proposed.

    target: the level that today's evidence alone asks for. ask: too little data, a person asks the athlete.
    proposal_only: match day; shown for discussion, never applied by itself. expected_below: the level is one lower
    than the evidence asks for, because tomorrow's readiness is expected below usual.
    """

    level: Level
    target: Level
    multiplier: float
    total: int
    sources: int
    ask: bool = False
    review: bool = False
    proposal_only: bool = False
    hard_stop: bool = False
    expected_below: bool = False

    @property
    def reduces(self) -> bool:
        """True if today's load would be lowered."""
        return self.multiplier < 1.0


def total_and_sources(points: Mapping[Domain, int]) -> tuple[int, int]:
    """Return the sum of points and the number of independent sources with at least one."""
    return sum(points.values()), len({d.source for d, p in points.items() if p >= 1})


def wants_regress(points: Mapping[Domain, int]) -> bool:
    """True if at least 3 points come from at least 2 independent sources."""
    total, sources = total_and_sources(points)
    return total >= 3 and sources >= 2


def target_level(points: Mapping[Domain, int], *, regress_yesterday: bool, hard_stop: bool) -> Level:
    """Return the level that the evidence asks for; never falls when a point is added."""
    total, sources = total_and_sources(points)
    if hard_stop or (total >= 5 and sources >= 3):
        return Level.REST
    if wants_regress(points) and (regress_yesterday or points.get(Domain.JUMP, 0) == 2):
        return Level.REGRESS
    return Level.CAUTION if total >= LEAST_POINTS else Level.AS_PLANNED


def assess(state: State, evidence: Evidence, *, match_day: bool = False) -> Assessment:
    """Return today's outcome from yesterday's state and today's evidence.

    A grey morning changes nothing by itself. After three lighter sessions in a row nothing more is proposed until
    a person has reviewed; only what the athlete says (not OK, pain, illness) still stops the session.
    """
    points, stop = evidence.points, evidence.flags.any
    total, sources = total_and_sources(points)
    target = target_level(points, regress_yesterday=state.regress_yesterday, hard_stop=stop)
    level = _held(state, target)[0]
    quiet = (evidence.is_grey or state.review_due) and not stop
    multiplier = 1.0 if quiet else level.multiplier
    if level is not Level.REST:
        multiplier = max(multiplier, LOWEST_MULTIPLIER)
    return Assessment(
        level=level,
        target=target,
        multiplier=multiplier,
        total=total,
        sources=sources,
        ask=evidence.is_grey and not stop,
        review=state.review_due and level > Level.AS_PLANNED,
        proposal_only=match_day,
        hard_stop=stop,
    )


ONE_STEP_DOWN: Mapping[Level, Level] = {Level.AS_PLANNED: Level.CAUTION, Level.CAUTION: Level.REGRESS}
"""Where an expectation may take a level. It never takes one to rest: that is for evidence and for what athletes say."""


def with_expectation(state: State, outcome: Assessment, *, is_below: bool, lighter_before: int) -> Assessment:
    """Return today's outcome, one level lower where tomorrow's readiness is expected below usual; never a higher one.

    is_below: by a model that passed this node's gate. lighter_before: days in a row before today on which a person
    lowered the load; after three of them an expectation lowers nothing more. What the state carries to tomorrow comes
    from evidence alone: an expectation never holds a level. Source: docs/indices.md §7.6.
    """
    lower = ONE_STEP_DOWN.get(outcome.level)
    stands = outcome.ask or outcome.hard_stop or state.review_due or lighter_before >= MOST_REDUCTIONS
    if lower is None or stands or not is_below:
        return outcome
    return replace(outcome, level=lower, multiplier=min(outcome.multiplier, lower.multiplier), expected_below=True)


def _held(state: State, target: Level) -> tuple[Level, int]:
    """Return level and clean days after today: up at once, down one level after two clean days."""
    if target >= state.level:
        return target, 0
    if state.clean_days + 1 >= CLEAN_DAYS_TO_LEAVE:
        return Level(state.level - 1), 0
    return state.level, state.clean_days + 1


def advance(
    state: State, evidence: Evidence, outcome: Assessment, *, lowered: bool = False, reviewed: bool = False
) -> State:
    """Return the state that tomorrow starts from.

    lowered: a person let the proposal, or another load below the plan, take effect; without one the plan stood and
    nothing is counted. reviewed: a person decided on a day on which review was due.
    """
    level, clean_days = _held(state, outcome.target)
    counted = outcome.reduces and lowered and not outcome.proposal_only
    reductions = state.reductions + 1 if counted else 0
    due = (state.review_due and not reviewed and level > Level.AS_PLANNED) or reductions >= MOST_REDUCTIONS
    after = State(level, clean_days, wants_regress(evidence.points), reductions, due)
    return replace(after, reductions=0) if reviewed else after
