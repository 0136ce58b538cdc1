"""Builds no more commands than a command line names: building all of them takes longer than most commands do."""

import copy
from collections.abc import Sequence

import typer
from typer.models import CommandInfo, TyperInfo


def narrowed(app: typer.Typer, words: Sequence[str]) -> typer.Typer:
    """Return a program that answers this command line as `app` does, with what it names alone.

    words: the command line without the program. A first word that names no command leaves everything, so that the
    answer can list what there is; help of the program lists groups without building what is in them.
    """
    first = words[0] if words else "--help"
    if first == "--help":
        return _with(app, app.registered_commands, [_emptied(one) for one in app.registered_groups])
    commands = [one for one in app.registered_commands if first == _name(one)]
    groups = [one for one in app.registered_groups if first == one.name]
    return _with(app, commands, groups) if commands or groups else app


def _with(app: typer.Typer, commands: list[CommandInfo], groups: list[TyperInfo]) -> typer.Typer:
    one = copy.copy(app)
    one.registered_commands, one.registered_groups = commands, groups
    return one


def _emptied(group: TyperInfo) -> TyperInfo:
    one = copy.copy(group)
    one.typer_instance = None if group.typer_instance is None else _with(group.typer_instance, [], [])
    return one


def _name(command: CommandInfo) -> str:
    if command.name or command.callback is None:
        return command.name or ""
    return command.callback.__name__.lower().replace("_", "-")  # as typer names it
