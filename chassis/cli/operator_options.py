"""Options about logs, metrics and readiness, the same for every command that serves or watches."""

from typing import TYPE_CHECKING, Annotated

import click
import typer

from chassis.cli.console import say
from chassis.operations.log_lines import LogFormat, LogLevel
from chassis.operations.log_setup import logging_to_stderr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chassis.web.serving import Listener

LogFormatOption = Annotated[
    LogFormat, typer.Option("--log-format", help="Log lines on standard error as text, or as JSON for programs.")
]
LogLevelOption = Annotated[LogLevel, typer.Option("--log-level", help="The least severe lines of the log.")]
MetricsPort = Annotated[
    int | None,
    typer.Option(
        "--metrics-port",
        min=0,
        max=65535,
        help="Port of /metrics and /ready for the operator; 0 takes a free one, neither is served if left out.",
        show_default=False,
    ),
]
MetricsHost = Annotated[
    str, typer.Option("--metrics-host", help="Address of /metrics and /ready; they are not for the public.")
]


def begin_log(program: str, form: LogFormat, level: LogLevel) -> None:
    """Set up the log for the rest of the command. Call it once what the command imports is imported."""
    click.get_current_context().with_resource(logging_to_stderr(program, form=form, level=level))


def say_operator_address(host: str, listeners: "Sequence[Listener]") -> None:
    """Print where metrics and readiness are, if they are."""
    for listener in listeners:
        say(f"metrics and readiness on http://{host}:{listener.port}")
