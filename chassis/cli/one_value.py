"""A command that takes many options reads them as one value: a frozen dataclass whose fields declare the options."""

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar, get_type_hints

Options = TypeVar("Options")


def one_value(run: Callable[[Options], None]) -> Callable[..., None]:
    """Return the command that takes each field of `run`'s only parameter as an argument or option of its own."""
    (parameter,) = inspect.signature(run).parameters.values()
    kind: Any = get_type_hints(run)[parameter.name]

    @functools.wraps(run)
    def command(**values: Any) -> None:
        run(kind(**values))

    # What typer reads: the fields of the value, with their help and defaults.
    command.__signature__ = inspect.signature(kind)  # type: ignore[attr-defined]  # functions may carry one
    command.__annotations__ = get_type_hints(kind, include_extras=True)
    return command
