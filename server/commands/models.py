"""`models list` and `models verify`: what the league has published, and whether it is what it says."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chassis.cli.console import print_json, print_table, say
from chassis.cli.exit_codes import ExitCode
from chassis.cli.options import AsJson
from server.commands.coordinator_folder import CoordinatorFolder, store_of

if TYPE_CHECKING:
    from policies.signing import VerifyKey


models = typer.Typer(no_args_is_help=True, help="See the models that campaigns published, and check them.")


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


@models.command()
def verify(
    record: Annotated[Path, typer.Argument(exists=True, help="A model's folder, or its record.json.")],
    manifest: Annotated[
        Path | None, typer.Option(exists=True, help="The manifest that it names; manifest.json beside it otherwise.")
    ] = None,
    previous: Annotated[
        Path | None, typer.Option(exists=True, help="The model before it; looked for beside it otherwise.")
    ] = None,
    league_key: Annotated[
        list[str] | None, typer.Option(help="The league's key, to check the signature; repeatable for a former one.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compute a model's weights again from its sums and compare them bit by bit; check its place in the chain.

    Needs the files alone, no folder of a league and no service. Code 1 where the weights are not proven or a check
    fails. Whether the record stands in the public log is checked by `homefield-audit model`.

    Example: homefield-server models verify ./league/models/1f2e… --league-key KEY
    """
    from server.verify_model import VersionFiles, check_version, is_proven

    files = VersionFiles.of(record, manifest=manifest, previous=previous)
    checks = check_version(files, _keys(league_key or []))
    found, proven = files.version().record, is_proven(checks)
    if as_json:
        told = [{"check": one.name, "result": one.result.value, "detail": one.detail} for one in checks]
        values = {"model_id": found.sha256, "model": found.model, "proven": proven, "checks": told}
        print_json("homefield-models-verify-1", values)
    else:
        rows = [(one.name, one.result.value, one.detail) for one in checks]
        print_table(f"{found.model} {found.sha256[:16]}", ("Check", "Result", "Why"), rows)
        say("The weights follow from the sums." if proven else "Not proven.")
    if not proven:
        raise typer.Exit(ExitCode.NOT_DONE)


def _keys(texts: list[str]) -> "list[VerifyKey]":
    from policies.errors import InvalidInput
    from policies.signing import VerifyKey

    try:
        return [VerifyKey.from_text(text) for text in texts]
    except InvalidInput as error:
        raise typer.BadParameter(f"--league-key: {error}; the league's operator gives it") from error
