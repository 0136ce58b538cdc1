"""Leaving a shared tablet: the session ends with what was sent, and the next athlete finds nothing of it."""

from fastapi import Request, Response

from client.athlete_web.site import AthleteSite
from client.web.site import to

THANKS = "/me/tablet/thanks"


def left(site: AthleteSite, request: Request, *, where: str = THANKS) -> Response:
    """End the session of this request and lead to a page that shows nothing of it."""
    site.sign_in.sessions.end(site.cookie.read(request))
    response = to(where)
    site.cookie.drop(response)
    return response
