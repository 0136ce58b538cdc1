"""Figures of a file that are stored and not used, because another source comes first: counted, and said in words."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from chassis.text import counted
from client.biometrics.observations import Observation
from client.biometrics.sessions import OF_SESSIONS, Session, session_of
from client.biometrics.streams import SPECS, Stream
from client.features.day_sources import Source, name_of
from client.features.days.outranked import Outranked, WhyFirst
from policies.vocabulary import Category

SESSION: Final = "session"
NIGHT: Final = "night"
DAY: Final = "day"


@dataclass(frozen=True, slots=True)
class UnusedFigures:
    """So many sessions, nights or days of these streams are not used: `by` comes first.

    streams: all of one category, and of the same number of sessions, nights or days. unit: "session", "night" or "day".
    """

    streams: tuple[Stream, ...]
    unit: str
    number: int
    by: Source
    why: WhyFirst

    @property
    def category(self) -> Category:
        """What somebody has to be allowed to see who is told of it."""
        return SPECS[self.streams[0]].category


def unused_of_files(found: Iterable[Outranked]) -> Mapping[str, tuple[UnusedFigures, ...]]:
    """Return what is not used of each file, by its SHA-256, in the order of the streams."""
    times: dict[str, dict[_Kind, dict[Stream, set[Session | date]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(set))
    )
    for one in found:
        kind = _Kind(SPECS[one.reading.stream].category, _unit(one.reading), one.by, one.why)
        times[one.reading.source.file_sha256][kind][one.reading.stream].add(_time(one.reading))
    return {sha256: tuple(sorted(_together(kinds), key=_in_order)) for sha256, kinds in times.items()}


def added_up(found: Iterable[UnusedFigures]) -> list[UnusedFigures]:
    """Return what is not used of several files and athletes together."""
    numbers = Counter[UnusedFigures]()
    for one in found:
        numbers[replace(one, number=0)] += one.number
    return sorted((replace(one, number=number) for one, number in numbers.items()), key=_in_order)


def in_words(one: UnusedFigures) -> str:
    """Return the sentence of an import, without its end; it names the source as lists of readings do."""
    streams = ", ".join(stream.value for stream in one.streams)
    are = "is" if one.number == 1 else "are"
    what = f"{streams}: {'the hours of ' if one.why is WhyFirst.HOURS else ''}{counted(one.number, one.unit)}"
    return f"{what} {are} not used in the numbers: {_why(one)}"


def _why(one: UnusedFigures) -> str:
    by = name_of(one.by)
    return {
        WhyFirst.ORDER: f"{by} comes first (source-priority)",
        WhyFirst.WHOLE: f"what {by} has of them is whole and comes first",
        WhyFirst.BEATS: f"the beats of {by} say it themselves",
        WhyFirst.NIGHTS: f"hours of sleep are measured on at least as many nights, by {by} above all",
        WhyFirst.HOURS: f"they are answered on more nights, in {by} above all; their times are used",
    }[one.why]


@dataclass(frozen=True, slots=True)
class _Kind:
    category: Category
    unit: str
    by: Source
    why: WhyFirst


def _unit(reading: Observation) -> str:
    if reading.stream in OF_SESSIONS:
        return SESSION
    return NIGHT if SPECS[reading.stream].category is Category.SLEEP else DAY


def _time(reading: Observation) -> Session | date:
    return session_of(reading) if reading.stream in OF_SESSIONS else reading.day


def _together(kinds: Mapping[_Kind, Mapping[Stream, set[Session | date]]]) -> Iterator[UnusedFigures]:
    """Yield each kind with the streams that have the same sessions or days in one."""
    for kind, times in kinds.items():
        streams: dict[frozenset[Session | date], list[Stream]] = defaultdict(list)
        for stream in sorted(times, key=list(Stream).index):
            streams[frozenset(times[stream])].append(stream)
        for lost, held in streams.items():
            yield UnusedFigures(tuple(held), kind.unit, len(lost), kind.by, kind.why)


def _in_order(one: UnusedFigures) -> tuple[int, Source, str]:
    return list(Stream).index(one.streams[0]), one.by, one.why
