"""One athlete's health record for the medical team: the episode, stages of the way back, and what coaches are told.

What stands under "over the line" is the statement to coaches; nothing else of the page goes there.
"""

from typing import Any

from fastapi import APIRouter, Request, Response

from chassis.text import long_date, sentence, weekday_date
from client.health.availability import AVAILABLE_NOW, LIMIT_WORDS, ActivityLimit
from client.health.episodes import Episode, former_values, open_episode
from client.health.own_usual import USUAL_D, own_usual_au
from client.health.problem_words import PLACES, ProblemType
from client.health.stage_criteria import StageCriteria, stage_criteria
from client.health.stages import RtpStage, StageSigned
from client.health.statements import may_take_back
from client.web.health.health_forms import (
    CAP_UNITS,
    WHAT,
    AvailabilitySent,
    EpisodeSent,
    FormProblems,
    StageSent,
    episode_sent,
)
from client.web.health.looking import HealthLook, look
from client.web.health.record_words import (
    available_now,
    episode_facts,
    signature_words,
    stage_line,
    stage_strip,
    statement_line,
    what_and_where,
)
from client.web.site import ClubSite
from policies.vocabulary import AthleteId, Category, PersonId


def router(site: ClubSite) -> APIRouter:
    """Route of the page; the forms on it have modules of their own."""
    routes = APIRouter()

    @routes.get("/athletes/{athlete}/health")
    def page(request: Request, athlete: str, episode: str = "") -> Response:
        viewer = site.viewer(request)
        return show_record(site, look(site, viewer, AthleteId(athlete)), record=episode[:64])

    return routes


def chosen(it: HealthLook, record: str) -> Episode | None:
    """Return the episode that is named, else the newest one that lasts; None without one."""
    return next((one for one in it.episodes if one.record == record), None) or open_episode(it.episodes)


def show_record(
    site: ClubSite,
    it: HealthLook,
    *,
    record: str = "",
    problems: FormProblems = (),
    stage: StageSent | None = None,
    episode: EpisodeSent | None = None,
    statement: AvailabilitySent | None = None,
) -> Response:
    """Render the page. stage, episode, statement: what a form sent that is to be put right."""
    one, athlete = chosen(it, record), it.athlete.athlete
    standing = site.statements.standing(athlete, site.day())
    return site.page(
        "health_record.html",
        it.viewer,
        here="/medical",
        access=it.access,
        status=422 if problems else 200,
        title=f"Health of {it.athlete.name}",
        finding=_finding(site, it, one),
        name=it.athlete.name,
        athlete=athlete,
        day=weekday_date(site.day()),
        is_past=site.day() != site.now().date(),
        problems=problems,
        wrong={each["field"]: each["text"] for each in problems},
        now=available_now(standing),
        words="Nothing." if standing is None else f"{sentence(standing.words)}.",
        others=_others(it, one),
        **_episode(site, it, one, episode),
        **_stages(site, one, stage),
        **_stating(site, it, one, statement),
    )


def _finding(site: ClubSite, it: HealthLook, one: Episode | None) -> str:
    if one is None:
        return f"{it.athlete.name}: no open episode is shown"
    current = site.stages.current(it.athlete.athlete, one.record)
    line = stage_line(stage_criteria(), current)
    return f"{it.athlete.name}: {line}" if one.is_open else f"{it.athlete.name}: an episode that has ended"


def _others(it: HealthLook, shown: Episode | None) -> list[dict[str, str]]:
    """Return the athlete's other episodes, the newest first."""
    return [
        {
            "record": one.record,
            "line": f"{long_date(one.began)}: {what_and_where(one)}",
            "state": "open" if one.is_open else f"back {long_date(one.ended)}" if one.ended else "",
        }
        for one in it.episodes
        if one is not shown
    ]


def _episode(site: ClubSite, it: HealthLook, one: Episode | None, sent: EpisodeSent | None) -> dict[str, Any]:
    """The episode, what stood in its place before, and the form that changes it."""
    found: dict[str, Any] = {"episode": one, "facts": {}, "former": [], "change": sent}
    if one is None:
        return found
    day = site.day()
    return found | {
        "facts": episode_facts(one, [each for each in it.episodes if each is not one], day),
        "former": _former(site, one),
        "change": sent or episode_sent(one),
        "changing": sent is not None,
        "whats": [("", "Choose what it is"), *((key, words) for key, (words, *_) in WHAT.items())],
        "places": [("", "Choose a body area"), *((place, sentence(place)) for place in PLACES)],
        "types": [("", "Choose a type"), *((each.value, sentence(each.value)) for each in ProblemType)],
    }


def _former(site: ClubSite, one: Episode) -> list[str]:
    lines = []
    for each in former_values(site.vault, one.athlete, one):
        change = each.change
        if change is not None and change.at is not None:
            text = str(each.reading.value).replace("||", "|").replace("|", ", ")
            by = (
                site.sign_in.name_of(PersonId(change.who))
                if change.who.startswith(("staff-", "demo-"))
                else "an import"
            )
            lines.append(f"Until {long_date(change.at)}, changed by {by}: {long_date(each.reading.day)}, {text}")
    return lines


def _stages(site: ClubSite, one: Episode | None, sent: StageSent | None) -> dict[str, Any]:
    """The strip of stages, the signatures, and the form of the next one."""
    criteria = stage_criteria()
    signed = [] if one is None else site.stages.of(one.athlete, one.record)
    current = signed[-1] if signed else None
    name_of = site.sign_in.name_of
    return {
        "strip": stage_strip(criteria, signed, name_of),
        "signed": [signature_words(criteria, each, name_of, is_first=each is signed[0]) for each in reversed(signed)],
        "version": criteria.version,
        "next": _next(criteria, current),
        "steps": _steps(criteria, current),
        "stage_sent": sent,
    }


def _next(criteria: StageCriteria, current: StageSigned | None) -> dict[str, Any] | None:
    """The stage to come next with what it asks for; None at the last, and before the first where any may be."""
    if current is None or current.stage is RtpStage.COMPETE:
        return None
    of = criteria.of(RtpStage(current.stage + 1))
    return {"stage": int(of.stage), "name": of.name, "means": of.means, "criteria": of.criteria}


def _steps(criteria: StageCriteria, current: StageSigned | None) -> list[dict[str, str]]:
    """The stages that may be signed now: any first one, else the next and every one before."""
    stages = (
        list(RtpStage)
        if current is None
        else [
            *([RtpStage(current.stage + 1)] if current.stage < RtpStage.COMPETE else []),
            *(stage for stage in reversed(RtpStage) if stage < current.stage),
        ]
    )
    return [{"stage": f"{stage:d}", "name": criteria.of(stage).name, "way": _way(stage, current)} for stage in stages]


def _way(stage: RtpStage, current: StageSigned | None) -> str:
    return "start here" if current is None else "one step on" if stage > current.stage else "a step back"


def _stating(site: ClubSite, it: HealthLook, one: Episode | None, sent: AvailabilitySent | None) -> dict[str, Any]:
    """What coaches were told so far, and the form of the next statement."""
    history = site.statements.history(it.athlete.athlete)
    last = may_take_back(history, it.viewer.role, site.now())
    usual = usual_au(site, it, one)
    return {
        "told": [statement_line(*each, site.sign_in.name_of) for each in reversed(history)],
        "take_back": "" if last is None else str(last.number),
        "usual": "not known here: say a cap in AU" if usual is None else f"{usual:,.0f} AU, over {USUAL_D} days",
        "statement": sent or AvailabilitySent(csrf="", availability=""),
        "availabilities": [("", "Choose what is possible"), *AVAILABLE_NOW.items()],
        "limits": [(each.value, LIMIT_WORDS[each]) for each in ActivityLimit],
        "units": CAP_UNITS,
    }


def usual_au(site: ClubSite, it: HealthLook, one: Episode | None) -> float | None:
    """Return the own usual day before the episode began, or before today; None where training is not shown or known."""
    if Category.TRAINING_LOAD not in it.access.of(it.athlete.athlete):
        return None
    return own_usual_au(site.table(it.access, it.athlete.athlete), site.day() if one is None else one.began)
