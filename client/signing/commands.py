"""`rotate-key` and `league new-key`: this node signs with another key, or believes another's new one."""

from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chassis.cli.console import print_json, say
from chassis.cli.next_steps import YOU, NextStep, say_next
from chassis.cli.options import AsJson
from chassis.clock import utc_now
from chassis.text import moment
from client.commands.league import leagues
from client.commands.node_folder import NodeFolder
from client.errors import BadNodeSettings, ClientError, NoLeague
from policies.errors import PolicyError

if TYPE_CHECKING:
    from chassis.http.key_change import SignedKeyChange
    from policies.signing import SigningKey

LARGEST_STATEMENT = 64 * 1024


def register(app: typer.Typer) -> None:
    """Add `rotate-key` to the program, and `new-key` to its commands about leagues."""
    app.command("rotate-key")(rotate_key)
    leagues.command("new-key")(new_league_key)


def rotate_key(folder: NodeFolder, as_json: AsJson = False) -> None:
    """Sign with a new key from now on. The consent service takes it by itself, and counts the one before for two weeks.

    Where the present key was revoked, it says what the union's operator has to run first. Give the command again if it
    was stopped: it goes on with the same key.

    Example: homefield-node rotate-key ./club-a
    """
    from chassis.http import key_rotation
    from client.consent_client import NodeConsentClient
    from client.settings import load_settings
    from policies.signing import VerifyKey

    settings = load_settings(folder)
    if settings.consent_service_key is None:
        raise BadNodeSettings("this node is not linked to a consent service; run `homefield-node link` first")

    def ask(key: "SigningKey", statement: "SignedKeyChange") -> datetime | None:
        with closing(NodeConsentClient.of(settings, clock=utc_now, key=key)) as consent:
            return consent.change_key(statement)

    done = key_rotation.rotate_key(
        settings.rotating_key,
        organisation=settings.club,
        service_key_id=VerifyKey.from_text(settings.consent_service_key).key_id,
        now=utc_now(),
        ask=ask,
    )
    until = done.former_until
    if as_json:
        values = {"node_key": done.key.text, "former_counts_until": until.isoformat() if until else None}
        print_json("homefield-node-rotate-key-1", values)
        return
    say("The consent service has taken this node's new key.")
    say_next(
        NextStep(YOU, f"restart the node{f' before {moment(until)}' if until else ''}; it signs with the new key then"),
        NextStep(YOU, "make a backup: older ones hold the former key", ["homefield-node", "backup", folder, "BACKUPS"]),
    )


def new_league_key(
    folder: NodeFolder,
    statement: Annotated[Path, typer.Argument(help="The file that the league sent, league-key-….json.")],
    as_json: AsJson = False,
) -> None:
    """Believe the league's new key, by a statement that its former one has signed. What it signed before still counts.

    A statement of the organisation that signs campaigns beside the league is taken alike.

    Example: homefield-node league new-key ./club-a ./league-key-0123456789abcdef.json
    """
    from chassis.http.key_change import parse_key_change
    from client.settings import change_settings, load_settings
    from policies.signing import VerifyKey

    settings = load_settings(folder)
    if settings.league_key is None or settings.consent_service_key is None:
        raise NoLeague
    signed = parse_key_change(_read(statement))
    is_second = bool(settings.second_signer_key) and signed.change.organisation == settings.second_signer
    held = settings.second_signer_key if is_second and settings.second_signer_key else settings.league_key
    is_known = signed.change.key == held
    try:
        if not is_known:
            signed.verify(VerifyKey.from_text(held))
    except PolicyError as error:
        raise ClientError(
            "expected a statement signed by the key of theirs that this node knows; if that key was revoked, get the "
            "new one in person and give it to `homefield-node link`"
        ) from error
    if signed.change.service_key_id != VerifyKey.from_text(settings.consent_service_key).key_id:
        raise ClientError("expected a statement made for this node's consent service; nothing was changed")
    if not is_known:
        setting = "second_signer_key" if is_second else "league_key"
        change_settings(folder, **{setting: signed.change.key, f"former_{setting}": held})
    if as_json:
        print_json("homefield-league-new-key-1", {"league_key": signed.change.key})
        return
    say(f"This node believes the new key of {signed.change.organisation}.")
    say_next(NextStep(YOU, "restart the node if it runs"))


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_STATEMENT)
    except OSError as error:
        raise ClientError(f"cannot read the statement in {path}") from error
