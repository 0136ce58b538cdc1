"""`homefield-demo`: the whole league on this machine, from empty folders to a verified log."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from chassis.cli.console import print_json, show_line
from chassis.cli.options import AsJson
from chassis.cli.program import run_program
from chassis.cli.version import offer_version
from deploy.demo.errors import DemoError, StepFailed
from deploy.demo.plan import MOST_CLUBS, Options, make_plan
from deploy.demo.stopping import Stopping

if TYPE_CHECKING:
    from deploy.demo.processes import League
    from deploy.demo.summary import Summary

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="Run a whole Homefield league on this machine, with invented or your own data. Nothing leaves it.",
)
offer_version(app, "homefield-demo")
MARK = ".homefield-demo"


@app.command()
def run(
    data: Annotated[Path | None, typer.Option(help="Folder with soccermon/ or pmdata/; read, never copied.")] = None,
    clubs: Annotated[int, typer.Option(min=1, max=MOST_CLUBS, help="Clubs, each with its own node.")] = 2,
    athletes: Annotated[int, typer.Option(min=2, max=60, help="Invented athletes per club.")] = 20,
    days: Annotated[int, typer.Option(min=60, max=1000, help="Days of invented history.")] = 400,
    seed: Annotated[int, typer.Option(help="The same seed invents the same league.")] = 20261123,
    out: Annotated[Path, typer.Option(help="Folder for everything the run writes; made anew.")] = Path("demo-out"),
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Stay up with the pages, or end at once.")] = True,
    as_json: AsJson = False,
) -> None:
    """Do the main job end to end, print what came out, and stay up with the pages.

    Example: homefield-demo run --no-serve --json --out /tmp/league

    Example: homefield-demo run --data ../shared/data --clubs 2
    """
    from deploy.demo.league.sources import check_data
    from deploy.demo.processes import League
    from deploy.demo.story import Story

    console = Console(stderr=as_json)
    check_data(data)
    folder = _fresh(out)
    options = Options(folder, data.resolve() if data else None, clubs, athletes, days, seed)
    stopping = Stopping()
    stopping.listen()
    with League(folder / "logs", stopping) as league:
        summary = Story(make_plan(options), league, console).tell()
        summary.write(folder / "summary.json")
        _print(summary, console, as_json=as_json)
        if serve:
            _stay_up(summary, league, console)
    show_line(console, "Every program has ended.")


def _fresh(out: Path) -> Path:
    """Return an empty folder; raises StepFailed rather than touch one that no demo made."""
    folder = out.resolve()
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).exists():
            raise StepFailed(f"{out} holds something else; choose an empty folder")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).write_text("made by homefield-demo; it is emptied by the next run\n", encoding="utf-8")
    return folder


def _stay_up(summary: "Summary", league: "League", console: Console) -> None:
    show_line(console, "")
    show_line(console, "Open in a browser; each page offers its demo personas with one click:")
    for name, url in summary.urls.items():
        show_line(console, f"  {name}: {url}")
    league.stopping.raise_if_asked()
    league.stopping.is_serving = True
    show_line(console, "")
    show_line(console, "Press Ctrl-C to stop every program.")
    while not league.stopping.asked.wait(1.0):
        league.check()
    show_line(console, "Stopping …")


def _print(summary: "Summary", console: Console, *, as_json: bool) -> None:
    from deploy.demo.summary import SCHEMA, show

    show(summary, console)
    if as_json:
        print_json(SCHEMA, summary.as_json())


def main() -> None:
    """Run the program; an expected failure is one sentence on standard error and exit code 1."""
    run_program(
        app,
        expected=(DemoError,),
        program="homefield-demo",
        interrupted="stopped before the end; every program has ended",
    )
