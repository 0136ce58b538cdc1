"""The options that choose entries, the same for every command that lists or takes some."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from audit.entries.filtering import Filter


KindOption = Annotated[
    str, typer.Option(help="Only entries of this kind or group, for example look_refused or looks.", metavar="KIND")
]
OrganisationOption = Annotated[str, typer.Option(help="Only this organisation (its cover name).")]
From = Annotated[
    datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Only from this day on.")
]
To = Annotated[
    datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Only up to this day.")
]
Rules = Annotated[str, typer.Option(help="Only under rules that start with these digits.")]


def filter_of(kind: str, org: str, start: datetime | None, end: datetime | None, rules: str) -> "Filter":
    """Return the filter that the options describe; raises typer.BadParameter for a kind that the log does not know."""
    from audit.entries.events import EventKind
    from audit.entries.filtering import GROUPS, Filter, kinds_of

    if kind and not kinds_of(kind):
        raise typer.BadParameter(f"expected one of {', '.join([*GROUPS, *(k.value for k in EventKind)])}; got {kind!r}")
    return Filter(kind, org, start.date() if start else None, end.date() if end else None, rules)
