"""Whether an athlete takes part in a campaign now: a live grant for every category of it, and the rules agree."""

from collections.abc import Mapping

from consent.grants.active import is_covered
from consent.registry.facts import facts_about
from consent.registry.values import Member
from consent.storage.transaction import Transaction
from policies.campaign import CampaignManifest
from policies.decision import Request
from policies.grant import Cell, Grant, Recipient
from policies.vocabulary import Action, Category, Granularity, OrgId, Role, worst_sources


def takes_part(tx: Transaction, member: Member, manifest: CampaignManifest, grants: Mapping[Cell, Grant]) -> bool:
    """True only if every category of the manifest is granted to the league's learning and no rule forbids it."""
    return all(_is_allowed(tx, member, manifest, category, grants) for category in manifest.categories)


def _is_allowed(
    tx: Transaction, member: Member, manifest: CampaignManifest, category: Category, grants: Mapping[Cell, Grant]
) -> bool:
    recipient = Recipient(OrgId(manifest.league), Role.FL_AGGREGATOR)
    cell = Cell(member.athlete, category, manifest.purpose, recipient)
    facts = facts_about(
        member,
        recipient,
        rules=tx.context.enforcer.bundle,
        sources=worst_sources(category),
        consent=is_covered(grants, cell, tx=tx, granularity=Granularity.COHORT),
        release=False,
    )
    request = Request(category, Granularity.COHORT, Action.TRAIN, manifest.purpose, facts)
    return tx.context.enforcer.decide(request).allowed
