"""`campaign list`, `campaign show` and `status`; what changes a campaign has modules of its own."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from chassis.cli.console import print_json, print_table, say
from chassis.cli.options import AsJson
from chassis.text import moment
from server.commands.coordinator_folder import CoordinatorFolder, store_of

if TYPE_CHECKING:
    from server.store import Campaign


campaigns = typer.Typer(no_args_is_help=True, help="Plan campaigns, have them signed, start and follow them.")


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.add_typer(campaigns, name="campaign")
    app.command()(status)


@campaigns.command("list")
def list_(folder: CoordinatorFolder, as_json: AsJson = False) -> None:
    """List campaigns, oldest first.

    Example: homefield-server campaign list ./league
    """
    from server.settings import load_settings

    found = store_of(load_settings(folder)).campaigns()
    if as_json:
        print_json("homefield-campaign-list-1", {"campaigns": [campaign_as_json(campaign) for campaign in found]})
        return
    rows = [
        (c.manifest.campaign_id, c.manifest.model, c.state.value, f"{c.rounds_done} of {c.manifest.rounds}", c.detail)
        for c in found
    ]
    print_table(f"{len(found)} campaigns", ("Campaign", "Model", "State", "Rounds", "Note"), rows)


@campaigns.command()
def show(
    folder: CoordinatorFolder,
    campaign: Annotated[str, typer.Argument(help="Campaign id or manifest hash.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Show one campaign with everything its manifest says.

    Example: homefield-server campaign show ./league recovery-20261123-1
    """
    from server.settings import load_settings

    found = store_of(load_settings(folder)).campaign(campaign)
    if as_json:
        print_json("homefield-campaign-show-1", campaign_as_json(found) | {"signed": found.signed.as_json()})
        return
    waits = {"waits_for_clubs_until": moment(found.waits_until) if found.waits_until else ""}
    facts = campaign_as_json(found) | waits | found.manifest.model_dump(mode="json", exclude={"clubs"})
    rows = [(name, str(value)) for name, value in facts.items() if value != ""]
    print_table(found.manifest.campaign_id, ("What", "Value"), rows)


def status(folder: CoordinatorFolder, as_json: AsJson = False) -> None:
    """Show how far the coordinator is: nodes, campaigns and rounds, when its certificate ends, and the league's key.

    Example: homefield-server status ./league --json
    """
    from server.federation.fleet_certificate import read_fleet_certificate
    from server.settings import load_settings

    settings = load_settings(folder)
    store, ends, signing = store_of(settings), read_fleet_certificate(settings).ends, settings.league_key().verify_key
    key = signing.text
    if as_json:
        campaigns = [campaign_as_json(campaign) for campaign in store.campaigns()]
        nodes = [node.club for node in store.nodes()]
        values = {"nodes": nodes, "campaigns": campaigns, "certificate_ends": ends.isoformat()}
        values |= {"league": settings.league, "league_key": key}
        print_json("homefield-server-status-1", values)
        return
    list_(folder)
    say(f"The certificate of the Fleet API ends on {ends:%Y-%m-%d}; `renew-certificate` renews it.")
    say(f"The league is {settings.league}, and signs with the key {key}: nodes are linked with it (`--league-key`).")
    say(f"That key has the id {signing.key_id}; `homefield-node link` shows the same to every club.")


def campaign_as_json(campaign: "Campaign") -> dict[str, Any]:
    """One campaign as JSON answers name it; no number of athletes is in it, or known."""
    from server.federation.opening import epsilon_of

    manifest = campaign.manifest
    return {
        "campaign_id": manifest.campaign_id,
        "sha256": campaign.sha256,
        "model": manifest.model,
        "state": campaign.state.value,
        "rounds_done": campaign.rounds_done,
        "rounds": manifest.rounds,
        "clubs": sorted(manifest.clubs),
        "epsilon": round(epsilon_of(manifest), 6),
        "delta": manifest.delta,
        "model_id": campaign.model_id,
        "detail": campaign.detail,
    }
