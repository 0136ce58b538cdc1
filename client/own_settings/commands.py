"""`source-priority` and `athlete constants`: which source counts, and the athlete's own constants."""

from typing import Annotated

import typer

from chassis.cli.console import print_json, print_values, say
from chassis.cli.options import AsJson
from client.commands.node_folder import NodeFolder, find_athlete
from client.commands.setup import athletes

SHOWN = "source_priority"


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.command("source-priority")(priority)
    athletes.command("constants")(constants)


def priority(
    folder: NodeFolder,
    app: Annotated[list[str] | None, typer.Argument(help="Apps, best first; shows the order if not given.")] = None,
    athlete: Annotated[str | None, typer.Option(help="Of this athlete alone; else of all.", show_default=False)] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Forget the order.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say whose readings count where two sources tell of one session or one day; an athlete's own order comes first.

    Sources that are not named follow by how much of the history they have. Nothing is deleted.

    Example: homefield-node source-priority ./club-a garmin form --athlete 7
    """
    from client.biometrics.own_settings import NOTHING_SET
    from client.settings import load_settings
    from client.vault.access import open_vault
    from client.vault.preferences.own_settings import (
        node_source_priority,
        own_settings,
        set_node_source_priority,
        set_own_settings,
    )

    chosen = tuple(app or ())
    with open_vault(load_settings(folder)) as vault:
        found = None if athlete is None else find_athlete(vault, athlete).athlete
        if (chosen or clear) and found is None:
            set_node_source_priority(vault, NOTHING_SET.changed(source_priority=chosen))
        elif (chosen or clear) and found is not None:
            set_own_settings(vault, found, own_settings(vault, found).changed(source_priority=chosen))
        held = node_source_priority(vault) if found is None else own_settings(vault, found).source_priority
    if as_json:
        print_json("homefield-source-priority-1", {"athlete": found, SHOWN: list(held)})
        return
    say(f"{found or 'Every athlete'}: {', '.join(held) or 'no order is set'}.")


def constants(
    folder: NodeFolder,
    athlete: Annotated[str, typer.Argument(help="Athlete id, name or shirt number.", show_default=False)],
    heart_rate_max: Annotated[float | None, typer.Option(help="Beats a minute, measured.", show_default=False)] = None,
    heart_rate_rest: Annotated[float | None, typer.Option(help="Beats a minute.", show_default=False)] = None,
    trimp_factor: Annotated[float | None, typer.Option(help="A of Banister's TRIMP.", show_default=False)] = None,
    trimp_exponent: Annotated[float | None, typer.Option(help="k of Banister's TRIMP.", show_default=False)] = None,
    sleep_need_h: Annotated[float | None, typer.Option(help="Hours a night.", show_default=False)] = None,
    response_p0: Annotated[float | None, typer.Option(help="Start of the response.", show_default=False)] = None,
    response_k1: Annotated[float | None, typer.Option(help="Weight of fitness.", show_default=False)] = None,
    response_k2: Annotated[float | None, typer.Option(help="Weight of fatigue.", show_default=False)] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Forget what is set, except the order of sources.")] = False,
    as_json: AsJson = False,
) -> None:
    """Set or show an athlete's own constants; without them, what needs them is not computed.

    None of them is ever taken from age, sex or a table: they are the athlete's own (docs/indices.md §2.7).

    Example: homefield-node athlete constants ./club-a 7 --heart-rate-max 190 --heart-rate-rest 50 --sleep-need-h 8
    """
    from client.settings import load_settings
    from client.vault.access import open_vault
    from client.vault.preferences.own_settings import own_settings, set_own_settings

    given = {
        "heart_rate_max": heart_rate_max,
        "heart_rate_rest": heart_rate_rest,
        "trimp_factor": trimp_factor,
        "trimp_exponent": trimp_exponent,
        "sleep_need_h": sleep_need_h,
        "response_p0": response_p0,
        "response_k1": response_k1,
        "response_k2": response_k2,
    }
    chosen = {name: value for name, value in given.items() if clear or value is not None}
    with open_vault(load_settings(folder)) as vault:
        found = find_athlete(vault, athlete).athlete
        if chosen:
            set_own_settings(vault, found, own_settings(vault, found).changed(**chosen))
        held = own_settings(vault, found).model_dump(exclude={SHOWN})
    print_values("homefield-athlete-constants-1", {"athlete": found, **held}, as_json=as_json)
