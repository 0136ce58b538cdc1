"""What of a stored file no figure uses, in the words of its page, for athletes and kinds that this reader may see.

It follows from what the vault holds, so that of anybody else, and of any other kind, it is not told.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from chassis.text import counted, listed
from client.features.days.outranked import WhyFirst
from client.ingest.results.unused_figures import UnusedFigures
from client.web.access import PageAccess
from client.web.uploads.source_words import source_word
from client.web.uploads.stream_words import stream_name
from policies.vocabulary import AthleteId

UnusedByAthlete = Mapping[AthleteId, tuple[UnusedFigures, ...]]
PART_UNUSED: Final = "Stored; part of it is not used in the numbers"
_WHY: Final[Mapping[WhyFirst, str]] = {
    WhyFirst.ORDER: "another source comes first: {word}. Whoever runs this node can change which comes first.",
    WhyFirst.WHOLE: "another source says more of the same session: {word}.",
    WhyFirst.BEATS: "the beats of those days say it themselves: {word}.",
    WhyFirst.NIGHTS: "hours of sleep are measured on at least as many nights: {word}.",
    WhyFirst.HOURS: "hours of sleep are answered on more nights: {word}. Their times are used.",
}


def unused_notes(unused: UnusedByAthlete, access: PageAccess) -> tuple[str, ...]:
    """Return a sentence for each kind of figures of which some are not used."""
    numbers = Counter[tuple[str, str, str]]()
    for athlete, found in unused.items():
        for one in found:
            if one.category in access.of(athlete):
                names = listed([stream_name(stream) for stream in one.streams])
                names = f"{names}, hours" if one.why is WhyFirst.HOURS else names
                numbers[names, one.unit, _WHY[one.why].format(word=source_word(one.by[0]))] += one.number
    return tuple(_sentence(number, *kind) for kind, number in numbers.items())


def _sentence(number: int, names: str, unit: str, why: str) -> str:
    are = "is" if number == 1 else "are"
    return f"{names}: {counted(number, unit)} {are} stored and not used in the numbers; {why}"
