"""The coordinator's folder on the command line: its database, its store and its line to the consent service."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chassis.clock import utc_now
from server.errors import BadCoordinatorSettings

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from server.consent_client import CoordinatorConsentClient
    from server.settings import CoordinatorSettings
    from server.store import CoordinatorStore


CoordinatorFolder = Annotated[
    Path, typer.Argument(help="The coordinator's folder, as created by `init`.", show_default=False)
]


def serve_command(folder: Path, *options: object) -> list[object]:
    """Return the command that runs this coordinator, with the ports of the documents, as a next step shows it."""
    return ["homefield-server", "serve", folder, *options, "--fleet-port", 9092, "--web-port", 8200]


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
