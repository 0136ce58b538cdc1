"""Numbers, dates and loads as words: units always, a word for what is missing, never a bare figure."""

import math
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from chassis.remote_time import apart
from chassis.text import plural, sentence, spelled, weekday
from client.coaching.daily_assessment import DailyAssessment
from client.coaching.domains import TRAITS, Domain
from client.coaching.evidence import Evidence, Finding
from client.coaching.own_largest_day import RULE as OWN_LARGEST
from client.coaching.proposal import Proposal
from client.coaching.readiness import LEAST_SOURCES, LEAST_WEIGHT, Readiness
from client.coaching.regression import Level
from client.coaching.training_session import PlanSource, SessionPlan, TrainingSession
from client.features.baseline import BASELINE_D, MIN_VALID
from client.web.beside_usual import printed
from policies.snapshot import CLOCK_TOLERANCE
from policies.vocabulary import Category

NOT_RECORDED = "Not recorded"
COUNTED_AS_REST = "days without an entry counted as rest"
MAY_COUNT_TWICE = "may count one session twice: asked, not answered"
CATEGORY_WORDS: Mapping[Category, str] = {
    Category.READINESS: "readiness light",
    Category.HEART: "heart and recovery",
    Category.SLEEP: "sleep",
    Category.WELLNESS: "morning answers",
    Category.TRAINING_LOAD: "training load",
    Category.TESTS: "jump and strength tests",
    Category.INJURY: "injury record",
}
LIGHT_NEEDS = (
    f"A light needs {spelled(LEAST_SOURCES)} independent sources (morning answers, sleep, heart, jump test) that "
    f"together weigh {100 * LEAST_WEIGHT:.0f} of 100, each known today and on {MIN_VALID} of the {BASELINE_D} days "
    "before."
)
AVAILABLE_WORDS = {"full": "Full", "restricted": "Restricted", "out": "Not training", None: NOT_RECORDED}
TREND_WORDS = {"falling": "falling", "steady": "steady", "rising": "rising"}


def clock_time(moment: datetime) -> str:
    """Return hours and minutes in the moment's own zone."""
    return f"{moment:%H:%M}"


def clocks(skew: timedelta) -> str:
    """Return how this node's clock agrees with the consent service's, for whoever runs the node."""
    whole = timedelta(seconds=round(skew.total_seconds()))
    words = apart(whole, own="this node’s clock", other="the consent service’s")
    return f"{words}; up to {CLOCK_TOLERANCE.total_seconds():.0f} s are tolerated."


def minus(number: float, digits: int = 2) -> str:
    """Return a number with a true minus sign."""
    return f"{round(number, digits) + 0.0:.{digits}f}".replace("-", "−")


def hours(value: float) -> str:
    """Return hours as for example "6 h 18", kept on one line."""
    minutes = round(value * 60)
    return f"{minutes // 60}\u00a0h\u00a0{minutes % 60:02d}"


def ordinal(number: int) -> str:
    """Return for example "2nd"."""
    suffix = "th" if 10 <= number % 100 <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"


def session(one: TrainingSession) -> str:
    """Return a session as effort, minutes and load."""
    if one.rpe is None or one.minutes is None:
        return f"{one.load_au:,.0f} AU"
    return f"effort {one.rpe:g} for {one.minutes:.0f} min: {one.load_au:,.0f} AU"


def plan(one: SessionPlan, day: date) -> str:
    """Return what is planned, and where the figure comes from when nobody set it."""
    if one.session is None:
        return "No plan recorded"
    if one.uncapped_au is not None:
        return f"{one.session.load_au:,.0f} AU, lowered from {one.uncapped_au:,.0f} AU by a limit"
    marks = _marks(one)
    if one.source is PlanSource.OWN_MEAN and one.session.load_au == 0:
        return f"No plan set; own {weekday(day)}s are without training{marks}"
    if one.source is PlanSource.OWN_MEAN:
        return f"No plan set; own usual {weekday(day)}, {one.session.load_au:,.0f} AU{marks}"
    title = f"{one.title}, " if one.title else ""
    return sentence(f"{title}{session(one.session)}")


def is_return(one: Proposal) -> bool:
    """True where a person chooses because no known day of four weeks had training."""
    return one.review and one.rule == OWN_LARGEST


def proposed(one: Proposal) -> str:
    """Return the proposal in a few words for the board."""
    if is_return(one):
        return "No own session of late: choose the load together"
    if one.review:
        return "Three lighter sessions in a row: review"
    if one.level is Level.REST:
        return "Rest and speak to the medical team"
    if one.level is Level.REGRESS:
        return f"Low intensity, at most {one.adjusted.load_au:,.0f} AU"
    if one.level is Level.AS_PLANNED:
        return f"Same work, at most {one.adjusted.load_au:,.0f} AU"
    return f"Same work, volume 10 % lower, at most {one.adjusted.load_au:,.0f} AU"


def proposal_in_full(one: Proposal) -> tuple[str, str]:
    """Return the proposal's main sentence and an example of how to train it, possibly empty."""
    if is_return(one):
        return "No load is proposed: there is no own session of late.", "Choose today’s load together with the athlete."
    if one.review:
        return "No further change is proposed.", "Choose today’s load together with the athlete."
    if one.level is Level.REST:
        return "Rest today, and speak to the medical team.", ""
    if one.adjusted.rpe is not None and one.adjusted.minutes is not None:
        example = f"For instance effort {one.adjusted.rpe:g} for up to {one.adjusted.minutes:.0f} min."
    else:
        example = ""
    if one.level is Level.REGRESS:
        return f"Low intensity, no maximal sprints, at most {one.adjusted.load_au:,.0f} AU.", example
    if one.level is Level.AS_PLANNED:
        return f"The same work, shorter: at most {one.adjusted.load_au:,.0f} AU.", example
    return f"The same work with 10 % less volume, at most {one.adjusted.load_au:,.0f} AU.", example


def percentile(readiness: Readiness) -> str:
    """Return where this morning stands among the athlete's own days."""
    if readiness.z is None or readiness.percentile is None:
        return "There is too little to compare with this morning."
    higher = min(max(round(100 - readiness.percentile), 1), 99)
    if readiness.z < 0:
        return f"lower than on about {higher} of 100 of own days (Z {minus(readiness.z)})"
    return f"higher than on about {100 - higher} of 100 of own days (Z {minus(readiness.z)})"


def light_lacks(one: Evidence, weights: Mapping[Domain, float], *, is_told: bool = True) -> str:
    """Return what a light needs; is_told: and how much of it there is this morning. Nothing where there is a light."""
    if not one.is_grey:
        return ""
    if not is_told:
        return LIGHT_NEEDS
    sources, weight = len({domain.source for domain in one.z}), f"{100 * sum(weights[domain] for domain in one.z):.0f}"
    if not sources:
        return f"{LIGHT_NEEDS} None is known here this morning."
    weighs = f"it weighs {weight}" if sources == 1 else f"together they weigh {weight}"
    return f"{LIGHT_NEEDS} {sentence(spelled(sources))} can be compared this morning; {weighs}."


def measured(finding: Finding, items: int) -> str:
    """Return the measured value beside the athlete's own usual range, with unit."""
    if finding.domain is Domain.RESTING_PULSE:
        return _pulse(finding)
    if finding.domain is Domain.JUMP:
        return _jump(finding)
    if finding.domain is Domain.WELLNESS:
        # Sums are whole, so the whole numbers inside the usual range are its exact limits.
        usual = f"usual {math.ceil(finding.low)} to {math.floor(finding.high)}"
        return f"Sum {finding.value:.0f} of {5 * items}, {usual} (answers without sleep quality)"
    step = 0.01 if finding.domain is Domain.HRV else 1 / 60
    it = printed(finding.value, finding.low, finding.high, step=step)
    if finding.domain is Domain.HRV:
        usual = f"usual {it.low / 100:.2f} to {it.high / 100:.2f}"
        return f"7-day mean {it.value / 100:.2f}, {usual} ({TRAITS[Domain.HRV].unit})"
    usual = f"usual {hours(it.low / 60)} to {hours(it.high / 60)}"
    return f"{hours(it.value / 60)} a night, mean of 2 nights, {usual}"


def _pulse(finding: Finding) -> str:
    beats = round(finding.value) - round(finding.low)
    least = round(finding.high - finding.low)
    least = min(least, beats) if finding.points else max(least, beats + 1)
    against = f"{beats:+d} against usual".replace("-", "−") if beats else "usual"
    return f"{finding.value:.0f} beats per minute, {against} {finding.low:.0f}; counted from +{least}"


def _jump(finding: Finding) -> str:
    """The change against the mean in tenths of a centimetre; one with points is never printed as noise."""
    mean, noise = (finding.low + finding.high) / 2, round(5 * (finding.high - finding.low))
    change = round(10 * (finding.value - mean))
    noise = min(noise, -change) if finding.points else max(noise, 1 - change) if change < 0 else noise
    return f"{finding.value:.1f} cm, {minus(change / 10, 1)}; under {noise / 10:.1f} cm may be noise"


def since_hard(one: DailyAssessment) -> str:
    """Return how long ago the last hard session was; nothing where it is not known."""
    if one.since_hard is None:
        return ""
    return f"{plural(one.since_hard, 'day', 'days')} since hard session{_marks(one)}"


def _marks(one: SessionPlan | DailyAssessment) -> str:
    """Say on what a figure of load rests that nobody recorded or settled."""
    marks = {COUNTED_AS_REST: one.assumed_rest, MAY_COUNT_TWICE: one.may_count_twice}
    return "".join(f"; {words}" for words, stands in marks.items() if stands)
