"""Which entries to show or to take away: one filter for the program and the auditor's pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from audit.entries.events import EventKind

K = EventKind
GROUPS: Mapping[str, tuple[str, frozenset[EventKind]]] = {
    "looks": ("Looks", frozenset({K.ACCESS, K.LOOK_ALLOWED, K.LOOK_REFUSED})),
    "accesses": ("Accesses to athletes’ data", frozenset({K.ACCESS})),
    "looks_allowed": ("Looks allowed", frozenset({K.LOOK_ALLOWED})),
    "looks_refused": ("Looks refused", frozenset({K.LOOK_REFUSED})),
    "consent": ("Consent decisions", frozenset({K.CONSENT_DECISION})),
    "releases": ("Index releases", frozenset({K.RELEASE_PROPOSED, K.RELEASE_ANSWERED})),
    "budget": ("Privacy budget", frozenset({K.BUDGET_RESERVED, K.BUDGET_REFUNDED, K.ROUND_COMMITTED})),
    "campaigns": (
        "Campaigns",
        frozenset(
            {
                *(K.CAMPAIGN_OPENED, K.CAMPAIGN_APPROVED, K.CAMPAIGN_CLOSED, K.CAMPAIGN_REFUSED),
                *(K.ROUND_ANSWERED, K.ROUND_AGGREGATED),
            }
        ),
    ),
    "models": ("Models", frozenset({K.MODEL_REGISTERED, K.MODEL_ADOPTED})),
    "rules": ("Rules", frozenset({K.RULES_LOADED})),
    "members": (
        "Members and organisations",
        frozenset(
            {
                *(K.MEMBER_ENROLLED, K.ORG_REGISTERED, K.LEAGUE_JOINED, K.LEAGUE_LEFT),
                *(K.ORG_KEY_CHANGED, K.ORG_REVOKED, K.NODE_ADDED, K.CODE_ISSUED, K.SIGNED_IN),
            }
        ),
    ),
    "clubs": (
        "Work inside clubs",
        frozenset(
            {
                *(K.INGEST, K.PROPOSAL_DECIDED, K.ATHLETE_ASKED, K.PAGE_OPENED, K.OPERATOR_LOOK, K.PLAN_SET),
                *(K.NODE_ACCESS_CHANGED, K.OWN_SITE, K.TICKET_REFUSED, K.RECORD_WRITTEN),
            }
        ),
    ),
    "outcomes": ("Outcomes", frozenset({K.ANSWER_SENT})),
    "erased": ("Erasures", frozenset({K.ERASED})),
    "heartbeat": ("Heartbeats", frozenset({K.HEARTBEAT})),
}
"""Groups of kinds by the name they have in an address or on a command line, each with its label."""


SEALED_DENIALS = (
    "Denied accesses to athletes’ data are not among these: they are entries of the kind access, as granted ones are."
)


class HasFields(Protocol):
    """What a filter looks at: the public fields of an entry."""

    @property
    def kind(self) -> EventKind:
        """What kind of event it is about."""

    @property
    def org(self) -> str:
        """The organisation's organisation pseudonym."""

    @property
    def day(self) -> date:
        """The day."""

    @property
    def policy_hash(self) -> str:
        """The rules in force, up to 64 hexadecimal digits."""


def kinds_of(name: str) -> frozenset[EventKind]:
    """Return the kinds that a group's or a kind's own name stands for; none if the log knows no such name."""
    if name in GROUPS:
        return GROUPS[name][1]
    return frozenset({EventKind(name)}) if name in set(EventKind) else frozenset()


def leaves_out_denials(name: str) -> bool:
    """Return whether these kinds are of refusals and leave out the accesses, some of which were denied."""
    kinds = kinds_of(name)
    return K.LOOK_REFUSED in kinds and K.ACCESS not in kinds


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries are wanted; empty fields select everything.

    kind: a kind or a group of them. start, end: first and last day. rules: first digits of the rules' hash.
    """

    kind: str = ""
    org: str = ""
    start: date | None = None
    end: date | None = None
    rules: str = ""

    def selects(self, fields: HasFields) -> bool:
        """Return whether an entry with these public fields passes every part of the filter."""
        return (
            self.wants_kind(fields.kind)
            and self.wants_org(fields.org)
            and self.wants_day(fields.day)
            and self.wants_rules(fields.policy_hash)
        )

    def wants_kind(self, kind: EventKind) -> bool:
        """Return whether entries of this kind are wanted."""
        return not self.kind or kind in kinds_of(self.kind)

    def wants_org(self, org: str) -> bool:
        """Return whether entries of this organisation are wanted."""
        return not self.org or org == self.org

    def wants_day(self, day: date) -> bool:
        """Return whether entries of this day are wanted."""
        return (self.start is None or day >= self.start) and (self.end is None or day <= self.end)

    def wants_rules(self, policy_hash: str) -> bool:
        """Return whether entries under these rules are wanted."""
        return policy_hash.startswith(self.rules)
