"""Registering campaigns that two organisations signed, and what the dearest athlete has spent in one."""

from datetime import datetime

from sqlmodel import col, func, select

from audit.entries.details.access import SpendRead
from audit.entries.details.league import CampaignOpened
from chassis.remote_time import LEAST_LIFE
from consent.errors import Conflict, NotAllowed
from consent.ledger import campaigns
from consent.ledger.ledger import Movement
from consent.ledger.refunds import refund_expired
from consent.ledger.values import CampaignSpend
from consent.registry import leagues, org_keys, orgs
from consent.registry.values import OrgKind
from consent.storage.log_journal import Draft
from consent.storage.rows import CampaignRow, LedgerRow
from consent.storage.transaction import Transaction
from policies.budget import CAMPAIGN_CAP, campaign_cost, epsilon_of_campaign, rounded_up
from policies.campaign import CampaignManifest, SignedManifest
from policies.campaigns.season_line import season_line
from policies.campaigns.season_windows import window, window_problem
from policies.campaigns.signatures import CampaignSigners, NotCosigned
from policies.signing import VerifyKey
from policies.vocabulary import Granularity, OrgId, Purpose, Role


def register(tx: Transaction, league: OrgId, signed: SignedManifest) -> str:
    """Register a campaign; idempotent.

    Raises NotAllowed for what the league may not open, NotFound for a club that is not one of its own, and Conflict if
    too little of its time is left.
    """
    org, manifest = orgs.require(tx, league, OrgKind.LEAGUE), signed.manifest
    if manifest.league != league:
        raise NotAllowed("expected a campaign of your own league")
    try:
        signers(tx, org.org_id).check(signed)
    except NotCosigned as error:
        raise NotAllowed(str(error)) from error
    if tx.session.get(CampaignRow, manifest.sha256) is not None:
        tx.without_entry("registered already")
        return manifest.sha256
    _check(tx, manifest)
    refunds = refund_expired(tx)
    row = CampaignRow(
        sha256=manifest.sha256,
        league=league,
        line=season_line(manifest),
        manifest=signed.model_dump_json(),
        registered=tx.now,
        expires=manifest.expires,
        is_closed=False,
    )
    tx.session.add(row)
    opened = CampaignOpened(campaign=manifest.sha256, campaign_id=manifest.campaign_id)
    tx.append([Draft.of_org(league, opened), *refunds])
    return manifest.sha256


def signers(tx: Transaction, league: OrgId) -> CampaignSigners:
    """Return whose signatures a campaign of this league needs: its own, and the union's or a governing body's."""
    bodies = [one.org_id for one in orgs.every(tx) if one.kind is OrgKind.GOVERNING_BODY]
    seconds: dict[str, list[VerifyKey]] = {body: org_keys.all_counting(tx, body) for body in bodies}
    seconds[tx.union] = [tx.context.keys.service.verify_key]
    return CampaignSigners(org_keys.all_counting(tx, league), seconds)


def check_before_signing(tx: Transaction, signed: SignedManifest) -> CampaignManifest:
    """Return the manifest if the union may sign it: its league's, and within what one may ask and cost.

    Raises NotAllowed, NotFound or Conflict as `register` would.
    """
    league = OrgId(signed.manifest.league)
    orgs.require(tx, league, OrgKind.LEAGUE)
    own = [one for one in signed.signatures if one.organisation == league]
    keys, message = org_keys.all_counting(tx, league), signed.manifest.canonical()
    if not any(one.is_by(keys, message) for one in own):
        raise NotAllowed("expected a campaign signed by its league, which `homefield-server campaign sign` does first")
    _check(tx, signed.manifest)
    return signed.manifest


def spend(tx: Transaction, league: OrgId, sha256: str) -> CampaignSpend:
    """Return the dearest athlete's spend; every athlete pays the same per round, so this tells rounds, not people."""
    orgs.require(tx, league, OrgKind.LEAGUE)
    campaign = campaigns.of_league(tx, sha256, league)
    sums = (
        select(func.sum(LedgerRow.micro_rho))
        .where(col(LedgerRow.campaign) == sha256, col(LedgerRow.movement) == Movement.COMMIT.value)
        .group_by(col(LedgerRow.athlete))
    )
    dearest = max((int(value) for value in tx.session.exec(sums).all()), default=0)
    # Rounded up to whole athletes' rounds: what is paid for a part would tell that all who take part are of two clubs.
    rounds = -(-dearest // campaign.rho_per_round)
    epsilon = rounded_up(epsilon_of_campaign(campaign.manifest, rounds=rounds))
    tx.append([Draft.of_org(league, SpendRead(campaign=sha256))])
    return CampaignSpend(epsilon, rounds * campaign.rho_per_round)


def _check_time(now: datetime, manifest: CampaignManifest) -> None:
    """Raise Conflict unless what is issued for the campaign can live long enough, by any clock that is tolerated.

    A season is registered while its first exchange is open.
    """
    _, ends = window(manifest, 1)
    if now < ends and ends - max(now, manifest.opens) >= LEAST_LIFE:
        return
    problem = campaigns.time_problem(manifest, now) or window_problem(manifest, 1, now)
    raise Conflict(problem or f"expected a campaign that is open for at least {LEAST_LIFE.total_seconds():.0f} s more")


def _check(tx: Transaction, manifest: CampaignManifest) -> None:
    _check_time(tx.now, manifest)
    if manifest.purpose is not Purpose.FL_TRAINING:
        raise NotAllowed("expected a campaign for league learning")
    if campaign_cost(manifest.noise_multiplier, manifest.rounds) > CAMPAIGN_CAP:
        raise NotAllowed("expected a campaign within the most that one may cost an athlete")
    for category in manifest.categories:
        if tx.context.enforcer.ceiling(Role.FL_AGGREGATOR, category, manifest.purpose) is Granularity.NONE:
            raise NotAllowed("a rule forbids league learning from one of these categories")
    for club in manifest.clubs:
        leagues.require_club(tx, OrgId(manifest.league), OrgId(club))
