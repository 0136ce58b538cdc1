"""Events that organisations report for the log: which kinds each may report, and about whom."""

from collections.abc import Mapping
from typing import Any

from audit.entries.events import EventKind
from consent.errors import InvalidChange, NotAllowed
from consent.ledger import campaigns
from consent.ledger.refunds import close_campaign
from consent.registry import members, orgs
from consent.registry.values import OrgKind
from consent.storage.log_journal import Draft
from consent.storage.transaction import Transaction
from policies.canonical import canonical_bytes
from policies.errors import InvalidInput
from policies.vocabulary import AthleteId, OrgId

MOST_BYTES = 8_192

REPORTABLE: Mapping[OrgKind, frozenset[EventKind]] = {
    OrgKind.LEAGUE: frozenset(
        {
            EventKind.ROUND_AGGREGATED,
            EventKind.MODEL_REGISTERED,
            EventKind.CAMPAIGN_CLOSED,
            EventKind.CAMPAIGN_REFUSED,
            EventKind.SIGNED_IN,
            EventKind.CODE_ISSUED,
            EventKind.NODE_ADDED,
            EventKind.HEARTBEAT,
        }
    ),
    OrgKind.CLUB: frozenset(
        {
            EventKind.CAMPAIGN_APPROVED,
            EventKind.CAMPAIGN_REFUSED,
            EventKind.MODEL_ADOPTED,
            EventKind.INGEST,
            EventKind.PROPOSAL_DECIDED,
            EventKind.ERASED,
            EventKind.SIGNED_IN,
            EventKind.CODE_ISSUED,
            EventKind.PAGE_OPENED,
            EventKind.OPERATOR_LOOK,
            EventKind.PLAN_SET,
            EventKind.HEARTBEAT,
        }
    ),
    OrgKind.GOVERNING_BODY: frozenset({EventKind.HEARTBEAT}),
    OrgKind.UNION: frozenset({EventKind.RULES_LOADED, EventKind.HEARTBEAT}),
}
"""What each kind of organisation may report. Nobody reports decisions, answers or movements of the ledger."""

ABOUT_ATHLETES = frozenset(
    {
        EventKind.INGEST,
        EventKind.PROPOSAL_DECIDED,
        EventKind.ERASED,
        EventKind.OPERATOR_LOOK,
        EventKind.PLAN_SET,
    }
)
"""Which of them may be tied to an athlete; "you signed in" by a club's word would mislead whoever reads it."""


def append(tx: Transaction, org_id: OrgId, kind: EventKind, details: Mapping[str, Any]) -> bytes:
    """Append one event with sealed details; returns the hash of its leaf.

    details: plain JSON of at most 8 KiB. "athlete" ties the entry to an athlete of the reporting club.
    "campaign" in a CAMPAIGN_CLOSED gives every unused reservation of that campaign back.
    """
    org = orgs.get(tx, org_id)
    if kind not in REPORTABLE[org.kind]:
        raise NotAllowed("this kind of event is not for your organisation to report")
    try:
        size = len(canonical_bytes(details))
    except InvalidInput as error:
        raise InvalidChange("expected details as plain JSON") from error
    if size > MOST_BYTES:
        raise InvalidChange(f"expected details of at most {MOST_BYTES} bytes")
    refunds = _close(tx, org_id, details) if kind is EventKind.CAMPAIGN_CLOSED else []
    return tx.append([_draft(tx, org_id, kind, details), *refunds]).entries[0]


def note_refusal(tx: Transaction, org_id: OrgId, what: str) -> None:
    """Append a refusal; `what` names the route, never what was asked about."""
    tx.append([Draft.of_org(EventKind.LOOK_REFUSED, org_id, {"what": what, "allowed": False})])


def _draft(tx: Transaction, org_id: OrgId, kind: EventKind, details: Mapping[str, Any]) -> Draft:
    reported = {"reported": dict(details), "allowed": True}
    athlete = details.get("athlete")
    if athlete is None:
        return Draft.of_org(kind, org_id, reported)
    if kind not in ABOUT_ATHLETES:
        raise NotAllowed("this kind of event is about no athlete")
    row = members.locked(tx, [AthleteId(str(athlete))]).get(AthleteId(str(athlete)))
    if row is None or row.club != org_id:
        raise NotAllowed("expected an athlete of your own club")
    return Draft.about(AthleteId(row.athlete), kind, org_id, reported)


def _close(tx: Transaction, org_id: OrgId, details: Mapping[str, Any]) -> list[Draft]:
    sha256 = str(details.get("campaign", ""))
    if campaigns.get(tx, sha256).manifest.league != org_id:
        raise NotAllowed("expected a campaign of your own league")
    return close_campaign(tx, sha256)
