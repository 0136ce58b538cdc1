"""POST /v1/decisions and GET /v1/snapshot: what a club's people and its node may use, decided and logged first."""

from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field, field_validator

from chassis.http.limits import MOST_ITEMS
from chassis.names import DisplayName
from consent.api.entry import Body, Signed, SignedRequest, Store
from consent.api.outcomes import ThisIntent, intent_of
from consent.api.shared_acts import MOST_TOGETHER, SharedActs
from consent.api.signed_route import SignedRoute
from consent.decisions.values import Actor, DecisionCall, DecisionItem
from consent.operations.figures import ConsentFigures
from policies.vocabulary import Action, AthleteId, Category, Granularity, OrgId, Purpose, Role

router = APIRouter(prefix="/v1")


class ActorBody(Body):
    """The person who asks."""

    person: DisplayName
    role: Role


class ItemBody(Body):
    """One asked item; any text may stand for an athlete, and what is not ours is refused like the rest.

    without_wearables: the club computed it from other sources alone, and answers for that (readiness, training load).
    """

    athlete: str = Field(min_length=1, max_length=64)
    category: Category
    granularity: str = Field(max_length=10)
    without_wearables: bool = False

    @field_validator("granularity")
    @classmethod
    def _known(cls, word: str) -> str:
        try:
            Granularity.from_word(word)
        except KeyError as error:
            raise ValueError("expected a granularity") from error
        return word


class DecisionsRequest(Body):
    """A batch of items that one person wants for one purpose."""

    actor: ActorBody
    action: Action
    purpose: Purpose
    items: tuple[ItemBody, ...] = Field(min_length=1, max_length=MOST_ITEMS)


async def decide(request: Request, signed: SignedRequest) -> Response:
    """Decide every item; the answers come in the order of the items.

    A long list is decided in several acts, so that whoever withdraws meanwhile waits for a short one.
    """
    acts: SharedActs = request.app.state.acts
    figures: ConsentFigures = request.app.state.figures
    wanted = await signed.read_beside(DecisionsRequest)
    signed.spend(len(wanted.items))
    results: list[dict[str, Any]] = []
    policy_hash = ""
    for call in _calls(signed.org.org_id, wanted):
        answer = await acts.decide(call)
        intent_of(request).recorded(signed.org.org_id, answer.event)
        figures.decisions.add(by=len(answer.results))
        policy_hash = answer.policy_hash
        results += [
            {"athlete": r.athlete, "category": r.category.value, "allowed": r.allowed, "epoch": r.epoch}
            for r in answer.results
        ]
    return JSONResponse({"policy_hash": policy_hash, "results": results})


router.routes.append(SignedRoute(f"{router.prefix}/decisions", decide, method="POST"))


def _calls(club: OrgId, wanted: DecisionsRequest) -> Iterator[DecisionCall]:
    actor = Actor(wanted.actor.person, wanted.actor.role)
    items = tuple(
        DecisionItem(AthleteId(i.athlete), i.category, Granularity.from_word(i.granularity), i.without_wearables)
        for i in wanted.items
    )
    for first in range(0, len(items), MOST_TOGETHER):
        yield DecisionCall(club, actor, wanted.action, wanted.purpose, items[first : first + MOST_TOGETHER])


@router.get("/snapshot")
def snapshot(signed: Signed, store: Store, intent: ThisIntent) -> Response:
    """The signed consent snapshot of the calling club."""
    answer = store.snapshot(signed.org.org_id)
    intent.recorded(signed.org.org_id, answer.event)
    return Response(answer.signed, media_type="application/json")
