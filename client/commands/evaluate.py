"""`evaluate`: how far each method errs on readiness here, before or after a league model is put to use."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chassis.cli.console import print_json, print_table, say
from chassis.cli.options import AsJson
from chassis.clock import utc_now
from client.commands.node_folder import NodeFolder
from client.errors import ClientError
from policies.vocabulary import AthleteId

if TYPE_CHECKING:
    from client.evaluation import AthleteDays, SourceErrors
    from client.settings import NodeSettings
    from models.arrays import Floats


SCHEMA = "homefield-evaluate-1"
NAMES = {
    "person_mean": "person mean",
    "ewma": "EWMA, half-life 3 days",
    "local_ridge": "local ridge, one model per athlete",
    "local_ridge_daily": "local ridge, refitted daily",
    "public_initial_weights": "public initial weights, no rounds",
    "public_initial_weights_with_head": "public initial weights with private heads",
    "model": "the league's model",
    "model_with_head": "the league's model with private heads",
}


def register(app: typer.Typer) -> None:
    """Add this command to the program."""
    app.command()(evaluate)


def evaluate(
    folder: NodeFolder,
    model: Annotated[Path, typer.Argument(help="The model's folder, as the league publishes it.", show_default=False)],
    weights: Annotated[
        list[Path] | None, typer.Option(help="Further weights of the same model (safetensors) to compare with.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compare a recovery model with what the club can do alone, on days that no round learnt from. Adopts nothing.

    Only athletes who let the league learn are counted, and only means over three or more of them are shown. On a
    linked node this is recorded first, as a look that is about no one athlete.

    Example: homefield-node evaluate ./club-a ./league/models/1f2e… --json
    """
    from audit.entries.details.clubs import OperatorLooked
    from audit.entries.details.codes import OperatorView
    from client.adoption import read_model
    from client.consent_client import NodeConsentClient
    from client.evaluation import errors_by_source
    from client.learning.learners import league_keys, learners
    from client.settings import load_settings
    from models.features import RECOVERY_SCHEMA

    settings = load_settings(folder)
    opened, _ = read_model(model, league_keys(settings))
    if opened.record.model != RECOVERY_SCHEMA.model:
        wanted, got = RECOVERY_SCHEMA.model, opened.record.model
        raise ClientError(f"expected a model of {wanted}, got {got}; `homefield-node adopt` judges any other")
    others = [_weights(path) for path in weights or ()]
    with closing(NodeConsentClient.of(settings, clock=utc_now)) as consent:
        willing = learners(consent, opened.record)
        consent.event(OperatorLooked(what=OperatorView.MODEL_ERRORS))
    found = errors_by_source(_days(settings, willing), opened.weights, others)
    if as_json:
        print_json(SCHEMA, {"model": opened.record.model, "sources": [_json(one) for one in found]})
        return
    _show(found, weights or ())


def _weights(path: Path) -> "Floats":
    from client.adoption import LARGEST_PART
    from models.features import RECOVERY_SCHEMA
    from models.registry import read_weights_file

    try:
        if path.stat().st_size > LARGEST_PART:
            raise ClientError(f"{path} is too large to be the weights of a league model")
        found = read_weights_file(path.read_bytes())
    except OSError as error:
        raise ClientError(f"cannot read {path}; expected a file of weights (safetensors)") from error
    RECOVERY_SCHEMA.check_weights(found)
    return found


def _days(settings: "NodeSettings", athletes: list[AthleteId]) -> "list[AthleteDays]":
    from client.evaluation import athlete_days
    from client.vault.access import open_vault
    from client.vault.preferences.own_settings import source_priority

    with open_vault(settings) as vault:
        held = {one.athlete for one in vault.athletes()}
        return [
            athlete_days(vault.read(athlete), priority=source_priority(vault, athlete))
            for athlete in athletes
            if athlete in held
        ]


def _json(found: "SourceErrors") -> dict[str, Any]:
    return {
        "source": found.source,
        "athletes": found.athletes,
        "test_days": found.test_days,
        "errors": dict(found.errors),
        "others": list(found.others),
    }


def _show(found: "tuple[SourceErrors, ...]", paths: list[Path] | tuple[()]) -> None:
    from client.evaluation import LEAST_ATHLETES

    if not found:
        say(f"Nothing to show: no source has {LEAST_ATHLETES} athletes with days held back.")
    for one in found:
        rows = [(NAMES[name], f"{value:.3f}") for name, value in one.errors.items()]
        rows += [(str(path), f"{value:.3f}") for path, value in zip(paths, one.others, strict=True)]
        title = f"Next-day readiness ({one.source}, {one.athletes} athletes, {one.test_days:,} days held back)"
        print_table(title, ("Method", "Mean error, points of 10"), rows)
