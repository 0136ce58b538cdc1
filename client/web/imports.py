"""Imports: what is brought here, what came in, what was set aside and why.

Of athletes whom this look shows. Whose a file is stands beside it only where every category of its kind may be seen at
that moment: a kind of file beside a name says that a stream exists. Of any other file nothing is told that follows from
what the vault holds. Devices, apps and serial numbers are the operator's and the athlete's.
"""

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request, Response

from audit.entries.details.codes import ClubPage
from chassis.text import long_date
from client.uploads.contents import MEDICAL_ALONE
from client.uploads.import_kinds import kind_of
from client.uploads.limits import LARGEST_UPLOAD
from client.vault.journal import ImportRecord, file_mark, imports
from client.vault.store import Athlete
from client.web.access import PageAccess
from client.web.site import ClubSite
from client.web.text import clock_time
from client.web.uploads.views import brought_list
from client.web.uploads.words import page_reason

MOST_SHOWN = 60
COUNTS = {
    "kept": "Kept",
    "dropped": "Dropped",
    "sentinel": "“Missing”",
    "duplicate": "Repeats",
    "unit": "Unit",
    "clock": "Clock",
}
OF_THE_VAULT = "duplicate"
"""The count that also says what was stored before."""
NOT_SHOWN = "not shown"


@dataclass(frozen=True, slots=True)
class File:
    """One imported file in words. The file's own name is not shown: it often is a person's name."""

    when: str
    name: str
    reader: str
    mark: str
    reason: str
    counts: tuple[tuple[str, str], ...]


def router(site: ClubSite) -> APIRouter:
    """Routes of the imports."""
    routes = APIRouter()

    @routes.get("/imports")
    def page(request: Request) -> Response:
        viewer = site.viewer(request)
        access = site.access_requests.squad(viewer, ClubPage.IMPORTS)
        records = _records(site, access)
        aside = [_file(site, access, *one) for one in records if one[1].is_set_aside]
        taken = [one for one in records if not one[1].is_set_aside]
        athletes = site.athletes(access)
        brought = brought_list(site.uploads.of(site.cookie.read(request)), athletes)
        return site.page(
            "imports.html",
            viewer,
            here="/imports",
            access=access,
            title="Imports",
            finding=brought.finding or _finding(len(records), len(aside)),
            brought=brought,
            people=[("", "The files say it"), *((one.athlete, one.name) for one in athletes)],
            largest=f"{LARGEST_UPLOAD // 2**30} GB",
            aside=aside,
            files=[_file(site, access, *one) for one in taken[:MOST_SHOWN]],
            taken_in=_taken_in(len(taken)),
        )

    return routes


def newest_import(site: ClubSite, access: PageAccess) -> str:
    """Return what the board says about the newest imports of the athletes of this look."""
    records = _records(site, access)
    if not records:
        return "No import of an athlete on this board is recorded yet."
    newest = records[0][1].at.astimezone(site.zone)
    aside = sum(r.is_set_aside for _, r in records if r.at.astimezone(site.zone).date() == newest.date())
    return f"Last import {_local_moment(newest)}. {_set_aside(aside) if aside else 'No file was set aside'} that day."


def _records(site: ClubSite, access: PageAccess) -> list[tuple[Athlete, ImportRecord]]:
    """Records of the athletes of this look, newest first, without what was undone or is set aside no longer."""
    found = [
        (one, record)
        for one in site.athletes(access)
        for record in imports(site.vault, one.athlete)
        if not record.is_undone and not record.is_settled and not _is_withheld(access, one, record)
    ]
    return sorted(found, key=lambda one: one[1].at, reverse=True)


def _is_withheld(access: PageAccess, athlete: Athlete, record: ImportRecord) -> bool:
    """True for a file of injury, illness or nutrition alone that this person may not see."""
    categories = kind_of(record.reader).categories
    is_medical = categories is not None and categories <= MEDICAL_ALONE
    return is_medical and not _is_open(access, athlete, record)


def _is_open(access: PageAccess, athlete: Athlete, record: ImportRecord) -> bool:
    """True where every category that a file of this kind may hold is shown of this athlete now."""
    categories = kind_of(record.reader).categories
    return categories is not None and categories <= access.of(athlete.athlete)


def _local_moment(at: datetime) -> str:
    return f"{long_date(at.date())}, {clock_time(at)}"


def _file(site: ClubSite, access: PageAccess, athlete: Athlete, record: ImportRecord) -> File:
    is_open = _is_open(access, athlete, record)
    counts = {name: f"{record.counts.get(name, 0):,}" for name in COUNTS}
    return File(
        when=_local_moment(record.at.astimezone(site.zone)),
        name=athlete.name if is_open else NOT_SHOWN,
        reader=kind_of(record.reader).words,
        mark=file_mark(site.vault, athlete.athlete, record.file_sha256)[:8],
        reason=page_reason(record.reason) if record.reason and (is_open or record.is_set_aside) else "",
        counts=tuple(
            (column, counts[name] if is_open or name != OF_THE_VAULT else NOT_SHOWN) for name, column in COUNTS.items()
        ),
    )


def _finding(files: int, aside: int) -> str:
    if not files:
        return "No file has been imported yet"
    if not aside:
        return "All files were taken in"
    return _set_aside(aside)


def _taken_in(total: int) -> str:
    return f"{min(total, MOST_SHOWN)} of {total}."


def _set_aside(files: int) -> str:
    return f"{'One file was' if files == 1 else f'{files} files were'} set aside"
