"""How every Homefield program ends: with its command's exit code, or with one sentence on standard error."""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from typing import NoReturn

import click
import typer

from chassis.cli.exit_codes import ExitCode
from chassis.cli.narrowed import narrowed
from chassis.cli.printable import printable
from chassis.operations.log_lines import LogLevel
from chassis.operations.log_setup import logging_to_stderr

_OWNER_ALONE = 0o077
_NONE_OF = re.compile(r"(['\"](.*)['\"]) is not one of ", re.DOTALL)  # as click says it
MOST_WORDS = 20  # ours: of a list that a person reads to find the right one
NEAREST = 5  # ours
TRACEBACK_VARIABLE = "HOMEFIELD_TRACEBACK"  # set it to see where an unexpected error came from


def run_program(
    app: typer.Typer,
    *,
    expected: tuple[type[Exception], ...],
    prefix: str = "Error",
    program: str = "homefield",
    interrupted: str = "stopped before the end; what was stored until then is kept",
) -> NoReturn:
    """Run `app` and leave the program with its command's exit code, or with that of the error; see `ExitCode`.

    Never a traceback: an error that is not among the `expected` is named by its class alone, because its message
    may hold what no log should. interrupted: what Ctrl-C says. program: as its log lines name it; a command that
    serves sets up its log anew, with its own options.
    """
    try:
        with _private_files(), logging_to_stderr(program, level=LogLevel.WARNING):
            code = narrowed(app, sys.argv[1:])(standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        sys.stdout.write(error.ctx.get_help() if error.ctx else "")
        sys.exit(error.exit_code)
    except click.ClickException as error:
        _leave(prefix, _of_command_line(error), error.exit_code)
    except click.Abort:
        sys.stderr.write("\n")  # the question's own line has no end yet
        _leave(prefix, "stopped without an answer; nothing was changed", ExitCode.NOT_DONE)
    except KeyboardInterrupt:
        _leave(prefix, interrupted, ExitCode.INTERRUPTED)
    except expected as error:
        _leave(prefix, str(error), ExitCode.NOT_DONE)
    except OSError as error:
        _leave(prefix, _of_system(error), ExitCode.NOT_DONE)
    except Exception as error:
        if os.environ.get(TRACEBACK_VARIABLE):
            raise
        told = f"an unexpected {type(error).__name__} ended the program; set {TRACEBACK_VARIABLE}=1 to see where"
        _leave(prefix, told, ExitCode.NOT_DONE)
    if code == ExitCode.INTERRUPTED:  # typer turns Ctrl-C into this code and says nothing
        _leave(prefix, interrupted, ExitCode.INTERRUPTED)
    sys.exit(code if isinstance(code, int) else ExitCode.DONE)


@contextmanager
def _private_files() -> Iterator[None]:
    """Make every new file and folder the owner's alone, also those that a library makes.

    What is for others, such as the public log, is given its mode by whoever writes it.
    """
    former = os.umask(_OWNER_ALONE)
    try:
        yield
    finally:
        os.umask(former)


def _leave(prefix: str, sentence: str, code: int) -> NoReturn:
    sys.stderr.write(f"{prefix}: {printable(' '.join(sentence.split()))}\n")
    sys.exit(code)


def _of_command_line(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    said = (_nearest(error) or error.format_message()).rstrip(".")
    return f"{said}; see `{context.command_path} --help`" if context else said


def _nearest(error: click.ClickException) -> str | None:
    """Return a sentence for a word that is none of many: the nearest of them, and not all."""
    typed = _NONE_OF.match(error.message)
    if not isinstance(error, click.BadParameter) or error.param is None or typed is None:
        return None
    kind = error.param.type
    if not isinstance(kind, click.Choice) or len(kind.choices) <= MOST_WORDS:
        return None
    words = [str(getattr(word, "value", word)) for word in kind.choices]
    near = get_close_matches(typed[2].casefold(), words, n=NEAREST, cutoff=0.5)
    found = f"; the nearest are {', '.join(near)}" if near else ""
    return f"Invalid value{_place_of(error)}: {typed[1]} is none of the {len(words)} words that fit{found}"


def _place_of(error: click.BadParameter) -> str:
    return "" if error.param is None else f" for {error.param.get_error_hint(error.ctx)}"


def _of_system(error: OSError) -> str:
    """The system's own word for what is wrong, and with which file."""
    reason = (error.strerror or type(error).__name__).lower()
    return f"cannot use {error.filename}: {reason}" if error.filename else f"the system refused: {reason}"
