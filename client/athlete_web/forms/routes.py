"""Questionnaires at the athlete's own site: filled in, sent, changed, taken back, and seen."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from starlette.datastructures import FormData

from chassis.sign_in.csrf import is_own_token
from chassis.text import sentence
from chassis.web.page_errors import Closed
from client.athlete_web.forms.leaving import left
from client.athlete_web.forms.own_forms import OwnForms, logger
from client.athlete_web.forms.posted import FIELD, sending_of
from client.athlete_web.forms.shown import AnswerOnPage, FormOnPage, as_typed, shown_answer
from client.athlete_web.site import AthleteSite
from client.athlete_web.viewer import AthleteViewer
from client.errors import AnswerRefused
from client.forms.answers.sending import LATE_DAYS, LONGEST_NOTE, MOST_BODY, AnswerRefusal, Sending, is_answer_id
from client.forms.questionnaire import MOST_PARTS, Occasion, Questionnaire
from client.vault.own_answers.kept_answers import KeptAnswer
from client.web.site import to

FORMS = "/me/forms"
ANSWERS = "/me/answers"
TAKE_BACK = "take-back"
_STATUS = {AnswerRefusal.ID_TAKEN: 409, AnswerRefusal.TOO_OLD: 410, AnswerRefusal.ANOTHER_ATHLETE: 403}


def router(site: AthleteSite) -> APIRouter:
    """Routes of the questionnaires."""
    routes = APIRouter()
    _read(site, routes)
    _change(site, routes)
    return routes


def _read(site: AthleteSite, routes: APIRouter) -> None:
    """Add what is looked at."""

    @routes.get(FORMS)
    def every(request: Request) -> Response:
        own = OwnForms.of(site, site.viewer(request))
        title = site.words("Your questionnaires")
        return site.page(
            "own_forms.html",
            own.viewer,
            here=FORMS,
            title=title,
            forms=own.titles,
            answers=_shown(own),
            rest=_rest_day(own),
        )

    @routes.get(FORMS + "/{form}")
    def fill_in(request: Request, form: str) -> Response:
        if form == TAKE_BACK:  # a browser that loads the form's address again
            return to(FORMS)
        own, asked = _asked(site, site.viewer(request), form)
        return _form_page(own, FormOnPage(asked, site.words, own.today, _next_part(own, asked), own.today))

    @routes.get(FORMS + "/{form}/of/{ago}/{part}")
    def change(request: Request, form: str, ago: int, part: int) -> Response:
        own, asked = _asked(site, site.viewer(request), form)
        if not 0 <= ago <= LATE_DAYS or not 1 <= part <= MOST_PARTS:
            raise Closed
        return _form_page(own, _with_former(own, asked, ago, part))

    @routes.get(FORMS + "/{form}/sent")
    def sent(request: Request, form: str) -> Response:
        own, asked = _asked(site, site.viewer(request), form)
        recent = own.recent()
        last = max((one for one in recent if one.form == asked.id), key=lambda one: one.received_at, default=None)
        if last is None:
            return to(f"{FORMS}/{form}")
        one, title = _one(own, last, recent), _sent_title(site, last)
        return site.page("own_sent.html", own.viewer, here=FORMS, title=title, one=one, forms=own.titles)


def _change(site: AthleteSite, routes: APIRouter) -> None:
    """Add what is sent."""

    @routes.post(f"{FORMS}/{TAKE_BACK}")
    def take_back(
        request: Request, csrf: Annotated[str, Form(max_length=100)], answer: Annotated[str, Form(max_length=40)]
    ) -> Response:
        own = OwnForms.of(site, site.poster(request, csrf))
        held = own.take_back(answer) if is_answer_id(answer) else None
        return to(FORMS if held is None else f"{FORMS}/{held.form}/sent")

    @routes.post(FORMS + "/{form}")
    async def send(request: Request, form: str) -> Response:
        fields = await request.form(max_files=0, max_fields=100)
        return await run_in_threadpool(_sent_without_scripts, site, request, form, fields)

    @routes.post(ANSWERS)
    def queued(
        request: Request,
        csrf: Annotated[str, Form(max_length=100)],
        athlete: Annotated[str, Form(max_length=60)],
        sending: Annotated[str, Form(max_length=MOST_BODY)],
    ) -> Response:
        return _queued(site, request, csrf=csrf, athlete=athlete, sending=sending)


def _queued(site: AthleteSite, request: Request, *, csrf: str, athlete: str, sending: str) -> Response:
    """Take an answer from the page's script: never a redirect, for a sign-in page would look like a receipt."""
    held = site.cookie.read(request)
    viewer = site.sign_in.viewer(held)
    if viewer is None or viewer.is_on_tablet or not is_own_token(csrf, held):
        return JSONResponse({"code": "sign_in"}, 401)
    try:
        if athlete != viewer.athlete:
            logger.warning("an answer of another athlete was refused")
            told = site.words("This answer was filled in by another athlete, who has to sign in to send it.")
            raise AnswerRefused(AnswerRefusal.ANOTHER_ATHLETE, told)
        taken = OwnForms.of(site, viewer).take(Sending.parse(sending.encode()))
    except AnswerRefused as error:
        status = next((status for code, status in _STATUS.items() if code == error.code), 422)
        return JSONResponse({"code": error.code, "text": f"{sentence(str(error))}."}, status)
    where = f"{FORMS}/{taken.answer.form}/sent"
    return JSONResponse({"code": taken.outcome, "where": where})


def _sent_without_scripts(site: AthleteSite, request: Request, form: str, fields: FormData) -> Response:
    csrf = fields.get("csrf", "")
    own, asked = _asked(site, site.poster(request, csrf if isinstance(csrf, str) else ""), form)
    try:
        own.take(sending_of(asked, fields, now=site.now()))
    except AnswerRefused as error:
        return _again(own, asked, fields, f"{sentence(site.words.catalogue.gettext(str(error)))}.")
    return left(site, request) if own.viewer.is_on_tablet else to(f"{FORMS}/{asked.id}/sent")


def _again(own: OwnForms, asked: Questionnaire, fields: FormData, problem: str) -> Response:
    """Show the form with what was filled in, and what is wrong with it."""
    said = {
        item.id: [one for one in fields.getlist(f"{FIELD}{item.id}") if isinstance(one, str)] for item in asked.items
    }
    note = fields.get("note", "")
    typed = note[:LONGEST_NOTE] if isinstance(note, str) else ""
    shown = FormOnPage(asked, own.site.words, own.today, 1, own.today, said, typed)
    return _form_page(own, shown, problem=problem, status=422)


def _form_page(own: OwnForms, shown: FormOnPage, *, problem: str = "", status: int = 200) -> Response:
    problems = [{"field": "form", "text": problem}] if problem else []
    return own.site.page(
        "own_form.html",
        own.viewer,
        here=FORMS,
        status=status,
        title=shown.told(shown.form.title),
        shown=shown,
        forms=own.titles,
        problems=problems,
    )


def _asked(site: AthleteSite, viewer: AthleteViewer, form: str) -> tuple[OwnForms, Questionnaire]:
    own = OwnForms.of(site, viewer)
    asked = own.form(form)
    if asked is None:
        raise Closed
    return own, asked


def _rest_day(own: OwnForms) -> FormOnPage | None:
    """The questionnaire that one tap answers: that today is a rest day; None where it asks more."""
    asked = next((one for one in own.asked if one.asked is Occasion.REST_DAY), None)
    is_one_tap = asked is not None and [one.type for one in asked.items] == ["yes_no"]
    return FormOnPage(asked, own.site.words, own.today, 1, own.today) if asked and is_one_tap else None


def _next_part(own: OwnForms, asked: Questionnaire) -> int:
    """The first training of today that is not rated yet."""
    if asked.parts == 1:
        return 1
    rated = {part for part in range(1, asked.parts + 1) if own.answers.current(asked.id, own.today, part)}
    return next((part for part in range(1, asked.parts + 1) if part not in rated), asked.parts)


def _with_former(own: OwnForms, asked: Questionnaire, ago: int, part: int) -> FormOnPage:
    day = own.today.fromordinal(own.today.toordinal() - ago)
    held = own.answers.current(asked.id, day, part)
    if held is None:
        return FormOnPage(asked, own.site.words, day, part, own.today)
    said = {name: as_typed(item.value).split() for name, item in held.items.items()}
    return FormOnPage(asked, own.site.words, day, part, own.today, said, held.note, held.note_for, held)


def _shown(own: OwnForms) -> list[AnswerOnPage]:
    recent = own.recent()
    return [_one(own, one, recent) for one in recent]


def _one(own: OwnForms, one: KeptAnswer, recent: list[KeptAnswer]) -> AnswerOnPage:
    at = one.answered_at.astimezone(own.site.settings.timezone)
    library = own.answers.library
    return shown_answer(one, recent, library, own.site.words, today=own.today, at=f"{at:%H:%M}")


def _sent_title(site: AthleteSite, last: KeptAnswer) -> str:
    return site.words("Sent. Thank you.") if last.withdrawn_at is None else site.words("Taken back")
