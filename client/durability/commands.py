"""`durability backtest`: whether the index ranks athletes as their availability of the year after does, measured."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chassis.cli.console import print_json, print_table, say
from chassis.cli.options import AsJson
from chassis.clock import utc_now
from client.commands.reporting import report
from client.errors import ClientError

if TYPE_CHECKING:
    from models.durability.backtest import Backtest, RankCorrelation

app = typer.Typer(no_args_is_help=True, help="What the durability index is worth, measured.")

SIMULATED_DAYS = 4 * 365
"""Ours: three years before the cut, which the index looks back on, and the year after it."""
BacktestFolder = Annotated[
    Path | None, typer.Argument(help="The node's folder; without it the simulator alone.", show_default=False)
]
Simulated = Annotated[
    int, typer.Option(min=0, max=5000, help="How many invented athletes to measure it on as well; 0 for none.")
]
Seed = Annotated[int, typer.Option(min=0, help="Another number, another invented league.")]


def register(program: typer.Typer) -> None:
    """Add `durability` with its command to the program."""
    program.add_typer(app, name="durability")


@app.callback()
def durability() -> None:
    """What the durability index is worth, measured."""


@app.command()
def backtest(
    folder: BacktestFolder = None, simulated: Simulated = 300, seed: Seed = 1, as_json: AsJson = False
) -> None:
    """Compare the index of a year ago with the availability since, over athletes, by rank correlation with interval.

    Of the node's own records nothing is said below thirty athletes, and never anything of one. On a linked node this
    is recorded first, as a look that is about no one athlete. The simulator takes about a second for thirty athletes.

    Example: homefield-node durability backtest ./club-a --simulated 300
    """
    if folder is None and not simulated:
        raise ClientError("expected a node's folder, or --simulated with a number of athletes")
    found: dict[str, Backtest] = {}
    if folder is not None:
        found["records"] = _of_records(folder)
    if simulated:
        found["simulated"] = _of_simulator(simulated, seed)
    if as_json:
        told = {name: _json(found[name]) if name in found else None for name in ("records", "simulated")}
        print_json("homefield-durability-backtest-1", {"seed": seed, **told})
        return
    for name, it in found.items():
        _show("This node’s records" if name == "records" else f"Simulator, {simulated} athletes, seed {seed}", it)
    say("The index is no forecast of availability, whatever stands here: see docs/indices.md §8.8.")


def _of_records(folder: Path) -> "Backtest":
    from audit.entries.details.clubs import OperatorLooked
    from audit.entries.details.codes import OperatorView
    from client.release import days_from
    from client.settings import load_settings
    from client.vault.access import open_vault
    from models.durability.backtest import backtest

    settings = load_settings(folder)
    report(settings, OperatorLooked(what=OperatorView.METRICS))
    today = utc_now().astimezone(settings.timezone).date()
    with open_vault(settings) as vault:
        days = days_from(vault, until=today)
        tables = [days(one.athlete) for one in vault.athletes()]
    return backtest({**table.columns, "time_loss": table.column("time_loss")} for table in tables)


def _of_simulator(athletes: int, seed: int) -> "Backtest":
    from models.durability.backtest import backtest
    from models.synthetic.league import synthetic_league

    league = synthetic_league(seed, ["simulated"], athletes, SIMULATED_DAYS)
    return backtest(one.daily for one in league.athletes)


def _json(found: "Backtest") -> dict[str, Any]:
    return {
        "index": _json_of(found.index),
        "past_availability_alone": _json_of(found.past_alone),
        "athletes": found.index.n,
        "left_out": found.left_out,
    }


def _json_of(one: "RankCorrelation") -> dict[str, float | None]:
    return {"spearman": _rounded(one.value), "low_95": _rounded(one.low), "high_95": _rounded(one.high)}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _show(title: str, found: "Backtest") -> None:
    rows = [
        ("Durability index a year ago", _words(found.index)),
        ("Availability of the year before alone", _words(found.past_alone)),
    ]
    print_table(
        f"{title}: n = {found.index.n}, left out {found.left_out}", ("Against the year since", "Spearman"), rows
    )


def _words(one: "RankCorrelation") -> str:
    from models.durability.backtest import LEAST_ATHLETES

    if one.value is None or one.low is None or one.high is None:
        return f"none below {LEAST_ATHLETES} athletes" if one.n < LEAST_ATHLETES else "none: the ranks do not differ"
    return f"{one.value:.2f} (95 % interval {one.low:.2f} to {one.high:.2f})"
