"""How my light and my load are handled: kinds left out of the own light, and proposals that apply themselves.

Both are the athlete's own word, taken from their session alone. Source: docs/indices.md §6.5, §7.11.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from audit.entries.details.codes import OwnSiteDeed
from chassis.text import listed, weekday_date
from chassis.texts.catalogue import mark
from client.athlete_web.site import AthleteSite
from client.athlete_web.viewer import AthleteViewer
from client.coaching.auto_apply import choose
from client.coaching.light.at_home import LIGHT_CATEGORIES, categories_on, leave_out
from client.web.site import to
from policies.vocabulary import AthleteId, Category

SETTINGS: Final = "/me/settings"
LIGHT, LOAD = f"{SETTINGS}/light", f"{SETTINGS}/load"
WRONG: Final = 422
KINDS: Final = {
    Category.HEART: mark("heart and recovery"),
    Category.SLEEP: mark("sleep"),
    Category.WELLNESS: mark("morning answers"),
    Category.TESTS: mark("tests"),
}
"""In the words of the page; every kind of which a light is computed."""


class LightSent(BaseModel):
    """Which kinds to leave out, before it is believed. do: those that are named, or none any more."""

    model_config = ConfigDict(frozen=True)

    csrf: str = Field(max_length=100)
    do: Literal["leave_out", "nothing"]
    without: list[Category] = Field(default_factory=list, max_length=len(KINDS))


class LoadSent(BaseModel):
    """Whether proposals lower the load by themselves, before it is believed."""

    model_config = ConfigDict(frozen=True)

    csrf: str = Field(max_length=100)
    apply: Literal["on", "off"]


def router(site: AthleteSite) -> APIRouter:
    """Routes of the page and of its two forms."""
    routes = APIRouter()

    @routes.get(SETTINGS)
    def page(request: Request, kept: str = "") -> Response:
        return _page(site, site.viewer(request), kept=kept)

    @routes.post(LIGHT)
    def light(request: Request, sent: Annotated[LightSent, Form()]) -> Response:
        viewer = site.poster(request, sent.csrf)
        wanted = frozenset(sent.without) if sent.do == "leave_out" else frozenset()
        if wanted - LIGHT_CATEGORIES:
            return site.closed(request, status=WRONG)
        if not wanted and sent.do == "leave_out":
            return _page(site, viewer, wrong=site.words("Tick at least one kind, or press “Leave nothing out”."))
        if wanted != _left_out(site, viewer.athlete, days_ahead=1):  # the same form sent twice is one act
            site.report(viewer.athlete, OwnSiteDeed.CHANGED_SETTINGS)
            leave_out(site.vault, viewer.athlete, wanted, today=site.now().date())
        return to(f"{SETTINGS}?kept=light")

    @routes.post(LOAD)
    def load(request: Request, sent: Annotated[LoadSent, Form()]) -> Response:
        viewer, is_on = site.poster(request, sent.csrf), sent.apply == "on"
        if site.journal.auto_apply.is_on(viewer.athlete) != is_on:
            site.report(viewer.athlete, OwnSiteDeed.CHANGED_SETTINGS)
            choose(site.journal, viewer.athlete, is_on=is_on, day=site.now().date(), at=site.clock())
        return to(f"{SETTINGS}?kept=load")

    return routes


def _left_out(site: AthleteSite, athlete: AthleteId, *, days_ahead: int = 0) -> frozenset[Category]:
    """Return what this athlete's light is computed without, today or so many days from now."""
    return LIGHT_CATEGORIES - categories_on(site.vault, athlete, site.now().date() + timedelta(days=days_ahead))


def _page(site: AthleteSite, viewer: AthleteViewer, *, kept: str = "", wrong: str = "") -> Response:
    today, next_one = (_left_out(site, viewer.athlete, days_ahead=ahead) for ahead in (0, 1))
    return site.page(
        "own_settings.html",
        viewer,
        here=SETTINGS,
        status=WRONG if wrong else 200,
        title=site.words("How my light and my load are handled"),
        kept=kept,
        kinds=[(one.value, site.words(words).capitalize()) for one, words in KINDS.items()],
        ticked=sorted(next_one),
        today=_words(site, today),
        next_one=_words(site, next_one),
        next_morning=weekday_date(site.now().date() + timedelta(days=1)),
        before=sorted(today) if today != next_one else None,
        is_on=site.journal.auto_apply.is_on(viewer.athlete),
        problems=[{"field": f"without-{next(iter(KINDS)).value}", "text": wrong}] if wrong else [],
    )


def _words(site: AthleteSite, without: Iterable[Category]) -> str:
    left = set(without)
    if not left:
        return site.words("nothing left out")
    return site.words("without %(kinds)s", kinds=listed([site.words(KINDS[one]) for one in KINDS if one in left]))
