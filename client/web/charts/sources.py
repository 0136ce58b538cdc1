"""The sources of a chart's figures in words: named where more than one stands in what it shows, and by the table's row.

A word says what kind of thing measured or asked; two of one kind have a number, which is the same on all charts of a
page, for no product or device is named.
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


SourceNames = Mapping[Source, str]
"""The word of each source that a page names."""


def on_days(by_day: SourcesByDay, days: Iterable[date]) -> SourcesByDay:
    """Return whose the figures of these days are, in their order, where that is known."""
    return {day: by_day[day] for day in days if by_day.get(day)}


def page_names(charts: Iterable[Sequence[SourcesByDay]]) -> SourceNames:
    """Return a word for each source that one of these charts names, by what each of them shows.

    Of several with one word each has the number in which it was first seen: one word is one source on all of a page.
    """
    by_word: dict[str, list[Source]] = {}
    for source in dict.fromkeys(chain.from_iterable(map(_told_apart, charts))):
        by_word.setdefault(source_word(source[0]), []).append(source)
    return {
        source: word if len(held) == 1 else f"{word} {number}"
        for word, held in by_word.items()
        for number, source in enumerate(held, start=1)
    }


def _told_apart(shown: Sequence[SourcesByDay]) -> list[Source]:
    """Return the sources of a chart as they are first seen; none where one made all of it: nothing has to be told."""
    found = dict.fromkeys(chain.from_iterable(sorted(held) for part in shown for held in part.values()))
    return list(found) if len(found) > 1 else []


def source_words(shown: Sequence[SourcesByDay], names: SourceNames | None) -> list[Words]:
    """Return by day, for each kind of figures that a chart shows, the words of its sources.

    Empty maps where one source made all that is shown. names: those of its page; None for a chart that stands alone.
    """
    if not _told_apart(shown):
        return [{} for _ in shown]
    words = page_names([shown]) if names is None else names
    return [{day: tuple(sorted(words[one] for one in found)) for day, found in part.items()} for part in shown]


def named(words: Words) -> str:
    """Return all words of a kind of figures, for a caption; "" where nothing has to be told apart."""
    return listed(list(dict.fromkeys(chain.from_iterable(words.values()))))


def with_sources(rows: Sequence[Sequence[object]], days: Sequence[date], words: Words) -> Rows:
    """Return the rows of a table, newest day first, each with the word of its source; as they are without any word."""
    held = zip(rows, reversed(days), strict=True)
    return [(*row, listed(words.get(day, ()))) for row, day in held] if words else rows
