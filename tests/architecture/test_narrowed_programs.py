"""A program that builds only what its command line names answers as the whole one does."""

from importlib import import_module

import pytest
import typer
from typer.testing import CliRunner

from chassis.cli.narrowed import narrowed
from tests.architecture.test_help_speed import PROGRAMS


def first_words(app: typer.Typer) -> list[str]:
    built = typer.main.get_command(app)
    return sorted(getattr(built, "commands", {}))


@pytest.mark.parametrize("program", PROGRAMS)
def test_help_is_that_of_the_whole_program(program: str) -> None:
    app = import_module(PROGRAMS[program]).app
    lines = [[], ["--help"], ["no-such-command"], ["--no-such-option"]]
    lines += [[word, "--help"] for word in first_words(app)] + [[word, "--no-such-option"] for word in first_words(app)]

    for words in lines:
        of_part, of_whole = (CliRunner().invoke(one, words) for one in (narrowed(app, words), app))
        assert (of_part.output, of_part.exit_code) == (of_whole.output, of_whole.exit_code), words


@pytest.mark.parametrize("program", PROGRAMS)
def test_one_command_is_built_alone_and_the_program_is_left_as_it_was(program: str) -> None:
    app = import_module(PROGRAMS[program]).app
    before = first_words(app)

    for word in before:
        assert first_words(narrowed(app, [word])) in ([word], []), word  # a program of one command has no words
    assert first_words(app) == before
