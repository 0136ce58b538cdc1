"""Applies the morning's proposals of athletes who asked for it, before the report of the day is prepared.

Only where readiness is shared with coaches: a load that was lowered tells of it. A decision of that day that was taken
back is never applied again.
"""

from collections.abc import Iterator

from audit.entries.details.clubs import OwnSiteUsed
from audit.entries.details.codes import OwnSiteDeed
from client.coaching.auto_apply import applied
from client.coaching.review import ReviewDecision
from client.errors import AthleteErased, UnknownAthlete
from client.reports.preparing import is_due, look_of, own_access
from client.web.site import ClubSite
from policies.vocabulary import AthleteId, Category, Role


def apply_due(site: ClubSite) -> int:
    """Apply what is due and not decided; returns how many. The log has each first, as the athlete's own answer.

    Raises ConsentUnavailable without a fresh snapshot: then nothing is applied, and the next turn tries again.
    """
    if site.day() != site.now().date() or not is_due(site):
        return 0
    decisions = list(_decisions(site, site.journal.auto_apply.ever_chose()))
    for one in decisions:
        site.consent.event(OwnSiteUsed(athlete=one.athlete, deed=OwnSiteDeed.ANSWERED))
        site.journal.record(one)
    return len(decisions)


def _decisions(site: ClubSite, chose: list[AthleteId]) -> Iterator[ReviewDecision]:
    if not chose:
        return
    look = look_of(site, Role.COACH, site.vault.athletes())
    for athlete in chose:
        try:
            if Category.READINESS in look.of(athlete) and site.journal.auto_apply.is_on(athlete):
                decision = _decision(site, athlete)
                if decision is not None:
                    yield decision
        except (AthleteErased, UnknownAthlete):
            continue


def _decision(site: ClubSite, athlete: AthleteId) -> ReviewDecision | None:
    day, now = site.day(), site.now()
    if any(one.day == day for one, _ in site.journal.history(athlete, since=day)):
        return None
    one = site.assessment(own_access(site, athlete), athlete, site.context(day))
    has_begun = one.plan.starts is not None and now.time() >= one.plan.starts
    if one.proposal is None or not one.to_decide or has_begun:
        return None
    return applied(one.proposal, now=site.clock())
