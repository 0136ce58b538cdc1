"""The closed registry of conditions that a rule may name. A condition looks only at established facts."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from policies.decision import Facts
from policies.vocabulary import Role

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
