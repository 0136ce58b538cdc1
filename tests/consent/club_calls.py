"""What a club asks of the decision point, by the one transaction that carries out the calls of its interface."""

from collections.abc import Sequence

from consent.decisions.together import answer_of
from consent.decisions.values import Actor, DecisionAnswer, DecisionCall, DecisionItem
from consent.store import ConsentStore
from policies.vocabulary import Action, OrgId, Purpose


def decided(
    store: ConsentStore, club: OrgId, actor: Actor, *, action: Action, purpose: Purpose, items: Sequence[DecisionItem]
) -> DecisionAnswer:
    """Decide each item for a club's coach or medic, or raise why there is no answer."""
    return answer_of(store.together([DecisionCall(club, actor, action, purpose, tuple(items))])[0])
