"""The reference evaluator: what the rules mean, in a few lines of plain Python.

It shares no matching code with Casbin. Where the two disagree the answer is deny (policies/enforcer.py).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from policies.conditions import CONDITIONS
from policies.decision import Request
from policies.loader import DEFAULT_RULE_ID, Effect, Rule


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether the rules allow a request, and which rule settles it (the default rule where none matches)."""

    allowed: bool
    rule_id: str


def evaluate(rules: Iterable[Rule], request: Request) -> Explanation:
    """Return the meaning of `rules` for `request`: the first matching deny, else the first allow, else deny."""
    allowing = None
    for rule in rules:
        if not matches(rule, request):
            continue
        if rule.effect is Effect.DENY:
            return Explanation(allowed=False, rule_id=rule.rule_id)
        allowing = allowing or rule
    if allowing is None:
        return Explanation(allowed=False, rule_id=DEFAULT_RULE_ID)
    return Explanation(allowed=True, rule_id=allowing.rule_id)


def matches(rule: Rule, request: Request) -> bool:
    """True if every part of the request is among the rule's words and its condition holds."""
    return (  # what most rules differ in comes first
        request.purpose in rule.purposes
        and request.category in rule.categories
        and (rule.any_role or not rule.roles.isdisjoint(request.facts.roles))
        and request.granularity in rule.granularities
        and request.action in rule.actions
        and CONDITIONS[rule.condition](request.facts)
    )
