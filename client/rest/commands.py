"""`athlete rest`: which days without a session are known rest days of one athlete."""

from typing import Annotated

import typer

from chassis.cli.console import print_json, say
from chassis.cli.options import AsJson
from chassis.clock import utc_now
from client.commands.node_folder import NodeFolder, find_athlete, named
from client.commands.setup import athletes


def register(_app: typer.Typer) -> None:
    """Add this command beside `athlete add`."""
    athletes.command("rest")(rest)


def rest(
    folder: NodeFolder,
    athlete: Annotated[str, typer.Argument(help="Athlete id, name or shirt number.", show_default=False)],
    rule: Annotated[
        str | None, typer.Argument(help="explicit, reported, or complete-until; shows the rule if not given.")
    ] = None,
    day: Annotated[str | None, typer.Argument(help="The last complete day, for instance 2026-03-01.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say which days without a session are rest days, for commands, pages, proposals and models alike.

    explicit: recorded rest days alone. reported: also a day with a morning answer and no session.
    complete-until DAY: every day without a session up to DAY, because every session up to then is in the node.

    Example: homefield-node athlete rest ./club-a 7 complete-until 2026-03-01
    """
    from client.biometrics.rest_rule import RestRule
    from client.errors import BadRestRule
    from client.settings import load_settings
    from client.vault.access import open_vault
    from client.vault.rest_rules import rest_rule, set_rest_rule

    settings = load_settings(folder)
    chosen = None if rule is None else RestRule.of(rule, day)
    today = utc_now().astimezone(settings.timezone).date()
    if chosen is not None and chosen.until is not None and chosen.until > today:
        raise BadRestRule(f"expected a last complete day up to {today.isoformat()}, got {chosen.until.isoformat()}")
    with open_vault(settings) as vault:
        who = find_athlete(vault, athlete)
        found = who.athlete
        if chosen is not None:
            set_rest_rule(vault, found, chosen)
        held = rest_rule(vault, found)
    if as_json:
        until = None if held.until is None else held.until.isoformat()
        print_json("homefield-athlete-rest-1", {"athlete": found, "rest": held.basis.value, "until": until})
        return
    say(f"{named(who)}: {held.text}.")
