"""The service's folder on the command line: opened for reading beside the running service, or for writing alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from audit.errors import LogUnavailable, QuorumNotMet
from chassis.cli.console import warn
from chassis.clock import utc_now

if TYPE_CHECKING:
    from consent.service import Service
    from consent.store import ConsentStore


WithoutWitnesses = Annotated[
    bool,
    typer.Option("--without-witnesses", help="Go on although a witness knows a larger log: docs/operate.md first."),
]
ServiceFolder = Annotated[Path, typer.Argument(metavar="DIR", help="The service's own folder.")]


@contextmanager
def beside(directory: Path) -> "Iterator[ConsentStore]":
    """Open the store for reading, whether the service runs or not."""
    from consent.service import open_beside
    from consent.settings import read_settings

    engine, store = open_beside(read_settings(directory.resolve()), clock=utc_now)
    try:
        yield store
    finally:
        engine.dispose()


@contextmanager
def writing(directory: Path) -> "Iterator[Service]":
    """Open the service for writing, which needs it not to run; what was recorded is published at once if it can be.

    Commands that the running service can carry out go by `carry_out`. A witness that answers is believed; the start of
    the service itself insists on answers.
    """
    from consent.operations.outside_view import OutsideCheck
    from consent.service import StartMode, open_service
    from consent.settings import read_settings

    mode = StartMode(OutsideCheck.IF_REACHABLE)
    service = open_service(read_settings(directory.resolve()), clock=utc_now, mode=mode)
    try:
        yield service
        publish(service)
    finally:
        service.close()


def publish(service: "Service") -> None:
    """Publish, or say that what was recorded waits: witnesses may be away, or not know this log yet."""
    try:
        service.publish()
    except (LogUnavailable, QuorumNotMet) as error:
        warn(f"note: recorded, and published by the service once it runs ({error})")
