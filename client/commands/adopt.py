"""`adopt`: put a league model through this node's own gate."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chassis.cli.console import print_json, print_table, say
from chassis.cli.options import AsJson
from chassis.clock import utc_now
from client.commands.node_folder import NodeFolder
from policies.vocabulary import AthleteId

if TYPE_CHECKING:
    from client.features.daily import DailyTable
    from client.settings import NodeSettings


def register(app: typer.Typer) -> None:
    """Add this command to the program."""
    app.command()(adopt)


def adopt(
    folder: NodeFolder,
    model: Annotated[Path, typer.Argument(help="The model's folder, as the league publishes it.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Judge a league model on days that it never saw, and use it only if it beats what the club can do alone.

    It must be the newest that this node has received, or follow that one: versions between are looked for beside it.
    A network is judged only where the extra `networks` is installed; without it nothing is kept, noted or logged.

    Example: homefield-node adopt ./club-a ./league/models/1f2e…
    """
    from audit.entries.details.clubs import ModelJudged
    from client.adoption import LARGEST_PART, Adoptions, check_can_judge, judge_model, read_model
    from client.consent_client import NodeConsentClient
    from client.league_models.chain import ModelChain
    from client.league_models.parcel import read_published
    from client.learning.league_evidence import HeldEvidence
    from client.learning.league_evidence_words import evidence_words
    from client.learning.learners import league_keys, learners
    from client.settings import load_settings

    settings = load_settings(folder)
    keys = league_keys(settings)
    opened, sealed = read_model(model, keys)
    check_can_judge(opened.record.model)  # before anything is asked, kept or noted
    parcel = read_published(model, sealed.card, at_most=LARGEST_PART)
    chain = ModelChain(settings.received, keys, settings.models)
    _, new = chain.examine(parcel, now=utc_now())
    with closing(NodeConsentClient.of(settings, clock=utc_now)) as consent:
        tables, evidence = _tables(settings, learners(consent, opened.record)), HeldEvidence(settings.received, keys)
        verdict = judge_model(opened, tables, now=utc_now(), evidence=evidence.of(opened.record.model))
        # The log first: a verdict that nobody could see later is none. Which way it went is told to nobody.
        consent.event(ModelJudged(model=verdict.model_id))
    chain.keep(parcel, new)
    Adoptions(settings.models).record(verdict, sealed)
    if as_json:
        print_json("homefield-adopt-1", verdict.model_dump(mode="json"))
        return
    if words := evidence_words(verdict):
        say(words + ".")
    rows = [(name, f"{value:.3f}") for name, value in verdict.figures.items()]
    print_table(f"{verdict.model} on {verdict.judged_days:,} days held back", ("Figure", "Value"), rows)
    say("Adopted." if verdict.adopted else "Not used here: " + "; ".join(verdict.reasons) + ".")


def _tables(settings: "NodeSettings", athletes: list[AthleteId]) -> "list[DailyTable]":
    from client.features.athlete_days import athlete_days
    from client.vault.access import open_vault

    with open_vault(settings) as vault:
        held = {one.athlete for one in vault.athletes()}
        return [athlete_days(vault, athlete) for athlete in athletes if athlete in held]
