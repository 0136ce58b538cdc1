"""Audit-event declarations: the one typed event of each route and command of a program, or a reason why it has none.

Every program declares all of its routes and commands beside itself, in `declared_events.py`. A test walks the programs
and fails for whatever is not declared, and other tests carry the declared ones out and count what the log received.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from audit.entries.events import EventKind


class NoEntryReason(StrEnum):
    """Why nothing is logged: a short, closed list, and each is a claim that a reader can check."""

    NOTHING_ABOUT_ANYONE = "shows and changes nothing about anyone"
    OWN_RECORD = "an athlete reads their own record"
    FORM_STEP = "a step towards something that is recorded when it is done; by itself it changes nothing"
    PUBLIC_LOG = "serves, checks or reads the public log, which is everybody’s"
    READ_BACK = "an organisation reads back what was enrolled with it, without a reading or a choice of an athlete"
    SET_UP = "an organisation sets up its own machine; nothing is shared by that"
    PARTS_RECORDED = "runs a program, or carries messages, whose parts are recorded where they are done"


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """One act in the log.

    kinds: what the act can be; several where the log says apart whether it was allowed. beside: kinds of further
    entries of the same act, such as budget that a withdrawal gives back. each: what an act is for, where a command
    does the same for several ("athlete"). unless: the one case in which nothing is done and nothing is logged.
    """

    kinds: frozenset[EventKind]
    beside: frozenset[EventKind] = frozenset()
    each: str = ""
    unless: str = ""


@dataclass(frozen=True, slots=True)
class NoEntry:
    """No entry, and why."""

    reason: NoEntryReason


EventDeclaration = RecordedEvent | NoEntry
EventDeclarations = Mapping[str, EventDeclaration]
"""By name: "GET /board" for a route (methods without HEAD), "athlete add" for a command."""


def records(*kinds: EventKind, beside: Iterable[EventKind] = (), each: str = "", unless: str = "") -> RecordedEvent:
    """Declare that a route or command leaves one act of one of these kinds."""
    return RecordedEvent(frozenset(kinds), frozenset(beside), each, unless)


def unrecorded(reason: NoEntryReason, *names: str) -> dict[str, EventDeclaration]:
    """Declare that several routes or commands have no event, all for one reason."""
    return dict.fromkeys(names, NoEntry(reason))
