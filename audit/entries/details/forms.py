"""Every form of details by its name, and the way back from a stored entry into its model."""

import json
from collections.abc import Mapping
from types import MappingProxyType

from pydantic import JsonValue

from audit.entries.details.access import (
    Access,
    AnswerDelivered,
    RouteRefused,
    SnapshotServed,
    SpendRead,
    SquadPageOpened,
    TokensRefused,
)
from audit.entries.details.athletes import (
    AccountFrozen,
    AccountUnfrozen,
    AthleteSignedIn,
    BudgetRefunded,
    BudgetReserved,
    CapLowered,
    CellsChanged,
    MemberEnrolled,
    RecordErased,
    ReleaseDecided,
    ReleaseRequested,
    RoundCommitted,
    SecondClubSet,
)
from audit.entries.details.base import Details, Eight
from audit.entries.details.clubs import (
    AthleteAsked,
    CampaignApproved,
    CampaignRefused,
    ClubPageOpened,
    FilesIngested,
    LeagueJoined,
    LeagueLeft,
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
from audit.entries.details.league import (
    CampaignClosed,
    CampaignOpened,
    Heartbeat,
    LeagueCodeIssued,
    LeaguePageRefused,
    LeagueStaffSignedIn,
    ModelRegistered,
    NodeAdded,
    RoundAggregated,
    RoundAnswered,
    RulesLoaded,
)
from audit.entries.details.organisations import OrganisationRegistered, OrganisationRevoked, SigningKeyChanged
from audit.entries.events import EventKind
from audit.errors import MalformedProof

_ALL: tuple[type[Details], ...] = (
    *(Access, SquadPageOpened, SnapshotServed, SpendRead, RouteRefused, TokensRefused, AnswerDelivered),
    *(CellsChanged, ReleaseDecided, CapLowered, ReleaseRequested),
    *(BudgetReserved, BudgetRefunded, RoundCommitted),
    *(MemberEnrolled, SecondClubSet, RecordErased, AthleteSignedIn, AccountFrozen, AccountUnfrozen),
    *(CampaignApproved, CampaignRefused, ModelJudged, FilesIngested, ProposalAnswered, NodeDataErased),
    *(StaffSignedIn, StaffCodeIssued, ClubPageOpened, OperatorLooked, PlanSet),
    *(LeagueJoined, LeagueLeft, NodeAccessChanged, SquadRefused),
    *(RoundAggregated, ModelRegistered, CampaignOpened, CampaignClosed, NodeAdded),
    *(LeagueStaffSignedIn, LeagueCodeIssued, OrganisationRegistered, RulesLoaded, Heartbeat),
    *(SigningKeyChanged, OrganisationRevoked, LeaguePageRefused, RoundAnswered),
    *(AthleteAsked, OwnSiteUsed, TicketRefused, RecordWritten),
)
FORMS: Mapping[str, type[Details]] = MappingProxyType({form.form: form for form in _ALL})
"""Every form by its name."""


def parse_details(kind: EventKind, form: str, eight: Eight, rest: Mapping[str, JsonValue]) -> Details:
    """Return the details that `Details.eight` and `Details.rest` were made of.

    Raises MalformedProof unless they are exactly what this form writes.
    """
    found = form_of(kind, form)
    details = _read(found, {**rest, **{name: getattr(eight, name) for name in found.opened}})
    opened, written = details.parts()
    if (Eight(**opened), written) != (eight, dict(rest)):
        raise MalformedProof("expected the fields of this form, each in its place")
    return details


def read_details(kind: EventKind, fields: Mapping[str, JsonValue]) -> Details:
    """Return the details whose fields stand in one object beside the name of their form; raises MalformedProof."""
    return _read(form_of(kind, str(fields.get("form"))), fields)


def form_of(kind: EventKind, form: str) -> type[Details]:
    """Return the form of this name; raises MalformedProof if this kind of event has none."""
    found = FORMS.get(form)
    if found is None or found.kind is not kind:
        raise MalformedProof("expected a form of this kind of event")
    return found


def _read(form: type[Details], fields: Mapping[str, JsonValue]) -> Details:
    try:
        return form.model_validate_json(json.dumps({name: fields[name] for name in fields if name != "form"}))
    except (ValueError, TypeError) as error:
        raise MalformedProof("expected the details of this form of event") from error
