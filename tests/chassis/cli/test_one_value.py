"""Commands that read their options as one value: same names, help, defaults and refusals as written one by one."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from typer.testing import CliRunner

from chassis.cli.one_value import one_value


@dataclass(frozen=True, slots=True)
class Options:
    """Options of a small command."""

    folder: Annotated[Path, typer.Argument(help="Where it lies.")]
    club: Annotated[list[str] | None, typer.Option(help="Repeatable.")] = None
    days: Annotated[int, typer.Option(min=1, max=9, help="How long.")] = 3


def run(*arguments: str) -> tuple[int, str]:
    """Run the small command; return its exit code and what it printed."""
    app = typer.Typer()

    @app.command()
    @one_value
    def show(options: Options) -> None:
        """Show what was told."""
        print(options)

    result = CliRunner().invoke(app, arguments, env={"TERM": "dumb", "COLUMNS": "120"})
    return result.exit_code, result.output


def test_fields_are_arguments_and_options_with_their_defaults() -> None:
    assert run("here") == (0, f"{Options(Path('here'))}\n")
    assert run("here", "--club", "a", "--club", "b", "--days", "9") == (0, f"{Options(Path('here'), ['a', 'b'], 9)}\n")


def test_help_and_refusals_are_those_of_the_fields() -> None:
    code, text = run("--help")

    assert code == 0
    for words in ("Show what was told.", "Where it lies.", "Repeatable.", "How long.", "[default: 3]"):
        assert words in text
    assert run("here", "--days", "10")[0] == 2
    assert run()[0] == 2
