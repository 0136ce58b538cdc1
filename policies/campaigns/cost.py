"""What a campaign costs an athlete, alone and in a year, and its terms in words for whoever signs it."""

import math
from dataclasses import dataclass
from typing import Any

from policies.budget import CAMPAIGN_EPSILON, LIFETIME_CAP, campaign_cost, epsilon_of_spend, rounded_up, rounds_of
from policies.campaign import CampaignManifest
from policies.campaigns.masks import masks_in_words
from policies.campaigns.season_cost import booked_epsilon, season_as_json, season_in_words
from policies.campaigns.season_line import SEASON, SEASON_CAP
from policies.campaigns.season_windows import season_of
from policies.campaigns.squads import squads_in_words

MOST_TOLD = 12  # ours: campaigns like one another in a year; beyond, their number is of no use to anybody


@dataclass(frozen=True, slots=True)
class CampaignCost:
    """The price of one campaign for one athlete who takes part in all of it. micro_rho: what the ledger books.

    epsilon: proved for all rounds together, at the campaign's delta; year_epsilon: for `in_a_year` such campaigns. Both
    are rounded up to two decimals, as they are shown.
    """

    micro_rho: int
    delta: float
    epsilon: float
    year_epsilon: float
    in_a_year: int

    @property
    def is_year_told(self) -> bool:
        """Whether `in_a_year` is a number that somebody could plan."""
        return self.in_a_year <= MOST_TOLD

    @property
    def most_in_a_life(self) -> int:
        """How many campaigns like this one an athlete's lifetime budget holds."""
        return LIFETIME_CAP // self.micro_rho


def cost_of(manifest: CampaignManifest) -> CampaignCost:
    """Return what the whole campaign costs one athlete, and as many as the ledger lets an athlete pay in a season.

    At least this one counts: a manifest of before there was a cap may cost more than it.
    """
    cost, part = campaign_cost(manifest.noise_multiplier, manifest.rounds), rounds_of(manifest, manifest.rounds)
    in_a_year = max(1, SEASON_CAP // cost)
    one, year = (epsilon_of_spend(n * cost, [part] * n, manifest.delta) for n in (1, in_a_year))
    return CampaignCost(cost, manifest.delta, rounded_up(one), rounded_up(year), in_a_year)


def right_of_100(epsilon: float) -> int:
    """Of 100 guesses whether an athlete took part, begun as coin tosses, how many can be right at most, rounded up.

    Pure ε bounds the odds by e^ε, so that a guess is right with at most e^ε / (1 + e^ε); δ is left out (at most one
    in a million of all cases).
    """
    return min(100, math.ceil(100 / (1 + math.exp(-epsilon))))


def terms_in_words(manifest: CampaignManifest) -> list[tuple[str, str]]:
    """Every term that decides what is asked of athletes and clubs, for a terminal."""
    cost = cost_of(manifest)
    return [
        ("Model", manifest.model),
        (_from(manifest), ", ".join(category.value.replace("_", " ") for category in manifest.categories)),
        ("Asks", _asks(manifest)),
        ("Clubs", ", ".join(sorted(manifest.clubs))),
        ("Public number N", number_in_words(manifest)),
        ("Clip", f"{manifest.clip_norm:g}: the most that one athlete can move an answer"),
        *squads_in_words(manifest),
        ("Noise", f"{manifest.noise_multiplier:g} times the clip, all of it added by each club"),
        ("Masks", masks_in_words(manifest)),
        *price_in_words(manifest, cost),
        *season_in_words(manifest),
        *year_in_words(cost),
        ("Open", f"{manifest.opens:%Y-%m-%d %H:%M} to {manifest.expires:%Y-%m-%d %H:%M} UTC"),
        ("Manifest", manifest.sha256),
    ]


def terms_as_json(manifest: CampaignManifest) -> dict[str, Any]:
    """What is asked and what it costs, for programs."""
    cost = cost_of(manifest)
    return {
        "public_athletes": manifest.public_athletes,
        "squads": manifest.squads,
        "clip_norm": manifest.clip_norm,
        "noise_multiplier": manifest.noise_multiplier,
        "rounds": manifest.rounds,
        "axes": manifest.exchange.axes if manifest.exchange else None,
        "masking": manifest.masking,
        "season": season_as_json(manifest),
        "epsilon": cost.epsilon,
        "delta": cost.delta,
        "judges": manifest.evidence.record if manifest.evidence else None,
    }


def year_as_json(cost: CampaignCost) -> dict[str, Any]:
    """How many such campaigns the ledger lets an athlete pay in a season, and what they come to, for programs."""
    return {"campaigns": cost.in_a_year, "epsilon": cost.year_epsilon}


def price_in_words(manifest: CampaignManifest, cost: CampaignCost) -> list[tuple[str, str]]:
    """The two ε of one cost: what is proved, and what the ledger counts of its cap; a season says the latter itself."""
    booked = (
        f"books ε {booked_epsilon(cost.micro_rho):.2f} of the cap of ε {CAMPAIGN_EPSILON:.2f} in {SEASON.days} days"
    )
    return [
        ("ε per athlete", f"proved {cost.epsilon:.2f} at δ = {cost.delta:g}"),
        *([] if season_of(manifest) else [("In the ledger", f"{booked} ({cost.micro_rho:,} micro-rho)")]),
    ]


def year_in_words(cost: CampaignCost) -> list[tuple[str, str]]:
    """What such campaigns can come to at most, since the ledger keeps a cap over all campaigns of a season line.

    No row where so many would fit that their number says nothing.
    """
    if not cost.is_year_told:
        return []
    most = f"at most {cost.in_a_year} such in {SEASON.days} days, ε {cost.year_epsilon:.2f} in all"
    return [("A year", f"{most}; an athlete's lifetime budget holds {cost.most_in_a_life}")]


def number_in_words(manifest: CampaignManifest) -> str:
    """What the public number of athletes is for."""
    use = "sums are divided by it" if manifest.evidence is None else "no squad list may be longer"
    return f"{manifest.public_athletes}: {use}, whoever takes part"


def _from(manifest: CampaignManifest) -> str:
    return "Learns from" if manifest.evidence is None else "Judges on"


def _asks(manifest: CampaignManifest) -> str:
    if manifest.evidence is not None:
        return f"how many pairs of days the model {manifest.evidence.record[:16]} put in the right order, once"
    if manifest.exchange is not None and manifest.exchange.season is not None:
        season, axes = manifest.exchange.season, manifest.exchange.axes
        return f"{season.exchanges} exchanges on {axes} public axes (k), {season.every_days} days apart"
    if manifest.exchange is not None:
        return f"one exchange on {manifest.exchange.axes} public axes (k)"
    return f"{manifest.rounds} rounds of gradient steps"
