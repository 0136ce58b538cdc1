"""`athlete rename`, `set-minor` and `remove`: who is on this node's list, under which name, and who is under 18."""

from typing import Annotated

import typer

from chassis.cli.backup_options import erased_in_backups
from chassis.cli.console import is_agreed, print_json, say
from chassis.cli.next_steps import YOU, NextStep, say_next
from chassis.cli.options import AsJson, Yes
from chassis.clock import utc_now
from chassis.text import plural
from client.commands.node_folder import NodeAthlete, NodeFolder, find_athlete, named, refuse_same_athlete
from client.commands.reporting import report
from client.commands.setup import athletes, tell_of_erasure
from client.commands.squad import YES_NO
from client.errors import ClientError


def register(_app: typer.Typer) -> None:
    """Add these commands beside `athlete add`."""
    athletes.command()(rename)
    athletes.command("set-minor")(set_minor)
    athletes.command()(remove)


def rename(
    folder: NodeFolder,
    athlete: NodeAthlete,
    name: Annotated[str, typer.Argument(help="The name from now on; sealed in the vault.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Give an athlete another name on this node. Their id, and all that hangs on it, stays.

    Example: homefield-node athlete rename ./club-a 7 "Mara Lind-Berg"
    """
    from chassis.names import read_name
    from client.ingest.cells.whole_names import plain_name
    from client.settings import load_settings
    from client.vault.access import open_vault

    new, settings = read_name(name), load_settings(folder)
    with open_vault(settings) as vault:
        held = find_athlete(vault, athlete)
        found = held.athlete
        others = [one for one in vault.athletes() if one.athlete != found]
        refuse_same_athlete(others, new, held.shirt_no)
        vault.rename(found, new)
    if as_json:
        print_json("homefield-athlete-rename-1", {"athlete": found})
        return
    say(f"{held.name} ({found}) is now {new}, on this node.")
    if any(plain_name(one.name) == plain_name(new) for one in others):
        say("Another athlete of this node has that name: rows that bear it alone are nobody's; name them by id.")
    if settings.consent_url is not None:
        say_next(NextStep(YOU, "tell the consent service the name", ["homefield-node", "enrol", folder]))


def set_minor(
    folder: NodeFolder,
    athlete: NodeAthlete,
    is_minor: Annotated[str, typer.Argument(help="yes or no: is the athlete under 18?", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Say whether an athlete is under 18, as on a birthday. Rules for minors hold from then on, or no longer.

    On a linked node the athlete finds it in their own record; the consent service learns of it by `enrol`.

    Example: homefield-node athlete set-minor ./club-a 7 no
    """
    from audit.entries.details.clubs import OperatorLooked
    from audit.entries.details.codes import OperatorView
    from client.settings import load_settings
    from client.vault.access import open_vault

    answer = YES_NO.get(is_minor.casefold())
    if answer is None:
        raise ClientError("expected yes or no: is the athlete under 18?")
    settings = load_settings(folder)
    with open_vault(settings) as vault:
        held = find_athlete(vault, athlete)
        is_changed = held.is_minor != answer
        if is_changed:
            report(settings, OperatorLooked(athlete=held.athlete, what=OperatorView.AGE_CHANGED))
            vault.set_minor(held.athlete, is_minor=answer)
    if as_json:
        values = {"athlete": held.athlete, "is_minor": answer, "changed": is_changed}
        print_json("homefield-athlete-set-minor-1", values)
        return
    say(f"{named(held)} is {'under 18' if answer else '18 or older'}{'' if is_changed else ', as before'}.")
    if is_changed and settings.consent_url is not None:
        say_next(NextStep(YOU, "tell the consent service", ["homefield-node", "enrol", folder]))


def remove(folder: NodeFolder, athlete: NodeAthlete, yes: Yes = False, as_json: AsJson = False) -> None:
    """Take an athlete off this node's list and squads, and destroy all that it holds of them. It cannot be undone.

    Says first how much that is. A linked node has it logged, as `erase` does, and the same holds while the service
    cannot be reached. An import for the wrong person does not need this: see `imports undo`.

    Example: homefield-node athlete remove ./club-a 7
    """
    from client.settings import load_settings
    from client.vault.access import open_vault
    from client.vault.journal import imports

    settings = load_settings(folder)
    with open_vault(settings) as vault:
        who = find_athlete(vault, athlete)
        found = who.athlete
        readings, files = len(vault.read(found)), len(imports(vault, found))
        held = f"{plural(readings, 'reading', 'readings')} from {plural(files, 'import', 'imports')}"
        held = f"{named(who)}: {held}, with their plans and decisions."
        if not is_agreed(f"{held} Destroy them for good?", yes=yes, as_json=as_json):
            raise ClientError("nobody was removed")
        vault.erase(found)
    if as_json:
        print_json("homefield-athlete-remove-1", {"athlete": found, "readings": readings, "imports": files})
    else:
        say(f"{held} They are destroyed, and the athlete is off the list.", erased_in_backups(utc_now()))
    if settings.consent_url is not None:
        tell_of_erasure(settings, found)
