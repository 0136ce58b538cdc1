"""An organisation is cut off: no key of its own counts any more, and what it had begun ends with that.

What its athletes granted and approved stays theirs to stop, and stands still: nobody can ask for it without a key,
and to a league a club without one is like a club that does not exist. Whoever is concerned finds it in their own list.
"""

from collections.abc import Sequence

from sqlmodel import col, select

from audit.entries.details.codes import OrganisationType
from audit.entries.details.organisations import OrganisationRevoked
from consent.errors import Conflict, NotAllowed
from consent.ledger.refunds import close_campaign, close_for_club
from consent.registry import leagues, members, org_keys, orgs
from consent.registry.values import OrgKind
from consent.releases.releases import expire_requests
from consent.storage.log_journal import Draft
from consent.storage.rows import CampaignRow, OrgRow
from consent.storage.transaction import Transaction
from policies.vocabulary import AthleteId, OrgId


def revoke(tx: Transaction, org: OrgId) -> int:
    """End every key of an organisation at once; returns how many athletes are told.

    Raises NotFound, NotAllowed for the union, or Conflict if no key of it counts.
    """
    row = tx.session.get(OrgRow, org)
    if row is None:
        raise orgs.not_registered(org)
    if row.kind == OrgKind.UNION.value:
        raise NotAllowed("expected another organisation; the union signs with the service's own key")
    clubs = _clubs(tx, row)
    athletes = [AthleteId(member.athlete) for club in clubs for member in members.locked_at(tx, club)]
    if not org_keys.end_all(tx, row):
        raise Conflict("expected an organisation with a key that counts; nothing was changed")
    refunds = _end_what_it_began(tx, row)
    details = OrganisationRevoked(revoked=org, organisation_type=OrganisationType(row.kind))
    told = [Draft.about(athlete, org, details) for athlete in athletes] or [Draft.of_org(org, details)]
    tx.append([*told, *refunds])
    return len(athletes)


def _clubs(tx: Transaction, row: OrgRow) -> Sequence[OrgId]:
    """The clubs whose athletes are concerned: itself, or those that have joined the league."""
    if row.kind == OrgKind.CLUB.value:
        return [OrgId(row.org_id)]
    return leagues.clubs_of(tx, OrgId(row.org_id)) if row.kind == OrgKind.LEAGUE.value else []


def _end_what_it_began(tx: Transaction, row: OrgRow) -> list[Draft]:
    """Close its part in campaigns, and requests that nobody has answered; returns the entries of refunds."""
    org = OrgId(row.org_id)
    if row.kind == OrgKind.CLUB.value:
        expire_requests(tx, org)
        return [draft for league in sorted(leagues.joined_by(tx, org)) for draft in close_for_club(tx, org, league)]
    query = select(CampaignRow).where(col(CampaignRow.league) == org, col(CampaignRow.is_closed).is_(False))
    rows = tx.session.exec(query.order_by(col(CampaignRow.sha256))).all()
    return [draft for campaign in rows for draft in close_campaign(tx, campaign.sha256)]
