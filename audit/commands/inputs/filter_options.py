"""The options that choose entries, the same for every command that lists or takes some."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from audit.errors import MalformedProof

if TYPE_CHECKING:
    from audit.entries.filtering import Filter
    from audit.verification.verify import VerifiedLog


KindOption = Annotated[
    str, typer.Option(help="Only entries of this kind or group, for example access or looks.", metavar="KIND")
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


def named_in(log: "VerifiedLog", wanted: "Filter") -> "Filter":
    """Return the filter with the organisation as the log writes it; capital and small letters are one.

    Raises MalformedProof for one that no entry names: "0 entries" would say that it did nothing.
    """
    names = log.columns.organisations()
    if not wanted.org or wanted.org in names or log.is_foreign:
        return wanted
    alike = [name for name in names if name.casefold() == wanted.org.casefold()]
    if len(alike) != 1:
        raise MalformedProof(f"expected an organisation that the log names ({', '.join(names) or 'none'})")
    return replace(wanted, org=alike[0])
