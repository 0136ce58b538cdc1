"""Imports: what came in, what was set aside and why.

Only files of athletes that this look shows, and never whose they are: a kind of file beside a name would say
that a stream exists which the athlete may not share. The operator's terminal names the file.
"""

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request, Response

from audit.entries.details.codes import ClubPage
from chassis.text import long_date
from client.vault.journal import ImportRecord, imports
from client.web.access import PageAccess
from client.web.site import ClubSite
from client.web.text import clock_time

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
    set_aside: bool
    reason: str
    counts: tuple[tuple[str, str], ...]


def router(site: ClubSite) -> APIRouter:
    """Routes of the imports."""
    routes = APIRouter()

    @routes.get("/imports")
    def page(request: Request) -> Response:
        viewer = site.viewer(request)
        access = site.access_requests.squad(viewer, ClubPage.IMPORTS)
        files = [_file(site, record) for record in _records(site, access)]
        aside = [f for f in files if f.set_aside]
        return site.page(
            "imports.html",
            viewer,
            here="/imports",
            access=access,
            title="Imports",
            finding=_finding(len(files), len(aside)),
            aside=aside,
            files=[f for f in files if not f.set_aside][:MOST_SHOWN],
            taken_in=_taken_in(len(files) - len(aside)),
        )

    return routes


def newest_import(site: ClubSite, access: PageAccess) -> str:
    """Return what the board says about the newest imports of the athletes of this look."""
    records = _records(site, access)
    if not records:
        return "No import of an athlete on this board is recorded yet."
    newest = records[0].at.astimezone(site.zone)
    aside = sum(r.is_set_aside for r in records if r.at.astimezone(site.zone).date() == newest.date())
    return f"Last import {_local_moment(newest)}. {_set_aside(aside) if aside else 'No file was set aside'} that day."


def _records(site: ClubSite, access: PageAccess) -> list[ImportRecord]:
    """Records of the athletes of this look, newest first, without what was undone or is set aside no longer."""
    found = [record for athlete in site.athletes(access) for record in imports(site.vault, athlete.athlete)]
    shown = [record for record in found if not record.is_undone and not record.is_settled]
    return sorted(shown, key=lambda record: record.at, reverse=True)


def _local_moment(at: datetime) -> str:
    return f"{long_date(at.date())}, {clock_time(at)}"


def _file(site: ClubSite, record: ImportRecord) -> File:
    return File(
        when=_local_moment(record.at.astimezone(site.zone)),
        reader=KINDS.get(record.reader, record.reader.replace("-", " ")) or "Not recognised",
        mark=record.file_sha256[:8],
        set_aside=record.is_set_aside,
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
