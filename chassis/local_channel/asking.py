"""A command's end of the local channel: ask the running program, or learn that none runs."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chassis.errors import AnswerLost, CommandRefused, NobodyListens
from chassis.local_channel.address import new_socket, socket_address
from chassis.local_channel.message import LARGEST_ANSWER, receive, send

ANSWER_WITHIN_S = 120.0  # ours: longer than a command waits behind everything else that is written


def ask(folder: Path, request: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answer of the program that runs over `folder`.

    Raises NobodyListens if none does: nothing was done then. Raises CommandRefused with its sentence, and AnswerLost if
    it ended before it answered: whether it did what was asked is then unknown.
    """
    with new_socket() as connection:
        connection.settimeout(ANSWER_WITHIN_S)
        try:
            with socket_address(folder) as address:
                connection.connect(address)
        except OSError as error:
            raise NobodyListens("expected a running program; none listens in this folder") from error
        try:
            send(connection, request)
            said = receive(connection, most=LARGEST_ANSWER)
        except (OSError, ValueError) as error:
            raise AnswerLost("the running program ended before it answered; what it did is not known") from error
    if "error" in said:
        raise CommandRefused(str(said["error"]))
    answer: dict[str, Any] = said["answer"]
    return answer
