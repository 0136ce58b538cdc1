"""Who looked, in sentences: the athlete's own entries, grouped as a person remembers them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from types import MappingProxyType
from urllib.parse import urlencode

from audit.entries.events import EventKind
from chassis.text import counted, long_date, sentence, weekday_date
from consent.athlete.values import ACCESS_KINDS, AccessEvent, AccessHistory, ProofState
from consent.decisions.values import DeliveryOutcome
from consent.operations.log_status import LogState
from consent.web.history.entry_lines import GATHERED, EntryView, asker, entry_view, gathered, openings
from consent.web.log_text import guards, waits_for
from consent.web.text import RECIPIENTS
from policies.vocabulary import Role

RECENT = timedelta(days=30)
PAGE_SIZE = 40  # groups on one page
PERIODS = {"30": "Last 30 days", "all": "Everything"}
KINDS = {"all": "All entries", "allowed": "Allowed looks", "refused": "Refused tries", "own": "Everything else"}
EVERYONE = "all"


@dataclass(frozen=True, slots=True)
class AccessFilter:
    """What the athlete wants to see: a key of PERIODS, a role or "all", a key of KINDS, and the page from 1."""

    period: str = "30"
    who: str = EVERYONE
    kind: str = "all"
    page: int = 1

    def address(self, page: int) -> str:
        """Return the address of another page of the same list."""
        return f"/looked?{urlencode({'period': self.period, 'who': self.who, 'kind': self.kind, 'page': page})}"


@dataclass(frozen=True, slots=True)
class DayView:
    """The entries of one day."""

    heading: str
    entries: tuple[EntryView, ...]


@dataclass(frozen=True, slots=True)
class AccessHistoryView:
    """Everything the page "Who looked" says. until: what waiting entries wait for. guards: who watches the log."""

    span: str
    lead: str
    is_whole: bool
    whole: str
    until: str
    guards: str
    days: tuple[DayView, ...]
    broken: tuple[EntryView, ...]
    shown: str
    older: int | None
    newer: int | None


def access_history_view(
    looks: AccessHistory,
    *,
    wanted: AccessFilter,
    today: date,
    log: LogState,
    choices: Mapping[str, str] = MappingProxyType({}),
) -> AccessHistoryView:
    """Build the page for one filter from the athlete's opened entries, newest first.

    log: how the public log stands now. choices: what the athlete decided, in words, by the leaf hash of its entry.
    """
    since = today - RECENT if wanted.period == "30" else date.min
    inside = [e for e in looks.entries if e.day >= since]
    groups = gathered((e for e in inside if _is_wanted(e, wanted)), key=_same_line)
    first = PAGE_SIZE * (wanted.page - 1)
    page = groups[first : first + PAGE_SIZE]
    span, when = _reach(since=since, today=today)
    return AccessHistoryView(
        span=span,
        lead=_lead(inside, when),
        is_whole=looks.is_whole,
        whole=_whole(looks),
        until=waits_for(log),
        guards=guards(log),
        days=tuple(
            DayView(_heading(day, today), tuple(entry_view(g, choices) for g in of_day))
            for day, of_day in groupby(page, key=lambda g: g[0].day)
        ),
        broken=tuple(entry_view((e,), choices) for e in looks.entries if e.proof is ProofState.NOT_PROVEN),
        shown=f"Lines {first + 1} to {first + len(page)} of {len(groups)} in this period" if page else "",
        older=wanted.page + 1 if len(groups) > first + PAGE_SIZE else None,
        newer=wanted.page - 1 if wanted.page > 1 else None,
    )


def _same_line(entry: AccessEvent) -> tuple[object, ...]:
    """Tries of one person that were refused for one reason make one line a day, so that many hide no look."""
    if entry.is_access and not entry.allowed:
        return (entry.kind, entry.day, *asker(entry), entry.because)
    return _same_look(entry)


def _same_look(entry: AccessEvent) -> tuple[object, ...]:
    if not entry.is_access:
        is_gathered = entry.kind in GATHERED and not entry.is_ended
        return (entry.kind, entry.day, entry.org, entry.because) if is_gathered else (entry.number,)
    return (entry.kind, entry.at, *asker(entry), entry.granularity, entry.because, entry.outcome)


def _is_wanted(entry: AccessEvent, wanted: AccessFilter) -> bool:
    is_access = entry.is_access
    by_kind: Mapping[str, bool] = {
        "all": True,
        "allowed": is_access and entry.allowed,
        "refused": is_access and not entry.allowed,
        "own": not is_access and not (entry.is_ended and EventKind(entry.kind) in ACCESS_KINDS),
    }
    by_role = wanted.who == EVERYONE or (entry.role is not None and entry.role.value == wanted.who)
    return by_role and by_kind[wanted.kind]


def roles_of(looks: AccessHistory) -> dict[str, str]:
    """Return who can be filtered for: everyone, and each role that appears."""
    seen = {e.role for e in looks.entries if e.role is not None and e.is_access}
    return {EVERYONE: "Everyone"} | {role.value: RECIPIENTS[role].title for role in Role if role in seen}


def _reach(*, since: date, today: date) -> tuple[str, str]:
    """Say what the list covers, as a heading and within a sentence."""
    if since == date.min:
        return "Everything so far", "So far"
    return f"{long_date(since)} to {long_date(today)}", "In the last 30 days"


def _lead(inside: Sequence[AccessEvent], when: str) -> str:
    looks = [e for e in inside if e.is_access]
    allowed = openings(e for e in looks if e.allowed and e.outcome is not DeliveryOutcome.NOT_OPENED)
    refused = openings(e for e in looks if not e.allowed)
    people = len({(g[0].org, g[0].person) for g in allowed})
    if not allowed:
        seen = f"{when}, nobody looked."
    else:
        verb = "looked once" if len(allowed) == 1 else f"looked {counted(len(allowed), 'time')}"
        seen = f"{when}, {counted(people, 'person', 'people')} {verb}. You had allowed every one of these looks."
    seen += _ended(inside)
    if refused:
        tries = "One try was" if len(refused) == 1 else f"{sentence(counted(len(refused), 'try', 'tries'))} were"
        seen += f" {tries} refused."
    return f"{seen} {_counting(allowed, refused)}".rstrip()


def _counting(allowed: Sequence[Sequence[AccessEvent]], refused: Sequence[Sequence[AccessEvent]]) -> str:
    """Say what was counted, where it is less than the entries: a page opened, with all that was on it, is one."""
    both = {(one[0].at, *asker(one[0])) for one in allowed} & {(one[0].at, *asker(one[0])) for one in refused}
    if not both and all(len(one) == 1 for one in (*allowed, *refused)):
        return ""
    each = "A page counts once, however much of you it asks for"
    return f"{each}; one of which a part was refused counts as a look and as a try." if both else f"{each}."


def _ended(inside: Sequence[AccessEvent]) -> str:
    """Say how far back nobody can tell any more who looked, so that no sentence speaks for that time."""
    ended = [e.day for e in inside if e.is_ended]
    return f" Who looked until {long_date(max(ended))} can no longer be read." if ended else ""


def _whole(looks: AccessHistory) -> str:
    if not looks.total:
        return "Nothing is recorded about you yet. From the first entry on, each gets the next number."
    if not looks.is_whole:
        wait = "waits" if looks.waiting == 1 else "wait"
        rest = f", and {looks.waiting:,} {wait} for the next checkpoint" if looks.waiting else ""
        held = f"the public log holds {looks.proven:,}{rest}"
        return f"Of your {looks.total:,} numbered entries, {held}. The others are not proven."
    one = looks.total == 1
    there = "You have one entry, and it is there" if one else f"Your entries are numbered 1 to {looks.total:,}. All"
    there += "." if one else f" {looks.total:,} are there."
    return f"{there} {_proven(looks)}"


def _proven(looks: AccessHistory) -> str:
    if not looks.waiting:
        each = "It is" if looks.total == 1 else "Each is"
        return f"{each} proven in the public log, checked a moment ago."
    if not looks.proven:
        return "It waits for the next checkpoint." if looks.total == 1 else "They wait for the next checkpoint."
    held = "1 is" if looks.proven == 1 else f"{looks.proven:,} are"
    rest = "the newest waits" if looks.waiting == 1 else f"the newest {looks.waiting:,} wait"
    return f"{held} proven in the public log; {rest} for the next checkpoint."


def _heading(day: date, today: date) -> str:
    return "Today" if day == today else weekday_date(day)
