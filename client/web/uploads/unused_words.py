"""What of a stored file no figure uses, in the words of its page, for athletes and kinds that this reader may see.

It follows from what the vault holds, so that of anybody else, and of any other kind, it is not told.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from chassis.text import counted, listed
from client.features.days.outranked import WhyFirst
from client.ingest.results.unused_figures import UnusedFigures
from client.web.uploads.source_words import source_word
from client.web.uploads.stored_before import FilesBeside
from client.web.uploads.stream_words import stream_name
from policies.vocabulary import AthleteId

UnusedByAthlete = Mapping[AthleteId, tuple[UnusedFigures, ...]]
PART_UNUSED: Final = "part of it is not used in the numbers"
PART_WOULD_BE_UNUSED: Final = "part of it would not be used in the numbers"
_WHY: Final[Mapping[WhyFirst, str]] = {
    WhyFirst.ORDER: "another source comes first: {word}. Whoever runs this node can change which comes first.",
    WhyFirst.WHOLE: "another source says more of the same session: {word}.",
    WhyFirst.BEATS: "the beats of those days say it themselves: {word}.",
    WhyFirst.NIGHTS: "hours of sleep are measured on at least as many nights: {word}.",
    WhyFirst.HOURS: "hours of sleep are answered on more nights: {word}. Their times are used.",
}


def unused_notes(unused: UnusedByAthlete, beside: FilesBeside, *, are: str = "are stored") -> tuple[str, ...]:
    """Return a sentence for each kind of figures of which some are not used, by athlete. are: or "would be stored"."""
    numbers: dict[tuple[str, str, str], Counter[str]] = {}
    for athlete, name in beside.known.names.items():
        for one in unused.get(athlete, ()):
            if one.category in beside.access.of(athlete):
                streams = listed([stream_name(stream) for stream in one.streams])
                streams = f"{streams}, hours" if one.why is WhyFirst.HOURS else streams
                kind = streams, one.unit, _WHY[one.why].format(word=source_word(one.by[0]))
                numbers.setdefault(kind, Counter())[name] += one.number
    return tuple(_sentence(*kind, of_each, are) for kind, of_each in numbers.items())


def _sentence(streams: str, unit: str, why: str, of_each: Mapping[str, int], are: str) -> str:
    said = listed([f"{counted(number, unit)} of {name}" for name, number in of_each.items()])
    verb = are.replace("are", "is") if sum(of_each.values()) == 1 else are
    return f"{streams}: {said} {verb} and not used in the numbers; {why}"
