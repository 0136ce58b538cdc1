"""`form answers`: what one athlete answered lately, without their free text."""

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chassis.cli.console import print_json, print_table
from chassis.cli.options import AsJson
from chassis.clock import utc_now
from chassis.text import counted
from client.commands.node_folder import NodeAthlete, NodeFolder, find_athlete, named
from client.commands.reporting import report

if TYPE_CHECKING:
    from client.vault.own_answers.kept_answers import KeptAnswer


def register(forms: typer.Typer) -> None:
    """Add this command beside `form list`."""
    forms.command()(answers)


def answers(
    folder: NodeFolder,
    athlete: NodeAthlete,
    days: Annotated[int, typer.Option(min=1, max=400, help="How many days back, with today.")] = 7,
    as_json: AsJson = False,
) -> None:
    """Show what an athlete answered, replaced answers and those taken back among them. Free text is never shown here.

    On a linked node the athlete finds this look in their own record.

    Example: homefield-node form answers ./club-a 7 --days 14
    """
    from audit.entries.details.clubs import OperatorLooked
    from audit.entries.details.codes import OperatorView
    from client.settings import load_settings
    from client.vault.access import open_vault
    from client.vault.own_answers.kept_answers import KeptAnswers

    settings, now = load_settings(folder), utc_now()
    last = now.astimezone(settings.timezone).date()
    with open_vault(settings) as vault:
        who = find_athlete(vault, athlete)
        report(settings, OperatorLooked(athlete=who.athlete, what=OperatorView.READINGS))
        held = KeptAnswers(vault, who.athlete).of_days(last - timedelta(days=days - 1), last)
    rows = [_as_json(one, held) for one in held]
    if as_json:
        print_json("homefield-form-answers-1", {"athlete": who.athlete, "answers": rows})
        return
    lines = [
        (one["day"], f"{one['form']} {one['part']}", one["answered_at"], one["status"], _values(one["values"]))
        for one in rows
    ]
    title = f"{named(who)}: {counted(len(rows), 'answer')}"
    print_table(title, ("Day", "Form", "Answered", "Status", "Answers"), lines)


def _as_json(one: "KeptAnswer", held: "list[KeptAnswer]") -> dict[str, Any]:
    return {
        "id": one.id,
        "form": one.form,
        "version": one.version,
        "day": one.day.isoformat(),
        "part": one.part,
        "answered_at": one.answered_at.isoformat(),
        "received_at": one.received_at.isoformat(),
        "status": _status(one, held),
        "values": {name: item.value for name, item in one.items.items()},
        "has_note": bool(one.note),
    }


def _status(one: "KeptAnswer", held: "list[KeptAnswer]") -> str:
    from client.forms.answers.own_answers import newest

    if one.withdrawn_at is not None:
        return "taken back"
    return "counts" if newest(other for other in held if other.slot == one.slot) == one else "replaced"


def _values(values: dict[str, Any]) -> str:
    return ", ".join(
        f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}" for name, value in values.items()
    )
