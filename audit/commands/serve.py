"""`serve`: the auditor's pages over a log."""

import re
from typing import Annotated

import typer

from audit.commands.inputs.trust_options import LogAddress, LogKeys, PolicyFile, trust_of
from chassis.cli.operator_options import (
    LogFormatOption,
    LogLevelOption,
    MetricsHost,
    MetricsPort,
    begin_log,
    say_operator_address,
)
from chassis.cli.options import Proxies, PublicUrl
from chassis.operations.log_lines import LogFormat, LogLevel
from chassis.operations.no_core_dump import forbid_core_dumps

WEB_ADDRESS = re.compile(r"https?://[^\s'\"\\]+")
"""An address that a reader can paste into a command line between single quotes."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: homefield-audit serve ./log --vkey KEY --port 8300")(serve)


def serve(
    place: LogAddress,
    vkey: LogKeys = None,
    policy: PolicyFile = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 8300,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    run_by: Annotated[str, typer.Option(help="Who runs these pages, shown at the top.")] = "Governing body",
    log_url: Annotated[
        str,
        typer.Option(
            metavar="URL", help="Where readers find the log's files, if DIR_OR_URL is a directory; shown in commands."
        ),
    ] = "",
    public_url: PublicUrl = "",
    proxy: Proxies = None,
    log_format: LogFormatOption = LogFormat.TEXT,
    log_level: LogLevelOption = LogLevel.INFO,
    metrics_port: MetricsPort = None,
    metrics_host: MetricsHost = "127.0.0.1",
) -> None:
    """Serve the auditor's pages over a log, until interrupted."""
    from chassis.web.site_address import parse_site

    if log_url and not WEB_ADDRESS.fullmatch(log_url):
        raise typer.BadParameter("expected the address of the log's files as http(s)://host/path")
    trust, site = trust_of(vkey, policy), parse_site(public_url, proxies=proxy or ())

    from audit.app import build_app  # web libraries that the other commands do without
    from chassis.names import read_name
    from chassis.operations.figures import refused_counter
    from chassis.operations.operator_listener import operator_listeners
    from chassis.web.serving import serve_app

    forbid_core_dumps()
    begin_log("homefield-audit", log_format, log_level)
    app = build_app(source=place, policy=trust, run_by=read_name(run_by), log_url=log_url)
    beside = operator_listeners(app.state.figures, app.state.health, host=metrics_host, port=metrics_port)
    say_operator_address(metrics_host, beside)
    count = refused_counter(app.state.figures)
    serve_app(app, host=host, port=port, site=site, count_answer=count, beside=beside)
