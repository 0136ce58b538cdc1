"""What a process compiles for one test serves all: statements, the commands of a program, the parameters of routes.

A program has one engine, one tree of commands and one application for its life, and compiles each when it first meets
it, which takes longer than to run it. A test process makes them anew for each test, and would compile everything as
many times.
"""

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from types import FunctionType
from typing import Any

import fastapi.dependencies.utils
import fastapi.routing
import pytest
import typer.testing
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_dependant
from fastapi.utils import create_model_field
from sqlalchemy import Engine, create_engine
from typer.main import get_command

import chassis.storage.engine

_first: dict[str, Engine] = {}


@contextmanager
def compiling_once() -> Iterator[None]:
    """Until the block ends, compile once a process what is the same for every test."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(chassis.storage.engine, "create_engine", sharing_engine)
        patched.setattr(typer.testing, "_get_command", cache(get_command))
        patched.setattr(fastapi.dependencies.utils, "get_dependant", shared_dependant)
        patched.setattr(fastapi.routing, "get_dependant", own_dependant)
        patched.setattr(fastapi.routing, "create_model_field", cache(create_model_field))  # what a route answers
        yield


def sharing_engine(url: str, **arguments: Any) -> Engine:
    """Do what `create_engine` does; the dialect, and what it has compiled, are those of the first engine made so."""
    engine = create_engine(url, **arguments)
    first = _first.setdefault(f"{engine.url.drivername} {sorted(arguments.items())}", engine)
    if first is not engine and first.dialect.server_version_info is not None:  # it has met its server
        engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache
    return engine


def shared_dependant(*, call: Callable[..., Any], **asked: Any) -> Dependant:
    """Do what FastAPI's `get_dependant` does, once for each function, which keeps the answer as long as it lives."""
    if not isinstance(call, FunctionType):
        return get_dependant(call=call, **asked)
    kept = vars(call).setdefault("compiled_once", {})
    key = (call, *((name, tuple(v) if isinstance(v, list) else v) for name, v in sorted(asked.items())))
    if key not in kept:  # by the function too: what wraps it has the same dictionary
        kept[key] = get_dependant(call=call, **asked)
    dependant: Dependant = kept[key]
    return dependant


def own_dependant(*, call: Callable[..., Any], **asked: Any) -> Dependant:
    """The same for a route, which puts the dependencies of its router before those of the function."""
    shared = shared_dependant(call=call, **asked)
    return dataclasses.replace(shared, dependencies=list(shared.dependencies))
