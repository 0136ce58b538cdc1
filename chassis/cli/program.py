"""How every Homefield program ends: with its command's exit code, or with one sentence on standard error."""

import os
import sys
from typing import NoReturn

import click
import typer

TRACEBACK_VARIABLE = "HOMEFIELD_TRACEBACK"  # set it to see where an unexpected error came from


def run_program(
    app: typer.Typer,
    *,
    expected: tuple[type[Exception], ...],
    prefix: str = "Error",
    interrupted: str = "stopped before the end; what was stored until then is kept",
) -> NoReturn:
    """Run `app` and leave the program. Code 0: done; 1: an error; 2: a command line that is not right; 130: Ctrl-C.

    Never a traceback: an error that is not among the `expected` is named by its class alone, because its message
    may hold what no log should. interrupted: what Ctrl-C says.
    """
    try:
        code = app(standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        sys.stdout.write(error.ctx.get_help() if error.ctx else "")
        sys.exit(error.exit_code)
    except click.ClickException as error:
        _leave(prefix, _of_command_line(error), error.exit_code)
    except click.Abort:
        sys.stderr.write("\n")  # the question's own line has no end yet
        _leave(prefix, "stopped without an answer; nothing was changed", 1)
    except KeyboardInterrupt:
        _leave(prefix, interrupted, 130)
    except expected as error:
        _leave(prefix, str(error), 1)
    except OSError as error:
        _leave(prefix, _of_system(error), 1)
    except Exception as error:
        if os.environ.get(TRACEBACK_VARIABLE):
            raise
        told = f"an unexpected {type(error).__name__} ended the program; set {TRACEBACK_VARIABLE}=1 to see where"
        _leave(prefix, told, 1)
    if code == 130:  # typer turns Ctrl-C into this code and says nothing
        _leave(prefix, interrupted, 130)
    sys.exit(code if isinstance(code, int) else 0)


def _leave(prefix: str, sentence: str, code: int) -> NoReturn:
    sys.stderr.write(f"{prefix}: {' '.join(sentence.split())}\n")
    sys.exit(code)


def _of_command_line(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    said = error.format_message().rstrip(".")
    return f"{said}; see `{context.command_path} --help`" if context else said


def _of_system(error: OSError) -> str:
    """The system's own word for what is wrong, and with which file."""
    reason = (error.strerror or type(error).__name__).lower()
    return f"cannot use {error.filename}: {reason}" if error.filename else f"the system refused: {reason}"
