"""`rotate-key`: the league signs with another key; its clubs are told by a statement that the former one signed."""

import json
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from chassis.cli.console import print_json, say
from chassis.cli.next_steps import YOU, NextStep, say_next
from chassis.cli.options import AsJson
from chassis.clock import utc_now
from chassis.errors import KeyNotTaken
from chassis.files.replace_file import replace_durably
from chassis.text import moment
from server.commands.coordinator_folder import CoordinatorFolder
from server.errors import BadCoordinatorSettings, LeagueKeyNotTaken

if TYPE_CHECKING:
    from chassis.http.key_change import SignedKeyChange
    from policies.signing import SigningKey, VerifyKey
    from server.settings import CoordinatorSettings


def register(app: typer.Typer) -> None:
    """Add this command to the program."""
    app.command("rotate-key")(rotate_key)


def rotate_key(folder: CoordinatorFolder, as_json: AsJson = False) -> None:
    """Sign with a new key from now on. The consent service takes it by itself, and counts the one before for two weeks.

    Clubs learn it from a file that this writes. A campaign that is open was signed before, and stays so.
    Where the present key was revoked, the command says what the union's operator has to run first.

    Example: homefield-server rotate-key ./league
    """
    from chassis.http import key_rotation
    from policies.signing import VerifyKey
    from server.settings import load_settings

    settings = load_settings(folder)
    if not settings.service_key:
        raise BadCoordinatorSettings(
            "this coordinator does not know the consent service's key; run `link` with it first"
        )

    def keep(statement: "SignedKeyChange") -> None:
        data = json.dumps(statement.as_json(), indent=2).encode() + b"\n"
        replace_durably(_statement_file(settings, VerifyKey.from_text(statement.change.key)), data, mode=0o644)

    done = key_rotation.rotate_key(
        settings.rotating_key,
        organisation=settings.league,
        service_key_id=VerifyKey.from_text(settings.service_key).key_id,
        now=utc_now(),
        ask=lambda key, statement: _ask(settings, key, statement),
        keep=keep,
    )
    file, until = _statement_file(settings, done.key), done.former_until
    if as_json:
        until_text = until.isoformat() if until else None
        values = {"league_key": done.key.text, "former_counts_until": until_text, "statement_file": str(file)}
        print_json("homefield-server-rotate-key-1", values)
        return
    say("The consent service has taken the league’s new key.")
    before = f" before {moment(until)}" if until else ""
    take_it = ["homefield-node", "league", "new-key", "CLUB-FOLDER", file.name]
    say_next(
        NextStep(YOU, f"restart the coordinator{before}; it signs with the new key then"),
        NextStep("every club’s operator", f"get {file} from you, and before the next campaign run", take_it),
        NextStep(
            YOU, "make a backup: older ones hold the former key", ["homefield-server", "backup", folder, "BACKUPS"]
        ),
    )


def _ask(settings: "CoordinatorSettings", key: "SigningKey", statement: "SignedKeyChange") -> datetime | None:
    from server.consent_client import CoordinatorConsentClient

    try:
        with closing(CoordinatorConsentClient.of(settings, clock=utc_now, key=key)) as consent:
            return consent.change_key(statement)
    except LeagueKeyNotTaken as error:
        raise KeyNotTaken(str(error)) from error


def _statement_file(settings: "CoordinatorSettings", key: "VerifyKey") -> Path:
    return settings.directory / f"league-key-{key.key_id}.json"
