"""The filter above the list of entries: what was asked for, and which entries it selects."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from audit.events import Entry, EventKind
from audit.web.words import long_date

K = EventKind
GROUPS: Mapping[str, tuple[str, frozenset[EventKind]]] = {
    "looks": ("Looks", frozenset({K.LOOK_ALLOWED, K.LOOK_REFUSED})),
    "looks_allowed": ("Looks allowed", frozenset({K.LOOK_ALLOWED})),
    "looks_refused": ("Looks refused", frozenset({K.LOOK_REFUSED})),
    "consent": ("Consent decisions", frozenset({K.CONSENT_DECISION})),
    "releases": ("Index releases", frozenset({K.RELEASE_PROPOSED, K.RELEASE_ANSWERED})),
    "budget": ("Privacy budget", frozenset({K.BUDGET_RESERVED, K.BUDGET_REFUNDED, K.ROUND_COMMITTED})),
    "campaigns": (
        "Campaigns",
        frozenset({K.CAMPAIGN_OPENED, K.CAMPAIGN_APPROVED, K.CAMPAIGN_CLOSED, K.CAMPAIGN_REFUSED, K.ROUND_AGGREGATED}),
    ),
    "models": ("Models", frozenset({K.MODEL_REGISTERED, K.MODEL_ADOPTED})),
    "rules": ("Rules", frozenset({K.RULES_LOADED})),
    "members": ("Members and organisations", frozenset({K.MEMBER_ENROLLED, K.ORG_REGISTERED, K.SIGNED_IN})),
    "clubs": ("Work inside clubs", frozenset({K.INGEST, K.PROPOSAL_DECIDED})),
    "erased": ("Erasures", frozenset({K.ERASED})),
    "heartbeat": ("Heartbeats", frozenset({K.HEARTBEAT})),
}
FIELDS = ("kind", "org", "from", "to", "rules")
"""Names in the page address."""
_RULES = re.compile("[0-9a-f]{0,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to put right in a form: the field's id, and the sentence."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries to show; empty fields select everything."""

    kind: str = ""
    org: str = ""
    start: date | None = None
    end: date | None = None
    rules: str = ""

    def selects(self, entry: Entry) -> bool:
        """Return whether an entry passes every part of the filter."""
        return (
            (not self.kind or entry.kind in _kinds(self.kind))
            and (not self.org or entry.org == self.org)
            and (self.start is None or entry.day >= self.start)
            and (self.end is None or entry.day <= self.end)
            and entry.policy_hash.startswith(self.rules)
        )


def parse_filter(query: Mapping[str, str], orgs: Sequence[str]) -> tuple[Filter, list[Problem]]:
    """Read a filter from a page address; what cannot be read is left empty and named in a problem."""
    problems: list[Problem] = []
    kind, org = query.get("kind", ""), query.get("org", "")
    if kind and not _kinds(kind):
        problems.append(Problem("kind", "Choose a kind from the list."))
        kind = ""
    if org and org not in orgs:
        problems.append(Problem("org", "Choose an organisation from the list."))
        org = ""
    start, end = _day(query, "from", problems), _day(query, "to", problems)
    if start and end and start > end:
        problems.append(Problem("to", f"“To” is {long_date(end)}, which is earlier than {long_date(start)}."))
    rules = query.get("rules", "").strip().lower()
    if not _RULES.fullmatch(rules):
        problems.append(Problem("rules", "Rules start with digits and the letters a to f, for example 7f3a9c."))
        rules = ""
    return Filter(kind, org, start, end, rules), problems


def _kinds(kind: str) -> frozenset[EventKind]:
    if kind in GROUPS:
        return GROUPS[kind][1]
    return frozenset({EventKind(kind)}) if kind in set(EventKind) else frozenset()


def _day(query: Mapping[str, str], name: str, problems: list[Problem]) -> date | None:
    text = query.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        problems.append(Problem(name, f"“{name.capitalize()}” needs a date such as 2026-11-24."))
        return None
