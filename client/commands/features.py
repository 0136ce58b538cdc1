"""`features`: an athlete's metrics of one day, as records."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from chassis.cli.console import print_json, print_table, say
from chassis.cli.options import AsJson
from chassis.clock import utc_now
from client.commands.node_folder import NodeFolder, find_athlete
from client.commands.reporting import report
from client.errors import ClientError

if TYPE_CHECKING:
    from client.features.daily import DailyTable
    from client.features.record import MetricRecord


def register(app: typer.Typer) -> None:
    """Add this command to the program."""
    app.command()(features)


def features(
    folder: NodeFolder,
    athlete: Annotated[str, typer.Argument(help="Athlete id, name or shirt number.", show_default=False)],
    day: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Day of the metrics; the last day with data if not given."),
    ] = None,
    assume_rest: Annotated[
        bool, typer.Option("--assume-rest", help="As if `athlete rest` were `reported` for this athlete; not kept.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show an athlete's metrics with window, coverage and quality; what is not known is never 0.

    On a linked node the athlete finds this look in their own record, like every other.

    Example: homefield-node features ./club-a 7 --day 2026-03-01
    """
    from audit.entries.details.clubs import OperatorLooked
    from audit.entries.details.codes import OperatorView
    from client.biometrics.rest_rule import RestBasis, RestRule
    from client.features.athlete_days import athlete_days
    from client.features.summary import summarise
    from client.settings import load_settings
    from client.vault.access import open_vault

    settings = load_settings(folder)
    today = utc_now().astimezone(settings.timezone).date()
    if day is not None and day.date() > today:
        raise ClientError(f"expected a day up to {today.isoformat()}")
    with open_vault(settings) as vault:
        found = find_athlete(vault, athlete)
        report(settings, OperatorLooked(athlete=found.athlete, what=OperatorView.METRICS))
        tried = RestRule(RestBasis.REPORTED) if assume_rest else None
        table = athlete_days(vault, found.athlete, today=today, rest=tried)
    if day is not None:
        table = table.until(day.date()).extended_to(day.date())
    records = summarise(table)
    if as_json:
        metrics = [record.as_json() for record in records]
        values = {"athlete": found.athlete, "days": len(table.dates), "metrics": metrics}
        print_json("homefield-features-1", values)
        return
    _show(table, records)


def _show(table: "DailyTable", records: "list[MetricRecord]") -> None:
    from client.features.acwr import CAPTION

    if not records:
        say("Nothing is known about this athlete yet.")
        return
    rows = [
        (
            record.name,
            "not known" if record.value is None else f"{record.value:.3f}",
            record.unit,
            f"{record.n_valid} of {record.n_expected}",
            ", ".join(record.quality),
        )
        for record in records
    ]
    title = f"{table.dates[-1].isoformat()}, {len(table.dates)} days of history"
    print_table(title, ("Metric", "Value", "Unit", "Days known", "Quality"), rows)
    say(f"Workload ratios (acwr): {CAPTION}")
