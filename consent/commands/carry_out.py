"""A writing command is carried out by the running service, or here where none runs; either way it says the same."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audit.errors import LogUnavailable
from chassis.cli.console import warn
from chassis.errors import AnswerLost, LockHeld, NobodyListens
from consent.commands.service_folder import writing
from consent.errors import StoreUnavailable

if TYPE_CHECKING:
    from consent.operator.requests import OperatorRequest

PATIENCE_S = 90.0  # ours: a start of the service, or a few other commands, are over by then, also on a busy machine
SAID_AFTER_S = 3.0  # ours: whoever waits longer is told for what
PAUSE_S = 0.2


def carry_out(directory: Path, fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """Have `fields` done, once, and return what was done.

    While the folder is held by somebody who does not listen (a start of the service, another command), it waits.
    Raises a child of ConsentError, CommandRefused for what the running service refused, or StoreUnavailable if whether
    it was done is not known.
    """
    from chassis.local_channel.asking import ask
    from consent.operator.requests import read_operator_request
    from consent.settings import read_settings

    folder = directory.resolve()
    read_settings(folder)
    request = read_operator_request(fields)
    began, is_said = time.monotonic(), False
    while True:
        try:
            return ask(folder, request.model_dump(mode="json"))
        except NobodyListens:
            pass
        except AnswerLost as error:
            raise StoreUnavailable(
                "the service ended before it answered, so that it is not known whether this was done; "
                "give the command again: what was done already is not done twice"
            ) from error
        try:
            return _done_here(folder, request)
        except LogUnavailable as error:
            waited_s = time.monotonic() - began
            if not isinstance(error.__cause__, LockHeld) or waited_s > PATIENCE_S:
                raise
            if waited_s > SAID_AFTER_S and not is_said:
                warn(
                    f"note: another command or a start of the service is at work here; waiting up to {PATIENCE_S:.0f} s"
                )
                is_said = True
        time.sleep(PAUSE_S)


def _done_here(folder: Path, request: "OperatorRequest") -> Mapping[str, Any]:
    from consent.operator.perform import perform  # loads the whole service: a second that one that runs has spent

    with writing(folder) as service:
        return perform(service, request)
