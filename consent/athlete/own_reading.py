"""Whether athletes may read what is recorded about themselves: the rules say so, also while the account is frozen."""

from consent.errors import NotAllowed
from consent.registry import members
from consent.registry.facts import facts_of_self
from consent.storage.transaction import Transaction
from policies.decision import Request
from policies.vocabulary import Action, AthleteId, Category, Granularity, Purpose, worst_sources


def check_own(tx: Transaction, athlete: AthleteId) -> None:
    """Return if the athlete may read the own access history; raises NotFound, or NotAllowed if the rules forbid it."""
    enforcer, category = tx.context.enforcer, Category.ACCESS_LOG
    facts = facts_of_self(members.get(tx, athlete), rules=enforcer.bundle, sources=worst_sources(category))
    if not enforcer.decide(Request(category, Granularity.RAW, Action.READ, Purpose.SELF_INSIGHT, facts)).allowed:
        raise NotAllowed("the rules in force do not let athletes read their own record")
