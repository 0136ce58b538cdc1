"""A progress bar on standard error, shown only to a person at a terminal."""

import contextlib
import sys
from collections.abc import Callable, Iterator

from chassis.cli.printable import printable


@contextlib.contextmanager
def progress_bar(what: str, *, in_bytes: bool = False) -> Iterator[Callable[[int, int], None] | None]:
    """Give a function that is told how much is done and how much there is; None where nobody would see it.

    in_bytes: both are bytes, and are shown as such.
    """
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # slow to load, and of use to a person at a terminal alone
    from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    name = TextColumn("{task.description}", markup=False)  # what is read may be named by others
    done = DownloadColumn() if in_bytes else MofNCompleteColumn()
    columns = (name, BarColumn(), done, TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(printable(what), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
