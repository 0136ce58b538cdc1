"""`adopt`: put a league model through this node's own gate."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from audit.entries.events import EventKind
from chassis.cli.console import print_json, print_table, say
from chassis.cli.options import AsJson
from chassis.clock import utc_now
from client.adoption import Adoptions, judge_model, read_model
from client.commands.node_folder import NodeFolder
from client.consent_client import NodeConsentClient
from client.errors import BadNodeSettings
from client.features.daily import DailyTable, build
from client.settings import NodeSettings, load_settings
from client.vault.access import open_vault
from models.features import SCHEMAS
from policies.signing import VerifyKey
from policies.vocabulary import AthleteId, OrgId


def register(app: typer.Typer) -> None:
    """Add this command to the program."""
    app.command()(adopt)


def adopt(
    folder: NodeFolder,
    model: Annotated[Path, typer.Argument(help="The model's folder, as the league publishes it.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Judge a league model on days that it never saw, and use it only if it beats what the club can do alone.

    Example: homefield-node adopt ./club-a ./league/models/1f2e…
    """
    settings = load_settings(folder)
    if settings.league_key is None:
        raise BadNodeSettings("this node is not linked to a league; run `homefield-node link` first")
    opened, sealed = read_model(model, VerifyKey.from_text(settings.league_key))
    with closing(NodeConsentClient.of(settings, clock=utc_now)) as consent:
        willing = _willing(consent, opened.record.model, OrgId(opened.record.league))
        verdict = judge_model(opened, _tables(settings, willing))
        # The log first: a verdict that nobody could see later is none. Which way it went stays sealed.
        consent.event(EventKind.MODEL_ADOPTED, {"model": verdict.model_id, "adopted": verdict.adopted})
    Adoptions(settings.models).record(verdict, sealed)
    if as_json:
        print_json("homefield-adopt-1", verdict.model_dump(mode="json"))
        return
    rows = [(name, f"{value:.3f}") for name, value in verdict.figures.items()]
    print_table(f"{verdict.model} on {verdict.judged_days:,} days held back", ("Figure", "Value"), rows)
    say("Adopted." if verdict.adopted else "Not used here: " + "; ".join(verdict.reasons) + ".")


def _willing(consent: NodeConsentClient, model: str, league: OrgId) -> list[AthleteId]:
    """Athletes whose live grants let the league learn from what this model uses."""
    snapshot, at = consent.snapshot(), utc_now()
    return [
        athlete
        for athlete in sorted(snapshot.epochs)
        if snapshot.may_learn(athlete, categories=SCHEMAS[model].categories, league=league, now=at)
    ]


def _tables(settings: NodeSettings, athletes: list[AthleteId]) -> list[DailyTable]:
    with open_vault(settings) as vault:
        held = {one.athlete for one in vault.athletes()}
        return [build(vault.read(athlete)) for athlete in athletes if athlete in held]
