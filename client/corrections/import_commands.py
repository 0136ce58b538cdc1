"""`imports list`, `imports show` and `imports undo`: every import is on record, and can be taken back."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chassis.cli.console import is_agreed, print_json, print_table, say, warn
from chassis.cli.options import AsJson, Yes
from chassis.clock import utc_now
from chassis.text import plural
from client.commands.node_folder import NodeFolder, find_athlete
from client.commands.reporting import reporting_anyway
from client.errors import CannotCorrect

if TYPE_CHECKING:
    from client.readings.day_changes import Makers, StreamChange
    from client.readings.lost_days import LostDays
    from client.vault.history.undoing import UndonePart
    from client.vault.journal import ImportRecord
    from client.vault.store import Vault
    from policies.vocabulary import AthleteId

app = typer.Typer(no_args_is_help=True, help="What was imported, by whom, and taking an import back.")

Numbers = Annotated[list[int], typer.Argument(help="Numbers of imports, from `imports list`.", show_default=False)]


def register(program: typer.Typer) -> None:
    """Add `imports` with its commands to the program."""
    program.add_typer(app, name="imports")


@app.command("list")
def list_imports(
    folder: NodeFolder,
    athlete: Annotated[str | None, typer.Argument(help="Id, name or shirt number; everybody if left out.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the imports: number, time, who, file, reader, what became of it; the newest last.

    A file is named by a keyed digest, too, which nobody can tell from a file they have.

    Example: homefield-node imports list ./club-a 7
    """
    from client.settings import load_settings
    from client.vault.access import open_vault

    settings = load_settings(folder)
    with open_vault(settings) as vault:
        chosen = None if athlete is None else find_athlete(vault, athlete).athlete
        found, names = [entry for entry in _entries(vault) if chosen in (None, entry["athlete"])], vault.names()
    if as_json:
        print_json("homefield-imports-list-1", {"imports": found})
        return
    rows = [
        (
            str(one["number"]),
            f"{datetime.fromisoformat(one['at']).astimezone(settings.timezone):%Y-%m-%d %H:%M}",
            one["who"],
            names[one["athlete"]],
            one["file_name"] or "forgotten",
            one["file_mark"][:8],
            one["reader"] or "none",
            "undone" if one["undone_at"] else one["status"],
            str(one["counts"].get("added", "")),
        )
        for one in found
    ]
    columns = ("No", "At", "By", "Athlete", "File", "Digest", "Reader", "Status", "New")
    print_table(plural(len(found), "import", "imports"), columns, rows)


@app.command()
def show(
    folder: NodeFolder,
    number: Annotated[int, typer.Argument(help="Number of an import, from `imports list`.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Show one import with all its counts, what it brought by stream and days, and what undoing it would do.

    Changes nothing. A reading that several imports have counts for the first of them.

    Example: homefield-node imports show ./club-a 12
    """
    from client.readings.brought_readings import brought_by
    from client.settings import load_settings
    from client.vault.access import open_vault
    from client.vault.history.undoing import preview_undo

    with open_vault(load_settings(folder)) as vault:
        found = next((entry for entry in _entries(vault) if entry["number"] == number), None)
        if found is None:
            raise CannotCorrect(f"there is no import {number}; see `homefield-node imports list`")
        parts, names = [] if found["undone_at"] else preview_undo(vault, [number]), vault.names()
        brought = brought_by(vault, found["athlete"], number)
    if as_json:
        undone = [_as_json(part) for part in parts]
        print_json("homefield-imports-show-1", {**found, "brought": [one.as_json() for one in brought], "undo": undone})
        return
    said = {**found, "athlete": f"{names[found['athlete']]} ({found['athlete']})"}
    say(*(f"{name.replace('_', ' ')}: {value}" for name, value in said.items() if name != "counts" and value))
    say(*_counts_in_words(found["counts"]))
    say(*(f"brought {one.text}" for one in brought))
    say(*(_sentence(part, names) for part in parts))


@app.command()
def undo(folder: NodeFolder, numbers: Numbers, yes: Yes = False, as_json: AsJson = False) -> None:
    """Take back imports, also of the wrong person: what they alone brought goes, what they replaced comes back.

    Readings that another import has as well stay. A repeat of the same file is undone with it. All or none is done.
    On a linked node the athletes find it in their own record; it is done without the log, too, and the exit code is
    then 1. To have the readings again, import the file again. Says of each stream, before it asks, which days are not
    known any more; then also how many are of which other source.

    Example: homefield-node imports undo ./club-a 12
    """
    from audit.entries.details.clubs import OperatorLooked
    from audit.entries.details.codes import OperatorView
    from client.readings.day_changes import makers_of
    from client.settings import load_settings
    from client.vault.access import open_vault
    from client.vault.history.undoing import preview_undo
    from client.vault.history.undoing import undo as undo_imports
    from client.vault.journal import OPERATOR
    from client.vault.scrubbing import scrub_or_tell

    settings = load_settings(folder)
    with open_vault(settings) as vault:
        planned = preview_undo(vault, numbers)
        names = vault.names()
        before = {part.athlete: makers_of(vault, part.athlete) for part in planned}
        if not is_agreed(f"{_foreseen(vault, planned, names, before)} Undo?", yes=yes, as_json=as_json):
            raise CannotCorrect("nothing was undone")
        with ExitStack() as told:
            for part in planned:
                looked = OperatorLooked(athlete=part.athlete, what=OperatorView.IMPORT_UNDONE)
                told.enter_context(reporting_anyway(settings, looked))
            done = undo_imports(vault, numbers, at=utc_now(), who=OPERATOR)
            days = {who: _DaysOfAthlete.between(held, makers_of(vault, who)) for who, held in before.items()}
            scrub_or_tell(vault, lambda left: warn(f"note: {left}"))
            if as_json:
                told_days = [{"athlete": who, **held.as_json()} for who, held in days.items()]
                print_json("homefield-imports-undo-1", {"undone": [_as_json(one) for one in done], "days": told_days})
            else:
                say(*(f"Undone. {_sentence(one, names)} {days[one.athlete].text}".rstrip() for one in done))


@dataclass(frozen=True, slots=True)
class _DaysOfAthlete:
    """What undoing does to one athlete's days: what makes them by stream, and which of them nothing makes any more."""

    streams: "Sequence[StreamChange]"
    lost: "Sequence[LostDays]"

    @classmethod
    def between(cls, before: "Makers", after: "Makers") -> "_DaysOfAthlete":
        from client.readings.day_changes import by_stream, day_changes
        from client.readings.lost_days import lost_days

        return cls(by_stream(day_changes(before, after)), lost_days(before, after))

    @property
    def text(self) -> str:
        """By stream, the lost days as ranges, and how many days are of which other source."""
        moved = [replace(one, unknown=0).text for one in self.streams if one.of]
        return " ".join([*(one.text for one in self.lost), *moved])

    def as_json(self) -> dict[str, Any]:
        return {"streams": [one.as_json() for one in self.streams], "lost": [one.as_json() for one in self.lost]}


def _foreseen(
    vault: "Vault",
    planned: "Sequence[UndonePart]",
    names: "Mapping[AthleteId, str]",
    before: "Mapping[AthleteId, Makers]",
) -> str:
    """Say what undoing would take, and which days would not be known any more. before: what makes the days now."""
    from client.readings.day_changes import makers_of
    from client.vault.history.undoing import undo as undo_imports
    from client.vault.journal import OPERATOR

    with vault.rehearsal():
        undo_imports(vault, [one.number for part in planned for one in part.imports], at=utc_now(), who=OPERATOR)
        days = {who: _DaysOfAthlete.between(held, makers_of(vault, who)) for who, held in before.items()}
    return " ".join(f"{_sentence(part, names)} {days[part.athlete].text}".rstrip() for part in planned)


def _entries(vault: "Vault") -> list[dict[str, Any]]:
    from client.vault.journal import file_mark, imports

    found = []
    for one in vault.athletes():
        _, _, seal = vault.seal_of(one.athlete)
        for record in imports(vault, one.athlete):
            found.append(_entry(one.athlete, record, file_mark(seal, record.file_sha256)))
    return sorted(found, key=lambda entry: int(entry["number"]))


def _entry(athlete: "AthleteId", record: "ImportRecord", mark: str) -> dict[str, Any]:
    return {
        "number": record.number,
        "athlete": athlete,
        "at": record.at.isoformat(),
        "who": record.who,
        "file_name": record.file_name or None,
        "file_mark": mark,
        "reader": record.reader or None,
        "status": record.status,
        "reason": record.reason or None,
        "set_aside": record.is_set_aside,
        "undone_at": None if record.undone_at is None else record.undone_at.isoformat(),
        "undone_by": record.undone_by or None,
        "counts": record.counts,
    }


def _counts_in_words(counts: "Mapping[str, int]") -> list[str]:
    """Return the rows first, then every other count by its name, and what gave nothing in words."""
    from client.ingest.results.reasons import in_words
    from client.vault.journal import OF_CATEGORY, OF_STREAM, WHY

    rows = [counts[name] for name in ("rows_kept", "rows_dropped", "rows_known") if name in counts]
    details = {name.removeprefix(WHY): number for name, number in counts.items() if name.startswith(WHY)}
    others = {name: n for name, n in counts.items() if not name.startswith((WHY, OF_CATEGORY, OF_STREAM))}
    refused = in_words(details)
    return [
        *([f"rows: {sum(rows)}"] if rows else []),
        *(f"{name.replace('_', ' ')}: {number}" for name, number in others.items() if not rows or name != "rows"),
        *(f"{name.removeprefix(OF_STREAM)}: {n}" for name, n in counts.items() if name.startswith(OF_STREAM)),
        *([f"refused: {refused}"] if refused else []),
    ]


def _sentence(part: "UndonePart", names: "Mapping[AthleteId, str]") -> str:
    numbers = ", ".join(f"{record.number} ({record.file_name or 'name forgotten'})" for record in part.imports)
    told = [plural(part.removed, "reading goes", "readings go")] if part.removed or not part.not_counting else []
    if part.not_counting:
        one, some = ("", "") if told else ("reading ", "readings ")
        told.append(plural(part.not_counting, f"{one}that does not count goes", f"{some}that do not count go"))
    if part.restored:
        told.append(f"of {part.restored} another value counts again")
    if part.kept:
        told.append(f"{plural(part.kept, 'that another import has too stays', 'that another import has too stay')}")
    if part.by_hand:
        told.append(plural(part.by_hand, "correction by hand goes with it", "corrections by hand go with them"))
    which = "Import" if len(part.imports) == 1 else "Imports"
    return f"{which} {numbers} of {names[part.athlete]} ({part.athlete}): {', '.join(told)}."


def _as_json(part: "UndonePart") -> dict[str, Any]:
    return {
        "athlete": part.athlete,
        "imports": [record.number for record in part.imports],
        "removed": part.removed,
        "restored": part.restored,
        "kept": part.kept,
        "not_counting": part.not_counting,
        "by_hand": part.by_hand,
    }
