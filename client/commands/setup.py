"""`init`, `athlete add`, `athlete list` and `erase`: the node's folder and who is in it."""

import os
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chassis.cli.backup_options import erased_in_backups
from chassis.cli.console import is_agreed, print_json, print_table, say, warn
from chassis.cli.next_steps import YOU, NextStep, say_next
from chassis.cli.options import AsJson, Yes
from chassis.clock import utc_now
from chassis.errors import ChassisError
from chassis.files.create_file import create_durably
from chassis.files.secret_file import create_secret, create_seed
from chassis.text import plural, shortened
from client.commands.keys import give_keys
from client.commands.node_folder import NodeFolder, find_athlete, named, refuse_same_athlete
from client.commands.reporting import cause
from client.errors import BadNodeSettings, ClientError, ConsentUnavailable
from client.squads import DEFAULT_SQUAD, checked_squad
from policies.errors import PolicyError
from policies.vocabulary import AthleteId

if TYPE_CHECKING:
    from client.settings import NodeSettings, NodeSettingsFile


SquadOption = Annotated[str, typer.Option(help="The athlete's squad; staff see the athletes of their own squads.")]

athletes = typer.Typer(
    no_args_is_help=True, help="The athletes of this node: add, list, rename, remove, and what is set for each."
)


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.command()(init)
    app.add_typer(athletes, name="athlete")
    app.command()(erase)


def init(
    folder: NodeFolder,
    club: Annotated[str, typer.Option(help="The club's id in the federation, for instance club-a.")],
    name: Annotated[str, typer.Option(help="The club's name as people say it.")],
    timezone: Annotated[str, typer.Option(help="Time zone of files that do not say theirs.")] = "UTC",
    passphrase: Annotated[
        bool, typer.Option("--passphrase", help="Lock the vault with a passphrase (asked, or HOMEFIELD_PASSPHRASE).")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Create a node folder: settings, keys and an empty vault.

    Example: homefield-node init ./club-a --club club-a --name "Eastmere FC" --timezone Europe/Oslo
    """
    from chassis.names import read_name
    from client.settings import FILE_NAME, load_settings, save_settings
    from client.vault.keys import create_key_file, create_passphrase
    from client.vault.store import Vault
    from policies.signing import SigningKey

    if (folder / FILE_NAME).exists():
        raise BadNodeSettings(f"{folder} is a node folder already")
    name = read_name(name)
    stored = _settings(club, name, timezone, passphrase=passphrase)
    keys = folder / "keys"
    unlock = create_passphrase(keys, _asked_passphrase()) if passphrase else create_key_file(keys)
    node_key = SigningKey.generate()
    create_seed(keys / "node.key", node_key.seed)
    fleet_public = _create_fleet_key(keys / "fleet")
    save_settings(folder, stored)
    settings = load_settings(folder)
    Vault.open(settings.vault_path, unlock).close()
    public = {"club": club, "node_key": node_key.verify_key.text, "fleet_key": fleet_public}
    if as_json:
        print_json("homefield-node-init-1", public)
        return
    say(f"Created the node of {name} in {folder}; `homefield-node keys` shows its public keys again.")
    say_next(
        NextStep(YOU, "add the athletes", ["homefield-node", "athlete", "add", folder, "NAME", "--shirt", "7"]),
        *give_keys(settings, public["node_key"]),
        NextStep(YOU, "link the node with the keys that they give you", ["homefield-node", "link", folder, "--help"]),
    )


@athletes.command()
def add(
    folder: NodeFolder,
    name: Annotated[str, typer.Argument(help="The athlete's name; sealed in the vault.", show_default=False)],
    shirt: Annotated[int, typer.Option(min=0, max=999, help="Shirt number.")] = 0,
    minor: Annotated[bool, typer.Option("--minor", help="The athlete is under 18.")] = False,
    squad: SquadOption = DEFAULT_SQUAD,
    identifier: Annotated[
        str | None, typer.Option("--id", help="An athlete id from another node; otherwise a new one is made.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Add an athlete, with a key of their own. One of the same name and shirt number is not added twice.

    Example: homefield-node athlete add ./club-a "Mara Lind" --shirt 7
    """
    from chassis.names import read_name
    from client.settings import load_settings
    from client.vault.access import open_vault
    from client.vault.store import new_athlete_id

    name, held = read_name(name), checked_squad(squad)
    with open_vault(load_settings(folder)) as vault:
        athlete = new_athlete_id() if identifier is None else _checked_id(identifier)
        there = vault.athletes()
        refuse_same_athlete(there, name, shirt)
        vault.add_athlete(athlete, name, shirt_no=shirt, is_minor=minor, squad=held)
    if as_json:
        values = {"athlete": athlete, "shirt_no": shirt, "is_minor": minor, "squad": held}
        print_json("homefield-athlete-add-1", values)
    else:
        say(athlete)
    if shirt and any(one.shirt_no == shirt for one in there):
        warn(f"note: another athlete has the shirt number {shirt} too; name either by id or name from now on")


@athletes.command("list")
def list_athletes(folder: NodeFolder, as_json: AsJson = False) -> None:
    """List the athletes of this node.

    Example: homefield-node athlete list ./club-a
    """
    from client.settings import load_settings
    from client.vault.access import open_vault

    with open_vault(load_settings(folder)) as vault:
        found = vault.athletes()
    if as_json:
        rows = [
            {
                "athlete": one.athlete,
                "name": one.name,
                "shirt_no": one.shirt_no,
                "is_minor": one.is_minor,
                "squad": one.squad,
            }
            for one in found
        ]
        print_json("homefield-node-athlete-list-1", {"athletes": rows})
        return
    lines = [(str(one.shirt_no), one.name, one.squad, one.athlete, "under 18" if one.is_minor else "") for one in found]
    print_table(plural(len(found), "athlete", "athletes"), ("No", "Name", "Squad", "Id", ""), lines)


def erase(
    folder: NodeFolder,
    athlete: Annotated[str, typer.Argument(help="Athlete id, name or shirt number.", show_default=False)],
    yes: Yes = False,
) -> None:
    """Destroy an athlete's key and everything sealed under it. This cannot be undone.

    A linked node then has the erasure logged by the consent service. If that cannot be reached, the athlete is
    erased all the same and the exit code is 1; repeat the command with the athlete's id to report it.

    Example: homefield-node erase ./club-a ath-0123456789abcdef
    """
    from client.settings import load_settings
    from client.vault.access import open_vault

    settings = load_settings(folder)
    with open_vault(settings) as vault:
        found = AthleteId(athlete) if athlete.startswith("ath-") else find_athlete(vault, athlete).athlete
        known = next((named(one) for one in vault.athletes() if one.athlete == found), found)
        if not is_agreed(f"Erase {known} for good?", yes=yes):
            raise ClientError("nothing was erased")
        vault.erase(found)
    say(f"{found}: the key is destroyed and the file is rewritten.", erased_in_backups(utc_now()))
    if settings.consent_url is not None:
        tell_of_erasure(settings, found)


def tell_of_erasure(settings: "NodeSettings", athlete: AthleteId) -> None:
    """Have the consent service log the erasure. It has happened whatever the service says."""
    from audit.entries.details.clubs import NodeDataErased
    from client.consent_client import NodeConsentClient

    try:
        with closing(NodeConsentClient.of(settings, clock=utc_now)) as consent:
            consent.event(NodeDataErased(athlete=athlete, club=settings.club))
    except (ChassisError, ClientError, PolicyError) as error:
        raise ConsentUnavailable(
            f"the athlete is erased here, but the log does not say so yet ({cause(error)}); erase {athlete} again to "
            "report it"
        ) from error


def _settings(club: str, name: str, timezone: str, *, passphrase: bool) -> "NodeSettingsFile":
    from pydantic import ValidationError

    from client.settings import NodeSettingsFile, read_timezone

    read_timezone(timezone)
    try:
        return NodeSettingsFile(
            club=club, name=name, timezone=timezone, lock="passphrase" if passphrase else "key_file"
        )
    except ValidationError as error:
        raise BadNodeSettings(
            f"expected a club id of lower-case letters, digits and dashes, got {shortened(club)!r}, and a name of 1 to "
            "80 characters"
        ) from error


def _asked_passphrase() -> str:
    from client.vault.keys import PASSPHRASE_VARIABLE

    given = os.environ.get(PASSPHRASE_VARIABLE)
    return given if given else str(typer.prompt("Passphrase", hide_input=True, confirmation_prompt=True))


def _create_fleet_key(path: Path) -> str:
    """Write the node's key for Flower's Fleet API (EC P-384, OpenSSH) and the node's public line; return the latter."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    from models.masks.node_line import node_line

    private = ec.generate_private_key(ec.SECP384R1())
    secret = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
    create_secret(path, secret)
    public = node_line(private)
    create_durably(path.with_suffix(".pub"), public.encode() + b"\n", mode=0o644)
    return public


def _checked_id(text: str) -> AthleteId:
    digits = text.removeprefix("ath-")
    if text == digits or len(digits) != 16 or not set(digits) <= set("0123456789abcdef"):
        raise ClientError('expected an athlete id such as "ath-0123456789abcdef"')
    return AthleteId(text)
