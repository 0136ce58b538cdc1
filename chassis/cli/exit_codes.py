"""What the exit code of every Homefield program means; docs/operate.md has the same table for operators."""

from enum import IntEnum


class ExitCode(IntEnum):
    """The one table of exit codes. Every program ends with one of these."""

    DONE = 0
    NOT_DONE = 1
    """The command was not carried out, or what it checked is not as it must be; one sentence says which."""
    USAGE = 2
    """The command line is not right; nothing was begun."""
    ALARM = 3
    """A watched log contradicts what it showed before, or has gone stale; evidence is kept."""
    INTERRUPTED = 130
    """Ctrl-C (128 + SIGINT, as shells say it)."""
