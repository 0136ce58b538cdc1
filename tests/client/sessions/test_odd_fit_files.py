"""FIT files of devices in use whose definitions are odd: the recording is whole, and so is what is read. Invented."""

import struct
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from client.biometrics.observations import PARTIAL_FILE
from client.biometrics.streams import Stream
from client.errors import UnreadableFile
from client.ingest.clock import LocalClock
from client.ingest.format_registry import reader_for
from client.ingest.input_file import InputFile, Reading
from client.ingest.sessions.fit.activity import read_activity

BEGAN = int((datetime(2026, 3, 2, 6, tzinfo=UTC) - datetime(1989, 12, 31, tzinfo=UTC)).total_seconds())
SECONDS, NONE = 600, 0xFFFFFFFF
_FORMATS = {0: "B", 2: "B", 7: "s", 13: "B", 0x84: "H", 0x86: "I"}
FIELD_ID, DEVELOPER, DESCRIPTION, RECORD, SESSION, LAP, HR = 0, 207, 206, 20, 18, 19, 132


class RawFit:
    """Writes what the maker's kit refuses to write. Fields of a definition: number, base type, width in bytes."""

    def __init__(self) -> None:
        self.body, self._fields = b"", [(0, 0, 1)]
        self.define(FIELD_ID, [(0, 0, 1), (3, 0x86, 4)]).write(4, 7)

    def define(
        self, message: int, fields: list[tuple[int, int, int]], developed: Sequence[tuple[int, int, int]] = ()
    ) -> "RawFit":
        flags = 0x60 if developed else 0x40
        self.body += bytes([flags, 0, 0, *message.to_bytes(2, "little"), len(fields)])
        self.body += b"".join(bytes([number, width, base]) for number, base, width in fields)
        self.body += bytes([len(developed), *(part for one in developed for part in one)]) if developed else b""
        self._fields = [*fields, *((number, 7, width) for number, width, _ in developed)]
        return self

    def write(self, *values: Any) -> "RawFit":
        self.body += b"\x00"
        for (_, base, width), value in zip(self._fields, values, strict=True):
            self.body += value.ljust(width, b"\x00") if isinstance(value, bytes) else struct.pack(_FORMATS[base], value)
        return self

    def records(self, developed: list[tuple[int, int, int]], value: bytes, *, width_of_last: int = 1) -> "RawFit":
        """One a second: 140 beats a minute at 3 m/s."""
        fields = [(253, 0x86, 4), (3, 2, 1), (6, 0x84, 2), (5, 0x86, 4), (200, 13, width_of_last)]
        self.define(RECORD, fields, developed)
        for second in range(SECONDS + 1):
            last = b"\x01" * width_of_last
            self.write(BEGAN + second, 140, 3000, second * 300, last, *([value] if developed else []))
        return self

    def session(self, *, start: int = BEGAN, timer_ms: int = SECONDS * 1000, metres: int | None = 1800) -> "RawFit":
        self.define(SESSION, [(253, 0x86, 4), (2, 0x86, 4), (7, 0x86, 4), (8, 0x86, 4), (9, 0x86, 4), (16, 2, 1)])
        return self.write(
            BEGAN + SECONDS, start, SECONDS * 1000, timer_ms, NONE if metres is None else metres * 100, 140
        )

    def described(self, *, base: int, unit: bytes = b"", native: int = 255) -> "RawFit":
        fields = [(0, 2, 1), (1, 2, 1), (2, 2, 1), (3, 7, 8), (8, 7, 8), (15, 2, 1)]
        return self.define(DESCRIPTION, fields).write(0, 0, base, b"Battery", unit, native)

    def developer(self) -> "RawFit":
        return self.define(DEVELOPER, [(3, 2, 1)]).write(0)

    def data(self, *, length: int | None = None) -> bytes:
        size = len(self.body) if length is None else length
        return struct.pack("<BBHI4sH", 14, 0x20, 2132, size, b".FIT", 0) + self.body + b"\x00\x00"


def values(reading: Reading) -> dict[Stream, Any]:
    return {one.stream: one.value for one in reading.observations}


def read(fit: RawFit, clock: LocalClock, **named: Any) -> Reading:
    return read_activity(InputFile("a.fit", fit.data(**named)), clock)


ODD = {
    "a field of a developer who is not named": RawFit().described(base=2).records([(0, 1, 0)], b"c").session(),
    "a field of an unknown type": RawFit().developer().described(base=0x55).records([(0, 1, 0)], b"c").session(),
    "eight bytes in one": RawFit().developer().described(base=0x89).records([(0, 1, 0)], b"c").session(),
    "a width that does not fit": RawFit().developer().described(base=0x86).records([(0, 6, 0)], b"abcdef").session(),
    "a developer's field of no width": RawFit().developer().described(base=7).records([(0, 0, 0)], b"").session(),
    "a field of no width": RawFit().records([], b"", width_of_last=0).session(),
    "a strap's beats without their time": RawFit().records([], b"").define(HR, [(10, 13, 12)]).write(b"\x01").session(),
    "described after it is used": RawFit().developer().records([(0, 1, 0)], b"c").described(base=2).session(),
}


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_definition_costs_nothing(odd: str, clock: LocalClock) -> None:
    reading = read(ODD[odd], clock)

    found = values(reading)
    assert (found[Stream.ACTIVITY_DURATION_MIN], found[Stream.DISTANCE]) == (10.0, 1800.0)
    assert sum(found[Stream.TIME_AT_HEART_RATE]) == SECONDS, "each record was read"
    assert "partial_file" not in reading.report.details


def test_a_recording_that_was_never_closed_says_0_for_its_length(clock: LocalClock) -> None:
    reading = read(RawFit().records([], b"").session(), clock, length=0)

    assert values(reading)[Stream.DISTANCE] == 1800.0
    assert reading.report.details["partial_file"] == 1


def test_what_a_session_does_not_say_its_records_do(clock: LocalClock) -> None:
    for metres in (None, 0):
        assert values(read(RawFit().records([], b"").session(metres=metres), clock))[Stream.DISTANCE] == 1800.0


def test_a_session_begins_so_long_before_its_end_as_it_took_and_a_timer_that_ran_backwards_counts_for_nothing(
    clock: LocalClock,
) -> None:
    reading = read(RawFit().session(start=NONE, timer_ms=NONE - 500), clock)

    assert values(reading)[Stream.ACTIVITY_DURATION_MIN] == 10.0
    assert {one.start for one in reading.observations} == {datetime(2026, 3, 2, 6, tzinfo=UTC)}


def test_laps_alone_are_a_session_that_was_cut_off(clock: LocalClock) -> None:
    fit = RawFit().define(LAP, [(253, 0x86, 4), (2, 0x86, 4), (7, 0x86, 4), (9, 0x86, 4)])
    fit.write(BEGAN + 300, BEGAN, 300_000, 90_000).write(BEGAN + 600, BEGAN + 300, 300_000, 80_000)

    reading = read(fit, clock)

    found = values(reading)
    assert (found[Stream.ACTIVITY_DURATION_MIN], found[Stream.DISTANCE]) == (10.0, 1700.0)
    assert all(PARTIAL_FILE in one.quality for one in reading.observations)


@pytest.mark.parametrize(("unit", "metres"), [(b"m/s", 3600.0), (b"", 3600.0), (b"km/h", None)])
def test_a_developers_speed_counts_in_metres_a_second_only(
    unit: bytes, metres: float | None, clock: LocalClock
) -> None:
    fit = RawFit().developer().described(base=0x88, unit=unit, native=6)
    fit.define(RECORD, [(253, 0x86, 4)], [(0, 4, 0)])
    for second in range(SECONDS + 1):
        fit.write(BEGAN + second, struct.pack("<f", 6.0))

    assert values(read(fit.session(), clock)).get(Stream.HIGH_SPEED_DISTANCE) == metres


TCX = b'<TrainingCenterDatabase><Activities><Activity Sport="Running"/></Activities></TrainingCenterDatabase>'


@pytest.mark.parametrize(("data", "reader"), [(TCX, "tcx"), (b"broken", "fit-activity"), (b"\x00\x01", "fit-activity")])
def test_a_file_is_told_by_its_content_also_when_it_is_named_fit(data: bytes, reader: str) -> None:
    assert reader_for(InputFile("a.fit", data)).name == reader


def test_a_page_of_a_browser_that_is_named_fit_is_told_as_one() -> None:
    with pytest.raises(UnreadableFile, match="a page of a browser"):
        reader_for(InputFile("a.fit", b"<!DOCTYPE html><html><body>Sign in</body></html>"))
