"""A shared tablet: joining it with a code and a PIN, filling in a form by the PIN, and leaving."""

import secrets
from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request, Response

from audit.entries.details.codes import OwnSiteDeed
from chassis.errors import TooManyTries
from chassis.sign_in.code_text import LONGEST_TYPED
from chassis.sign_in.pin import LENGTH, is_sound_pin
from client.athlete_web.athlete_sign_in import ON_TABLET
from client.athlete_web.forms.leaving import THANKS, left
from client.athlete_web.forms.own_forms import OwnForms
from client.athlete_web.site import TABLET, TABLET_LEAVE, AthleteSite, OwnSignInNeeded
from client.web.site import to
from policies.vocabulary import AthleteId

A_SEASON: Final = timedelta(days=365)
WRONG, TOO_MANY = 422, 429
TabletPinText = Annotated[str, Form(max_length=LENGTH)]


def router(site: AthleteSite) -> APIRouter:
    """Routes of a shared tablet."""
    routes = APIRouter()

    @routes.get(TABLET)
    def who(request: Request) -> Response:
        return _page(site, request)

    @routes.post(f"{TABLET}/join")
    def join(request: Request, code: Annotated[str, Form(max_length=LONGEST_TYPED)], pin: TabletPinText) -> Response:
        return _join(site, request, code, pin)

    @routes.post(f"{TABLET}/open")
    def open_forms(request: Request, athlete: Annotated[str, Form(max_length=60)], pin: TabletPinText) -> Response:
        one = AthleteId(athlete)
        if not site.tablets.is_right(site.tablet_cookie.read(request), one, pin) or site.sign_in.athlete(one) is None:
            text = site.words("This PIN is not right. The fifth wrong one deletes it; then join again with a code.")
            return _page(site, request, pin=text)
        return _opened(site, site.sign_in.sessions.begin(one, facts=ON_TABLET, replaces=site.cookie.read(request)))

    @routes.get(f"{TABLET}/forms")
    def forms(request: Request) -> Response:
        viewer = site.viewer(request)
        if not viewer.is_on_tablet:
            raise OwnSignInNeeded
        title = site.words("What do you fill in?")
        return site.page("own_tablet_forms.html", viewer, title=title, forms=OwnForms.of(site, viewer).titles)

    @routes.post(TABLET_LEAVE)
    def leave(request: Request, csrf: Annotated[str, Form(max_length=100)]) -> Response:
        site.poster(request, csrf)
        return left(site, request, where=TABLET)

    @routes.get(THANKS)
    def thanks() -> Response:
        return site.page("own_tablet_thanks.html", None, title=site.words("Sent. Thank you."))

    return routes


def _join(site: AthleteSite, request: Request, code: str, pin: str) -> Response:
    """Spend a code, keep the PIN under this tablet's id, and open the forms."""
    if not is_sound_pin(pin):
        text = site.words("Choose six digits that are not all the same and not counted up or down.")
        return _page(site, request, code=text)
    joined: list[AthleteId] = []
    try:
        held = site.sign_in.with_code(
            code,
            address=site.cookie.site.caller(request.client.host if request.client else None),
            replaces=site.cookie.read(request),
            before=lambda one: _report(site, one, joined),
            facts=ON_TABLET,
        )
    except TooManyTries:
        return _page(
            site, request, code=site.words("Too many wrong codes came from here. Try again later."), status=TOO_MANY
        )
    if held is None:
        return _page(site, request, code=site.words("This code opens nothing here. Ask the club’s desk for a new one."))
    tablet = site.tablet_cookie.read(request) or secrets.token_urlsafe(32)
    site.tablets.put(tablet, joined[-1], pin)
    response = _opened(site, held)
    site.tablet_cookie.keep(response, tablet, longest=A_SEASON)
    return response


def _report(site: AthleteSite, one: AthleteId, joined: list[AthleteId]) -> None:
    site.report(one, OwnSiteDeed.SIGNED_IN_BY_CODE)
    joined.append(one)


def _opened(site: AthleteSite, held: str) -> Response:
    response = to(f"{TABLET}/forms")
    site.cookie.keep(response, held)
    return response


def _page(site: AthleteSite, request: Request, *, pin: str = "", code: str = "", status: int = WRONG) -> Response:
    ids = site.tablets.athletes(site.tablet_cookie.read(request))
    people = [held for one in ids if (held := site.sign_in.athlete(one)) is not None]
    wrong = {"pin": pin, "code": code}
    return site.page(
        "own_tablet.html",
        None,
        status=status if pin or code else 200,
        title=site.words("Who are you?"),
        people=sorted(people, key=lambda one: (one.name.casefold(), one.shirt_no)),
        wrong=wrong,
        problems=[{"field": field, "text": text} for field, text in wrong.items() if text],
    )
