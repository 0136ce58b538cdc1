"""Commands about organisations: who is registered, and which of their keys count. All of them also while it serves."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chassis.cli.console import is_agreed, print_json, print_table, print_values, say
from chassis.cli.next_steps import YOU, NextStep, say_next
from chassis.cli.options import AsJson, Yes
from chassis.clock import utc_now
from chassis.text import plural
from consent.commands.carry_out import carry_out
from consent.commands.service_folder import ServiceFolder, beside
from consent.registry.values import LONGEST_OVERLAP_D, USUAL_OVERLAP_D, OrgKind
from policies.vocabulary import OrgId

if TYPE_CHECKING:
    from consent.registry.values import FormerKey, ListedOrg, Org

app = typer.Typer(help="Organisations that may ask: clubs, the league, the governing body.", no_args_is_help=True)

OrgArgument = Annotated[str, typer.Argument(help="Its identifier, such as club-a.")]
KeyOption = Annotated[str, typer.Option(help="Its public key (base64), which signs its requests.")]
OPERATORS = {
    OrgKind.CLUB: "the club’s operator",
    OrgKind.LEAGUE: "the league’s operator",
    OrgKind.GOVERNING_BODY: "the governing body",
    OrgKind.UNION: YOU,
}


def register(program: typer.Typer) -> None:
    """Add `org` and its commands to the program."""
    program.add_typer(app, name="org")


@app.command("add")
def org_add(
    directory: ServiceFolder,
    org: OrgArgument,
    name: Annotated[str, typer.Option(help="Name, as athletes read it.")],
    kind: Annotated[OrgKind, typer.Option(help="What it is.")],
    key: KeyOption,
    as_json: AsJson = False,
) -> None:
    """Register an organisation, or change its name and, at once, its key. The service may run.

    Example: homefield-consent org add union club-a --name "Eastmere FC" --kind club --key BASE64
    """
    fields = {"command": "org add", "org": org, "name": name, "kind": kind.value, "key": key}
    done = carry_out(directory, fields)
    if as_json:
        print_json("homefield-org-add-1", done)
        return
    say(f"{done['name']} ({org}) is registered as {kind.value.replace('_', ' ')} with the key {done['key_id']}.")
    say_next(*_after_add(kind))


@app.command("add-key")
def org_add_key(
    directory: ServiceFolder,
    org: OrgArgument,
    key: KeyOption,
    overlap_days: Annotated[
        int, typer.Option(help=f"Days for which the key before counts as well, 0 to {LONGEST_OVERLAP_D}.")
    ] = USUAL_OVERLAP_D,
    as_json: AsJson = False,
) -> None:
    """Have an organisation sign with a new key; the one before counts beside it for a while. The service may run.

    An organisation that still holds its key does this itself (`homefield-node rotate-key`, `homefield-server
    rotate-key`). One that was revoked gets a new key here.

    Example: homefield-consent org add-key union club-a --key BASE64 --overlap-days 14
    """
    done = carry_out(directory, {"command": "org add-key", "org": org, "key": key, "overlap_d": overlap_days})
    if as_json:
        print_json("homefield-org-add-key-1", done)
        return
    say(f"{done['name']} ({org}) signs with the key {done['key_id']} from now on.")
    until = done["former_counts_until"]
    say(f"The key before counts until {_minute(until)}." if until else "No other key of theirs counts.")
    whom = OPERATORS[OrgKind(done["kind"])]
    if not until:
        say_next(NextStep(whom, "restart the program with the new key"))
        return
    retire = ["homefield-consent", "org", "retire-key", directory, org, "KEY-ID"]
    say_next(
        NextStep(whom, "restart the program with the new key before then"),
        NextStep(YOU, "end the overlap early, once they have (`org list` shows the id)", retire),
    )


@app.command("retire-key")
def org_retire_key(
    directory: ServiceFolder,
    org: OrgArgument,
    key_id: Annotated[str, typer.Argument(metavar="KEY-ID", help="Of the former key, as `org list` shows it.")],
    as_json: AsJson = False,
) -> None:
    """End the overlap of a former key at once. It never counts again. The service may run.

    Example: homefield-consent org retire-key union club-a 0123456789abcdef
    """
    done = carry_out(directory, {"command": "org retire-key", "org": org, "key_id": key_id})
    print_values("homefield-org-retire-key-1", done, as_json=as_json)


@app.command("revoke")
def org_revoke(directory: ServiceFolder, org: OrgArgument, yes: Yes = False, as_json: AsJson = False) -> None:
    """End every key of an organisation at once: a node was lost, or must not ask any more. The service may run.

    Its open campaigns are closed for it, and requests that no athlete has answered; its athletes find it in their own
    list. What they granted stays theirs to stop, and nobody can use it until the organisation gets another key.

    Example: homefield-consent org revoke union club-a
    """
    if not is_agreed(f"Stop everything that {named_org(directory, org)} signs, at once?", yes=yes, as_json=as_json):
        raise typer.Abort
    done = carry_out(directory, {"command": "org revoke", "org": org})
    if as_json:
        print_json("homefield-org-revoke-1", done)
        return
    told = plural(done["athletes_told"], "athlete finds", "athletes find")
    say(f"No key of {done['name']} ({org}) counts any more; {told} it in their own list.")
    again = ["homefield-consent", "org", "add-key", directory, org, "--key", "KEY"]
    say_next(
        NextStep(OPERATORS[OrgKind(done["kind"])], "stop the program, and make a new key if they are to go on"),
        NextStep(YOU, "let them go on with that key", again),
    )


@app.command("list")
def org_list(directory: ServiceFolder, as_json: AsJson = False) -> None:
    """List the registered organisations, their keys, and until when a former one counts.

    Example: homefield-consent org list union
    """
    with beside(directory) as store:
        found = store.org_keys.listed()
    if as_json:
        print_json("homefield-org-list-1", {"organisations": [_listed(one) for one in found]})
        return
    lines = [(one.org.org_id, one.org.name, one.org.kind.value, *_keys_in_words(one)) for one in found]
    columns = ("Id", "Name", "Kind", "Key", "Key id", "Former keys that count")
    print_table(plural(len(lines), "organisation", "organisations"), columns, lines)


def named_org(directory: Path, org: str) -> str:
    """Return an organisation as the terminal names it: name and id; raises NotFound."""
    with beside(directory) as store:
        return in_words(store.org(OrgId(org)))


def in_words(org: "Org") -> str:
    """Return an organisation as the terminal names it."""
    return f"{org.name} ({org.org_id})"


def _listed(one: "ListedOrg") -> Mapping[str, Any]:
    org = one.org
    former = [{"key_id": key.key_id, "until": key.until.isoformat()} for key in one.former_keys]
    return {
        "org": org.org_id,
        "name": org.name,
        "kind": org.kind.value,
        "key": org.key.text if org.key else "",
        "key_id": org.key.key_id if org.key else "",
        "former_keys": former,
    }


def _keys_in_words(one: "ListedOrg") -> tuple[str, str, str]:
    if one.org.key is None:
        return "", "the service’s own" if one.org.kind is OrgKind.UNION else "none counts", ""
    counting = [_former_in_words(key) for key in one.former_keys if key.until > utc_now()]
    return one.org.key.text, one.org.key.key_id, "; ".join(counting)


def _former_in_words(key: "FormerKey") -> str:
    return f"{key.key_id} until {key.until:%Y-%m-%d}"


def _after_add(kind: OrgKind) -> list[NextStep]:
    """What comes next depends on what was registered."""
    whom = OPERATORS[kind]
    if kind is OrgKind.CLUB:
        join = ["homefield-node", "league", "join", "CLUB-FOLDER", "LEAGUE"]
        return [
            NextStep(
                whom, "link the node with the service key that `keys` prints", ["homefield-node", "link", "--help"]
            ),
            NextStep(whom, "make the athletes known here", ["homefield-node", "enrol", "CLUB-FOLDER"]),
            NextStep(whom, "join a league, if the club is in one", join),
        ]
    if kind is OrgKind.LEAGUE:
        node_add = ["homefield-server", "node", "add", "LEAGUE-FOLDER", "CLUB", "FLEET.PUB"]
        return [NextStep(whom, "let each club in that has joined", node_add)]
    return [NextStep(whom, "read the log with the trust policy that `homefield-consent keys` prints")]


def _minute(moment: str) -> str:
    return f"{datetime.fromisoformat(moment):%Y-%m-%d %H:%M} UTC"
