"""`reading correct`, `reading void` and `reading history`: one reading that is wrong, and what it was before."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chassis.cli.console import print_json, print_table, say
from chassis.cli.options import AsJson
from chassis.clock import utc_now
from client.biometrics.unit_words import unit_word
from client.commands.node_folder import NodeAthlete, NodeFolder, find_athlete
from client.commands.reporting import report
from client.errors import CannotCorrect
from policies.vocabulary import AthleteId

if TYPE_CHECKING:
    from client.biometrics.observations import Value
    from client.biometrics.streams import Stream
    from client.features.days.days_of_readings import StreamDay
    from client.readings.day_changes import DayChange, Makers
    from client.readings.half_sessions import HalfSession
    from client.settings import NodeSettings
    from client.vault.history.by_hand import HandReason
    from client.vault.history.reading_states import StoredReading
    from client.vault.records.former import ReadingChange
    from client.vault.records.hand_acts import HandAct
    from client.vault.store import Vault

app = typer.Typer(no_args_is_help=True, help="Correct or void one reading, and see what it was before.")

ReadingArgument = Annotated[
    str, typer.Argument(help="The reading’s id, as `homefield-node readings` shows it.", show_default=False)
]
ReadingArguments = Annotated[
    list[str], typer.Argument(help="Ids of readings, as `homefield-node readings` shows them.", show_default=False)
]
# Texts and not enums or numbers: what was typed wrong is then refused without being printed.
ReasonOption = Annotated[
    str,
    typer.Option(
        help="sensor_fault, wrong_unit, typing_error, wrong_time, wrong_person, recorded_twice or other.",
        show_default=False,
    ),
]
NoteOption = Annotated[str, typer.Option(help="What else there is to say; sealed, and shown by `history` alone.")]


def register(program: typer.Typer) -> None:
    """Add `reading` with its commands to the program."""
    program.add_typer(app, name="reading")


@app.command()
def correct(
    folder: NodeFolder,
    athlete: NodeAthlete,
    reading_id: ReadingArgument,
    reason: ReasonOption,
    value: Annotated[str | None, typer.Option(help="The right value, in the unit of the stream.")] = None,
    as_read: Annotated[bool, typer.Option("--as-read", help="A voided reading counts again as it was read.")] = False,
    note: NoteOption = "",
    as_json: AsJson = False,
) -> None:
    """Put the right value in a reading's place. What was read stays sealed, with who, when and why.

    No later file takes the corrected value's place, except with `ingest --replace`. It ends with the import that
    brought the reading, when that is undone. Says which reading makes the day's value then.

    Example: homefield-node reading correct ./club-a 7 0f3a5c7e91b2d486 --value 7.5 --reason typing_error
    """
    from client.vault.history.by_hand import RecordsByHand

    if (value is None) != as_read:
        raise CannotCorrect("expected either --value or --as-read")
    why = _reason(reason, note)

    def act(vault: "Vault", found: AthleteId) -> None:
        records = RecordsByHand(vault, found)
        stream = records.find(reading_id).reading.stream
        records.correct(reading_id, None if value is None else _value(stream, value), why)

    _tell("homefield-reading-correct-1", _changed(folder, athlete, [reading_id], act), as_json=as_json)


@app.command()
def void(
    folder: NodeFolder,
    athlete: NodeAthlete,
    reading_ids: ReadingArguments,
    reason: ReasonOption,
    note: NoteOption = "",
    as_json: AsJson = False,
) -> None:
    """Leave readings out of numbers, charts, models and exports. They stay sealed, with who, when and why.

    Of several, all are voided or none.

    The same value does not come back with a later file; another value of the same reading counts again. Says which
    reading counts for the day then, or that nothing does.

    Example: homefield-node reading void ./club-a 7 0f3a5c7e91b2d486 --reason sensor_fault
    """
    from client.vault.history.by_hand import void_all

    why = _reason(reason, note)

    def act(vault: "Vault", found: AthleteId) -> None:
        void_all(vault, found, reading_ids, why)

    _tell("homefield-reading-void-1", _changed(folder, athlete, reading_ids, act), as_json=as_json)


@app.command()
def history(folder: NodeFolder, athlete: NodeAthlete, reading_id: ReadingArgument, as_json: AsJson = False) -> None:
    """Show every value that a reading had: who set it aside, when and why, and which one counts, if one does.

    On a linked node the athlete finds this look, a correction and a voiding in their own record.

    Example: homefield-node reading history ./club-a 7 0f3a5c7e91b2d486
    """
    _tell("homefield-reading-history-1", _changed(folder, athlete, [reading_id]), as_json=as_json)


@dataclass(frozen=True, slots=True)
class _Changed:
    """What became of readings. records: the history of each one's record; days: what makes their days now; halves: what
    still stands of their sessions.
    """

    settings: "NodeSettings"
    athlete: AthleteId
    records: "list[list[StoredReading]]"
    days: "list[DayChange] | None" = None
    halves: "Sequence[HalfSession]" = ()


def _changed(
    folder: Path, athlete: str, reading_ids: list[str], act: Callable[["Vault", AthleteId], None] | None = None
) -> _Changed:
    """Do something to readings once the log has it, all or none, and return what each reading's record is then.

    act: None where they are only looked at.
    """
    from audit.entries.details.clubs import OperatorLooked
    from audit.entries.details.codes import OperatorView
    from client.readings.day_changes import day_changes, day_makers, makers_of
    from client.readings.half_sessions import half_sessions
    from client.readings.listed import listed_days
    from client.settings import load_settings
    from client.vault.access import open_vault
    from client.vault.history.by_hand import histories_of

    settings = load_settings(folder)
    with open_vault(settings) as vault:
        found = find_athlete(vault, athlete).athlete
        with vault.rehearsal():  # what cannot be done is refused before it is reported
            if act is not None:
                act(vault, found)
            histories_of(vault, found, reading_ids)
        what = OperatorView.READINGS if act is None else OperatorView.READINGS_CORRECTED
        report(settings, OperatorLooked(athlete=found, what=what))
        if act is None:
            return _Changed(settings, found, histories_of(vault, found, reading_ids))
        before = makers_of(vault, found)
        with vault.transaction():
            act(vault, found)
        records = histories_of(vault, found, reading_ids)
        listed, days = listed_days(vault, found)
        after = day_makers(listed, days)
    halves = half_sessions(listed, (record[-1].reading for record in records))
    return _Changed(settings, found, records, day_changes(before, after, _days_of(records, before, after)), halves)


def _days_of(records: "list[list[StoredReading]]", *makers: "Makers") -> "list[StreamDay]":
    """Return the days of which these records made, or make, the value; the reading's own where they never did."""
    found: list[StreamDay] = []
    for record in records:
        ids, last = {one.id for one in record}, record[-1].reading
        held = [day for made in makers for day, by in made.items() if ids & {one.stored.id for one in by}]
        found += held or [(last.stream, last.day)]
    return found


def _reason(word: str, note: str) -> "HandReason":
    from client.vault.history.by_hand import CorrectionReason, HandReason
    from client.vault.journal import OPERATOR

    if word not in list(CorrectionReason):
        raise CannotCorrect(f"expected one of these reasons: {', '.join(CorrectionReason)}; say more with --note")
    return HandReason(utc_now(), OPERATOR, CorrectionReason(word), note)


def _value(stream: "Stream", text: str) -> "Value":
    from client.biometrics.observations import fitting
    from client.biometrics.stream_spec import Shape
    from client.biometrics.streams import SPECS
    from client.ingest.cells.number_form import plain_number

    spec = SPECS[stream]
    if spec.shape is Shape.TEXT:
        return text
    number = plain_number(text)
    if number is None:
        raise CannotCorrect(f"{stream.value}: expected a number from {fitting(spec)}")
    return number


def _tell(schema: str, found: _Changed, *, as_json: bool) -> None:
    if as_json:
        days = {} if found.days is None else {"days": [one.as_json() for one in found.days]}
        if found.days is not None:
            days["half_sessions"] = [one.as_json() for one in found.halves]
        values = [_as_json(one) for record in found.records for one in record]
        print_json(schema, {"athlete": found.athlete, "values": values, **days})
        return
    for record in found.records:
        _show(record, found.settings)
    say(*(one.text for one in (*(found.days or ()), *found.halves)))


def _show(record: "list[StoredReading]", settings: "NodeSettings") -> None:
    reading = record[-1].reading
    rows = [(one.id, _shown(one), one.state.value, *_change(one.change, settings)) for one in record]
    title = f"{reading.stream.value} of {reading.local(reading.start):%Y-%m-%d %H:%M}"
    value = ", ".join(filter(None, ("Value", unit_word(reading.unit))))
    print_table(title, ("Id", value, "State", "Set aside", "By", "Why"), rows)
    say(*(f"{one.id}: {one.change.text}" for one in record if one.change is not None and one.change.text))
    say(*(_put_in_words(one.id, one.put, settings) for one in record if one.put is not None))
    if all(one.state != "counts" for one in record):
        say("Nothing of this reading counts.")


def _change(change: "ReadingChange | None", settings: "NodeSettings") -> tuple[str, str, str]:
    """Return when, by whom and why a value was set aside, in words."""
    if change is None:
        return "", "", ""
    at = "" if change.at is None else f"{change.at.astimezone(settings.timezone):%Y-%m-%d %H:%M}"
    return at, change.who, ", ".join(filter(None, (change.kind.value, change.why)))


def _put_in_words(reading_id: str, put: "HandAct", settings: "NodeSettings") -> str:
    at = f"{put.at.astimezone(settings.timezone):%Y-%m-%d %H:%M}"
    return f"{reading_id}: put in place by {put.who}, {at}, {put.why}{': ' if put.text else ''}{put.text}"


def _shown(one: "StoredReading") -> str:
    value = one.reading.value
    if isinstance(value, tuple):
        return f"series of {len(value)}"
    return value if isinstance(value, str) else f"{value:g}"


def _as_json(one: "StoredReading") -> dict[str, Any]:
    reading, change = one.reading, one.change
    at = None if change is None or change.at is None else change.at.isoformat()
    return {
        "id": one.id,
        "state": one.state.value,
        "stream": reading.stream.value,
        "value": list(reading.value) if isinstance(reading.value, tuple) else reading.value,
        "unit": reading.unit,
        "start": reading.start.isoformat(),
        "end": reading.end.isoformat(),
        "local_day": reading.day.isoformat(),
        "source": reading.source.app,
        "quality": list(reading.quality),
        "replaced_by": one.replaced_by,
        "set_aside_at": at,
        "set_aside_by": None if change is None or not change.who else change.who,
        "change": None if change is None else change.kind.value,
        "import": None if change is None else change.import_number,
        "reason": None if change is None or not change.why else change.why,
        "note": None if change is None or not change.text else change.text,
        "put_at": None if one.put is None else one.put.at.isoformat(),
        "put_by": None if one.put is None else one.put.who,
        "put_reason": None if one.put is None else one.put.why,
        "put_note": None if one.put is None or not one.put.text else one.put.text,
    }
