"""`athlete export`: everything that the node holds of one athlete, as a file for the athlete."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chassis.cli.console import print_json, say
from chassis.cli.options import AsJson
from chassis.clock import utc_now
from client.commands.node_folder import NodeAthlete, NodeFolder, find_athlete, named
from client.commands.reporting import report
from client.commands.setup import athletes
from client.errors import ClientError

if TYPE_CHECKING:
    from client.settings import NodeSettings
    from client.vault.store import Vault
    from policies.vocabulary import AthleteId

KINDS = {".json", ".zip"}


def register(_app: typer.Typer) -> None:
    """Add this command beside `athlete add`."""
    athletes.command("export")(export)


def export(
    folder: NodeFolder,
    athlete: NodeAthlete,
    to: Annotated[Path, typer.Argument(help="New file: NAME.json, or NAME.zip with CSV tables.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Write everything that the node holds of an athlete to a file of mode 0600, to be handed to them.

    Readings with their source and what became of them, imports, decisions, what was said and answered. It stands in
    the athlete's own part of the log.

    Example: homefield-node athlete export ./club-a 7 ./for-athlete-7.json
    """
    from audit.entries.details.clubs import OwnSiteUsed
    from audit.entries.details.codes import OwnSiteDeed
    from chassis.files.create_file import create_durably
    from client.athlete_web.data.files import as_csv
    from client.athlete_web.data.files import as_json as written
    from client.settings import load_settings
    from client.vault.access import open_vault

    if to.suffix not in KINDS:
        raise ClientError("expected a file whose name ends with .json or .zip")
    if to.exists():
        raise ClientError(f"{to} is there already; name a new file")
    settings = load_settings(folder)
    with open_vault(settings) as vault:
        one = find_athlete(vault, athlete)
        report(settings, OwnSiteUsed(athlete=one.athlete, deed=OwnSiteDeed.EXPORTED))
        held = _held(settings, vault, one.athlete)
    create_durably(to, written(held) if to.suffix == ".json" else as_csv(held, at=utc_now()))
    counts = {part: len(rows) for part, rows in held.items() if isinstance(rows, list)}
    if as_json:
        print_json("homefield-athlete-export-1", {"athlete": one.athlete, "file": str(to), "counts": counts})
        return
    say(f"{to} holds {counts['readings']:,} readings of {named(one)}, and everything else that is kept of them.")
    say("Hand it to them alone: it is not encrypted.")


def _held(settings: "NodeSettings", vault: "Vault", athlete: "AthleteId") -> dict[str, Any]:
    from client.athlete_web.data.held import everything
    from client.coaching.journal import CoachingJournal
    from client.coaching.records.journal_file import AthleteSeal
    from client.statements.answers import AthleteAnswers
    from client.statements.records import Statements

    def seal_of(one: "AthleteId") -> AthleteSeal:
        return vault.seal_of(one)[2]

    path = settings.journal_path
    with (
        closing(CoachingJournal(path, seal_of)) as journal,
        closing(Statements(path, seal_of)) as statements,
        closing(AthleteAnswers(path, seal_of)) as answers,
    ):
        return everything(vault, athlete, journal=journal, statements=statements, answers=answers, at=utc_now())
