"""Episodes, stages and statements in the words of the medical team's pages."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from chassis.text import long_date, plural, sentence
from client.biometrics.health_episodes import ProblemKind
from client.health.availability import AVAILABLE_NOW, LIGHTS
from client.health.episodes import Episode
from client.health.problem_words import Onset, Setting
from client.health.stage_criteria import StageCriteria
from client.health.stages import RtpStage, StageSigned
from client.health.statements import AvailabilityStatement, Standing, TakenBackBy, coach_words
from policies.vocabulary import PersonId, Role

NOTHING_STATED = "Nothing stated"
NOT_SHOWN = "Not recorded, or not shared with you"
_SEVERITY = ((0, "none"), (7, "mild"), (28, "moderate"))  # Bahr et al. 2020: 0, 1 to 7, 8 to 28, more


@dataclass(frozen=True, slots=True)
class StageStep:
    """One stage of the strip. state: done, now or next."""

    name: str
    state: str
    line: str
    who: str


def available_now(standing: Standing | None) -> tuple[str, str]:
    """Return shape and word of what is possible; where nothing was stated, that."""
    if standing is None:
        return "unknown", NOTHING_STATED
    return LIGHTS[standing.availability], AVAILABLE_NOW[standing.availability]


def what_and_where(one: Episode) -> str:
    """Return an episode in one line."""
    parts = [one.place or "body area not recorded", *([one.type.value] if one.type else [])]
    how = [word.value for word in (one.onset, one.setting) if word not in (None, Onset.UNKNOWN, Setting.UNKNOWN)]
    return sentence("; ".join([", ".join(parts), *([", ".join(how)] if how else [])]))


def severity(days: int) -> str:
    """Return the severity band of days lost (Bahr et al. 2020)."""
    return next((word for most, word in _SEVERITY if days <= most), "severe")


def episode_facts(one: Episode, earlier: Sequence[Episode], today: date) -> Mapping[str, str]:
    """Return what the page says of one episode. earlier: those of the same athlete."""
    lost = plural(one.days(today), "day", "days")
    days = f"{lost} so far" if one.is_open else f"{lost}, {severity(one.days(today))}"
    again = next((e for e in earlier if _is_recurrence(one, e)), None)
    return {
        "Kind": sentence(one.kind.value),
        "Where": sentence(one.place) if one.place else "Not recorded",
        "Type": sentence(one.type.value) if one.type else "Not recorded",
        "Onset": _onset(one),
        "Returned": "Not yet" if one.ended is None else long_date(one.ended),
        "Days lost": days,
        "Earlier": "None of the same area and type" if again is None else _earlier(again, today),
        "Entered": "By an imported log" if one.is_imported else "Here",
    }


def _onset(one: Episode) -> str:
    words = [word.value for word in (one.setting, one.onset) if word is not None]
    return ", ".join([long_date(one.began), *words])


def _is_recurrence(one: Episode, other: Episode) -> bool:
    is_same = (other.kind, other.area, other.type) == (one.kind, one.area, one.type) and one.type is not None
    return is_same and other.began < one.began and one.kind is ProblemKind.INJURY


def _earlier(one: Episode, today: date) -> str:
    return f"Same area and type, {long_date(one.began)}, {plural(one.days(today), 'day', 'days')}"


def stage_line(criteria: StageCriteria, current: StageSigned | None) -> str:
    """Return the stage in a few words."""
    return (
        "no stage signed" if current is None else f"stage {current.stage:d}, {criteria.of(current.stage).name.lower()}"
    )


def stage_strip(
    criteria: StageCriteria, signed: Sequence[StageSigned], name_of: Callable[[PersonId], str]
) -> list[StageStep]:
    """Return the six stages with who signed each last, as far as the athlete has come now."""
    current = signed[-1] if signed else None
    steps = []
    for stage in RtpStage:
        last = next((one for one in reversed(signed) if one.stage == stage), None)
        is_behind = current is not None and stage < current.stage
        state = "now" if current is not None and stage == current.stage else "done" if is_behind else "next"
        is_told = last is not None and state != "next"
        steps.append(
            StageStep(
                name=f"{stage:d} {criteria.of(stage).name}",
                state=state,
                line=long_date(last.at) if last is not None and is_told else "not signed",
                who=name_of(last.person) if last is not None and is_told else "",
            )
        )
    return steps


def signature_words(
    criteria: StageCriteria, one: StageSigned, name_of: Callable[[PersonId], str], *, is_first: bool
) -> dict[str, str]:
    """Return one signature as a line, with what was met and the note. is_first: the way back began with it."""
    asked = criteria.of(one.stage).criteria if criteria.version == one.version else ()
    met = [each.text for each in asked if each.id in one.criteria]
    of = f"{len(met)} of {len(asked)} criteria met" if asked and not (is_first and not met) else "No criteria asked"
    return {
        "line": f"{long_date(one.at)}, {stage_line(criteria, one)}: {name_of(one.person)}",
        "met": of + (f": {'; '.join(met).lower()}" if met else ""),
        "note": one.note,
    }


def statement_line(
    one: AvailabilityStatement, gone: TakenBackBy | None, name_of: Callable[[PersonId], str]
) -> dict[str, Any]:
    """Return one statement as a line: when, whose word, what coaches read, and whether it was taken back."""
    who = "the athlete" if one.role is Role.ATHLETE else name_of(one.person)
    percent = "" if one.percent is None else f" (said as {one.percent} % of the own usual day)"
    return {
        "line": f"{long_date(one.day)}, {who}: {coach_words(one)}{percent}",
        "gone": "" if gone is None else f"taken back on {long_date(gone.at)} by {name_of(gone.person)}",
    }
