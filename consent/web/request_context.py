"""Who is visiting: the open session behind the cookie, and the fields of a form that carries its token."""

import hmac
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

from fastapi import Depends, Request

from chassis.hidden_characters import has_hidden
from consent.athlete.shown_choices import ShownState
from consent.errors import TooOften
from consent.web.never_limited import ends_sharing
from consent.web.portal import Portal, RequestContext

THEME_COOKIE = "homefield-theme"
THEMES = {"system": "As my device does", "light": "Light", "dark": "Dark"}
THEME_LIFE_S = 365 * 86_400
LONGEST_FIELD = 400  # characters, ours


class SignedOut(Exception):
    """No open session: never signed in, signed out, or idle for too long."""


class UnreadableForm(Exception):
    """A form with a field that holds characters nobody sees."""


class ForgedForm(Exception):
    """A form without the session's token, or with a field twice or too long."""


def portal_of(request: Request) -> Portal:
    """Return what the portal works with."""
    portal: Portal = request.app.state.portal
    return portal


PortalHere = Annotated[Portal, Depends(portal_of)]


def session_id(request: Request, portal: PortalHere) -> str | None:
    """Return the session id that the browser holds, open or not."""
    return portal.cookie.read(request)


SessionId = Annotated[str | None, Depends(session_id)]


def chosen_theme(request: Request) -> str | None:
    """Return the theme that this browser keeps, or None."""
    theme = request.cookies.get(THEME_COOKIE)
    return theme if theme in ("light", "dark") else None


Theme = Annotated[str | None, Depends(chosen_theme)]


def read_context(request: Request, portal: PortalHere, held: SessionId, theme: Theme) -> RequestContext:
    """Return the visit; raises SignedOut, or TooOften for a person who asks for pages without end."""
    session = portal.sessions.read(held)
    if session is None:
        raise SignedOut
    if not ends_sharing(request.scope) and (wait := portal.page_budget.spend(session.athlete)):
        raise TooOften(wait)
    return RequestContext(session, portal.store.member(session.athlete), theme)


SignedIn = Annotated[RequestContext, Depends(read_context)]


async def read_fields(request: Request) -> Mapping[str, str]:
    """Return the form's fields; raises ForgedForm where a name comes twice, a value is long or a file.

    Raises UnreadableForm where one holds characters that nobody sees.
    """
    form = await request.form(max_files=0, max_fields=100)
    fields: dict[str, str] = {}
    for name, value in form.multi_items():
        if name in fields or not isinstance(value, str) or max(len(name), len(value)) > LONGEST_FIELD:
            raise ForgedForm
        if has_hidden(name) or has_hidden(value):
            raise UnreadableForm
        fields[name] = value
    return MappingProxyType(fields)


FormFields = Annotated[Mapping[str, str], Depends(read_fields)]


def check_form(context: SignedIn, fields: FormFields) -> Mapping[str, str]:
    """Return the fields of a form that carries the session's own token; raises ForgedForm otherwise."""
    if not hmac.compare_digest(fields.get("csrf", "").encode(), context.session.csrf.encode()):
        raise ForgedForm
    return fields


CheckedForm = Annotated[Mapping[str, str], Depends(check_form)]


def shown_state(context: RequestContext, form: Mapping[str, str]) -> ShownState:
    """Return what the form says of the state that its page showed; one without it matches no state."""
    return ShownState(context.session.csrf, form.get("shown", ""))


def is_shown(mark: str, form: Mapping[str, str]) -> bool:
    """True if the form comes from a page that showed the state of this mark."""
    return hmac.compare_digest(mark.encode(), form.get("shown", "").encode())
