"""Adds the commands of this room to the program."""

import typer

from client.corrections import (
    athlete_commands,
    import_commands,
    question_commands,
    reading_commands,
    set_aside_commands,
)


def register(program: typer.Typer) -> None:
    """Add `reading`, `imports` and `quarantine`, and `athlete rename` and `athlete remove`."""
    for area in (reading_commands, import_commands, question_commands, set_aside_commands, athlete_commands):
        area.register(program)
