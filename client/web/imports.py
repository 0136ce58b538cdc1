"""Imports: what is brought here, what came in, what was set aside and why.

Of athletes whom this look shows. Whose a file is stands beside it only where every category that it held may be seen
at that moment: a kind of file beside a name says that a stream exists. Of any other file, and of those that staff
brought, nothing is told that follows from what the vault holds; a mark of a file would tell that it came before.
Devices, apps and serial numbers are the operator's and the athlete's.
"""

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request, Response

from audit.entries.details.codes import ClubPage
from chassis.text import long_date
from client.uploads.contents import MEDICAL_ALONE
from client.uploads.import_kinds import kind_of
from client.uploads.limits import LARGEST_UPLOAD, MOST_PARTS
from client.vault.journal import OPERATOR, ImportRecord, imports
from client.vault.store import Athlete
from client.web.access import PageAccess
from client.web.site import ClubSite
from client.web.text import clock_time
from client.web.uploads.session_questions import asked_sessions
from client.web.uploads.views import brought_list
from client.web.uploads.words import page_reason
from policies.vocabulary import Category

MOST_SHOWN = 60
COUNTS = {
    "kept": "kept",
    "dropped": "dropped",
    "sentinel": "stand for a missing one",
    "duplicate": "came twice",
    "unit": "of another unit, converted",
    "clock": "whose time was repaired or is doubtful",
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
    reason: str
    counts: str


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
        uploads = site.uploads.of(site.cookie.read(request))
        brought = brought_list(uploads, athletes)
        names = {one.athlete: one.name for one in athletes}
        asked = asked_sessions(site.vault, uploads, access, names)
        return site.page(
            "imports.html",
            viewer,
            here="/imports",
            access=access,
            title="Imports",
            finding=brought.finding or _asked(len(asked)) or _finding(len(records), len(aside)),
            brought=brought,
            asked=asked,
            people=[("", "The files say it"), *names.items()],
            largest=f"{LARGEST_UPLOAD // 2**30} GB",
            most_files=MOST_PARTS,
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
    categories = _categories(record)
    is_medical = categories is not None and categories <= MEDICAL_ALONE
    return is_medical and not _is_open(access, athlete, record)


def _is_open(access: PageAccess, athlete: Athlete, record: ImportRecord) -> bool:
    """True where every category of the file is shown of this athlete now."""
    categories = _categories(record)
    return categories is not None and categories <= access.of(athlete.athlete)


def _categories(record: ImportRecord) -> frozenset[Category] | None:
    """What the file held; where that is not recorded, all that a file of its kind can hold."""
    return record.categories or kind_of(record.reader).categories


def _local_moment(at: datetime) -> str:
    return f"{long_date(at.date())}, {clock_time(at)}"


def _file(site: ClubSite, access: PageAccess, athlete: Athlete, record: ImportRecord) -> File:
    is_open = _is_open(access, athlete, record)
    tells_stored = is_open and record.who == OPERATOR
    counts = [
        f"{record.counts[name]:,} {words}"
        for name, words in COUNTS.items()
        if record.counts.get(name) and (tells_stored or name != OF_THE_VAULT)
    ]
    return File(
        when=_local_moment(record.at.astimezone(site.zone)),
        name=athlete.name if is_open else NOT_SHOWN,
        reader=kind_of(record.reader).words,
        reason=page_reason(record.reason) if record.reason and (tells_stored or record.is_set_aside) else "",
        counts="; ".join(counts) or "nothing was kept",
    )


def _asked(questions: int) -> str:
    if not questions:
        return ""
    return "One question waits for your answer" if questions == 1 else f"{questions} questions wait for your answer"


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
