"""The consent service's answers to a club's node, as they are parsed before anything is done with them."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from policies.campaigns.memberships import WHOLE
from policies.vocabulary import Category

BoundedText = Annotated[str, Field(min_length=1, max_length=200)]


class SoundAnswer(BaseModel):
    """Base of every answer: no other member is taken."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class EnrolledAnswer(SoundAnswer):
    """An athlete is known there."""

    athlete: BoundedText


class NodeSiteAnswer(SoundAnswer):
    """The address of this club's node as it is kept there; empty for none."""

    address: Annotated[str, Field(max_length=300)]


class ErasedAnswer(SoundAnswer):
    """Athletes whose data are erased, there or here."""

    athletes: tuple[BoundedText, ...]


class OneDecision(SoundAnswer):
    """The ruling on one athlete and category."""

    athlete: BoundedText
    category: Category
    allowed: bool
    epoch: int


class DecisionsAnswer(SoundAnswer):
    """Rulings in the order of the questions, and the rules they rest on."""

    policy_hash: str
    results: tuple[OneDecision, ...]


class OneToken(SoundAnswer):
    """One athlete’s contribution token. sixteenths: the athlete's weight in this club's sums, left out where whole."""

    athlete: BoundedText
    token: BoundedText
    epoch: int
    sixteenths: Annotated[int, Field(ge=1, le=WHOLE)] = WHOLE


@dataclass(frozen=True, slots=True)
class ContributionToken:
    """What pays for one athlete's part in a campaign, and the weight of that part in this club's sums."""

    token: str
    sixteenths: int = WHOLE


class TokensAnswer(SoundAnswer):
    """Tokens of the athletes who may take part; how many may not."""

    tokens: tuple[OneToken, ...]
    skipped: int


class AcceptedAnswer(SoundAnswer):
    """Athletes whose data one round may use."""

    accepted: tuple[BoundedText, ...]


class ProposedAnswer(SoundAnswer):
    """What the service took as a proposal."""

    release_id: BoundedText
    sha256: BoundedText
    bytes_sha256: BoundedText


class LeagueAnswer(SoundAnswer):
    """One registered league."""

    league: BoundedText
    name: BoundedText
    joined: AwareDatetime | None


class LeaguesAnswer(SoundAnswer):
    """Every registered league."""

    leagues: tuple[LeagueAnswer, ...]


class LoggedAnswer(SoundAnswer):
    """The leaf hash of an event’s entry."""

    entry: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
