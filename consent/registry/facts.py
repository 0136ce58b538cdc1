"""The facts of a question, established from what is stored: the one place that builds them for a decision."""

from collections.abc import Set

from consent.registry.values import Member
from policies.decision import Facts
from policies.grant import Recipient
from policies.loader import Bundle
from policies.vocabulary import Lineage, OrgId, Role

NO_CLUB = OrgId("nobody")
"""The organisation of whoever is not enrolled here."""


def facts_about(
    subject: Member | None, asker: Recipient, *, rules: Bundle, sources: Set[Lineage], consent: bool, release: bool
) -> Facts:
    """Return the facts where an organisation asks about one athlete; None stands for whoever is not enrolled.

    sources: where what is asked for may come from. consent, release: whether a live grant or release covers it.
    """
    return Facts(
        roles=frozenset({asker.role}),
        tenant=asker.org,
        subject_tenant=_club_of(subject, asker.org),
        is_self=False,
        consent=consent,
        release=release,
        cohort_large_enough=False,
        wearable_lineage=Lineage.WEARABLE in sources,
        agreement_forbids_wearables=rules.forbids_wearables,
        account_frozen=subject is not None and subject.is_frozen,
        is_minor=subject is not None and subject.is_minor,
        guardian_agreed=False,
    )


def _club_of(subject: Member | None, asker: OrgId) -> OrgId:
    """The club that the question is of: the asker itself where the athlete is there, also as the second club."""
    if subject is None:
        return NO_CLUB
    return asker if subject.is_at(asker) else subject.club


def facts_of_self(member: Member, *, rules: Bundle, sources: Set[Lineage]) -> Facts:
    """Return the facts where an athlete asks about, or decides on, the own data."""
    return Facts(
        roles=frozenset({Role.ATHLETE}),
        tenant=member.club,
        subject_tenant=member.club,
        is_self=True,
        consent=False,
        release=False,
        cohort_large_enough=False,
        wearable_lineage=Lineage.WEARABLE in sources,
        agreement_forbids_wearables=rules.forbids_wearables,
        account_frozen=member.is_frozen,
        is_minor=member.is_minor,
        guardian_agreed=False,
    )
