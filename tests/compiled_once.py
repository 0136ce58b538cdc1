"""Statements are compiled once a test process: each test has databases of its own, and asks them the same things.

An engine of SQLAlchemy compiles each statement when it first meets it, which takes longer than to run it. A program has
one engine for its life; a test process opens one for each test, and would compile everything as many times.
"""

from typing import Any

from sqlalchemy import Engine, create_engine

_first: dict[str, Engine] = {}


def sharing_engine(url: str, **arguments: Any) -> Engine:
    """Do what `create_engine` does; the dialect, and what it has compiled, are those of the first engine made so."""
    engine = create_engine(url, **arguments)
    first = _first.setdefault(f"{engine.url.drivername} {sorted(arguments.items())}", engine)
    if first is not engine and first.dialect.server_version_info is not None:  # it has met its server
        engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache
    return engine
