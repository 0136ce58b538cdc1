"""/v1/campaigns: a league registers, clubs fetch tokens, pay for rounds and note answers, the league sees the spend."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import Field

from chassis.http.limits import MOST_ITEMS
from consent.api.entry import SQUAD, Body, Signed, Store
from consent.api.outcomes import ThisIntent
from consent.ledger.values import IssuedToken
from policies.campaign import MOST_ROUNDS, AnswerNote, SignedManifest
from policies.campaigns.memberships import WHOLE
from policies.vocabulary import AthleteId

router = APIRouter(prefix="/v1/campaigns")

Hash = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
Round = Annotated[int, Path(ge=1, le=MOST_ROUNDS)]


class TokensRequest(Body):
    """The calling club's athletes who may take part."""

    athletes: tuple[Annotated[str, Field(min_length=1, max_length=64)], ...] = Field(max_length=MOST_ITEMS)


class CommitRequest(Body):
    """The tokens whose athletes' data one round will use. again: asked before, and nothing has left since."""

    tokens: tuple[Annotated[str, Field(min_length=1, max_length=128)], ...] = Field(max_length=MOST_ITEMS)
    again: bool = False


@router.post("", status_code=201)
def register(signed: Signed, store: Store) -> dict[str, str]:
    """Register a campaign; doing it again is fine."""
    return {"sha256": store.register_campaign(signed.org.org_id, signed.read(SignedManifest))}


@router.post("/{sha256}/tokens")
def tokens(sha256: Hash, signed: Signed, store: Store, intent: ThisIntent) -> dict[str, Any]:
    """Reserve and issue; asking again gives the same live tokens."""
    wanted = signed.read(TokensRequest)
    signed.spend(max(SQUAD, len(wanted.athletes)))
    issued = store.issue_tokens(signed.org.org_id, sha256, [AthleteId(athlete) for athlete in wanted.athletes])
    intent.recorded(signed.org.org_id, issued.event)
    return {"tokens": [_as_told(token) for token in issued.tokens], "skipped": issued.skipped}


def _as_told(issued: IssuedToken) -> dict[str, Any]:
    """One token; the weight only where it is not a whole athlete's, so that every node reads what it always has."""
    told = {"athlete": issued.athlete, "token": issued.token, "epoch": issued.epoch}
    return told if issued.sixteenths == WHOLE else told | {"sixteenths": issued.sixteenths}


@router.post("/{sha256}/rounds/{round_no}/commit")
def commit(sha256: Hash, round_no: Round, signed: Signed, store: Store, intent: ThisIntent) -> dict[str, Any]:
    """Pay for one round before anything is computed; doing it again spends nothing, and must be said."""
    wanted = signed.read(CommitRequest)
    signed.spend(max(SQUAD, len(wanted.tokens)))
    paid = store.commit_round(signed.org.org_id, sha256, round_no, wanted.tokens, again=wanted.again)
    intent.recorded(signed.org.org_id, paid.event)
    return {"accepted": paid.accepted}


@router.post("/{sha256}/rounds/{round_no}/answer")
def answer(sha256: Hash, round_no: Round, signed: Signed, store: Store) -> dict[str, str]:
    """Note the hash of an answer before it is sent; the same hash again is fine, another one is refused (410)."""
    noted = signed.read(AnswerNote)
    store.note_answer(signed.org.org_id, sha256, round_no, noted.answer)
    return {"answer": noted.answer}


@router.get("/{sha256}/spend")
def spend(sha256: Hash, signed: Signed, store: Store) -> dict[str, Any]:
    """What the campaign has cost an athlete at most."""
    cost = store.campaign_spend(signed.org.org_id, sha256)
    return {
        "epsilon_per_athlete_max": cost.epsilon_per_athlete_max,
        "rho_micro_per_athlete_max": cost.rho_micro_per_athlete_max,
    }
