"""`source-priority` and `athlete constants`: which source counts, and the athlete's own constants."""

from typing import TYPE_CHECKING, Annotated

import typer

from chassis.cli.console import print_json, print_values, say
from chassis.cli.options import AsJson
from client.commands.node_folder import NodeAthlete, NodeFolder, find_athlete, named
from client.commands.setup import athletes
from client.own_settings import light_commands

if TYPE_CHECKING:
    from client.vault.store import Vault
    from policies.vocabulary import AthleteId

SHOWN = "source_priority"
SLEEP_APART = (
    "Hours of sleep are both measured and answered here; whether the ones or the others count no order decides: those "
    "of more nights do, as known on each day (docs/indices.md §4.1)."
)


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.command("source-priority")(priority)
    athletes.command("constants")(constants)
    light_commands.register(app)


def priority(
    folder: NodeFolder,
    app: Annotated[list[str] | None, typer.Argument(help="Sources, best first; shows the order if not given.")] = None,
    athlete: Annotated[str | None, typer.Option(help="Of this athlete alone; else of all.", show_default=False)] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Forget the order.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say whose readings count where two sources tell of one session or one day; an athlete's own order comes first.

    A source is an app, or an app with one of its devices, as `readings` shows it under From; capitals make no
    difference. Sources that are not named follow by how much of the history they have. Nothing is deleted.

    Example: homefield-node source-priority ./club-a fit pmsys --athlete 7

    Example: homefield-node source-priority ./club-a "fit garmin 2064" fit
    """
    from client.biometrics.own_settings import NOTHING_SET
    from client.settings import load_settings
    from client.vault.access import open_vault
    from client.vault.preferences.known_sources import named as source_named
    from client.vault.preferences.own_settings import (
        node_source_priority,
        own_settings,
        set_node_source_priority,
        set_own_settings,
    )

    if app and clear:
        raise typer.BadParameter("expected sources in their order, or --clear, got both")
    with open_vault(load_settings(folder)) as vault:
        who = None if athlete is None else find_athlete(vault, athlete)
        found = None if who is None else who.athlete
        known = _known(vault, found)
        chosen = tuple(source_named(entry, known) for entry in app or ())
        if (chosen or clear) and found is None:
            set_node_source_priority(vault, NOTHING_SET.changed(source_priority=chosen))
        elif (chosen or clear) and found is not None:
            set_own_settings(vault, found, own_settings(vault, found).changed(source_priority=chosen))
        held = node_source_priority(vault) if found is None else own_settings(vault, found).source_priority
        apart = _not_by_order(vault, found) if held else []
    unknown = [entry for entry in held if entry.casefold() not in {name.casefold() for name in known}]
    if as_json:
        answer = {"athlete": found, SHOWN: list(held), "not_stored": unknown, "not_by_order": apart}
        print_json("homefield-source-priority-1", answer)
        return
    say(f"{'Every athlete' if who is None else named(who)}: {', '.join(held) or 'no order is set'}.")
    if unknown:
        say(f"Nothing of {', '.join(unknown)} is stored yet; known: {', '.join(known) or 'none'}.")
    if apart:
        say(SLEEP_APART)


def _not_by_order(vault: "Vault", athlete: "AthleteId | None") -> list[str]:
    """Return the figure of which no order decides: hours of sleep, of an athlete who has them measured and answered."""
    from client.biometrics.streams import Stream

    asked = [one.athlete for one in vault.athletes()] if athlete is None else [athlete]
    two = {Stream.SLEEP_PERIOD_MIN, Stream.SLEEP_DURATION_H}
    is_both = any({one.stream for one in vault.read(who, sorted(two))} == two for who in asked)
    return ["sleep_h"] if is_both else []


def _known(vault: "Vault", athlete: "AthleteId | None") -> list[str]:
    """Return the apps of which something is stored, and of an app with several devices each of them."""
    from client.features.day_sources import name_of
    from client.vault.preferences.known_sources import known_sources

    asked = [one.athlete for one in vault.athletes()] if athlete is None else [athlete]
    sources = {(one.app, one.device) for one in known_sources(vault, asked) if one.app}
    return sorted({app for app, _ in sources} | {name_of(one) for one in sources})


def constants(
    folder: NodeFolder,
    athlete: NodeAthlete,
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
        who = find_athlete(vault, athlete)
        found = who.athlete
        if chosen:
            set_own_settings(vault, found, own_settings(vault, found).changed(**chosen))
        held = own_settings(vault, found).model_dump(exclude={SHOWN})
    shown = {"athlete": found if as_json else named(who), **held}
    print_values("homefield-athlete-constants-1", shown, as_json=as_json)
