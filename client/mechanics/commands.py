"""`movement`: whether an athlete's technique changed within one session. Reads the named files and keeps nothing."""

from pathlib import Path
from typing import Annotated

import typer

from chassis.cli.console import print_json
from chassis.cli.options import AsJson

SCHEMA = "homefield-movement-1"


def register(app: typer.Typer) -> None:
    """Add this command to the program."""
    app.command()(movement)


def movement(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="One table of bouts; or keypoints, or motions of OpenSim (.mot), in the order in which they were run.",
            show_default=False,
        ),
    ],
    early: Annotated[int, typer.Option(min=6, help="How many bouts, from the first on, are early.")] = 6,
    late: Annotated[int, typer.Option(min=6, help="How many bouts, up to the last, are late.")] = 6,
    metric: Annotated[
        list[str] | None, typer.Option(help="A metric to compare; repeatable. The usual ones of the files if left out.")
    ] = None,
    y_down: Annotated[
        bool, typer.Option("--y-down", help="The keypoints are pixels of an image, whose y counts downwards.")
    ] = False,
    runs_left: Annotated[
        bool, typer.Option("--runs-left", help="The runner of the keypoints runs to the left; all bouts are mirrored.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Compare the late bouts of one session with its early ones: did the technique change?

    Nothing is stored, sent or logged, and no node is needed. Files of one session alone, from one camera that nobody
    moved: a camera's own error is the same throughout and cancels. Between sessions it does not.

    Example: homefield-node movement sprints.csv --early 8 --late 8 --metric knee_flexion_deg

    Example: homefield-node movement keypoints.csv --y-down

    bout: a sprint, or ten strides at one speed; a row of the table, or the frames or the file of one.

    p95, p05: the angle that 95 % and 5 % of the frames of a bout are below: its ends, without single wrong frames.

    quality: 0 to 1; of tracked bouts the share of frames with every angle. Below 0.8 no more than a watch is said.

    watch: an interval that leaves out 0, at 1° or more: look again. An alert starts where the 90 % one is above 1.5°.
    """
    from client.mechanics.early_and_late import compare_bouts
    from client.mechanics.readers.movement_files import read_session
    from client.mechanics.told_changes import as_answer, show

    session = read_session(files, metric or (), y_down=y_down, runs_left=runs_left)
    found = compare_bouts(session, metric or (), early=early, late=late)
    if as_json:
        print_json(SCHEMA, as_answer(session, found, early=early, late=late))
        return
    show(session, found, early=early, late=late)
