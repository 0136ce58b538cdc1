"""`campaign status`, `resume` and `close`: how far a campaign is, going on with it after a stop, and ending it."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chassis.cli.console import is_agreed, print_json, print_table, say
from chassis.cli.next_steps import YOU, NextStep, say_next
from chassis.cli.options import AsJson, Yes
from chassis.text import moment
from server.commands.campaigns import campaign_as_json, campaigns
from server.commands.coordinator_folder import CoordinatorFolder, consent_of, serve_command, store_of
from server.errors import BadCoordinatorSettings

if TYPE_CHECKING:
    from server.store import Campaign

CampaignName = Annotated[str, typer.Argument(help="Campaign id or manifest hash.", show_default=False)]


def register(_app: typer.Typer) -> None:
    """Add these commands to those about campaigns."""
    for command in (status, resume, close):
        campaigns.command()(command)


def status(
    folder: CoordinatorFolder,
    campaign: Annotated[str, typer.Argument(help="Campaign id or manifest hash; the newest if left out.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show how far one campaign is, who signed it, what it costs at most, and what can be done next.

    Example: homefield-server campaign status ./league recovery-20261123-1
    """
    from server.settings import load_settings

    store = store_of(load_settings(folder))
    found = store.campaign(campaign) if campaign else next(iter(store.campaigns()[::-1]), None)
    if found is None:
        raise BadCoordinatorSettings("there is no campaign yet; `homefield-server campaign plan` lays one out")
    if as_json:
        print_json("homefield-campaign-status-1", _as_json(found))
        return
    print_table(found.manifest.campaign_id, ("What", "Value"), _rows(found))
    say_next(*_next(folder, found))


def resume(folder: CoordinatorFolder, campaign: CampaignName, as_json: AsJson = False) -> None:
    """Go on with a campaign that a stop of the coordinator interrupted, after its last finished round.

    Nodes that have answered the next round send the very same bytes again, and nobody pays twice. A running coordinator
    takes it up at once; otherwise the next `serve` does.

    Example: homefield-server campaign resume ./league recovery-20261123-1
    """
    from server.settings import load_settings

    store = store_of(load_settings(folder))
    resumed = store.resume(store.campaign(campaign).sha256)
    if as_json:
        print_json("homefield-campaign-resume-1", _as_json(resumed))
        return
    say(f"{resumed.manifest.campaign_id} goes on after round {resumed.rounds_done} of {resumed.manifest.rounds}.")
    say_next(NextStep(YOU, "run the coordinator, if it does not run", serve_command(folder)))


def close(folder: CoordinatorFolder, campaign: CampaignName, yes: Yes = False, as_json: AsJson = False) -> None:
    """End a campaign for good, at once. What no round has used is given back to every athlete in the ledger.

    What exchanges of a season have published stays in the chain and in use; `models rollback` goes back from it.

    The ledger is told first, and from then on takes no round of it; the public log gets one entry for every enrolled
    athlete of the campaign's clubs in one batch, so that nobody sees who took part. What rounds have used stays used.

    Example: homefield-server campaign close ./league recovery-20261123-1
    """
    from audit.entries.details.league import CampaignClosed
    from chassis.text import sentence
    from server.commands.models import registry_of
    from server.federation.seasons.closing import closed_after, stays_in_words
    from server.settings import load_settings
    from server.store import OVER

    settings = load_settings(folder)
    store = store_of(settings)
    found = store.campaign(campaign)
    if found.state in OVER:
        raise BadCoordinatorSettings(f"{found.manifest.campaign_id} is over already: {found.state}")
    stays = stays_in_words(found, registry_of(settings))
    if not is_agreed(f"Close {found.manifest.campaign_id} for good: {stays}?", yes=yes, as_json=as_json):
        raise typer.Abort
    with closing(consent_of(settings)) as consent:
        consent.event(CampaignClosed(campaign=found.sha256))
    closed = store.close(found.sha256, detail=closed_after(found))
    if as_json:
        print_json("homefield-campaign-close-1", _as_json(closed))
        return
    say(f"{closed.manifest.campaign_id} is closed. What no round has used is given back. {sentence(stays)}.")


def _as_json(campaign: "Campaign") -> dict[str, Any]:
    from policies.campaigns.season_cost import season_as_json

    reported = campaign.reported_at
    return campaign_as_json(campaign) | {
        "signed_by": [one.organisation for one in campaign.signed.signatures],
        "clubs_answered": campaign.parts,
        "waits_until": campaign.waits_until.isoformat() if campaign.waits_until else None,
        "opens": campaign.manifest.opens.isoformat(),
        "expires": campaign.manifest.expires.isoformat(),
        "ledger_told": reported.isoformat() if reported else None,
        "season": season_as_json(campaign.manifest),
    }


def _rows(campaign: "Campaign") -> list[tuple[str, str]]:
    from policies.campaigns.cost import cost_of, price_in_words, year_in_words
    from policies.campaigns.season_cost import season_in_words
    from server.store import OVER

    manifest, cost = campaign.manifest, cost_of(campaign.manifest)
    rows = [
        ("State", campaign.state.value),
        ("Note", campaign.detail),
        ("Rounds", f"{campaign.rounds_done} of {manifest.rounds}"),
        *_answered(campaign),
        ("Waits for its clubs until", moment(campaign.waits_until) if campaign.waits_until else ""),
        ("Signed by", " and ".join(one.organisation for one in campaign.signed.signatures)),
        *price_in_words(manifest, cost),
        *season_in_words(manifest),
        *year_in_words(cost),
        ("Open until", "" if campaign.state in OVER else moment(manifest.expires)),
        ("Ledger told that it is over", moment(campaign.reported_at) if campaign.reported_at else ""),
        ("Model", campaign.model_id),
        ("Manifest", campaign.sha256),
    ]
    return [row for row in rows if row[1]]


def _answered(campaign: "Campaign") -> list[tuple[str, str]]:
    """How many clubs have answered in the round that is under way; nothing once it is over, or in a rest."""
    from server.store import OVER, CampaignState

    if campaign.rounds_done >= campaign.manifest.rounds or campaign.state in (CampaignState.RESTING, *OVER):
        return []
    return [("Answered in this round", f"{campaign.parts} of {len(campaign.manifest.clubs)} clubs")]


def _next(folder: Path, campaign: "Campaign") -> list[NextStep]:
    from server.store import CampaignState

    name = campaign.manifest.campaign_id
    end = NextStep(YOU, "or end it", ["homefield-server", "campaign", "close", folder, name])
    if campaign.state is CampaignState.RESTING:
        return [NextStep(YOU, "leave the coordinator running, or run it by then", serve_command(folder)), end]
    if campaign.state is CampaignState.INTERRUPTED:
        return [NextStep(YOU, "go on with it", ["homefield-server", "campaign", "resume", folder, name]), end]
    if campaign.state in (CampaignState.OPEN, CampaignState.WAITING):
        approve = ["homefield-node", "campaign", "approve", "CLUB-FOLDER", "MANIFEST.json"]
        return [NextStep("every club’s operator", "approve it while the coordinator waits", approve), end]
    return []
