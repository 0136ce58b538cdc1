"""The coordinator's folder on the command line: its database, its store and its line to the consent service."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chassis.clock import utc_now
from chassis.files.replace_file import replace_durably
from server.errors import BadCoordinatorSettings

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from server.consent_client import CoordinatorConsentClient
    from server.settings import CoordinatorSettings
    from server.store import CoordinatorStore


CoordinatorFolder = Annotated[
    Path, typer.Argument(help="The coordinator's folder, as created by `init`.", show_default=False)
]


SERVED = "served.json"
USUAL_PORTS = {"fleet_port": 9092, "web_port": 8200}
"""Those of the documents."""


def note_ports(folder: Path, *, fleet_port: int, web_port: int) -> None:
    """Keep where the coordinator is served, for whoever is told the command later."""
    ports = {"fleet_port": fleet_port, "web_port": web_port}
    replace_durably(folder / SERVED, json.dumps(ports).encode() + b"\n", mode=0o644)


def serve_command(folder: Path, *options: object) -> list[object]:
    """Return the command that runs this coordinator, as a next step shows it: at the ports at which it ran last."""
    ports = _noted_ports(folder)
    listen = ("--fleet-port", ports["fleet_port"], "--web-port", ports["web_port"])
    return ["homefield-server", "serve", folder, *options, *listen]


def _noted_ports(folder: Path) -> dict[str, int]:
    try:
        noted = json.loads((folder / SERVED).read_bytes())
        return {name: int(noted[name]) for name in USUAL_PORTS}
    except (OSError, ValueError, KeyError, TypeError):
        return USUAL_PORTS


def database_of(settings: "CoordinatorSettings") -> "Engine":
    """Open the coordinator's database. Raises BadCoordinatorSettings when it is gone or damaged: none is made anew."""
    from server.store import open_database

    if settings.database_path is not None and not settings.database_path.exists():
        raise BadCoordinatorSettings(f"{settings.database_path} is missing; put it back from a backup")
    return open_database(settings)


def consent_of(settings: "CoordinatorSettings") -> "CoordinatorConsentClient":
    """Return the client of the league's consent service, for its caller to close."""
    from server.consent_client import CoordinatorConsentClient

    return CoordinatorConsentClient.of(settings, clock=utc_now)


def store_of(settings: "CoordinatorSettings") -> "CoordinatorStore":
    """Open the coordinator's store; see `database_of`."""
    from server.store import CoordinatorStore

    return CoordinatorStore(database_of(settings), clock=utc_now)
