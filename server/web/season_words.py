"""A season in the words of the operator's page: how far it is, its dates, what it costs, and what it has published."""

from chassis.text import counted, long_date, moment, sentence
from policies.campaign import CampaignManifest
from policies.campaigns.season_cost import booked_in_words, exchange_windows, season_cost
from policies.campaigns.season_windows import season_of
from server.federation.seasons.course import is_asked_again, next_window
from server.store import Campaign, CampaignState


def season_heading(campaign: Campaign) -> str | None:
    """The finding of the page in one line; None for a campaign that is no season."""
    if season_of(campaign.manifest) is None:
        return None
    done, all_of = campaign.rounds_done, campaign.manifest.rounds
    number = min(done + 1, all_of)
    return {
        CampaignState.OPEN: f"Exchange {number} of {all_of} waits to begin",
        CampaignState.WAITING: f"Exchange {number} of {all_of} waits for its clubs",
        CampaignState.RUNNING: f"Exchange {number} of {all_of} is running",
        CampaignState.RESTING: f"Exchange {number} of {all_of} is asked again"
        if is_asked_again(campaign)
        else f"{done} of {all_of} exchanges finished, and the season rests",
        CampaignState.DONE: f"All {all_of} exchanges are finished",
        CampaignState.INTERRUPTED: f"The season was interrupted after {done} of {all_of} exchanges",
        CampaignState.FAILED: f"The season stopped after {done} of {all_of} exchanges",
        CampaignState.CLOSED: f"The season was closed after {done} of {all_of} exchanges",
    }[campaign.state]


def season_lead(campaign: Campaign) -> str | None:
    """The sentence below the heading where a season has one of its own; None otherwise."""
    if is_asked_again(campaign):
        return f"{sentence(campaign.detail)}. Clubs that have answered send the same bytes, and nobody pays twice."
    if campaign.state is CampaignState.RESTING:
        opens, number = next_window(campaign)[0], campaign.rounds_done + 1
        return f"Exchange {number} opens on {moment(opens)}. Until then nothing is asked, and no budget is used."
    if season_of(campaign.manifest) is None or not campaign.model_id:
        return None
    return {
        CampaignState.FAILED: "What it had published stays. What was charged stays charged; the rest is given back.",
        CampaignState.CLOSED: "What it had published stays. What was charged stays charged; the rest is given back.",
        CampaignState.DONE: "Each model is signed and published. Each club’s own check decides whether it is used.",
    }.get(campaign.state)


def season_terms(campaign: Campaign) -> list[tuple[str, str]]:
    """The rows about a season among what was agreed; none for any other campaign."""
    manifest, cost = campaign.manifest, season_cost(campaign.manifest)
    if cost is None:
        return []
    published = f"the newest is {campaign.model_id[:16]}" if campaign.model_id else "nothing yet"
    return [
        ("Exchanges", f"{cost.exchanges}, {counted(cost.every_days, 'day')} apart: {_dates(manifest)}"),
        ("Each exchange", f"ε ≤ {cost.epsilon_each:.2f} for each athlete"),
        ("In the ledger", booked_in_words(cost)),
        ("Published so far", published),
    ]


def _dates(manifest: CampaignManifest) -> str:
    return "; ".join(f"{long_date(one.opens)} to {long_date(one.closes)}" for one in exchange_windows(manifest))
