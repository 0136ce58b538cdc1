"""One line of "Who looked", in sentences: one entry, or several that a person remembers as one. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from types import MappingProxyType

from audit.entries.events import EventKind
from chassis.text import counted, listed, sentence
from consent.athlete.values import AccessEvent, ProofState
from consent.decisions.values import DeliveryOutcome
from consent.web.text import CATEGORIES, EVENTS, PERSONS, PURPOSES, granularity_words
from policies.vocabulary import Category, Granularity

GATHERED = {EventKind.ROUND_COMMITTED: ("in ", "round"), EventKind.SIGNED_IN: ("", "time")}
"""Own entries that come in numbers: those of one day stand on one line."""
_NOT_SEEN: Mapping[DeliveryOutcome | None, str] = {
    DeliveryOutcome.NOT_OPENED: "the page did not open",
    DeliveryOutcome.NOT_KNOWN: "whether the page opened is not known",
}
MOST_PROOFS = 20  # files offered on one line; the file of all proofs holds every one
MOST_CONTENTS = 4  # ours: what the tries of one line asked for, told apart; tries are bounded by nobody
PROOFS = {ProofState.NOT_PROVEN: "broken", ProofState.WAITING: "waiting", ProofState.PROVEN: "proven"}
"""What the pages call a state; of a group's states the first one here counts."""


@dataclass(frozen=True, slots=True)
class EntryView:
    """One line of the list: one entry, or several of the same look. times: of the day, from the first to the last.

    proofs: entry numbers with a proof to download. more_proofs: how many others are in the file of all proofs alone.
    """

    numbers: str
    times: str
    title: str
    detail: str
    proof: str
    proofs: tuple[int, ...]
    more_proofs: int


def entry_view(group: Sequence[AccessEvent], choices: Mapping[str, str] = MappingProxyType({})) -> EntryView:
    """Say in words what one group of entries was. All of a group share kind, person, time, purpose and reason."""
    first = group[0]
    is_access = first.is_access
    proven = tuple(e.number for e in group if e.proof is ProofState.PROVEN)
    return EntryView(
        numbers=_numbers(sorted(e.number for e in group)),
        times=_times(group),
        title=_look_title(group) if is_access else _event_title(group),
        detail=_look_detail(group) if is_access else _step_detail(first, choices),
        proof=next(word for state, word in PROOFS.items() if any(e.proof is state for e in group)),
        proofs=proven[:MOST_PROOFS],
        more_proofs=max(0, len(proven) - MOST_PROOFS),
    )


def _times(group: Sequence[AccessEvent]) -> str:
    """Say when it was, to the second as in the file of all proofs; the day stands above."""
    first, last = (f"{at.astimezone(UTC):%H:%M:%S}" for at in (min(e.at for e in group), max(e.at for e in group)))
    return f"{first} UTC" if first == last else f"{first} to {last} UTC"


def _numbers(numbers: Sequence[int]) -> str:
    """Say which entries stand on a line: other ones may lie between the first and the last."""
    first, last = numbers[0], numbers[-1]
    if first == last:
        return f"No. {first}"
    return f"No. {first}–{last}" if last - first < len(numbers) else f"{len(numbers):,} of No. {first}–{last}"


def gathered(
    entries: Iterable[AccessEvent], *, key: Callable[[AccessEvent], tuple[object, ...]]
) -> list[tuple[AccessEvent, ...]]:
    """Gather entries with the same key, wherever they stand, each group in the place of its newest entry."""
    groups: dict[tuple[object, ...], list[AccessEvent]] = {}
    for entry in entries:
        groups.setdefault(key(entry), []).append(entry)
    return [tuple(group) for group in groups.values()]


def asker(entry: AccessEvent) -> tuple[object, ...]:
    """Return who asked, and what for."""
    return (entry.org, entry.person, entry.role, entry.purpose)


def openings(entries: Iterable[AccessEvent]) -> list[tuple[AccessEvent, ...]]:
    """Gather what one person asked for at one moment: that is one page, whatever came of each part of it."""
    return gathered(entries, key=lambda entry: (entry.at, *asker(entry)))


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
    preposition, unit = GATHERED[kind]
    return f"{EVENTS[kind]} {preposition}{counted(len(group), unit)}"


def _look_title(group: Sequence[AccessEvent]) -> str:
    first = group[0]
    if first.allowed:
        verb = "was allowed to see" if first.outcome in _NOT_SEEN else "saw"
        return f"{sentence(_person(first))}, {verb} {_what(group)}"
    tries = len(openings(group))
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
        return _sentences(_clause(_asked_for(group), purpose), first.because)
    became = _NOT_SEEN.get(first.outcome, "")
    return _sentences(_levels(group), _clause(purpose, first.because), became)


def _asked_for(group: Sequence[AccessEvent]) -> str:
    """Say what refused tries asked for, each with what it asked for itself: no two are merged into what neither did."""
    contents = Counter(_what(opening) for opening in openings(group)).most_common()
    if len(contents) == 1:
        return f"they asked for {contents[0][0]}"
    told = [f"{_times_over(number)} for {what}" for what, number in contents[:MOST_CONTENTS]]
    rest = sum(number for _, number in contents[MOST_CONTENTS:])
    others = [f"{_times_over(rest)} for other parts"] if rest else []
    return f"they asked {'; '.join([*told, *others])}"


def _times_over(number: int) -> str:
    return "once" if number == 1 else counted(number, "time")


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
