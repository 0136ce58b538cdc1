"""Changing an episode and signing a stage: the log first, then the record, where both stay for good."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from audit.entries.details.clubs import RecordWritten
from audit.entries.details.codes import RecordChange
from chassis.hidden_characters import cleaned
from chassis.text import sentence
from client.errors import BadHealthRecord, CannotCorrect
from client.health.episodes import change, said_of
from client.health.stage_criteria import stage_criteria
from client.health.stages import RtpStage, StageSigned
from client.web.health.athlete_record import chosen, show_record
from client.web.health.health_forms import EpisodeSent, StageSent, episode_problems, episode_said
from client.web.health.looking import HealthLook, deed, look
from client.web.site import ClubSite, to
from policies.vocabulary import AthleteId

STAGES = {f"{stage:d}": stage for stage in RtpStage}


def router(site: ClubSite) -> APIRouter:
    """Routes of these forms."""
    routes = APIRouter()

    @routes.post("/athletes/{athlete}/health/change")
    def changed(request: Request, athlete: str, sent: Annotated[EpisodeSent, Form()]) -> Response:
        it = deed(site, request, sent.csrf, AthleteId(athlete))
        problems = episode_problems(sent) or _change(site, it, sent)
        if problems:
            shown = look(site, it.viewer, it.athlete.athlete)
            return show_record(site, shown, record=sent.record, problems=problems, episode=sent)
        return to(f"/athletes/{athlete}/health")

    @routes.post("/athletes/{athlete}/health/sign")
    def signed(request: Request, athlete: str, sent: Annotated[StageSent, Form()]) -> Response:
        it = deed(site, request, sent.csrf, AthleteId(athlete))
        problems = _sign(site, it, sent)
        if problems:
            shown = look(site, it.viewer, it.athlete.athlete)
            return show_record(site, shown, record=sent.record, problems=problems, stage=sent)
        return to(f"/athletes/{athlete}/health")

    return routes


def _change(site: ClubSite, it: HealthLook, sent: EpisodeSent) -> list[dict[str, str]]:
    """Change the episode; returns what is to be put right, and then nothing was changed."""
    one, today = chosen(it, sent.record), site.now().date()
    if one is None or one.record != sent.record:
        return [{"field": "what", "text": "This episode is not here any more: look at the page again."}]
    try:
        said = episode_said(sent)
        who, at = it.viewer.person, site.clock()
        make = partial(change, site.vault, one, said, who=who, at=at, zone=site.zone, today=today)
        with site.vault.rehearsal():
            make()
    except (BadHealthRecord, CannotCorrect) as error:
        return [{"field": "began", "text": f"{sentence(str(error))}."}]
    if said_of(one) != said:  # the same form sent twice is one change
        _log(site, it, RecordChange.EPISODE_CHANGED)
        make()
    return []


def _sign(site: ClubSite, it: HealthLook, sent: StageSent) -> list[dict[str, str]]:
    one, stage = chosen(it, sent.record), STAGES.get(sent.stage)
    if one is None or one.record != sent.record or stage is None:
        return [{"field": "note", "text": "Expected a stage from 0 to 5 of an episode that is shown here."}]
    asked = stage_criteria()
    met = tuple(each.id for each in asked.of(stage).criteria if each.id in sent.met)
    note, stages = cleaned(" ".join(sent.note.split())), site.stages
    try:
        made = StageSigned(
            athlete=it.athlete.athlete,
            episode=one.record,
            stage=stage,
            criteria=met,
            version=asked.version,
            note=note,
            person=it.viewer.person,
            role=it.viewer.role,
            at=site.clock(),
        )
        asked.check(stages.current(made.athlete, made.episode), made)
    except BadHealthRecord as error:
        return [{"field": "note", "text": f"{sentence(str(error))}."}]
    _log(site, it, RecordChange.STAGE_SIGNED)
    stages.sign(made)
    return []


def _log(site: ClubSite, it: HealthLook, what: RecordChange) -> None:
    viewer, athlete = it.viewer, it.athlete.athlete
    site.consent.event(RecordWritten(person=viewer.person, role=viewer.role, athlete=athlete, change=what))
