"""`athlete second-club`: an athlete of two clubs, with a weight at each in league learning."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from chassis.cli.console import print_json, say
from chassis.cli.options import AsJson
from consent.commands import athletes
from consent.commands.athletes import AthleteArgument
from consent.commands.carry_out import carry_out
from consent.commands.service_folder import ServiceFolder
from consent.errors import InvalidChange
from policies.campaigns.memberships import HALF, WHOLE

app = typer.Typer(help="Athletes who are at a second club: loans, national sides, university and club.")


def register(_program: typer.Typer) -> None:
    """Add these commands below `athlete`."""
    athletes.app.add_typer(app, name="second-club", no_args_is_help=True)


@app.command("set")
def set_second_club(
    directory: ServiceFolder,
    athlete: AthleteArgument,
    club: Annotated[str, typer.Argument(help="The second club's id, as `org list` shows it.", show_default=False)],
    sixteenths: Annotated[
        int, typer.Option(min=1, max=WHOLE - 1, help="The athlete's weight there; the own club has what is left of 16.")
    ] = HALF,
    until: Annotated[str, typer.Option(help="The day on which it ends by itself, as 2027-06-30; never if empty.")] = "",
    as_json: AsJson = False,
) -> None:
    """Have an athlete at a second club, or change weight and end there. The service may run.

    Each club then learns from what its own node holds of the athlete, with its weight w, at w² of the price: both
    together never cost more than one club did. Campaigns in which a token was issued keep the weights of that day. The
    second club's operator adds the athlete with the same id (`homefield-node athlete add --id`); what that club sees is
    the athlete's choice, in the portal.

    Example: homefield-consent athlete second-club set union ath-0123456789abcdef club-b --sixteenths 8
    """
    ends = _midnight_after(until)
    named = athletes.enrolled(directory, athlete)
    fields = {"club": club, "sixteenths": sixteenths, "until": None if ends is None else ends.isoformat()}
    done = carry_out(directory, {"command": "athlete second-club set", "athlete": athlete, **fields})
    if as_json:
        print_json("homefield-athlete-second-club-set-1", done)
        return
    say(f"{named} is at {done['club']} as their second club: weight {_weights(done)}.")


@app.command("end")
def end_second_club(directory: ServiceFolder, athlete: AthleteArgument, as_json: AsJson = False) -> None:
    """End what an athlete shares with their second club, and their part in its learning. The service may run.

    Example: homefield-consent athlete second-club end union ath-0123456789abcdef
    """
    named = athletes.enrolled(directory, athlete)
    done = carry_out(directory, {"command": "athlete second-club end", "athlete": athlete})
    if as_json:
        print_json("homefield-athlete-second-club-end-1", done)
        return
    say(f"{named} has no second club any more; what its node holds, its operator erases with `homefield-node erase`.")


def _weights(told: Mapping[str, Any]) -> str:
    return f"{told['sixteenths']}/{WHOLE} there, {told['own_sixteenths']}/{WHOLE} at their own club"


def _midnight_after(day: str) -> datetime | None:
    """The end of a day in UTC; raises InvalidChange for text that is none."""
    if not day:
        return None
    try:
        return datetime.strptime(day, "%Y-%m-%d").replace(hour=23, minute=59, second=59, tzinfo=UTC)
    except ValueError as error:
        raise InvalidChange(f"expected a day such as 2027-06-30, got {day[:20]!r}") from error
