"""`league join`, `league leave` and `league list`: which leagues this club is in. Nothing of a club is there before."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from chassis.cli.console import is_agreed, print_json, print_table, say
from chassis.cli.next_steps import YOU, NextStep, say_next
from chassis.cli.options import AsJson, Yes
from chassis.clock import utc_now
from chassis.text import plural, shortened
from client.commands.node_folder import NodeFolder
from client.errors import BadNodeSettings, ClientError, ConsentRefused

if TYPE_CHECKING:
    from client.consent_client import JoinableLeague, NodeConsentClient

leagues = typer.Typer(no_args_is_help=True, help="Join a league, leave it, and list the leagues of this club.")
LeagueArgument = Annotated[str, typer.Argument(help="The league's id, as `league list` shows it.", show_default=False)]
_REFUSALS = {
    404: "there is no such league; `homefield-node league list` shows those that the consent service knows",
    409: "this club has not joined that league; `homefield-node league list` shows where it is",
}
LEAVING = (
    "Its open campaigns are closed for this club, and it gets nothing of your athletes through this club any more."
)


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.add_typer(leagues, name="league")


@leagues.command()
def join(folder: NodeFolder, league: LeagueArgument, as_json: AsJson = False) -> None:
    """Join a league. It may then name this club in campaigns; each athlete of the club finds it in "Who looked".

    Example: homefield-node league join ./club-a coast-league
    """
    with closing(_consent_of(folder)) as consent, _in_words():
        joined = consent.join_league(_checked(league))
    if as_json:
        print_json("homefield-league-join-1", _as_json(joined))
    else:
        say(f"This club is in {joined.name}. It learns only from athletes who let it.")
        let_in = ["homefield-server", "node", "add", "LEAGUE-FOLDER", consent.club, "FLEET.PUB"]
        say_next(NextStep("the league’s operator", "let the node in, with its fleet.pub", let_in), *_after_join(folder))


@leagues.command()
def leave(folder: NodeFolder, league: LeagueArgument, yes: Yes = False, as_json: AsJson = False) -> None:
    """Leave a league: its open campaigns are closed for this club, and releases to it end. Joining again reopens none.

    Example: homefield-node league leave ./club-a coast-league --yes
    """
    with closing(_consent_of(folder)) as consent, _in_words():
        wanted = _checked(league)
        if not is_agreed(f"Leave {wanted}? {LEAVING}", yes=yes, as_json=as_json):
            raise ClientError("nothing was left")
        left = consent.leave_league(wanted)
    if as_json:
        print_json("homefield-league-leave-1", _as_json(left))
    else:
        say(f"This club has left {left.name}. {LEAVING}")


@leagues.command("list")
def list_(folder: NodeFolder, as_json: AsJson = False) -> None:
    """List the leagues that the consent service knows, and since when this club is in each.

    Example: homefield-node league list ./club-a
    """
    with closing(_consent_of(folder)) as consent:
        found = consent.leagues()
    if as_json:
        print_json("homefield-league-list-1", {"leagues": [_as_json(league) for league in found]})
        return
    rows = [(one.league, one.name, f"since {one.joined:%Y-%m-%d}" if one.joined else "not joined") for one in found]
    joined = plural(sum(1 for one in found if one.joined), "league", "leagues")
    print_table(f"{joined} joined", ("League", "Name", "This club"), rows)


def _after_join(folder: NodeFolder) -> list[NextStep]:
    """Return what a club does that was linked in no league: nobody asks it to learn before."""
    from client.settings import load_settings

    if load_settings(folder).coordinator is not None:
        return []
    link = ["homefield-node", "link", folder, "--help"]
    return [NextStep(YOU, "link the node to the league with the address, certificate and key that it gives you", link)]


@contextmanager
def _in_words() -> Iterator[None]:
    """Say what the service's refusal means for a league; nothing was changed then."""
    try:
        yield
    except ConsentRefused as error:
        if error.status not in _REFUSALS:
            raise
        raise ClientError(_REFUSALS[error.status]) from error


def _consent_of(folder: NodeFolder) -> "NodeConsentClient":
    from client.consent_client import NodeConsentClient
    from client.settings import load_settings

    return NodeConsentClient.of(load_settings(folder), clock=utc_now)


def _checked(league: str) -> str:
    from client.settings import is_org_id

    if not is_org_id(league):
        ids = "expected a league's id of lower-case letters, digits and dashes"
        raise BadNodeSettings(f"{ids}, got {shortened(league)!r}; `homefield-node league list` shows them")
    return league


def _as_json(league: "JoinableLeague") -> dict[str, str | None]:
    joined = None if league.joined is None else league.joined.isoformat()
    return {"league": league.league, "name": league.name, "joined": joined}
