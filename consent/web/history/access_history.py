"""Who looked, in sentences: the athlete's own entries, grouped as a person remembers them. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from types import MappingProxyType
from urllib.parse import urlencode

from audit.entries.events import EventKind
from chassis.text import counted, listed, long_date, sentence, weekday_date
from consent.athlete.values import ACCESS_KINDS, AccessEvent, AccessHistory, ProofState
from consent.decisions.values import DeliveryOutcome
from consent.operations.log_status import LogState
from consent.web.log_text import guards, waits_for
from consent.web.text import CATEGORIES, EVENTS, PERSONS, PURPOSES, RECIPIENTS, granularity_words
from policies.vocabulary import Category, Granularity, Role

_GATHERED = {EventKind.ROUND_COMMITTED: ("in ", "round"), EventKind.SIGNED_IN: ("", "time")}
"""Own entries that come in numbers: those of one day stand on one line."""
_NOT_SEEN: Mapping[DeliveryOutcome | None, str] = {
    DeliveryOutcome.NOT_OPENED: "the page did not open",
    DeliveryOutcome.NOT_KNOWN: "whether the page opened is not known",
}
RECENT = timedelta(days=30)
PAGE_SIZE = 40  # groups on one page
MOST_PROOFS = 20  # files offered on one line; the file of all proofs holds every one
PERIODS = {"30": "Last 30 days", "all": "Everything"}
KINDS = {"all": "All entries", "allowed": "Allowed looks", "refused": "Refused tries", "own": "Your own steps"}
EVERYONE = "all"
PROOFS = {ProofState.NOT_PROVEN: "broken", ProofState.WAITING: "waiting", ProofState.PROVEN: "proven"}
"""What the pages call a state; of a group's states the first one here counts."""


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
class EntryView:
    """One line of the list: one entry, or several of the same look. proofs: entry numbers with a proof to download."""

    numbers: str
    title: str
    detail: str
    proof: str
    proofs: tuple[int, ...]


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
    groups = _gathered((e for e in inside if _is_wanted(e, wanted)), key=_same_line)
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


def entry_view(group: Sequence[AccessEvent], choices: Mapping[str, str] = MappingProxyType({})) -> EntryView:
    """Say in words what one group of entries was. All of a group share kind, person, time, purpose and reason."""
    first = group[0]
    is_access = first.is_access
    return EntryView(
        numbers=_numbers(sorted(e.number for e in group)),
        title=_look_title(group) if is_access else _event_title(group),
        detail=_look_detail(group) if is_access else _step_detail(first, choices),
        proof=next(word for state, word in PROOFS.items() if any(e.proof is state for e in group)),
        proofs=tuple(e.number for e in group if e.proof is ProofState.PROVEN)[:MOST_PROOFS],
    )


def _numbers(numbers: Sequence[int]) -> str:
    """Say which entries stand on a line: other ones may lie between the first and the last."""
    first, last = numbers[0], numbers[-1]
    if first == last:
        return f"No. {first}"
    return f"No. {first}–{last}" if last - first < len(numbers) else f"{len(numbers):,} of No. {first}–{last}"


def _gathered(
    entries: Iterable[AccessEvent], *, key: Callable[[AccessEvent], tuple[object, ...]]
) -> list[tuple[AccessEvent, ...]]:
    """Gather entries with the same key, wherever they stand, each group in the place of its newest entry."""
    groups: dict[tuple[object, ...], list[AccessEvent]] = {}
    for entry in entries:
        groups.setdefault(key(entry), []).append(entry)
    return [tuple(group) for group in groups.values()]


def _same_line(entry: AccessEvent) -> tuple[object, ...]:
    """Tries of one person that were refused for one reason make one line a day, so that many hide no look."""
    if entry.is_access and not entry.allowed:
        return (entry.kind, entry.day, *_same_look(entry)[2:])
    return _same_look(entry)


def _same_look(entry: AccessEvent) -> tuple[object, ...]:
    if not entry.is_access:
        is_gathered = entry.kind in _GATHERED and not entry.is_ended
        return (entry.kind, entry.day, entry.org, entry.because) if is_gathered else (entry.number,)
    who, why = (entry.org, entry.person, entry.role), (entry.purpose, entry.granularity, entry.because)
    return (entry.kind, entry.at, *who, *why, entry.outcome)


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
    allowed = _grouped(e for e in looks if e.allowed and e.outcome is not DeliveryOutcome.NOT_OPENED)
    refused = _grouped(e for e in looks if not e.allowed)
    people = len({(g[0].org, g[0].person) for g in allowed})
    if not allowed:
        seen = f"{when}, nobody looked."
    else:
        verb = "looked once" if len(allowed) == 1 else f"looked {counted(len(allowed), 'time')}"
        seen = f"{when}, {counted(people, 'person', 'people')} {verb}. You had allowed every one of these looks."
    seen += _ended(inside)
    if not refused:
        return seen
    tries = (
        "One try was refused."
        if len(refused) == 1
        else f"{sentence(counted(len(refused), 'try', 'tries'))} were refused."
    )
    return f"{seen} {tries}"


def _ended(inside: Sequence[AccessEvent]) -> str:
    """Say how far back nobody can tell any more who looked, so that no sentence speaks for that time."""
    ended = [e.day for e in inside if e.is_ended]
    return f" Who looked until {long_date(max(ended))} can no longer be read." if ended else ""


def _grouped(entries: Iterable[AccessEvent]) -> list[tuple[AccessEvent, ...]]:
    return _gathered(entries, key=_same_look)


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


def _person(entry: AccessEvent) -> str:
    role = PERSONS[entry.role] if entry.role else ""
    parts = [part for part in (entry.person, role, entry.org_name) if part]
    return ", ".join(parts)


def _step_detail(first: AccessEvent, choices: Mapping[str, str]) -> str:
    said = choices.get(first.leaf_hash) or _event_detail(first)
    return f"{said} {_sentences(first.also)}".rstrip() if first.also else said


def _event_detail(first: AccessEvent) -> str:
    """Why it happened, unless the title says so already."""
    why = _sentences(first.because)
    return "" if why == f"{EVENTS[EventKind(first.kind)]}." else why


def _event_title(group: Sequence[AccessEvent]) -> str:
    kind = EventKind(group[0].kind)
    if len(group) == 1:
        return group[0].headline or EVENTS[kind]
    preposition, unit = _GATHERED[kind]
    return f"{EVENTS[kind]} {preposition}{counted(len(group), unit)}"


def _look_title(group: Sequence[AccessEvent]) -> str:
    first = group[0]
    if first.allowed:
        verb = "was allowed to see" if first.outcome in _NOT_SEEN else "saw"
        return f"{sentence(_person(first))}, {verb} {_what(group)}"
    tries = len(_grouped(group))
    return (
        f"A try by {_person(first)}, was refused"
        if tries == 1
        else f"{tries:,} tries by {_person(first)}, were refused"
    )


def _what(group: Sequence[AccessEvent]) -> str:
    phrases = dict.fromkeys(CATEGORIES[e.category].phrase for e in sorted(group, key=_by_category) if e.category)
    return f"your {listed(list(phrases))}" if phrases else "a page about you"


def _by_category(entry: AccessEvent) -> int:
    return list(Category).index(entry.category) if entry.category else 0


def _look_detail(group: Sequence[AccessEvent]) -> str:
    first = group[0]
    purpose = f"for {PURPOSES[first.purpose].lower()}" if first.purpose else ""
    if not first.allowed:
        return _sentences(_clause(f"they asked for {_what(group)}", purpose), first.because)
    became = _NOT_SEEN.get(first.outcome, "")
    return _sentences(_levels(group), _clause(purpose, first.because), became)


def _levels(group: Sequence[AccessEvent]) -> str:
    found = {
        granularity_words(e.category, e.granularity).label
        for e in group
        if e.category and e.granularity and e.granularity > Granularity.NONE
    }
    return listed(sorted(found))


def _clause(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _sentences(*parts: str) -> str:
    return " ".join(f"{sentence(part.rstrip('.'))}." for part in parts if part)
