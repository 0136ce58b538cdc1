"""`athlete auto-apply`: whether proposals lower an athlete's load by themselves, as the athlete says."""

from typing import TYPE_CHECKING, Annotated

import typer

from chassis.cli.console import print_json, say
from chassis.cli.options import AsJson
from chassis.clock import utc_now
from client.commands.node_folder import NodeAthlete, NodeFolder, find_athlete, named
from client.commands.reporting import report
from client.commands.setup import athletes

if TYPE_CHECKING:
    from client.settings import NodeSettings
    from client.vault.store import Vault
    from policies.vocabulary import AthleteId


def register(_app: typer.Typer) -> None:
    """Add this command beside `athlete add`."""
    athletes.command("auto-apply")(auto_apply)


def auto_apply(
    folder: NodeFolder,
    athlete: NodeAthlete,
    wanted: Annotated[bool | None, typer.Option("--on/--off", help="What the athlete wants.")] = None,
    as_json: AsJson = False,
) -> None:
    """Have a morning's proposal lower the athlete's load by itself, or no longer. For the athlete alone; off at first.

    It only ever lowers, for that day's session, while readiness is shared with coaches. Rest, a match day, “not OK”,
    and what comes after three lighter sessions are for people. Coach and athlete can undo it; --off undoes today's too.

    Example: homefield-node athlete auto-apply ./club-a 7 --on
    """
    from client.settings import load_settings
    from client.vault.access import open_vault

    settings = load_settings(folder)
    with open_vault(settings) as vault:
        one = find_athlete(vault, athlete)
        is_on = _choose(settings, vault, one.athlete, wanted)
    if as_json:
        print_json("homefield-athlete-auto-apply-1", {"athlete": one.athlete, "on": is_on})
        return
    words = "are applied by themselves, and only lower the load" if is_on else "wait for a person"
    say(f"{named(one)}: proposals {words}.")


def _choose(settings: "NodeSettings", vault: "Vault", athlete: "AthleteId", wanted: bool | None) -> bool:
    from audit.entries.details.clubs import OwnSiteUsed
    from audit.entries.details.codes import OwnSiteDeed
    from client.coaching.auto_apply import choose
    from client.coaching.journal import CoachingJournal

    journal, now = CoachingJournal(settings.journal_path, lambda one: vault.seal_of(one)[2]), utc_now()
    try:
        if wanted is not None and journal.auto_apply.is_on(athlete) != wanted:
            report(settings, OwnSiteUsed(athlete=athlete, deed=OwnSiteDeed.CHANGED_SETTINGS))
            choose(journal, athlete, is_on=wanted, day=now.astimezone(settings.timezone).date(), at=now)
        return journal.auto_apply.is_on(athlete)
    finally:
        journal.close()
