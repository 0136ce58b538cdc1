"""Tables of a week's plan, as `plan import` reads them, and the commands about plans, as programs carry them out."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any


def week_file(folder: Path, whom: str, *more: str) -> Path:
    """Write a table with a session of tomorrow for `whom`, and one for each of `more`."""
    path, day = folder / "week.csv", (datetime.now(UTC).date() + timedelta(days=1)).isoformat()
    rows = "".join(f'{day},"{one}",300\n' for one in (whom, *more))
    path.write_text(f"date,for,load_au\n{rows}", encoding="utf-8")
    return path


PLANS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], tuple[object, ...]]]] = {
    "plan set": (lambda _: None, lambda p: ("plan", "set", p.node, "--load", 300, "--athlete", p.one)),
    "athlete auto-apply": (lambda _: None, lambda p: ("athlete", "auto-apply", p.node, p.one, "--on")),
    "plan import": (lambda _: None, lambda p: ("plan", "import", p.node, week_file(p.folder, p.one))),
}
