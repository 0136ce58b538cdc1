"""Planning a campaign: from what the operator asks for to the manifest that two organisations sign."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from models.errors import ModelError
from models.masks.masked_round import masked
from models.training.recipes import (
    Recipe,
    check_large_enough,
    exchange_recipe,
    manifest_from,
    rounds_recipe,
    season_recipe,
)
from policies.budget import CAMPAIGN_CAP, CAMPAIGN_EPSILON, campaign_cost, delta_for, epsilon_of_campaign, rounded_up
from policies.campaign import CampaignManifest
from policies.campaigns.season_cost import season_cost
from policies.campaigns.season_line import SEASON
from policies.errors import InvalidInput
from policies.vocabulary import OrgId
from server.errors import BadCoordinatorSettings, UnknownClub

CLOCK_MARGIN = timedelta(minutes=1)  # clubs' clocks differ from ours


@dataclass(frozen=True, slots=True)
class Terms:
    """What the operator decides beside the model's recipe; None leaves the recipe's value.

    public_athletes: the number N that sums are divided by; one that everybody may know, such as squad lists. rounds:
    None for one exchange. sigma: noise multiplier; with `epsilon` instead, the least noise that keeps it over all
    rounds, or over each exchange of a season. clip_norm, learning_rate and momentum are for rounds alone. exchanges,
    every_days: of a season, each exchange open as long as `open_for`. masks: whether the league is to see the sum over
    clubs alone.
    """

    model: str
    public_athletes: int
    rounds: int | None = None
    sigma: float | None = None
    epsilon: float | None = None
    clip_norm: float | None = None
    learning_rate: float | None = None
    momentum: float | None = None
    open_for: timedelta = timedelta(days=28)
    exchanges: int = 1
    every_days: int | None = None
    masks: bool = False


def plan_campaign(
    terms: Terms, *, campaign_id: str, league: OrgId, clubs: Mapping[str, str], now: datetime
) -> CampaignManifest:
    """Return the manifest of a new campaign, which nobody has signed yet.

    clubs: club to public key line of its node. Every club adds the whole noise (h = 1), under masks too.
    Raises BadCoordinatorSettings for terms that no node or ledger would accept, UnknownClub if there is no club.
    """
    if not clubs:
        raise UnknownClub("there is no club in this campaign; enrol nodes with `homefield-server node add`")
    try:
        manifest = _manifest(terms, campaign_id=campaign_id, league=league, clubs=clubs, now=now)
    except (ValueError, InvalidInput, ModelError) as error:
        raise BadCoordinatorSettings(f"no such campaign can be planned: {_reason(error)}") from error
    _check_price(manifest)
    return manifest


def check_noise(terms: Terms) -> None:
    """Return unless both the noise and its ε were said: one follows from the other; raises InvalidInput."""
    if terms.sigma is not None and terms.epsilon is not None:
        raise InvalidInput("expected --sigma or --epsilon, got both; leave one out, since it follows from the other")


def _check_price(manifest: CampaignManifest) -> None:
    cost = season_cost(manifest)
    if campaign_cost(manifest.noise_multiplier, manifest.rounds) <= CAMPAIGN_CAP:
        return
    if cost is not None:
        raise BadCoordinatorSettings(
            f"no such season can be planned: {cost.exchanges} exchanges of ε {cost.booked_each:g} make "
            f"ε {cost.booked:.2f}, and the cap is ε {CAMPAIGN_EPSILON:g} in {SEASON.days} days; plan fewer, or a "
            "smaller ε for each"
        )
    raise BadCoordinatorSettings(
        f"the campaign would cost an athlete more than ε = {CAMPAIGN_EPSILON:g}; use more noise or fewer rounds"
    )


def _manifest(
    terms: Terms, *, campaign_id: str, league: OrgId, clubs: Mapping[str, str], now: datetime
) -> CampaignManifest:
    recipe = _recipe(terms, clubs=len(clubs))
    if terms.sigma is not None:
        recipe = replace(recipe, noise_multiplier=terms.sigma)
    opens, expires = now - CLOCK_MARGIN, now + terms.open_for
    if recipe.season is not None:
        expires = recipe.season.opening(recipe.season.exchanges, opens) + terms.open_for
        problem = recipe.season.problem(opens, expires)
        if problem:
            raise InvalidInput(problem)
    manifest = manifest_from(recipe, campaign_id=campaign_id, league=league, clubs=clubs, opens=opens, expires=expires)
    return masked(manifest) if terms.masks else manifest


def _recipe(terms: Terms, *, clubs: int) -> Recipe:
    epsilon = CAMPAIGN_EPSILON if terms.epsilon is None else terms.epsilon
    athletes, delta = terms.public_athletes, delta_for(terms.public_athletes)
    steps = {
        name: value
        for name in ("clip_norm", "learning_rate", "momentum")
        if (value := getattr(terms, name)) is not None
    }
    check_noise(terms)
    if epsilon > CAMPAIGN_EPSILON:
        raise InvalidInput(f"expected an ε of at most {CAMPAIGN_EPSILON:g} for one campaign, got {epsilon:g}")
    check_large_enough(terms.model, athletes=athletes)
    if terms.rounds is not None and terms.exchanges > 1:
        raise InvalidInput("expected exchanges or rounds, got both; leave --rounds out")
    if terms.rounds is not None:
        recipe = rounds_recipe(terms.model, athletes=athletes, rounds=terms.rounds, epsilon=epsilon, delta=delta)
        return replace(recipe, **steps)
    if steps:
        raise InvalidInput("clip, learning rate and momentum belong to rounds; say --rounds, or leave them out")
    if terms.exchanges == 1 and terms.every_days is not None:
        raise InvalidInput("expected a season with --every; say --exchanges, or leave it out")
    once = exchange_recipe(terms.model, athletes=athletes, clubs=clubs, epsilon=epsilon, delta=delta)
    return once if terms.exchanges == 1 else _season(once, terms)


def _season(once: Recipe, terms: Terms) -> Recipe:
    if terms.every_days is None:
        raise InvalidInput("expected how far apart exchanges are; say --every, such as 16w")
    return season_recipe(once, exchanges=terms.exchanges, every_days=terms.every_days)


def epsilon_of(manifest: CampaignManifest) -> float:
    """What all rounds of a campaign cost one athlete at most: proved ε at the manifest's δ, as it is shown."""
    return rounded_up(epsilon_of_campaign(manifest))


def _reason(error: Exception) -> str:
    errors = getattr(error, "errors", None)
    if callable(errors):  # Pydantic: name the field, never the value
        first = errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return str(error).splitlines()[0]
