"""Forms without a connection: the worker, the scripts, and the empty pages that a phone keeps.

A page that is kept holds no answer and no name. Answers wait on the phone sealed under a key that no script can read.
"""

from functools import cache
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request, Response

from chassis.web.page_errors import Closed
from chassis.web.secured_answers import SCRIPTED_POLICY
from client.athlete_web.forms.own_forms import OwnForms
from client.athlete_web.forms.shown import FormOnPage
from client.athlete_web.site import HOME, AthleteSite

OFFLINE: Final = "/me/offline"
SCRIPTS: Final = Path(__file__).parent / "scripts"
WORKER: Final = "worker.js"
OF_PAGES: Final = ("queue.js", "forms.js")


def router(site: AthleteSite) -> APIRouter:
    """Routes of what a phone keeps."""
    routes = APIRouter()

    @routes.get("/me/scripts/{name}")
    def script(name: str) -> Response:
        return _script(name, *OF_PAGES)

    @routes.get("/me/worker.js")
    def worker() -> Response:
        response = _script(WORKER, WORKER)
        response.headers["Service-Worker-Allowed"] = HOME
        response.headers["Content-Security-Policy"] = SCRIPTED_POLICY  # its own fetches are bound by it
        return response

    @routes.get(OFFLINE)
    def every(request: Request) -> Response:
        own = OwnForms.of(site, site.viewer(request))
        title = site.words("Your questionnaires")
        return site.page("own_offline.html", own.viewer, is_kept=True, title=title, forms=own.titles)

    @routes.get(OFFLINE + "/{form}")
    def one(request: Request, form: str) -> Response:
        own = OwnForms.of(site, site.viewer(request))
        asked = own.form(form)
        if asked is None:
            raise Closed
        shown = FormOnPage(asked, site.words, own.today, 1, own.today)
        title = shown.told(asked.title)
        return site.page(
            "own_form.html", own.viewer, is_kept=True, title=title, shown=shown, forms=own.titles, problems=[]
        )

    return routes


def _script(name: str, *known: str) -> Response:
    if name not in known:
        return Response(status_code=404)
    return Response(_text(name), media_type="text/javascript", headers={"Cache-Control": "no-cache"})


@cache
def _text(name: str) -> str:
    return (SCRIPTS / name).read_text(encoding="utf-8")
