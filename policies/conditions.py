"""The closed registry of conditions that a rule may name. A condition looks only at established facts."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from functools import cache
from itertools import product
from types import MappingProxyType

from policies.decision import Facts
from policies.vocabulary import OrgId, Role

Condition = Callable[[Facts], bool]

ROLES_WITH_WIDER_MANDATE = frozenset({Role.NATIONAL_TEAM, Role.GOVERNING_BODY, Role.FL_AGGREGATOR})
"""Roles whose own organisation is, by their nature, not the athlete's club. What they may do is in their allow rows."""


def _is_outside_mandate(facts: Facts) -> bool:
    if facts.tenant == facts.subject_tenant:
        return False
    if facts.is_self and facts.roles == {Role.ATHLETE}:
        return False  # an athlete between clubs, or at the union's portal, still owns their data
    return not (facts.roles and facts.roles <= ROLES_WITH_WIDER_MANDATE)


CONDITIONS: Mapping[str, Condition] = MappingProxyType(
    {
        "always": lambda facts: True,
        "self": lambda facts: facts.is_self,
        "consent": lambda facts: facts.consent,
        "release": lambda facts: facts.release,
        "cohort": lambda facts: facts.cohort_large_enough,
        "outside_mandate": _is_outside_mandate,
        "frozen": lambda facts: facts.account_frozen,
        "minor": lambda facts: facts.is_minor,
        "minor_without_guardian": lambda facts: facts.is_minor and not facts.guardian_agreed,
        "wearable": lambda facts: facts.wearable_lineage,
        "wearable_forbidden": lambda facts: facts.wearable_lineage and facts.agreement_forbids_wearables,
    }
)

PENDING_FACTS: Mapping[str, str] = MappingProxyType(
    {"cohort_large_enough": "squad figure", "guardian_agreed": "guardians"}
)
"""Facts that nothing establishes yet, each with the feature that will. A rule that needs one decides nothing so far."""
BOOLEAN_FACTS = tuple(fact.name for fact in fields(Facts) if fact.type is bool)


@cache
def can_hold(condition: str) -> bool:
    """True if facts that the product can establish make the condition true."""
    return any(CONDITIONS[condition](facts) for facts in _establishable())


def _establishable() -> Iterator[Facts]:
    """Every combination of facts that can be established, for one role with a mandate for its own club alone."""
    here, elsewhere = OrgId("here"), OrgId("elsewhere")
    open_to_both = [name for name in BOOLEAN_FACTS if name not in PENDING_FACTS]
    for tenant, values in product((here, elsewhere), product((False, True), repeat=len(open_to_both))):
        known = dict.fromkeys(PENDING_FACTS, False) | dict(zip(open_to_both, values, strict=True))
        yield Facts(roles=frozenset({Role.COACH}), tenant=tenant, subject_tenant=here, **known)
