"""`retention show` and `retention set`: for how many days the node keeps readings, category by category."""

from typing import TYPE_CHECKING, Annotated

import typer

from chassis.cli.console import print_json, print_table, say
from chassis.cli.next_steps import YOU, NextStep, say_next
from chassis.cli.options import AsJson
from chassis.clock import utc_now
from client.commands.node_folder import NodeFolder
from client.errors import BadNodeSettings
from policies.vocabulary import Category

if TYPE_CHECKING:
    from client.vault.old_readings import CategoryRetention

app = typer.Typer(no_args_is_help=True, help="For how many days the node keeps readings, by category.")

CategoryOption = Annotated[Category, typer.Option(help="Which readings; `retention show` lists the categories.")]
DaysOption = Annotated[int | None, typer.Option(help="Older readings are deleted; for good if left out.")]


def register(program: typer.Typer) -> None:
    """Add `retention` with its commands to the program."""
    program.add_typer(app, name="retention")


@app.command()
def show(folder: NodeFolder, as_json: AsJson = False) -> None:
    """Show how many readings are kept, and how many the running node will delete by the settings in force.

    Example: homefield-node retention show ./club-a
    """
    from client.settings import load_settings
    from client.vault.access import open_vault
    from client.vault.old_readings import preview

    settings = load_settings(folder)
    with open_vault(settings) as vault:
        found = preview(vault, settings.keep_days, now=utc_now())
    _report("homefield-retention-show-1", found, as_json=as_json)


@app.command("set")
def set_(folder: NodeFolder, category: CategoryOption, days: DaysOption = None, as_json: AsJson = False) -> None:
    """Set for how many days readings of a category are kept, and show what that will delete. Deletes nothing itself.

    The running node deletes once a day and at its start; nobody can bring back what it deleted, but for a backup.

    Example: homefield-node retention set ./club-a --category sleep --days 730
    """
    from client.settings import LEAST_KEPT_D, change_settings, load_settings
    from client.vault.access import open_vault
    from client.vault.old_readings import HELD_CATEGORIES, preview

    if category not in HELD_CATEGORIES:
        known = ", ".join(one.value for one in HELD_CATEGORIES)
        raise BadNodeSettings(f"expected a category of which a node holds readings ({known}), got {category.value}")
    if days is not None and not LEAST_KEPT_D <= days <= 36_500:
        raise BadNodeSettings(f"expected {LEAST_KEPT_D} to 36500 days, got {days}; nothing was changed")
    keep = {one: kept for one, kept in load_settings(folder).keep_days.items() if one is not category}
    settings = change_settings(folder, keep_days=keep if days is None else {**keep, category: days})
    with open_vault(settings) as vault:
        found = preview(vault, settings.keep_days, now=utc_now())
    _report("homefield-retention-set-1", found, as_json=as_json)


def _report(schema: str, found: "list[CategoryRetention]", *, as_json: bool) -> None:
    if as_json:
        rows = [
            {"category": one.category.value, "keep_days": one.keep_days, "held": one.held, "would_end": one.ends}
            for one in found
        ]
        print_json(schema, {"categories": rows})
        return
    lines = [
        (one.category.value, "for good" if one.keep_days is None else str(one.keep_days), str(one.held), str(one.ends))
        for one in found
    ]
    print_table("Readings kept", ("Category", "Days", "Held", "Will be deleted"), lines)
    if sum(one.ends for one in found):
        say_next(NextStep(YOU, "let the node run: it deletes them within an hour of its start, and then once a day"))
    else:
        say("Nothing is older than it may be.")
