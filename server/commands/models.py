"""`models list`: what the league has published."""

import typer

from chassis.cli.console import print_json, print_table
from chassis.cli.options import AsJson
from server.commands.coordinator_folder import CoordinatorFolder, store_of

models = typer.Typer(no_args_is_help=True, help="See the models that campaigns published.")


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.add_typer(models, name="models")


@models.command("list")
def list_models(folder: CoordinatorFolder, as_json: AsJson = False) -> None:
    """List published models, oldest first.

    Example: homefield-server models list ./league
    """
    from server.settings import load_settings
    from server.store import CampaignState

    done = [c for c in store_of(load_settings(folder)).campaigns() if c.state is CampaignState.DONE]
    if as_json:
        found = [{"model_id": c.model_id, "model": c.manifest.model, "campaign": c.sha256} for c in done]
        print_json("homefield-models-list-1", {"models": found})
        return
    rows = [(c.model_id[:16], c.manifest.model, c.manifest.campaign_id) for c in done]
    print_table(f"{len(done)} models", ("Model", "Kind", "Campaign"), rows)
