"""What is possible for whom, as the medical team or the athlete stated it: for coaches, and never with a cause.

Nothing of it rests on a grant: a statement is made to coaches. So no question is asked, and that the page was opened is
logged as what it is.
"""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from audit.entries.details.codes import ClubPage
from chassis.csv_line import csv_line
from chassis.hidden_characters import cleaned
from chassis.text import counted, long_date, sentence, spelled, weekday_date
from client.health.availability import AVAILABLE_NOW, LIGHTS, LIMIT_WORDS, ActivityLimit, Availability
from client.health.stage_criteria import stage_criteria
from client.health.statements import AvailabilityStatement, Standing
from client.vault.store import Athlete
from client.web.access import PageAccess
from client.web.site import ClubSite
from policies.vocabulary import Role

COLUMNS = ("number", "name", "available", "possible", "until", "stated")


@dataclass(frozen=True, slots=True)
class AvailabilityRow:
    """One athlete with a limit; the same six entries for everybody."""

    athlete: str
    name: str
    number: int
    state: str
    available: str
    possible: str
    until: str
    stated: str


def router(site: ClubSite) -> APIRouter:
    """Routes of the board and of its table."""
    routes = APIRouter()

    @routes.get("/availability")
    def board(request: Request) -> Response:
        viewer = site.viewer(request)
        access = site.access_requests.squad(viewer, ClubPage.AVAILABILITY)
        rows, day = rows_of(site, access), site.day()
        people = len(site.listed(access))
        return site.page(
            "availability.html",
            viewer,
            here="/medical" if viewer.role is Role.MEDICAL else "/availability",
            title="Availability",
            finding=_finding(rows, people),
            lead=_lead(people - len(rows), len(rows)) if people else "",
            day=weekday_date(day),
            is_past=day != site.now().date(),
            is_medical=viewer.role is Role.MEDICAL,
            rows=rows,
            is_empty=not people,
            meanings=[(f"{AVAILABLE_NOW[one]}", MEANINGS[one]) for one in Availability],
            stages=[(f"{one.stage:d} {one.name}", one.means) for one in stage_criteria().stages],
        )

    @routes.get("/availability/table")
    def table(request: Request) -> Response:
        viewer = site.viewer(request)
        rows = rows_of(site, site.access_requests.squad(viewer, ClubPage.AVAILABILITY))
        cells = [(str(r.number), r.name, r.available, r.possible, r.until, r.stated) for r in rows]
        lines = [csv_line(COLUMNS), *(csv_line([cleaned(cell) for cell in row]) for row in cells)]
        headers = {"Content-Disposition": f'attachment; filename="availability-{site.day().isoformat()}.csv"'}
        return Response("".join(lines), media_type="text/csv; charset=utf-8", headers=headers)

    return routes


MEANINGS = {
    Availability.NONE: "No training and no match. Plans are at 0 AU.",
    Availability.REDUCED: "Training with what is written left out, and at most the load that is written.",
    Availability.FULL: "Everything, or everything but what is written.",
}


def rows_of(site: ClubSite, access: PageAccess) -> list[AvailabilityRow]:
    """Return who of this person's squads has a limit today, by name."""
    found = [(one, site.statements.standing(one.athlete, site.day())) for one in site.listed(access)]
    return [_row(site, one, standing) for one, standing in found if standing is not None and standing.is_limit]


def _row(site: ClubSite, one: Athlete, standing: Standing) -> AvailabilityRow:
    limiting = [each for each in standing.statements if each.is_limit]
    untils = sorted(each.until for each in limiting if each.until is not None)
    return AvailabilityRow(
        athlete=one.athlete,
        name=one.name,
        number=one.shirt_no,
        state=LIGHTS[standing.availability],
        available=AVAILABLE_NOW[standing.availability],
        possible=sentence("; ".join(possible_words(each) for each in limiting)),
        until=" and ".join(dict.fromkeys(long_date(day) for day in untils)),
        stated="; ".join(_stated(site, each) for each in limiting),
    )


def possible_words(one: AvailabilityStatement) -> str:
    """Return what a statement leaves, without its last day."""
    if one.availability is Availability.NONE:
        return "nothing, rest"
    parts = [LIMIT_WORDS[limit] for limit in ActivityLimit if limit in one.limits]
    return ", ".join([*parts, *([f"at most {one.cap_au:,.0f} AU a day"] if one.cap_au is not None else [])])


def _stated(site: ClubSite, one: AvailabilityStatement) -> str:
    who = "the athlete" if one.role is Role.ATHLETE else site.sign_in.name_of(one.person)
    return f"{who}, {long_date(one.day)}"


def _finding(rows: list[AvailabilityRow], people: int) -> str:
    if not people:
        return "Nobody is enrolled yet"
    out = sum(row.state == LIGHTS[Availability.NONE] for row in rows)
    parts = [
        *([f"{spelled(out)} not available"] if out else []),
        *([f"{spelled(len(rows) - out)} with a limit"] if len(rows) > out else []),
    ]
    return sentence(", ".join(parts)) if parts else "No limit is stated"


def _lead(others: int, stated: int) -> str:
    of = f"No limit is stated for {counted(others, 'other athlete' if stated else 'athlete')}. " if others else ""
    return (
        f"{of}Plans and proposals keep to a stated load by themselves; what else is to be left out is for you to plan. "
        "For what is possible beyond, ask the medical team."
    )
