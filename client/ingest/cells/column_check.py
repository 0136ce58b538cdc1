"""Judges each column of a file as a whole: another scale, another unit, shifted cells, times that cannot be read.

Columns are judged one by one: many good minutes must not hide ratings that are on another scale.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping

from client.biometrics.streams import SPECS, Stream
from client.errors import UnreadableFile

MOST_READINGS = 300_000  # ours: 25 athletes, ten answers a day, three years; in under 300 MiB of memory
OF_A_SERIES = 10  # ours: numbers of a series that take the memory of one reading
MIN_JUDGED = 5  # ours: with fewer numbers a column is not refused as shifted
MAX_REFUSED_SHARE = 0.5  # ours: more refused numbers than good ones is another column or unit
MAX_ABOVE_SHARE = 0.05  # ours: this many answers above the top of a scale are those of another scale, not slips
MOST_ROWS = 5  # ours: rows named in a note

RATED = frozenset(stream for stream, spec in SPECS.items() if spec.unit == "{score}" and spec.high <= 10)
"""Streams whose numbers are answers on a scale. One below it often means "no answer" and tells nothing of the scale."""
_OTHER_SCALES: Mapping[Stream, tuple[tuple[float, float], ...]] = {
    **{stream: ((1.0, 7.0), (1.0, 10.0)) for stream in RATED if SPECS[stream].high < 10},
    Stream.SESSION_RPE: ((6.0, 20.0),),  # Borg's first scale
}
"""Scales on which the same is asked elsewhere: lowest and highest answer."""


class ColumnCheck:
    """Counts of one file by stream, and how many of its numbers are held; for a file of many athletes all share one.

    names: what the file calls the column of a stream, for the sentence that refuses it. declared: streams whose column
    says its scale, so that one answer outside is a slip however few there are. row: the row of the file that is being
    read, as a spreadsheet numbers it; 0 where the reader does not say.
    """

    def __init__(self, names: Mapping[Stream, str] | None = None, declared: Collection[Stream] = ()) -> None:
        self._names = names or {}
        self._declared = frozenset(declared)
        self._held = 0
        self._good: Counter[Stream] = Counter()
        self._refused: Counter[Stream] = Counter()
        self._above: dict[Stream, list[tuple[float, int]]] = defaultdict(list)
        self._lowest: dict[Stream, float] = {}
        self.row = 0

    def take(self, stream: Stream, value: float | None = None) -> None:
        """Count a good number; raises UnreadableFile where a file has more of them than can be held.

        value: what it is, of an answer on a scale.
        """
        self._good[stream] += 1
        if value is not None and stream in RATED:
            self._lowest[stream] = min(value, self._lowest.get(stream, value))
        self._hold(1)

    def take_series(self, numbers: int) -> None:
        """Count a series of so many numbers by the memory that it takes; raises as `take` does."""
        self._hold(1 + numbers // OF_A_SERIES)

    def _hold(self, readings: int) -> None:
        self._held += readings
        if self._held > MOST_READINGS:
            raise UnreadableFile(
                f"expected at most {MOST_READINGS:,} readings in a file, found more; split it by season or by athlete"
            )

    def refuse(self, stream: Stream, value: float | None = None) -> None:
        """Count a refused cell; value: the number that was out of range, where it was one."""
        self._refused[stream] += 1
        if value is not None and stream in RATED and value > SPECS[stream].high:
            self._above[stream].append((value, self.row))

    def judge(self, *, rows: int, without_time: int) -> None:
        """Return when no column is wrong as a whole; raises UnreadableFile that names the first one that is."""
        if rows >= MIN_JUDGED and without_time > MAX_REFUSED_SHARE * rows:
            raise UnreadableFile(
                f"{without_time} of {rows} rows have a time that cannot be read, or one before 2001 or in the future"
            )
        for stream, refused in sorted(self._refused.items()):
            numbers = refused + self._good[stream]
            name = self._names.get(stream, stream.value)
            if self._is_on_other_scale(stream, numbers):
                raise UnreadableFile(_other_scale(stream, name, len(self._above[stream]), numbers))
            if numbers >= MIN_JUDGED and refused > MAX_REFUSED_SHARE * numbers:
                raise UnreadableFile(
                    f"most numbers of {name} are outside its range or are written otherwise ({refused} of {numbers}); "
                    "are columns shifted or in another unit?"
                )

    def slips(self) -> list[str]:
        """Return a sentence for each column with answers above its scale: in which rows of the file they stand."""
        found = []
        for stream, above in sorted(self._above.items()):
            rows = sorted({row for _, row in above if row})
            named = ", ".join(map(str, rows[:MOST_ROWS])) + (" and more" if len(rows) > MOST_ROWS else "")
            if rows:
                spec, name = SPECS[stream], self._names.get(stream, stream.value)
                found.append(f"{name}: an answer above {spec.high:g}, the top of its scale, is left out; row {named}")
        return found

    def _is_on_other_scale(self, stream: Stream, numbers: int) -> bool:
        """True where more than a slip is above the scale, or one answer that with all others fits another scale."""
        above = self._above.get(stream, [])
        if not above or len(above) < MAX_ABOVE_SHARE * numbers:
            return False
        if len(above) > 1:
            return True
        if stream in self._declared:
            return False
        if numbers < MIN_JUDGED:
            return True
        value = above[0][0]
        lowest = min(value, self._lowest.get(stream, value))
        return any(low <= lowest and value <= high for low, high in _OTHER_SCALES.get(stream, ()))


def _other_scale(stream: Stream, name: str, above: int, numbers: int) -> str:
    spec = SPECS[stream]
    return (
        f"{above} of {numbers} answers of {name} are above {spec.high:g}, the top of the scale of {stream.value} "
        f"({spec.low:g} to {spec.high:g}): the column may be on another scale, and none can be turned into another; "
        "where these are slips, correct them"
    )
