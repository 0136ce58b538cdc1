"""`athlete light-without`: the kinds of data that an athlete leaves out of their own light."""

from datetime import date
from typing import Annotated

import typer

from chassis.cli.console import print_json, say
from chassis.cli.options import AsJson
from client.commands.node_folder import NodeAthlete, NodeFolder, find_athlete
from client.commands.setup import athletes
from client.errors import BadOwnSetting
from policies.vocabulary import Category

KINDS = {"heart": Category.HEART, "sleep": Category.SLEEP, "wellness": Category.WELLNESS, "tests": Category.TESTS}
WORDS = {"heart": "heart and recovery", "sleep": "sleep", "wellness": "morning answers", "tests": "tests"}


def register(_app: typer.Typer) -> None:
    """Add the command beside `athlete add`."""
    athletes.command("light-without")(light_without)


def light_without(
    folder: NodeFolder,
    athlete: NodeAthlete,
    kind: Annotated[
        list[str] | None, typer.Argument(help=f"Each of {', '.join(KINDS)} that is left out.", show_default=False)
    ] = None,
    nothing: Annotated[bool, typer.Option("--nothing", help="Leave nothing out any more.")] = False,
    as_json: AsJson = False,
) -> None:
    """Leave kinds of data out of an athlete's light, at the athlete's own word: for them to type, or beside them.

    It counts from the next morning on, in place of what was left out before. It is shown to nobody but the athlete, on
    their own page, and it changes nothing about who sees what.

    Example: homefield-node athlete light-without ./club-a 7 sleep heart
    """
    from chassis.clock import utc_now
    from chassis.text import listed, long_date
    from client.coaching.light.at_home import leave_out
    from client.settings import load_settings
    from client.vault.access import open_vault

    named = list(kind or ())
    if bool(named) == nothing:
        raise BadOwnSetting(f"expected some of {', '.join(KINDS)}, or --nothing")
    if strange := [one for one in named if one not in KINDS]:
        raise BadOwnSetting(f"expected some of {', '.join(KINDS)}, got {strange[0]!r}")
    settings = load_settings(folder)
    today: date = utc_now().astimezone(settings.timezone).date()
    with open_vault(settings) as vault:
        who = find_athlete(vault, athlete).athlete
        choice = leave_out(vault, who, [KINDS[one] for one in named], today=today)
    if as_json:
        values = {"athlete": who, "without": sorted(choice.without), "from": choice.begins.isoformat()}
        print_json("homefield-athlete-light-without-1", values)
        return
    left = f"without {listed([WORDS[one] for one in dict.fromkeys(named)])}" if named else "from every kind"
    say(f"From the morning of {long_date(choice.begins)} on the light is computed {left}.")
