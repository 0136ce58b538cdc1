"""The medical team's page of the morning: who has a limit or an open episode, what comes next, and an entry form."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from audit.entries.details.clubs import RecordWritten
from audit.entries.details.codes import RecordChange
from chassis.text import counted, sentence, short_date, spelled, weekday_date
from client.errors import BadHealthRecord
from client.health.episodes import Episode, EpisodeSaid, check_days, enter, entered_before, open_episode
from client.health.expected_return import expected_return
from client.health.problem_words import PLACES, ProblemType
from client.health.stage_criteria import stage_criteria
from client.health.stages import RtpStage
from client.health.statements import AvailabilityStatement, Standing
from client.vault.store import Athlete
from client.web.access import PageAccess
from client.web.health.health_forms import WHAT, EpisodeSent, FormProblems, episode_problems, episode_said
from client.web.health.looking import deed, known_episodes, seen_episodes, squad_look
from client.web.health.record_words import NOT_SHOWN, available_now, stage_line, what_and_where
from client.web.health.squad_figures import closed_lines, season_lines, squad_season
from client.web.site import ClubSite, to
from client.web.viewer import Viewer
from policies.vocabulary import AthleteId, Role

ENDED_D = 7  # ours: how long a limit that ended without another word stands on the page


@dataclass(frozen=True, slots=True)
class HealthRow:
    """One athlete on the page. is_due: a limit has ended, and nobody has said what holds now."""

    athlete: str
    name: str
    number: int
    state: str
    available: str
    stage: str
    what: str
    expected: str
    next_step: str
    is_due: bool
    is_limited: bool


def router(site: ClubSite) -> APIRouter:
    """Routes of the page and of its entry form."""
    routes = APIRouter()

    @routes.get("/medical")
    def page(request: Request) -> Response:
        viewer = site.viewer(request)
        if viewer.role is not Role.MEDICAL:
            return to("/availability")
        return _page(site, viewer, squad_look(site, viewer))

    @routes.post("/medical/enter")
    def entered(request: Request, sent: Annotated[EpisodeSent, Form()]) -> Response:
        if not sent.athlete:
            viewer = site.poster(request, sent.csrf)
            if viewer.role is not Role.MEDICAL:
                return to("/availability")
            problems = [{"field": "athlete", "text": "Choose an athlete."}, *episode_problems(sent)]
            return _page(site, viewer, squad_look(site, viewer), sent=sent, problems=problems)
        it = deed(site, request, sent.csrf, AthleteId(sent.athlete))
        problems = episode_problems(sent)
        if not problems:
            try:
                _log_and_enter(site, it.viewer, it.athlete.athlete, episode_said(sent))
                return to(f"/athletes/{it.athlete.athlete}/health")
            except BadHealthRecord as error:
                problems = [{"field": "began", "text": f"{sentence(str(error))}."}]
        return _page(site, it.viewer, squad_look(site, it.viewer), sent=sent, problems=problems)

    return routes


def _log_and_enter(site: ClubSite, viewer: Viewer, athlete: AthleteId, said: EpisodeSaid) -> None:
    """Have the log take it first: what cannot be logged is not entered. Sent twice, it is one entry."""
    today = site.now().date()
    check_days(said, today)
    if entered_before(site.vault, athlete, said) is not None:
        return
    change = RecordChange.EPISODE_ENTERED
    site.consent.event(RecordWritten(person=viewer.person, role=viewer.role, athlete=athlete, change=change))
    enter(site.vault, athlete, said, zone=site.zone, today=today)


def _page(
    site: ClubSite,
    viewer: Viewer,
    access: PageAccess,
    *,
    sent: EpisodeSent | None = None,
    problems: FormProblems = (),
) -> Response:
    people, day = site.listed(access), site.day()
    known = known_episodes(site, access)
    rows = [row for one in people if (row := _row(site, access, one, known)) is not None]
    names = {one.athlete: one.name for one in people}
    return site.page(
        "health.html",
        viewer,
        here="/medical",
        access=access,
        status=422 if problems else 200,
        title="Health",
        finding=_finding(rows, bool(people)),
        lead=_lead(rows, len(people)),
        day=weekday_date(day),
        is_past=day != site.now().date(),
        rows=sorted(rows, key=lambda row: not row.is_due),
        closed=closed_lines(known, names, day),
        season=season_lines(squad_season(site, access)),
        sent=sent or EpisodeSent(csrf="", began=site.now().date().isoformat()),
        problems=problems,
        wrong={one["field"]: one["text"] for one in problems},
        people=[("", "Choose an athlete"), *((one.athlete, f"{one.name}, no. {one.shirt_no}") for one in people)],
        whats=[("", "Choose what it is"), *((key, words) for key, (words, *_) in WHAT.items())],
        places=[("", "Choose a body area"), *((place, sentence(place)) for place in PLACES)],
        types=[("", "Choose a type"), *((one.value, sentence(one.value)) for one in ProblemType)],
    )


def _row(site: ClubSite, access: PageAccess, one: Athlete, known: Sequence[Episode]) -> HealthRow | None:
    """Return the athlete's row; None where nothing is open, stated, or ended lately."""
    day = site.day()
    standing = site.statements.standing(one.athlete, day)
    episode = open_episode(seen_episodes(site, access, one.athlete))
    ended = None if standing is not None else _ended_lately(site, one.athlete)
    if episode is None and ended is None and (standing is None or not standing.is_limit):
        return None
    state, word = available_now(standing)
    return HealthRow(
        athlete=one.athlete,
        name=one.name,
        number=one.shirt_no,
        state=state,
        available=word,
        stage="" if episode is None else _stage(site, episode),
        what=NOT_SHOWN if episode is None else what_and_where(episode),
        expected="No open episode" if episode is None else expected_return(episode, known, day).words,
        next_step=_next_step(site, standing, episode, ended),
        is_due=ended is not None,
        is_limited=standing is not None and standing.is_limit,
    )


def _ended_lately(site: ClubSite, athlete: AthleteId) -> AvailabilityStatement | None:
    """The newest statement, where it ended in the last days and nothing was stated since."""
    counting = [one for one, gone in site.statements.history(athlete) if gone is None and one.role is Role.MEDICAL]
    newest = counting[-1] if counting else None
    day = site.day()
    if newest is None or newest.until is None or not day - timedelta(days=ENDED_D) <= newest.until < day:
        return None
    return newest


def _stage(site: ClubSite, episode: Episode) -> str:
    stages = site.stages
    return stage_line(stage_criteria(), stages.current(episode.athlete, episode.record))


def _next_step(
    site: ClubSite, standing: Standing | None, episode: Episode | None, ended: AvailabilityStatement | None
) -> str:
    year = site.day().year
    if ended is not None and ended.until is not None:
        return f"The limit ended on {short_date(ended.until, this_year=year)}: renew or release"
    if standing is None:
        return "Say what is possible"
    ends = [one.until for one in standing.statements if one.until is not None]
    until = f"limit ends {short_date(min(ends), this_year=year)}" if ends else ""
    if episode is None:
        return sentence(until)
    current = site.stages.current(episode.athlete, episode.record)
    if current is None:
        return sentence("; ".join(part for part in ("sign the first stage", until) if part))
    if current.stage is RtpStage.COMPETE:
        return sentence("; ".join(part for part in ("close the episode", until) if part))
    return sentence("; ".join(part for part in (f"stage {current.stage + 1}", until) if part))


def _finding(rows: Sequence[HealthRow], has_people: bool) -> str:
    """Return the title, made from the rows."""
    if not has_people:
        return "Nobody is enrolled yet"
    due, limited = sum(row.is_due for row in rows), sum(row.is_limited for row in rows)
    rest = len(rows) - due - limited
    parts = [
        *([f"{spelled(due)} to renew or release"] if due else []),
        *([f"{spelled(limited)} with limits"] if limited else []),
        *([f"{spelled(rest)} open without a word to coaches"] if rest else []),
    ]
    return sentence(", ".join(parts)) if parts else "No limit and no open episode is shown"


def _lead(rows: Sequence[HealthRow], people: int) -> str:
    if not people:
        return "Athletes of your squads appear here when the club has enrolled them."
    others = people - len(rows)
    of = f"Of {counted(others, 'other athlete' if rows else 'athlete')} no limit and no open episode is shown. "
    of = of if others else ""
    return f"{of}What is not shared with you looks as if it had never been recorded."
