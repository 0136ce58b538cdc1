"""`models list`, `models verify`, `models rollback`: what the league has published, and going back to it."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chassis.cli.console import is_agreed, print_json, print_table, say
from chassis.cli.exit_codes import ExitCode
from chassis.cli.next_steps import YOU, NextStep, say_next
from chassis.cli.options import AsJson, Yes
from chassis.clock import utc_now
from chassis.text import moment
from server.commands.coordinator_folder import CoordinatorFolder, consent_of, serve_command, store_of
from server.commands.published_evidence import evidence_as_json, is_evidence, say_evidence, verify_evidence
from server.errors import CannotGoBack

if TYPE_CHECKING:
    from models.registry import ModelRecord
    from policies.signing import VerifyKey
    from server.registry_store import RegistryStore
    from server.settings import CoordinatorSettings


DELIVERED = (
    "The coordinator, while it runs, sends the record to every club that is online, and each running node judges it by "
    "its own gate."
)
models = typer.Typer(no_args_is_help=True, help="See published models, check them, and go back to an earlier one.")


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.add_typer(models, name="models")


@models.command("list")
def list_models(folder: CoordinatorFolder, as_json: AsJson = False) -> None:
    """List published models, oldest first.

    Example: homefield-server models list ./league
    """
    from models.features import SCHEMAS
    from server.settings import load_settings

    registry = registry_of(load_settings(folder))
    newest = [name for model in sorted(SCHEMAS) if (name := registry.latest(model)) is not None]
    records = [version.record for name in newest for version in registry.versions(name)]
    records.sort(key=lambda record: record.registered)
    if as_json:
        found = [
            {
                "model_id": one.sha256,
                "model": one.model,
                "campaign": one.campaign,
                "registered": one.registered.isoformat(),
                "newest": one.sha256 in newest,
                "goes_back_to": one.goes_back_to,
                "exchange": one.of_season,
            }
            for one in records
        ]
        print_json("homefield-models-list-1", {"models": found, "evidence": evidence_as_json(registry)})
        return
    rows = [(one.sha256[:16], one.model, moment(one.registered), _words(one, newest)) for one in records]
    print_table(f"{len(rows)} models", ("Model", "Kind", "Registered", "What it is"), rows)
    say_evidence(registry)


def _words(record: "ModelRecord", newest: list[str]) -> str:
    of = "of a campaign" if record.of_season is None else f"exchange {record.of_season} of a season"
    what = f"goes back to {earlier[:16]}" if (earlier := record.goes_back_to) else of
    return f"{what}; the newest" if record.sha256 in newest else what


def registry_of(settings: "CoordinatorSettings") -> "RegistryStore":
    """Return the league's registry."""
    from server.registry_store import RegistryStore

    former = settings.rotating_key.former
    return RegistryStore(settings.models, key=settings.league_key(), clock=utc_now, former=former)


@models.command()
def rollback(
    folder: CoordinatorFolder,
    model: Annotated[
        str, typer.Argument(help="The earlier model: its name or the first 8 digits or more.", show_default=False)
    ],
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Publish once more an earlier model's weights, after the newest: a signed record that points back, in the log.

    Nothing is taken away: the newest stays in the chain and readable. Nodes follow it as any model, through their own
    gate. Not while a campaign of this model is open or runs. A season that rests goes on from its own last record all
    the same: its next exchange publishes a model after this one, unless `campaign close` ends it.

    Example: homefield-server models rollback ./league 1f2e3d4c
    """
    from audit.entries.details.league import ModelRegistered
    from server.serving_lock import is_served
    from server.settings import load_settings

    settings = load_settings(folder)
    registry = registry_of(settings)
    sealed = registry.returning_to(model)
    record = sealed.signed.record
    _refuse_during_campaign(settings, record.model)
    newest, earlier = record.previous or "", record.goes_back_to or ""
    _refuse_same_weights(registry, record)
    resting = _resting(settings, record.model)
    question = f"{resting}Go back from {newest[:16]} to {earlier[:16]} ({record.model}) for every club?"
    if not is_agreed(question, yes=yes, as_json=as_json):
        raise CannotGoBack("nothing was changed")
    # The log first: nodes follow only what anybody can find there.
    details = ModelRegistered(manifest=record.campaign, model=record.model, model_id=record.sha256)
    with closing(consent_of(settings)) as consent:
        opening = consent.register_model(details)
    registry.publish(registry.keep_return(sealed), opening)
    if as_json:
        values = {"model_id": record.sha256, "model": record.model, "previous": newest, "goes_back_to": earlier}
        print_json("homefield-models-rollback-1", values)
        return
    say(f"{record.model} goes back to {earlier[:16]}: {record.sha256[:16]} is the newest model and stands in the log.")
    say(f"{resting}{DELIVERED}")
    if not is_served(folder):
        say_next(NextStep(YOU, "run the coordinator", serve_command(folder)))


def _refuse_same_weights(registry: "RegistryStore", record: "ModelRecord") -> None:
    if record.previous and registry.sealed(record.previous).signed.record.weights_file == record.weights_file:
        raise CannotGoBack(f"the newest {record.model}, {record.previous[:16]}, already has these weights")


def _resting(settings: "CoordinatorSettings", model: str) -> str:
    """Say what a season of this model does that rests; "" where none does."""
    from server.store import CampaignState

    names = [
        one.manifest.campaign_id
        for one in store_of(settings).campaigns()
        if one.manifest.model == model and one.state is CampaignState.RESTING
    ]
    goes_on = "goes on from its own last record and publishes after this; `campaign close` ends it"
    return "".join(f"The season {name} rests: it {goes_on}. " for name in names)


def _refuse_during_campaign(settings: "CoordinatorSettings", model: str) -> None:
    from server.store import UNFINISHED, CampaignState

    for one in store_of(settings).campaigns():
        if one.manifest.model == model and one.state in (CampaignState.OPEN, CampaignState.INTERRUPTED, *UNFINISHED):
            name = one.manifest.campaign_id
            raise CannotGoBack(f"the campaign {name} of {model} is {one.state.value}; go back once it has ended")


@models.command()
def verify(
    record: Annotated[Path, typer.Argument(help="A model's or evidence's folder, or its record.json.")],
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
    """Compute a model's weights again from its sums and compare them bit by bit; check its card and place in the chain.

    Of the evidence on a model, a folder in models/evidence, the figures are computed again from the sum. Needs the
    files alone, no folder of a league and no service. Code 1 where the weights or figures are not proven or a check
    fails. Whether the record stands in the public log is checked by `homefield-audit model`.

    Example: homefield-server models verify ./league/models/1f2e… --league-key KEY
    """
    from server.verify_model import VersionFiles, check_version, is_proven

    if not record.exists():
        raise typer.BadParameter(
            f"expected a folder, or the record.json in it; {record} is not there. A model lies in "
            "LEAGUE-FOLDER/models/, in a folder of its whole name; `homefield-server models list --json` has the names"
        )
    if is_evidence(record):
        verify_evidence(record, _keys(league_key or []), as_json=as_json)
        return
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
