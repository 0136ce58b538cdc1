"""What a season costs, an exchange and in all, and when each of its exchanges is open; in words and as JSON."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from policies.budget import (
    BUDGET_DELTA,
    CAMPAIGN_EPSILON,
    epsilon_of_campaign,
    epsilon_proved,
    rho_micro_per_round,
    rounded_up,
)
from policies.campaign import CampaignManifest
from policies.campaigns.season_line import SEASON
from policies.campaigns.season_windows import season_of, window


@dataclass(frozen=True, slots=True)
class ExchangeWindow:
    """One exchange of a season: it is asked from `opens` on, and no longer at `closes`."""

    number: int
    opens: datetime
    closes: datetime


@dataclass(frozen=True, slots=True)
class SeasonCost:
    """What one athlete pays. epsilon_each: proved for one exchange at the manifest's delta; `cost_of` has it for all.

    booked_each, booked: ε of the micro-rho that the ledger books, for one exchange and for all, as its cap is meant.
    """

    exchanges: int
    every_days: int
    epsilon_each: float
    booked_each: float
    booked: float


def season_cost(manifest: CampaignManifest) -> SeasonCost | None:
    """Return what a season costs, each ε rounded up to two decimals; None for any other campaign."""
    season, one = season_of(manifest), rho_micro_per_round(manifest.noise_multiplier)
    if season is None:
        return None
    return SeasonCost(
        exchanges=season.exchanges,
        every_days=season.every_days,
        epsilon_each=rounded_up(epsilon_of_campaign(manifest, rounds=1)),
        booked_each=booked_epsilon(one),
        booked=booked_epsilon(season.exchanges * one),
    )


def booked_epsilon(micro_rho: int) -> float:
    """The ε that the ledger's cap counts for so much, rounded up as it is shown."""
    return rounded_up(epsilon_proved(micro_rho, BUDGET_DELTA))


def exchange_windows(manifest: CampaignManifest) -> tuple[ExchangeWindow, ...]:
    """Return when each exchange of a season is open, in order; none for any other campaign."""
    if season_of(manifest) is None:
        return ()
    return tuple(ExchangeWindow(number, *window(manifest, number)) for number in range(1, manifest.rounds + 1))


def season_in_words(manifest: CampaignManifest) -> list[tuple[str, str]]:
    """The rows about a season, for a terminal; none for any other campaign."""
    cost = season_cost(manifest)
    if cost is None:
        return []
    windows = exchange_windows(manifest)
    dates = "; ".join(f"{one.number}: {one.opens:%Y-%m-%d} to {one.closes:%Y-%m-%d}" for one in windows)
    return [
        ("Exchanges", f"{dates}. Each starts at what the one before has published"),
        ("ε per exchange", f"{cost.epsilon_each:.2f} at δ = {manifest.delta:g}"),
        ("In the ledger", booked_in_words(cost)),
    ]


def booked_in_words(cost: SeasonCost) -> str:
    """Say what the ledger books for a season, beside its cap."""
    return (
        f"{cost.exchanges} exchanges of ε {cost.booked_each:.2f} make ε {cost.booked:.2f} of the cap of ε "
        f"{CAMPAIGN_EPSILON:.2f} in {SEASON.days} days"
    )


def season_as_json(manifest: CampaignManifest) -> dict[str, Any] | None:
    """A season for programs; null for any other campaign."""
    cost, season = season_cost(manifest), season_of(manifest)
    if cost is None or season is None:
        return None
    windows = exchange_windows(manifest)
    return {
        "exchanges": cost.exchanges,
        "every_days": cost.every_days,
        "drift": season.drift,
        "epsilon_each": cost.epsilon_each,
        "booked_each": cost.booked_each,
        "booked": cost.booked,
        "windows": [{"opens": one.opens.isoformat(), "closes": one.closes.isoformat()} for one in windows],
    }
