"""`serve`: the Fleet API over TLS on one port, pages on another, and the worker that carries campaigns out."""

import ssl
from pathlib import Path
from typing import Annotated

import typer

from chassis.cli.console import say
from chassis.cli.operator_options import (
    LogFormatOption,
    LogLevelOption,
    MetricsHost,
    MetricsPort,
    begin_log,
    say_operator_address,
)
from chassis.cli.options import Demo, Proxies, PublicUrl
from chassis.clock import utc_now
from chassis.operations.log_lines import LogFormat, LogLevel
from chassis.operations.no_core_dump import forbid_core_dumps
from server.commands.coordinator_folder import CoordinatorFolder, database_of, note_ports
from server.commands.lengths import USUAL_WAIT_S
from server.errors import BadCoordinatorSettings


def register(app: typer.Typer) -> None:
    """Add this command to the program."""
    app.command()(serve)


def serve(
    folder: CoordinatorFolder,
    fleet_port: Annotated[int, typer.Option(help="Port of the Fleet API, TLS, for clubs' nodes.")],
    web_port: Annotated[int, typer.Option("--web-port", "--port", help="Port of the pages, for staff.")],
    host: Annotated[str, typer.Option(help="Address of the pages; put a TLS proxy in front of any but loopback.")] = (
        "127.0.0.1"
    ),
    fleet_host: Annotated[
        str, typer.Option(help="Address of the Fleet API; 0.0.0.0 for clubs on other machines.")
    ] = "127.0.0.1",
    wait: Annotated[int, typer.Option(min=1, help="Seconds a campaign may wait for its clubs.")] = USUAL_WAIT_S,
    public_url: PublicUrl = "",
    proxy: Proxies = None,
    demo: Demo = False,
    log_format: LogFormatOption = LogFormat.TEXT,
    log_level: LogLevelOption = LogLevel.INFO,
    metrics_port: MetricsPort = None,
    metrics_host: MetricsHost = "127.0.0.1",
) -> None:
    """Run the coordinator until it is stopped.

    Example: homefield-server serve ./league --fleet-port 9092 --web-port 8200

    Example: homefield-server serve ./league --fleet-host 0.0.0.0 --fleet-port 9092 --web-port 8200
    """
    from chassis.operations.figures import refused_counter
    from chassis.operations.operator_listener import operator_listeners
    from chassis.web.serving import LOOPBACK, listen, serving, stopped_by_signals, wait_for_stop
    from chassis.web.site_address import parse_site
    from server.federation.fleet import FLEET_BODIES  # loads flwr, which most commands do not need
    from server.running import Coordinator
    from server.settings import load_settings

    forbid_core_dumps()
    begin_log("homefield-server", log_format, log_level)
    site = parse_site(public_url, proxies=proxy or ())
    if demo and (host not in LOOPBACK or site.is_public):
        raise BadCoordinatorSettings("--demo signs people in without proof; it runs on loopback only")
    settings = load_settings(folder)
    database_of(settings).dispose()
    certificate, key = str(settings.fleet_certificate), str(settings.tls / "server.key")
    check_certificate(certificate, key)
    coordinator = Coordinator.open(settings, clock=utc_now, wait_s=float(wait), demo=demo, site=site)
    count = refused_counter(coordinator.figures)
    listeners = [
        listen(coordinator.web_app, host=host, port=web_port, site=site, count_answer=count),
        listen(
            coordinator.fleet_app,
            host=fleet_host,
            port=fleet_port,
            certificate=certificate,
            key=key,
            site=None,
            bodies=FLEET_BODIES,
            count_answer=count,
        ),
    ]
    beside = operator_listeners(coordinator.figures, coordinator.health, host=metrics_host, port=metrics_port)
    stop = stopped_by_signals()
    with coordinator.working(), serving([*listeners, *beside]):
        say_operator_address(metrics_host, beside)
        _say_where(folder, (fleet_host, listeners[1].port), (host, listeners[0].port))
        wait_for_stop(stop, [*listeners, *beside])
        coordinator.fleet.arrivals.release_all()


def _say_where(folder: Path, fleet: tuple[str, int], pages: tuple[str, int]) -> None:
    """Say where the coordinator is reached, and keep its ports for whoever is told later how to run it."""
    note_ports(folder, fleet_port=fleet[1], web_port=pages[1])
    say(f"fleet api on https://{fleet[0]}:{fleet[1]}", f"listening on http://{pages[0]}:{pages[1]}")


def check_certificate(certificate: str, key: str) -> None:
    """Raise BadCoordinatorSettings unless the two files are a certificate and its key, before anything listens."""
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(certificate, key)
    except OSError as error:  # also every SSLError
        raise BadCoordinatorSettings(
            f"{certificate} and server.key beside it are not a certificate and its key"
        ) from error
