"""`homefield-demo`: the whole league on this machine, from empty folders to a verified log."""

import json
import shutil
import signal
import sys
import threading
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from deploy.demo.errors import DemoError, StepFailed
from deploy.demo.plan import MOST_CLUBS, Options, make_plan
from deploy.demo.processes import League
from deploy.demo.story import Story
from deploy.demo.summary import Summary, show

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)
MARK = ".homefield-demo"


@app.callback()
def about() -> None:
    """Run a whole Homefield league on this machine, with invented or your own data. Nothing leaves it."""


@app.command()
def run(
    data: Annotated[Path | None, typer.Option(help="Folder with soccermon/ or pmdata/; read, never copied.")] = None,
    clubs: Annotated[int, typer.Option(min=1, max=MOST_CLUBS, help="Clubs, each with its own node.")] = 2,
    athletes: Annotated[int, typer.Option(min=2, max=60, help="Invented athletes per club.")] = 20,
    days: Annotated[int, typer.Option(min=60, max=1000, help="Days of invented history.")] = 400,
    seed: Annotated[int, typer.Option(help="The same seed invents the same league.")] = 20261123,
    out: Annotated[Path, typer.Option(help="Folder for everything the run writes; made anew.")] = Path("demo-out"),
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Stay up with the pages, or end at once.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON on standard output.")] = False,
) -> None:
    """Do the main job end to end, print what came out, and stay up with the pages.

    Example: homefield-demo run --no-serve --json --out /tmp/league

    Example: homefield-demo run --data ../shared/data --clubs 2
    """
    console = Console(stderr=as_json)
    folder = _fresh(out)
    options = Options(folder, data.resolve() if data else None, clubs, athletes, days, seed)
    stopped = _stopped_by_signals()
    with League(folder / "logs") as league:
        summary = Story(make_plan(options), league, console).tell()
        summary.write(folder / "summary.json")
        _print(summary, console, as_json=as_json)
        if serve:
            _stay_up(summary, league, console, stopped)
    console.print("Every program has ended.")


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


def _stopped_by_signals() -> threading.Event:
    """SIGTERM ends the run as Ctrl-C does. Once the pages are up, either sets the event."""
    stopped = threading.Event()

    def on_signal(*_: object) -> None:
        if stopped.is_set() or not _is_serving:
            raise KeyboardInterrupt
        stopped.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, on_signal)
    return stopped


_is_serving: list[bool] = []


def _stay_up(summary: Summary, league: League, console: Console, stopped: threading.Event) -> None:
    console.print("\nOpen in a browser; each page offers its demo personas with one click:")
    for name, url in summary.urls.items():
        console.print(f"  {name}: {url}", markup=False)
    console.print("\nPress Ctrl-C to stop every program.")
    _is_serving.append(True)
    while not stopped.wait(1.0):
        league.check()
    console.print("Stopping …")


def _print(summary: Summary, console: Console, *, as_json: bool) -> None:
    show(summary, console)
    if as_json:
        sys.stdout.write(json.dumps(summary.as_json(), indent=2) + "\n")
        sys.stdout.flush()


def main() -> None:
    """Run the program; an expected failure is one sentence on standard error and exit code 1."""
    try:
        app(standalone_mode=True)
    except DemoError as error:
        sys.stderr.write(f"Error: {error}\n")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.stderr.write("Stopped before the end; every program has ended.\n")
        sys.exit(130)
