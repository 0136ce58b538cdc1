"""Imports: what came in, what was set aside and why.

Only files of athletes that this look shows, and never whose they are: a kind of file beside a name would say
that a stream exists which the athlete may not share. The operator's terminal names the file.
"""

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request, Response

from audit.entries.details.codes import ClubPage
from chassis.text import long_date
from client.vault.journal import ImportRecord, file_mark, imports
from client.web.access import PageAccess
from client.web.site import ClubSite
from client.web.text import clock_time
from policies.vocabulary import AthleteId

MOST_SHOWN = 60
COUNTS = {
    "kept": "Kept",
    "dropped": "Dropped",
    "sentinel": "“Missing”",
    "duplicate": "Repeats",
    "unit": "Unit",
    "clock": "Clock",
}
KINDS = {
    "mapped-csv": "Mapped table (CSV)",
    "pmsys-wellness": "Morning answers (PMSYS)",
    "pmsys-srpe": "Sessions (PMSYS)",
    "pmsys-injury": "Injuries (PMSYS)",
    "soccermon-readiness": "Readiness (SoccerMon)",
    "fitbit-sleep": "Sleep (Fitbit)",
    "fitbit-sleep-score": "Sleep score (Fitbit)",
    "fitbit-exercise": "Training (Fitbit)",
    "fitbit-resting-heart-rate": "Resting pulse (Fitbit)",
    "hrv4training": "Heart-rate variability (HRV4Training)",
    "elitehrv": "Heart-rate variability (Elite HRV)",
    "fit-activity": "Training (FIT)",
    "fit-monitoring": "Steps and resting pulse (FIT)",
    "fit-night": "Night (FIT)",
    "fit-weight": "Weight (FIT)",
    "tcx": "Training (TCX)",
    "gpx": "Training (GPX)",
    "rr-text": "Heartbeat intervals (text)",
}


@dataclass(frozen=True, slots=True)
class File:
    """One imported file in words. The file's own name is not shown: it often is a person's name."""

    when: str
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
        aside = [_file(site, *one) for one in records if one[1].is_set_aside]
        taken = [one for one in records if not one[1].is_set_aside]
        return site.page(
            "imports.html",
            viewer,
            here="/imports",
            access=access,
            title="Imports",
            finding=_finding(len(records), len(aside)),
            aside=aside,
            files=[_file(site, *one) for one in taken[:MOST_SHOWN]],
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


def _records(site: ClubSite, access: PageAccess) -> list[tuple[AthleteId, ImportRecord]]:
    """Records of the athletes of this look, newest first, without what was undone or is set aside no longer."""
    found = [
        (one.athlete, record)
        for one in site.athletes(access)
        for record in imports(site.vault, one.athlete)
        if not record.is_undone and not record.is_settled
    ]
    return sorted(found, key=lambda one: one[1].at, reverse=True)


def _local_moment(at: datetime) -> str:
    return f"{long_date(at.date())}, {clock_time(at)}"


def _file(site: ClubSite, athlete: AthleteId, record: ImportRecord) -> File:
    return File(
        when=_local_moment(record.at.astimezone(site.zone)),
        reader=KINDS.get(record.reader, record.reader.replace("-", " ")) or "Not recognised",
        mark=file_mark(site.vault, athlete, record.file_sha256)[:8],
        reason=record.reason,
        counts=tuple((column, f"{record.counts.get(name, 0):,}") for name, column in COUNTS.items()),
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
