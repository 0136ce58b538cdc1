"""Measures imports: FIT against its bare parser, a squad's positions, and the memory of a large health export.

Run it with `make bench`. All files are generated. FIT and positions are timed in CPU time, so that a busy machine
changes little; memory is the growth of this process.
"""

import argparse
import io
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import fitdecode
import numpy as np

from client.ingest.clock import LocalClock
from client.ingest.format_registry import reader_for
from client.ingest.input_file import InputFile
from tests.client.sessions.fit_files import at, fit_file, local, session

CLOCK = LocalClock(UTC, datetime(2026, 11, 30, tzinfo=UTC))
MOST_OF_BARE = 1.3  # times the bare parser
MOST_POSITIONS_S = 10.0  # two hours of 25 players, ten times a second
MOST_EXPORT_MIB = 300  # of an export of 2 GB
RECORDS, PLAYERS, SECONDS, EXPORT_MB = 8_000, 25, 7_200, 200


def fit_ratio(records: int = RECORDS, *, rounds: int = 5) -> float:
    """Reading an activity, as a multiple of the bare parser's time over the same bytes; the median of the rounds."""
    points = [
        (
            "RECORD",
            {"timestamp": at(n), "heart_rate": 140 + n % 9, "enhanced_speed": 3.0, "distance": 3.0 * n, "cadence": 80},
        )
        for n in range(records)
    ]
    data = fit_file([*points, session(records), local(records)])
    file = InputFile("a.fit", data)
    return statistics.median(_took(lambda: _read(file)) / _took(lambda: _bare(data)) for _ in range(rounds))


def positions_s(players: int = PLAYERS, seconds: int = SECONDS) -> float:
    """CPU seconds for a table of positions, ten times a second, of so many players."""
    start, count = datetime(2026, 3, 2, 17, 30, tzinfo=UTC), seconds * 10
    speeds = np.random.default_rng(1).uniform(0, 8, count)
    rows = [
        f"{(start + timedelta(seconds=n / 10)):%Y-%m-%d %H:%M:%S.%f},50.1234567,8.7654321,{speed:.3f},150"
        for n, speed in enumerate(speeds)
    ]
    table = io.StringIO()
    table.write("Player Display Name,Time,Lat,Lon,Speed (m/s),Heart Rate (bpm)\n")
    for player in range(players):
        table.writelines(f"Player {player},{row}\n" for row in rows)
    file = InputFile("positions.csv", table.getvalue().encode())
    return _took(lambda: _read(file))


def export_mib(megabytes: int = EXPORT_MB) -> float:
    """MiB by which the process grows while it reads an export of heart rates of so many megabytes, made meanwhile."""
    file = InputFile("export.xml", lambda: io.BufferedReader(_Export(megabytes * 10**6)))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    _read(file)
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024


class _Export(io.RawIOBase):
    """An export of Apple Health that is made while it is read."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self._parts, self._left = self._made(size), b""

    @staticmethod
    def _made(size: int) -> Iterator[bytes]:
        record = (
            b'<Record type="HKQuantityTypeIdentifierHeartRate" sourceName="Watch" device="&lt;&lt;HKDevice: 0x1&gt;, '
            b'name:Watch, hardware:Watch2,4&gt;" unit="count/min" creationDate="2026-03-02 17:00:00 +0100" '
            b'startDate="2026-03-02 17:00:00 +0100" endDate="2026-03-02 17:00:00 +0100" value="72"/>\n'
        )
        yield b"<HealthData>"
        for _ in range(size // (100 * len(record)) + 1):
            yield record * 100
        yield b"</HealthData>"

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._left = self._left or next(self._parts, b"")
        size = min(len(buffer), len(self._left))
        buffer[:size], self._left = self._left[:size], self._left[size:]
        return size


def _read(file: InputFile) -> None:
    reader_for(file).readings(file, CLOCK, label=None, nobody="")


def _bare(data: bytes) -> None:
    with fitdecode.FitReader(io.BytesIO(data)) as frames:
        for _ in frames:
            pass


def _took(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def main() -> int:
    """Measure, print one line each, and return 1 where a bound is passed."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    memory, ratio, positions = export_mib(), fit_ratio(), positions_s()
    whole = memory * 2_000 / EXPORT_MB
    print(f"FIT, {RECORDS:,} records: {ratio:.2f} times the bare parser (at most {MOST_OF_BARE})")
    print(f"Positions, {PLAYERS} players, {SECONDS // 60} min: {positions:.1f} s (at most {MOST_POSITIONS_S:.0f})")
    print(f"Export of {EXPORT_MB} MB: {memory:.0f} MiB, so {whole:.0f} MiB for 2 GB (at most {MOST_EXPORT_MIB})")
    return int(ratio > MOST_OF_BARE or positions > MOST_POSITIONS_S or whole > MOST_EXPORT_MIB)


if __name__ == "__main__":
    sys.exit(main())
