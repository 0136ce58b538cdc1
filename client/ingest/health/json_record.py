"""One record of a JSON export, and the reader that takes each record of a file as it comes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from client.ingest.clock import LocalClock, Moment
from client.ingest.collector import Collector
from client.ingest.input_file import InputFile, Reading
from client.ingest.markup.field_names import FieldNames
from client.ingest.markup.json_stream import JsonObjects

LONGEST_OFFSET_S = 14 * 3600
_AT_GREENWICH = ("+00:00", "+0000", "-00:00")

_LARGEST = 1e300  # ours: a whole number of JSON may be of any size


@dataclass(frozen=True, slots=True)
class JsonRecord:
    """One object of a list. key: the key that the list stands under, or "" at the top. fields: notes what is read."""

    key: str
    values: Mapping[str, Any]
    fields: FieldNames | None = None

    def value(self, *path: str) -> Any:
        """Return what stands at a path of keys as it is, None where there is nothing."""
        return self._at(path)

    def number(self, *path: str) -> float | None:
        """Return the number at a path of keys, None where there is none that a double holds."""
        value = self._at(path)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return float(value) if abs(value) <= _LARGEST else None

    def text(self, *path: str) -> str:
        """Return the text at a path of keys, "" where there is none."""
        value = self._at(path)
        return value if isinstance(value, str) else ""

    def has(self, *names: str) -> bool:
        """True when each of the names is a key of the record itself."""
        return all(name in self.values for name in names)

    def _at(self, path: tuple[str, ...]) -> Any:
        if self.fields is not None:
            self.fields.read(*path)
        value: Any = self.values
        for name in path:
            value = value.get(name) if isinstance(value, Mapping) else None
        return value

    def instant(self, name: str, out: Collector, *, offset: str = "", is_local: bool = False) -> Moment | None:
        """Place a time as text, with its own offset, or with the one that stands in the field `offset`.

        is_local: the offset in the text is that of the place, also where it is +00:00. A time in UTC without any of
        these does not say what the local time was, which is counted.
        """
        text = self.text(name)
        shift = offset_min(self.text(offset)) if offset else 0 if is_local and text.endswith(_AT_GREENWICH) else None
        found = out.clock.instant(text, out.counters)
        if found is not None and shift is not None:
            return Moment(found.utc, shift)
        is_utc = found is not None and text.strip().upper().endswith("Z")
        return out.clock.placed(found.utc, out.counters) if found is not None and is_utc else found

    def seconds(self, name: str, offset: str, out: Collector) -> Moment | None:
        """Place a time in seconds since 1970, with the offset in seconds that stands in the field `offset`."""
        seconds, shift = self.number(name), self.number(offset)
        if seconds is None or not 0 < seconds < 1e11:
            out.counters.count("dropped:time_unreadable")
            return None
        utc = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
        if shift is None or abs(shift) > LONGEST_OFFSET_S:
            return out.clock.placed(utc, out.counters)
        found = out.clock.at(utc, out.counters)
        return None if found is None else Moment(found.utc, round(shift / 60))

    def day(self, name: str, out: Collector) -> Moment | None:
        """Place a calendar day: local midnight."""
        try:
            day = date.fromisoformat(self.text(name)[:10])
        except ValueError:
            out.counters.count("dropped:time_unreadable")
            return None
        return out.clock.local_day(day, out.counters)


def offset_min(text: str) -> int | None:
    """Return an offset such as "+01:00", "-0530", "Z" or "UTC+01:00" in minutes, None where it is none."""
    plain = text.strip().upper().removeprefix("UTC").removeprefix("GMT")
    if plain in ("Z", "") and text.strip():
        return 0
    try:
        shift = datetime.fromisoformat(f"2000-01-01T00:00:00{plain}").utcoffset()
    except ValueError:
        return None
    return None if shift is None or abs(shift.total_seconds()) > LONGEST_OFFSET_S else round(shift.total_seconds() / 60)


Take = Callable[[Collector, JsonRecord], bool]
"""Takes one record; False for one of a kind that is not taken."""


def read_records(file: InputFile, clock: LocalClock, take: Take, *, app: str, id_field: str = "") -> Reading:
    """Read every record of a file with `take`; id_field: the source's own id of a record, where it has one."""
    out, objects, fields = Collector(file, clock, app=app), JsonObjects(file), FieldNames()
    fields.read(id_field)
    for key, values in objects:
        record = JsonRecord(key, values, fields)
        out.counters.rows += 1
        own_id = values.get(id_field) if id_field else None
        out.begin_record(f"id {own_id}"[:80] if isinstance(own_id, int | str) else "", is_unique=True)
        if take(out, record):
            fields.see(values)
        else:
            out.counters.count("left_out:kind_not_taken")
    fields.note(out.counters)
    out.cut_off(objects.defect)
    return out.reading()


def take_night(
    out: Collector,
    start: Moment | None,
    end: Moment | None,
    *,
    asleep_min: float | None,
    in_bed_min: float | None,
    deep_min: float | None,
    nap: bool = False,
) -> None:
    """Take what a service says of one sleep; of a nap only its minutes, marked."""
    from client.biometrics.observations import NAP
    from client.biometrics.streams import Stream

    if start is None or end is None or end.utc <= start.utc:
        out.counters.count("dropped:sleep_without_end")
        return
    quality = (NAP,) if nap else ()
    kept = out.number(Stream.SLEEP_PERIOD_MIN, start, asleep_min, end=end.utc, sentinels=(0.0,), quality=quality)
    if not kept or nap:
        return
    if in_bed_min and asleep_min and in_bed_min >= asleep_min:
        out.number(Stream.SLEEP_EFFICIENCY, start, 100.0 * asleep_min / in_bed_min, end=end.utc)
    if deep_min is not None:
        out.number(Stream.DEEP_SLEEP_MIN, start, deep_min, end=end.utc)


def minutes(seconds: float | None) -> float | None:
    """Seconds as minutes; None stays None."""
    return None if seconds is None else seconds / 60
