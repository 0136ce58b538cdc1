"""`metrics`: an athlete's figures of one day or of a range of days, each with how it was made."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from chassis.cli.console import print_json_lists, print_table, say
from chassis.cli.options import AsJson
from chassis.clock import utc_now
from chassis.text import counted, listed
from client.biometrics.unit_words import unit_word
from client.commands.files.asked_days import asked_range
from client.commands.node_folder import NodeAthlete, NodeFolder, find_athlete
from client.commands.reporting import report
from client.errors import ClientError

if TYPE_CHECKING:
    from client.metrics.athlete_metrics import History, MetricBasis
    from client.metrics.metric_day import MetricDay


MOST_DAYS = 7305  # ours: twenty years
MOST_NAMED = 7  # ours: days of one sentence


def register(app: typer.Typer) -> None:
    """Add this command to the program."""
    app.command()(metrics)


def metrics(
    folder: NodeFolder,
    athlete: NodeAthlete,
    from_: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="First day; the last day alone if not given."),
    ] = None,
    to: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], help="Last day; the newest day with data if not given."),
    ] = None,
    assume_rest: Annotated[
        bool, typer.Option("--assume-rest", help="As if `athlete rest` were `reported` for this athlete; not kept.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show an athlete's metrics, day by day with --json; what is not known is never 0.

    Each day's figure rests on that day and the days before it alone. The table for people shows the last day.
    On a linked node the athlete finds this look in their own record, like every other.

    Example: homefield-node metrics ./club-a 7 --from 2026-02-01 --to 2026-03-01 --json
    """
    from audit.entries.details.clubs import OperatorLooked
    from audit.entries.details.codes import OperatorView
    from client.biometrics.rest_rule import RestBasis, RestRule
    from client.metrics.athlete_metrics import MetricBasis
    from client.settings import load_settings
    from client.vault.access import open_vault

    settings = load_settings(folder)
    today = utc_now().astimezone(settings.timezone).date()
    first, last = asked_range(from_, to, today=today)
    if first is not None and ((last or today) - first).days > MOST_DAYS:
        raise ClientError(f"expected a range of at most {MOST_DAYS} days; ask for a part of it")
    with open_vault(settings) as vault:
        who = find_athlete(vault, athlete)
        found = who.athlete
        report(settings, OperatorLooked(athlete=found, what=OperatorView.METRICS))
        tried = RestRule(RestBasis.REPORTED) if assume_rest else None
        basis = MetricBasis.read(vault, found)
    history = basis.between(first=first, last=last, today=today, rest=tried)
    unrested = [] if as_json else _unknown_for_rest(basis, history, today)
    days = [one.day for records in history.values() for one in (records[0], records[-1])]
    if as_json:
        shown = {name: (one.as_json() for one in records) for name, records in history.items()}
        values = {"athlete": found, "from": _iso(min(days, default=first)), "to": _iso(max(days, default=last))}
        print_json_lists("homefield-metrics-1", values, "metrics", shown)
        return
    _show(who.name, history, sorted(set(days)))
    if unrested:
        say(
            f"{', '.join(unrested)}: not known, because days without a session are not known to be rest days; "
            "`homefield-node athlete rest` says which are."
        )
    if asked := _asked(basis, history):
        say(
            f"may_count_twice: {asked}; both of two reports count until `homefield-node imports answer` says that "
            "they are of one session. `imports questions` shows them."
        )
    if unset := _unset(history):
        say(f"{', '.join(unset)}: constants are not set; `homefield-node athlete constants` sets what is not set.")


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _unknown_for_rest(basis: "MetricBasis", history: "History", today: date) -> list[str]:
    """Return the figures of the last day that would be known were every day without a session a rest day."""
    from client.biometrics.rest_rule import RestBasis, RestRule

    unknown = {name: days[-1].day for name, days in history.items() if days[-1].value is None and days[-1].valid}
    if not unknown:
        return []
    last = max(unknown.values())
    complete = RestRule(RestBasis.COMPLETE_UNTIL, min(last, today))
    tried = basis.between(first=last, last=last, today=today, rest=complete, names=unknown)
    return [name for name in unknown if tried[name][-1].value is not None]


def _told(last: "MetricDay") -> str:
    """The quality codes, the sources of a window, and what is missing where there is no value."""
    sources = (f"{source}: {number} d" for source, number in last.sources)
    return ", ".join((*last.quality, *sources, *(lack.text for lack in last.lacks)))


def _asked(basis: "MetricBasis", history: "History") -> str:
    """Name the days of sessions that may count twice in a figure of the last day; "" where there is none."""
    from client.features.days.possible_repeats import MAY_COUNT_TWICE

    ends = [records[-1].day for records in history.values() if MAY_COUNT_TWICE in records[-1].quality]
    days = sorted({left_out[0].day for _, left_out in basis.repeats if ends and left_out[0].day <= max(ends)})
    named = listed([day.isoformat() for day in days[-MOST_NAMED:]])
    more = len(days) - MOST_NAMED
    return f"{named}, and {counted(more, 'earlier day')}" if more > 0 else named


def _unset(history: "History") -> list[str]:
    """Return the figures that the table shows on its last day without a value for want of an own constant."""
    from client.metrics.why.unknown_reasons import NOT_SET

    return [name for name, days in history.items() if NOT_SET in days[-1].quality and _is_shown(days[-1])]


def _is_shown(last: "MetricDay") -> bool:
    """False for a figure in whose window nothing is recorded."""
    from client.metrics.why.unknown_reasons import NOT_RECORDED

    return bool(last.valid) or last.quality[-1:] != (NOT_RECORDED,)


def _show(name: str, history: "History", ends: Sequence[date]) -> None:
    """Print the last day. ends: the first and the last day."""
    from client.features.acwr import CAPTION

    if not ends:
        say("Nothing is known about this athlete yet.")
        return
    rows = [
        (
            name,
            "not known" if days[-1].value is None else f"{days[-1].value:.3f}",
            unit_word(days[-1].unit),
            f"{days[-1].valid} of {days[-1].expected}",
            _told(days[-1]),
        )
        for name, days in history.items()
        if _is_shown(days[-1])
    ]
    rest = "" if len(ends) == 1 else f", the last of the days from {ends[0].isoformat()} on; --json gives them all"
    print_table(f"{name}, {ends[-1].isoformat()}{rest}", ("Metric", "Value", "Unit", "Days known", "Quality"), rows)
    if len(rows) < len(history):
        say(f"Of {len(history) - len(rows)} more figures nothing is known in their windows.")
    say(f"Workload ratios (acwr): {CAPTION}")
