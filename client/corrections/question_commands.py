"""`imports questions` and `imports answer`: one session or two, where no file can tell."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from chassis.cli.console import print_json, say
from chassis.cli.options import AsJson
from chassis.clock import utc_now
from chassis.text import counted, shortened
from client.commands.node_folder import NodeAthlete, NodeFolder, find_athlete
from client.commands.reporting import report
from client.corrections.import_commands import app
from client.errors import CannotCorrect

if TYPE_CHECKING:
    from client.questions.session_questions import QuestionsOfAthlete, Readings, SessionQuestion


def register(_program: typer.Typer) -> None:
    """Add these commands beside `imports list`."""
    app.command()(questions)
    app.command()(answer)


def questions(folder: NodeFolder, athlete: NodeAthlete, as_json: AsJson = False) -> None:
    """List sessions that may be one or two: of two sources, or of one day without a time of day. Both count so far.

    On a linked node the athlete finds this look in their own record.

    Example: homefield-node imports questions ./club-a 7
    """
    from audit.entries.details.clubs import OperatorLooked
    from audit.entries.details.codes import OperatorView
    from client.questions.session_questions import open_questions
    from client.settings import load_settings
    from client.vault.access import open_vault

    settings = load_settings(folder)
    with open_vault(settings) as vault:
        found = find_athlete(vault, athlete).athlete
        report(settings, OperatorLooked(athlete=found, what=OperatorView.READINGS))
        held = open_questions(vault, found)
    if as_json:
        values = {"athlete": found, "questions": [_as_json(one, held) for one in held.questions]}
        print_json("homefield-imports-questions-1", values)
        return
    for one in held.questions:
        say(f"{one.id}  {one.day.isoformat()}: {_shown(one.kept)}; or the same: {_shown(one.left_out)}")
    number = counted(len(held.questions), "question").capitalize()
    say(f"{number}. `imports answer` with `same` leaves the second of the two out.")


def answer(
    folder: NodeFolder,
    athlete: NodeAthlete,
    question: Annotated[str, typer.Argument(help="A question’s id, from `imports questions`.", show_default=False)],
    given: Annotated[str, typer.Argument(metavar="ANSWER", help="same or different.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Say whether two reports are of the same session. `same` voids the second one; `different` is asked no more.

    Example: homefield-node imports answer ./club-a 7 5b1c9e02d7f4a386 same
    """
    from audit.entries.details.clubs import OperatorLooked
    from audit.entries.details.codes import OperatorView
    from client.questions.session_questions import SessionAnswer
    from client.questions.session_questions import answer as answer_question
    from client.settings import load_settings
    from client.vault.access import open_vault
    from client.vault.journal import OPERATOR

    if given not in list(SessionAnswer):
        raise CannotCorrect(f"expected {' or '.join(SessionAnswer)}, got {shortened(given)!r}")
    settings, now, chosen = load_settings(folder), utc_now(), SessionAnswer(given)
    with open_vault(settings) as vault:
        found = find_athlete(vault, athlete).athlete
        with vault.rehearsal():  # what cannot be answered is refused before it is reported
            answer_question(vault, found, question, chosen, at=now, who=OPERATOR)
        report(settings, OperatorLooked(athlete=found, what=OperatorView.SESSION_SETTLED))
        answer_question(vault, found, question, chosen, at=now, who=OPERATOR)
    if as_json:
        print_json("homefield-imports-answer-1", {"athlete": found, "question": question, "answer": given})
    else:
        say("The second report is voided." if chosen is SessionAnswer.SAME else "Both count, and are asked no more.")


def _shown(readings: "Readings") -> str:
    first = readings[0]
    values = ", ".join(f"{one.stream.value} {one.value}" for one in readings)
    return f"{first.source.app}, {first.local(first.start):%H:%M}: {values}"


def _as_json(one: "SessionQuestion", held: "QuestionsOfAthlete") -> dict[str, Any]:
    return {
        "id": one.id,
        "day": one.day.isoformat(),
        "kept": _session(one.kept, held),
        "left_out": _session(one.left_out, held),
    }


def _session(readings: "Readings", held: "QuestionsOfAthlete") -> dict[str, Any]:
    return {
        "source": readings[0].source.app,
        "device": readings[0].source.device or None,
        "start": readings[0].start.isoformat(),
        "readings": [
            {"id": held.id_of(one), "stream": one.stream.value, "value": one.value, "unit": one.unit}
            for one in readings
        ],
    }
