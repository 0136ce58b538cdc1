"""One athlete's two lines on the morning board: the light, what is planned or proposed, and why."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from chassis.text import sentence, short_date, weekday
from client.coaching.check_in import CheckIn, CheckInAnswer
from client.coaching.daily_assessment import DailyAssessment
from client.coaching.light.words import TwoMornings
from client.coaching.readiness import LIGHT_WORDS, Light
from client.coaching.regression import LEAST_POINTS
from client.coaching.review import ReviewAnswer, ReviewDecision
from client.coaching.training_session import PlanSource
from client.vault.store import Athlete
from client.web import text
from client.web.rows.board_groups import BoardGroup
from policies.vocabulary import PersonId

DECIDED_WORDS = {
    ReviewAnswer.ACCEPT: "proposal accepted",
    ReviewAnswer.MODIFY: "another load",
    ReviewAnswer.REJECT: "plan kept",
}
TOLD_WORDS = {
    CheckInAnswer.FINE: "fine",
    CheckInAnswer.NOT_OK: "not OK",
    CheckInAnswer.NOT_REACHED: "could not be reached",
}


TOO_FEW_SIGNS = "the light adds up this morning; too few signs are clear enough by themselves for a change"
"""Why a low light comes without a proposal (docs/indices.md §6.2, §7.1): true of each reader's own evidence list."""


@dataclass(frozen=True, slots=True)
class BoardLine:
    """One athlete on the board, in words.

    state: shape of the light. plan: what stands; proposed: what it would become, often nothing. why: the small line.
    can_decide, can_ask: whether the row leads to a decision, or takes an answer. undo: name of the record that may
    still be taken back, "" without one.
    """

    number: int
    athlete: str
    name: str
    state: str
    word: str
    plan: str
    proposed: str
    why: str
    can_decide: bool
    can_ask: bool
    undo: str


@dataclass(frozen=True, slots=True)
class GroupRows:
    """One group of the board: its heading, the sentence below it, and its rows."""

    key: str
    heading: str
    about: str
    rows: Sequence[BoardLine]


@dataclass(frozen=True, slots=True)
class RowWords:
    """What rows need of the page. name_of: a person of the staff; clock: local hours and minutes of a moment.

    own_word: what an athlete said of themselves and answered today, as far as this reader may read it.
    is_over: the morning is past, and nothing of it can be decided, noted or taken back any more.
    """

    day: date
    name_of: Callable[[PersonId], str]
    clock: Callable[[datetime], str]
    last_light: Callable[[str], date | None]
    undo_of: Callable[[DailyAssessment], str]
    own_word: Callable[[DailyAssessment], str] = lambda _: ""
    is_over: bool = False


def board_line(athlete: Athlete, one: DailyAssessment, group: BoardGroup, words: RowWords) -> BoardLine:
    """Return the row of one athlete in this group."""
    proposal, is_open = one.proposal if one.to_decide else None, not words.is_over
    state, word = light_of(one)
    return BoardLine(
        number=athlete.shirt_no,
        athlete=athlete.athlete,
        name=athlete.name,
        state=state,
        word=word,
        plan=plan_words(one),
        proposed=text.proposed(proposal) if proposal else "",
        why=sentence_of(_why(athlete, one, group, words)),
        can_decide=is_open and proposal is not None,
        can_ask=is_open and (one.to_ask or _may_ask(one, group)),
        undo=words.undo_of(one) if is_open else "",
    )


def _may_ask(one: DailyAssessment, group: BoardGroup) -> bool:
    return group is BoardGroup.WELL_BELOW and not one.to_decide and one.check_in is None


def light_of(one: DailyAssessment) -> tuple[str, str]:
    """Return shape and word of the light; what the athlete said stands in its place, and outranks it."""
    flags = one.evidence.flags
    if flags.not_ok:
        return Light.RED.value, "Not OK today"
    if flags.pain or flags.illness:
        return Light.RED.value, "Reported a problem"
    if flags.noted_not_ok:
        return Light.RED.value, "Not OK, told to staff"
    return one.light.value, sentence(LIGHT_WORDS[one.light])


def plan_words(one: DailyAssessment) -> str:
    """Return what is planned in a few words; of a grey morning only what staff set, as of one who records nothing."""
    decided, plan = one.decision, one.plan
    if decided is not None and decided.is_lower:
        return f"{decided.chosen_au:,.0f} of {decided.planned_au:,.0f} AU"
    if plan.session is None or (plan.source is not PlanSource.SET and one.light is Light.GREY):
        return "No plan set"
    if plan.source is PlanSource.OWN_MEAN or plan.uncapped_au is not None:
        return text.plan(plan, one.day)
    return f"{plan.session.load_au:,.0f} AU"  # what it is called stands once at the top, or on the athlete's page


def sentence_of(parts: list[str]) -> str:
    """Join what there is to say."""
    return "; ".join(part for part in parts if part)


def _why(athlete: Athlete, one: DailyAssessment, group: BoardGroup, words: RowWords) -> list[str]:
    said = [words.own_word(one), one.stated, _decided(one.decision, words), _told(one.check_in, words)]
    if one.light is Light.GREY:
        return [*said, _last_light(athlete, words) if group is BoardGroup.ASK else ""]
    return [*said, _because(one), why_nothing(one, group), _trend(one), _available(one), text.since_hard(one)]


def _because(one: DailyAssessment) -> str:
    """Why something is proposed, as the athlete's page says it; nothing once it is decided.

    This morning's light stands in the row already, so that of the two mornings the row says the other.
    """
    if one.proposal is None or not one.to_decide:
        return ""
    lights = TwoMornings(one.light, one.before.readiness.light)
    because = one.proposal.because.replace(lights.grounds, f"yesterday {LIGHT_WORDS[lights.before]}").rstrip(".")
    return because[:1].lower() + because[1:]


def why_nothing(one: DailyAssessment, group: BoardGroup) -> str:
    """Say in a few words why a light below usual comes without a proposal; nothing where there is one."""
    if group not in (BoardGroup.WELL_BELOW, BoardGroup.BELOW, BoardGroup.NOT_OK) or one.proposal is not None:
        return ""
    if one.plan.session is None:
        return "no plan, so there is nothing to lower"
    if one.plan.session.load_au <= 0:
        return "no load today, so there is nothing to lower"
    if one.outcome.total < LEAST_POINTS:
        return TOO_FEW_SIGNS
    return "no change proposed"


def _decided(decision: ReviewDecision | None, words: RowWords) -> str:
    if decision is None:
        return ""
    return f"{DECIDED_WORDS[decision.answer]}: {words.name_of(decision.person)}, {words.clock(decision.at)}"


def _told(told: CheckIn | None, words: RowWords) -> str:
    if told is None:
        return ""
    note = f", “{told.note}”" if told.note else ""
    return f"asked, {TOLD_WORDS[told.answer]}: {words.name_of(told.person)}, {words.clock(told.at)}{note}"


def _last_light(athlete: Athlete, words: RowWords) -> str:
    day = words.last_light(athlete.athlete)
    if day is None:
        return "no light shown to you yet"
    return f"last light shown to you: {weekday(day)[:3]} {short_date(day, this_year=words.day.year)}"


def _trend(one: DailyAssessment) -> str:
    if one.trend is None or one.light is Light.GREEN:
        return ""
    if one.below_days:
        return f"{text.TREND_WORDS[one.trend]}, {text.ordinal(one.below_days)} day below usual"
    return text.TREND_WORDS[one.trend]


def _available(one: DailyAssessment) -> str:
    return "restricted" if one.available == "restricted" and not one.stated else ""
