"""`retention`: how long sealed details are kept, and what would end, before it does."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chassis.cli.console import print_values
from chassis.cli.next_steps import YOU, NextStep, say_next
from chassis.cli.options import AsJson
from consent.commands.service_folder import ServiceFolder, beside

if TYPE_CHECKING:
    from consent.settings import ConsentSettings


def register(program: typer.Typer) -> None:
    """Add `retention` to the program."""
    program.command()(retention)


def retention(
    directory: ServiceFolder,
    days: Annotated[
        int | None, typer.Option(help="Preview this number of days in place of the one in force; changes nothing.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show how many entries lose their sealed details by the setting `keep_details_days`, without ending any.

    The public log keeps every entry and still verifies; who looked at what can then be opened by nobody.

    Example: homefield-consent retention union --days 730 --json
    """
    from consent.settings import make_settings, read_settings

    settings = read_settings(directory.resolve())
    asked = make_settings(settings.model_dump() | {"keep_details_days": days}) if days is not None else settings
    print_values("homefield-retention-1", _counts(directory, settings, asked), as_json=as_json)
    if not as_json:
        say_next(*_what_next(settings, asked))


def _counts(directory: Path, settings: "ConsentSettings", asked: "ConsentSettings") -> dict[str, object]:
    in_force, wanted = settings.keep_details_days, asked.keep_details_days
    with beside(directory) as store:
        seen = None if wanted is None else store.retention(wanted)
        kept = seen.kept if seen else store.retention(36_500).kept
    return {
        "keep_details_days": in_force,
        "previewed_days": wanted,
        "entries_with_details": kept,
        "entries_that_would_end": seen.ends if seen else 0,
        "before": seen.before.isoformat() if seen else None,
    }


def _what_next(settings: "ConsentSettings", asked: "ConsentSettings") -> list[NextStep]:
    if asked.keep_details_days is None:
        return [NextStep(YOU, "try a number of days with --days; nothing ends while none is set")]
    if asked.keep_details_days == settings.keep_details_days:
        return [NextStep(YOU, "leave the service running: it ends them with its next publication")]
    line = f'"keep_details_days": {asked.keep_details_days}'
    return [NextStep(YOU, f"put {line} into {settings.directory / 'settings.json'} and restart the service")]
