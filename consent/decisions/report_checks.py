"""What a reported event may name: nobody acts in another's name, and what is named exists and concerns who reports it.

One table by the name of the field. A field of a reportable form stands in it, or among those that name nobody and
nothing here; `tests/consent/decisions/test_reported_names.py` finds a form with a field that stands in neither.
"""

from collections.abc import Callable, Mapping

from audit.entries.details.base import Details
from audit.entries.details.clubs import CampaignRefused
from audit.entries.details.codes import LeagueRole
from consent.errors import NotAllowed
from consent.ledger import campaigns
from consent.registry import leagues
from consent.registry.values import Org, OrgKind
from consent.storage.transaction import Transaction
from policies.vocabulary import OrgId, Role

_STAFF = frozenset({Role.COACH, Role.MEDICAL})
ROLES: Mapping[OrgKind, frozenset[str]] = {OrgKind.CLUB: _STAFF, OrgKind.LEAGUE: frozenset(LeagueRole)}
"""The roles of the persons about whom each kind of organisation reports."""

NAMES_NOTHING = frozenset(
    {
        *("person", "proposal", "files", "day", "until", "page", "what", "change"),  # of the organisation itself
        *("adopted", "answer", "reason", "round", "clubs", "deed"),  # closed words and counts
        *("model", "model_id", "fleet_key"),  # a model's name and hash, and a key: the service knows none of them
    }
)


def check_names(tx: Transaction, org: Org, details: Details) -> None:
    """Check whatever the details name.

    Raises NotAllowed for another organisation's name, or a role that this kind of organisation does not have, and
    NotFound, alike for what does not exist and for what is another's. Athletes are checked where the entry is tied to
    them.
    """
    for name in type(details).model_fields:
        if name in CHECKS:
            CHECKS[name](tx, org, details)


def _club(tx: Transaction, org: Org, details: Details) -> None:
    """A club names itself; a league a club of its own, or none for its own operators."""
    club = OrgId(getattr(details, "club"))  # noqa: B009 - a field of some forms only
    if org.kind is not OrgKind.LEAGUE:
        if club != org.org_id:
            raise NotAllowed("expected your own organisation's id")
    elif club:
        leagues.require_club(tx, org.org_id, club)


def _campaign(tx: Transaction, org: Org, details: Details) -> None:
    """A league names its own campaigns, a club those that name it. What a club refuses may never have been registered:
    any hash is taken then, alike whether there is such a campaign or not.
    """
    if isinstance(details, CampaignRefused) and org.kind is OrgKind.CLUB:
        return
    named: str = getattr(details, "manifest", "") or getattr(details, "campaign", "")
    if org.kind is OrgKind.LEAGUE:
        campaigns.of_league(tx, named, org.org_id)
    else:
        campaigns.naming(tx, named, org.org_id)


def _role(_tx: Transaction, org: Org, details: Details) -> None:
    role = getattr(details, "role")  # noqa: B009 - a field of some forms only
    if role not in ROLES.get(org.kind, frozenset()):
        raise NotAllowed("expected a role that people of your organisation have")
    if not isinstance(role, LeagueRole) or "club" not in type(details).model_fields:
        return
    if (role is LeagueRole.FRONT_OFFICE) != bool(getattr(details, "club", "")):
        raise NotAllowed("expected a club with a front office, and none with an operator")


def _rules(tx: Transaction, _org: Org, details: Details) -> None:
    rules = tx.context.enforcer
    if (getattr(details, "pack", ""), getattr(details, "policy_hash", "")) != (rules.bundle.pack, rules.policy_hash):
        raise NotAllowed("expected the rules in force")


def _athlete(_tx: Transaction, _org: Org, _details: Details) -> None:
    """Checked under the athlete's lock, with the entry: `reported_events` ties it to athletes of the own club alone."""


CHECKS: Mapping[str, Callable[[Transaction, Org, Details], None]] = {
    "club": _club,
    "manifest": _campaign,
    "campaign": _campaign,
    "role": _role,
    "pack": _rules,
    "policy_hash": _rules,
    "athlete": _athlete,
}
