"""Imports: what is brought here, what came in, what was set aside and why.

Of athletes whom this look shows. Whose a file is stands beside it only where every category that it held may be seen
at that moment: a kind of file beside a name says that a stream exists. Of any other file, and of those that staff
brought, nothing is told that follows from what the vault holds; a mark of a file would tell that it came before.
Devices, apps and serial numbers are the operator's and the athlete's.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from fastapi import APIRouter, Request, Response

from audit.entries.details.codes import ClubPage
from chassis.text import long_date, sentence
from client.uploads.brought import FileState, Upload
from client.uploads.contents import MEDICAL_ALONE
from client.uploads.import_kinds import kind_of
from client.uploads.limits import LARGEST_UPLOAD, MOST_PARTS
from client.vault.journal import OPERATOR, ImportRecord
from client.vault.store import Athlete
from client.web.access import PageAccess
from client.web.site import ClubSite
from client.web.text import clock_time
from client.web.uploads.attribution import KnownAthletes
from client.web.uploads.file_list import brought_list
from client.web.uploads.session_questions import asked_sessions
from client.web.uploads.stored_before import FilesBeside
from client.web.uploads.stored_words import column_words, held_categories, is_open, rows_words
from client.web.uploads.words import page_reason

MOST_SHOWN = 60
FEW = 12  # ours: lines of what was taken in that stand on the page; the earlier ones are folded
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
Owned = tuple[Athlete, ImportRecord]
"""A record with the athlete whose it is."""


@dataclass(frozen=True, slots=True)
class File:
    """One imported file in words. The file's own name is not shown: it often is a person's name.

    columns: what became of each figure that the file holds; empty for one of an earlier version.
    """

    when: str
    name: str
    reader: str
    reason: str
    rows: str
    counts: str
    columns: tuple[str, ...]

    @property
    def line(self) -> str:
        """Return for example "Sleep, watch; of Ada Lund; 12 rows: 12 gave figures"."""
        owner = "its athlete is not shown" if self.name == NOT_SHOWN else f"of {self.name}"
        return "; ".join(filter(None, (self.reader, owner, self.rows)))


def router(site: ClubSite) -> APIRouter:
    """Routes of the imports."""
    routes = APIRouter()

    @routes.get("/imports")
    def page(request: Request) -> Response:
        viewer = site.viewer(request)
        access = site.access_requests.squad(viewer, ClubPage.IMPORTS)
        all_records = _all_records(site, access)
        records = _standing(all_records)
        aside = [_file(site, access, *one) for one in records if one[1].is_set_aside]
        taken = [one for one in records if not one[1].is_set_aside]
        athletes = site.athletes(access)
        uploads = site.uploads.of(site.cookie.read(request))
        known = KnownAthletes(athletes)
        beside = FilesBeside(site.imports, access, site.zone, known, uploads)
        site.uploads.compare(beside.uncompared())
        brought, names = brought_list(beside), known.names
        asked = asked_sessions(site.questions, uploads, access, names)
        return site.page(
            "imports.html",
            viewer,
            here="/imports",
            access=access,
            title="Imports",
            finding=brought.finding or _asked(len(asked)) or _finding(all_records, uploads),
            brought=brought,
            asked=asked,
            people=[("", "The files say it"), *names.items()],
            largest=f"{LARGEST_UPLOAD // 2**30} GB",
            most_files=MOST_PARTS,
            aside=aside,
            few=FEW,
            files=[_file(site, access, *one) for one in taken[:MOST_SHOWN]],
            taken_in=_taken_in(len(taken)),
        )

    return routes


def newest_import(site: ClubSite, access: PageAccess, uploads: Sequence[Upload]) -> str:
    """Return what the board says about the newest imports of the athletes of this look.

    uploads: what this session brought; what was refused of it is told too.
    """
    records = _all_records(site, access)
    standing = [record for _, record in _standing(records)]
    if not standing:
        told = _not_in([record for _, record in records], uploads)
        return f"No import to show.{f' {sentence(told)}.' if told else ''}"
    newest = standing[0].at.astimezone(site.zone)
    since = datetime.combine(newest.date(), time(), newest.tzinfo)
    told = _not_in([record for _, record in records if (record.undone_at or record.at) >= since], uploads)
    return f"Last import {_local_moment(newest)}.{f' That day and since: {told}.' if told else ''}"


def _all_records(site: ClubSite, access: PageAccess) -> list[Owned]:
    """Records of the athletes of this look, newest first."""
    found = [
        (one, record)
        for one in site.athletes(access)
        for record in site.imports.of(one.athlete)
        if not _is_withheld(access, one, record)
    ]
    return sorted(found, key=lambda one: one[1].at, reverse=True)


def _standing(records: Sequence[Owned]) -> list[Owned]:
    """Records without what was undone or is set aside no longer."""
    return [one for one in records if not one[1].is_undone and not one[1].is_settled]


def _is_withheld(access: PageAccess, athlete: Athlete, record: ImportRecord) -> bool:
    """True for a file of injury, illness or nutrition alone that this person may not see."""
    categories = held_categories(record)
    is_medical = categories is not None and categories <= MEDICAL_ALONE
    return is_medical and not is_open(access, athlete.athlete, record)


def _local_moment(at: datetime) -> str:
    return f"{long_date(at.date())}, {clock_time(at)}"


def _file(site: ClubSite, access: PageAccess, athlete: Athlete, record: ImportRecord) -> File:
    is_seen = is_open(access, athlete.athlete, record)
    tells_stored = is_seen and record.who == OPERATOR
    counts = [
        f"{record.counts[name]:,} {words}"
        for name, words in COUNTS.items()
        if record.counts.get(name) and (tells_stored or name != OF_THE_VAULT)
    ]
    return File(
        when=_local_moment(record.at.astimezone(site.zone)),
        name=athlete.name if is_seen else NOT_SHOWN,
        reader=kind_of(record.reader).words,
        reason=page_reason(record.reason) if record.reason and (tells_stored or record.is_set_aside) else "",
        rows=rows_words(record),
        counts="; ".join(counts) or "nothing was kept",
        columns=column_words(record, access.of(athlete.athlete)),
    )


def _asked(questions: int) -> str:
    if not questions:
        return ""
    return "One question waits for your answer" if questions == 1 else f"{questions} questions wait for your answer"


def _finding(records: Sequence[Owned], uploads: Sequence[Upload]) -> str:
    """Return the title: how many files are in, and what is not; never that all are."""
    taken = _count(record for _, record in _standing(records) if not record.is_set_aside)
    told = _not_in([record for _, record in records], uploads)
    parts = (f"{_files(taken)} taken in" if taken else "", told)
    return sentence("; ".join(filter(None, parts))) or "No file has been imported yet"


def _not_in(records: Sequence[ImportRecord], uploads: Sequence[Upload]) -> str:
    """Say what of these records was not taken in or is in no longer; refused files are not kept past their sign-in."""
    brought = [one for upload in uploads for one in list(upload.files)]
    refused = sum(one.state is FileState.UNREADABLE and not one.waits_for_names for one in brought)
    told = {
        "set aside": _count(one for one in records if one.is_set_aside and not one.is_undone),
        "refused since you signed in": refused,
        "taken out again": _count(one for one in records if one.is_undone),
    }
    return "; ".join(f"{_files(number)} {what}" for what, number in told.items() if number)


def _count(records: Iterable[ImportRecord]) -> int:
    """Count files: one of several athletes, imported once, has a record for each of them."""
    return len({(one.at, one.file_sha256, one.who) for one in records})


def _taken_in(total: int) -> str:
    """Say how many lines are shown: a file of several athletes has one for each."""
    return f"{min(total, MOST_SHOWN)} of {total:,} lines."


def _files(files: int) -> str:
    return "one file was" if files == 1 else f"{files:,} files were"
