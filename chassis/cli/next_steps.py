"""What every command that sets something up says at its end, in one voice: who does what next, with which command."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from chassis.cli.console import say

YOU = "you"
DELETE_ASIDE = "delete what was moved aside once the program runs; it can still open what was erased"


@dataclass(frozen=True, slots=True)
class NextStep:
    """One thing to do. who: "you", or whom to tell. what: begins with a verb. command: words, shown as they are typed.

    A word of a command in capitals stands for what only its reader knows.
    """

    who: str
    what: str
    command: Sequence[object] = ()

    def line(self) -> str:
        """The step as one line."""
        typed = f": {shlex.join(map(str, self.command))}" if self.command else "."
        return f"Next, {self.who}: {self.what}{typed}"


def say_next(*steps: NextStep) -> None:
    """Print the steps, one a line, in the order in which they are done."""
    say(*(step.line() for step in steps))
