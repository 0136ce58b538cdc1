"""Opens a report for one reader: the decision point is asked anew, and what may not be seen now is as never recorded.

A prepared part is used where it was made of exactly what this reader may see now, on the same terms, and while nobody
has said, decided or planned anything for the day since. Any other is made again from what holds now, so that no line of
a report rests on what was withdrawn after it was prepared, and none stands against an athlete's own word or a limit.
"""

from collections.abc import Sequence
from datetime import date, datetime

from audit.entries.details.codes import ClubPage
from client.errors import ClientError
from client.reports.kept_parts import prepared_day, prepared_part
from client.reports.making import made_part, mark_of_told, terms_of
from client.reports.preparing import own_access, prepare_due
from client.reports.value import VARIANT_OF, PreparedDay, PreparedPart, Report, ReportLine, Variant
from client.vault.store import Athlete
from client.web.access import PageAccess
from client.web.site import ClubSite
from client.web.viewer import Viewer
from policies.vocabulary import AthleteId


class NoReport(ClientError):
    """No report was prepared for the day that was asked for, or it is kept no longer."""


def open_report(site: ClubSite, viewer: Viewer, day: date | None = None) -> tuple[Report, PageAccess]:
    """Return the report of `day` as this reader may see it now, and the look it was opened with.

    Raises NoReport, ConsentUnavailable, and what a page raises. Opening is one access event, whatever it finds;
    and the log has first that this person reads what an athlete said of themselves today.
    """
    access = site.access_requests.squad(viewer, ClubPage.REPORT)
    common = _common(site, day or site.day())
    variant, shown = VARIANT_OF[viewer.role], site.listed(access)
    if common.day == site.day():
        for one in shown:
            site.said.note_read(one.athlete, person=viewer.person, role=viewer.role, log=site.consent.event)
    return _report(site, access, common, variant, viewer.label, shown), access


def athlete_report(site: ClubSite, athlete: AthleteId, day: date | None = None) -> Report:
    """Return an athlete's own report, for their own eyes alone: the caller has made sure whose session it is.

    Raises NoReport, UnknownAthlete or AthleteErased.
    """
    one = site.vault.athlete(athlete)
    common = _common(site, day or site.day())
    return _report(site, own_access(site, athlete), common, Variant.ATHLETE, one.name, [one])


def _common(site: ClubSite, day: date) -> PreparedDay:
    if day == site.day():
        prepare_due(site)
    found = prepared_day(site.vault, day)
    if found is None:
        raise NoReport(f"no report of {day.isoformat()} is here: {_why_none(site, day)}")
    return found


def _why_none(site: ClubSite, day: date) -> str:
    if day == site.day():
        return f"it is prepared before {site.settings.report_ready:%H:%M}"
    return "none was prepared on that day, or it is kept no longer"


def _report(
    site: ClubSite,
    access: PageAccess,
    common: PreparedDay,
    variant: Variant,
    opened_for: str,
    athletes: Sequence[Athlete],
) -> Report:
    return Report(
        club=site.settings.name,
        day=common.day,
        variant=variant,
        made=_local(site, common.made),
        opened=site.now(),
        opened_for=opened_for,
        plan=common.plan,
        lines=[_line(site, access, common.day, variant, one) for one in athletes],
    )


def _line(site: ClubSite, access: PageAccess, day: date, variant: Variant, one: Athlete) -> ReportLine:
    part = prepared_part(site.vault, one.athlete, day, variant)
    if part is None or not _is_of_now(site, part, access, one.athlete, day):
        part = made_part(site, access, one, site.context(day), variant)
    return ReportLine(one.shirt_no, one.name, part.report)


def _is_of_now(site: ClubSite, part: PreparedPart, access: PageAccess, athlete: AthleteId, day: date) -> bool:
    """True if the part was made of what this look may see, on the same terms, and of what people have said of today."""
    terms = (part.at_home, part.light_only)
    if part.made_of != access.of(athlete) or terms != terms_of(access, athlete):
        return False
    return day != site.day() or part.told == mark_of_told(site, athlete, day)


def _local(site: ClubSite, at: datetime) -> datetime:
    return at.astimezone(site.zone)
