"""Events that organisations report for the log: which forms each may report, and about whom."""

import json
from collections.abc import Mapping

from pydantic import JsonValue, ValidationError

from audit.entries.details.access import RouteRefused
from audit.entries.details.base import Details
from audit.entries.details.clubs import (
    AthleteAsked,
    CampaignApproved,
    CampaignRefused,
    ClubPageOpened,
    FilesIngested,
    ModelJudged,
    NodeAccessChanged,
    NodeDataErased,
    OperatorLooked,
    OwnSiteUsed,
    PlanSet,
    ProposalAnswered,
    RecordWritten,
    SquadRefused,
    StaffCodeIssued,
    StaffSignedIn,
    TicketRefused,
)
from audit.entries.details.codes import CampaignRefusal
from audit.entries.details.league import (
    CampaignClosed,
    Heartbeat,
    LeagueCodeIssued,
    LeaguePageRefused,
    LeagueStaffSignedIn,
    ModelRegistered,
    NodeAdded,
    RoundAggregated,
    RulesLoaded,
)
from audit.entries.events import EventKind
from consent.decisions.report_checks import check_names
from consent.errors import InvalidChange, NotAllowed
from consent.ledger import campaigns
from consent.ledger.refunds import close_campaign, close_turned_down
from consent.registry import erasures, members, orgs
from consent.registry.values import Org, OrgKind
from consent.storage.log_journal import Draft
from consent.storage.transaction import Transaction
from policies.vocabulary import AthleteId, OrgId

_REPORTED: Mapping[OrgKind, tuple[type[Details], ...]] = {
    OrgKind.LEAGUE: (
        *(RoundAggregated, ModelRegistered, CampaignClosed, CampaignRefused),
        *(LeagueStaffSignedIn, LeagueCodeIssued, LeaguePageRefused, NodeAdded, Heartbeat),
    ),
    OrgKind.CLUB: (
        *(CampaignApproved, CampaignRefused, ModelJudged, FilesIngested, ProposalAnswered, NodeDataErased),
        *(StaffSignedIn, StaffCodeIssued, ClubPageOpened, OperatorLooked, PlanSet, Heartbeat),
        *(NodeAccessChanged, SquadRefused, AthleteAsked, OwnSiteUsed, TicketRefused, RecordWritten),
    ),
    OrgKind.GOVERNING_BODY: (Heartbeat,),
    OrgKind.UNION: (RulesLoaded, Heartbeat),
}
REPORTABLE: Mapping[OrgKind, Mapping[EventKind, type[Details]]] = {
    org: {form.kind: form for form in forms} for org, forms in _REPORTED.items()
}
"""What each kind of organisation may report, and in which form. Nobody reports decisions, answers or the ledger."""

TURNED_DOWN = frozenset({CampaignRefusal.REJECTED, CampaignRefusal.REVOKED})
"""Refusals by which a club ends its part in a campaign for good."""

ABOUT_ATHLETES = frozenset(
    form.kind for forms in _REPORTED.values() for form in forms if "athlete" in form.model_fields
)
"""Which of them may be tied to an athlete; "you signed in" by a club's word would mislead whoever reads it."""


def read_report(org: OrgKind, kind: EventKind, fields: Mapping[str, JsonValue]) -> Details:
    """Return the details that an organisation reports.

    Raises NotAllowed for a kind that is not for it to report, or not about an athlete, and InvalidChange, which names
    the field and never its content, for anything but the fields of that form.
    """
    form = REPORTABLE[org].get(kind)
    if form is None:
        raise NotAllowed("this kind of event is not for your organisation to report")
    if "athlete" in fields and kind not in ABOUT_ATHLETES:
        raise NotAllowed("this kind of event is about no athlete")
    try:
        return form.model_validate_json(json.dumps(dict(fields)))
    except ValidationError as error:
        raise InvalidChange(f"{_named(form, error)} not as expected for this kind of event") from error


def append(tx: Transaction, org_id: OrgId, details: Details) -> bytes:
    """Append one event with sealed details; returns the hash of its leaf.

    Details that name an athlete tie the entry to that athlete of the reporting club. A closed campaign gives every
    unused reservation back, one that a club turns down those of its athletes. Whatever the details name is checked: see
    `report_checks`.
    """
    org = orgs.get(tx, org_id)
    if REPORTABLE[org.kind].get(details.kind) is not type(details):
        raise NotAllowed("this kind of event is not for your organisation to report")
    check_names(tx, org, details)
    if isinstance(details, NodeDataErased):
        draft = _draft(tx, org_id, details)  # refuses an athlete of another club
        erasures.note_at_node(tx, AthleteId(details.athlete), org_id)
        return tx.append([draft]).entries[0]
    return tx.append([_draft(tx, org_id, details), *_refunds(tx, org, details)]).entries[0]


def note_refusal(tx: Transaction, org_id: OrgId, route: str) -> None:
    """Append a refusal; `route` names the route, never what was asked about."""
    tx.append([Draft.of_org(org_id, RouteRefused(route=route))])


def _named(form: type[Details], error: ValidationError) -> str:
    """The field that is wrong; one that the form does not have is not repeated."""
    field = str((error.errors(include_url=False, include_input=False)[0]["loc"] or ("",))[0])
    return f"details.{field} is" if field in form.model_fields else "a field of details is"


def _draft(tx: Transaction, org_id: OrgId, details: Details) -> Draft:
    if details.subject is None:
        return Draft.of_org(org_id, details)
    athlete = AthleteId(details.subject)
    row = members.locked(tx, [athlete]).get(athlete)
    if row is None or not members.member_of(row, tx.now).is_at(org_id):
        raise NotAllowed("expected an athlete of your own club")
    return Draft.about(athlete, org_id, details)


def _refunds(tx: Transaction, org: Org, details: Details) -> list[Draft]:
    if isinstance(details, CampaignClosed):
        return close_campaign(tx, campaigns.of_league(tx, details.campaign, org.org_id).sha256)
    if isinstance(details, CampaignRefused) and org.kind is OrgKind.CLUB and details.reason in TURNED_DOWN:
        return close_turned_down(tx, org.org_id, details.manifest)
    return []
