"""The sources of a chart's figures in words: named where more than one stands in what it shows, and by the table's row.

A word says what kind of thing measured or asked; two of one kind have a number, for no product or device is named.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import chain
from typing import Final

from chassis.text import listed
from client.features.day_sources import Source
from client.features.days.column_sources import SourcesByDay
from client.web.charts.parts import Rows
from client.web.uploads.source_words import source_word

FROM: Final = "From"
Words = Mapping[date, tuple[str, ...]]
"""By day, the words of the sources of one kind of figures."""


def source_words(*shown: SourcesByDay, days: Iterable[date]) -> list[Words]:
    """Return by day, for each kind of figures that a chart shows, the words of its sources.

    Empty maps where one source made all that is shown on these days: then nothing has to be told apart.
    """
    wanted = list(days)
    parts = [{day: by_day[day] for day in wanted if by_day.get(day)} for by_day in shown]
    sources = list(dict.fromkeys(chain.from_iterable(sorted(found) for part in parts for found in part.values())))
    if len(sources) < 2:
        return [{} for _ in parts]
    words = _told_apart(sources)
    return [{day: tuple(sorted(words[one] for one in found)) for day, found in part.items()} for part in parts]


def _told_apart(sources: Iterable[Source]) -> dict[Source, str]:
    """Return a word for each source; of several with one word the number in which they were first seen."""
    by_word: dict[str, list[Source]] = {}
    for source in sources:
        by_word.setdefault(source_word(source[0]), []).append(source)
    return {
        source: word if len(held) == 1 else f"{word} {number}"
        for word, held in by_word.items()
        for number, source in enumerate(held, start=1)
    }


def named(words: Words) -> str:
    """Return all words of a kind of figures, for a caption; "" where nothing has to be told apart."""
    return listed(list(dict.fromkeys(chain.from_iterable(words.values()))))


def with_sources(rows: Sequence[Sequence[object]], days: Sequence[date], words: Words) -> Rows:
    """Return the rows of a table, newest day first, each with the word of its source; as they are without any word."""
    held = zip(rows, reversed(days), strict=True)
    return [(*row, listed(words.get(day, ()))) for row, day in held] if words else rows
