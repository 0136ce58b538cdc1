"""Measures the log: durable appends, publication, proofs and fsck at a million entries. Run it with `make bench`.

Writes into a temporary folder (about 1.3 kB per entry while it runs) and removes it. Ratios are of figures taken side
by side in the same run; everything else depends on the machine and its disk.
"""

import argparse
import json
import multiprocessing
import os
import platform
import random
import re
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path

from audit.entries.columns import ColumnWriter
from audit.entries.events import Entry, EventKind, parse_leaf
from audit.tlog import tlog_proof
from audit.tlog.note_keys import Signer
from audit.tlog.signers import log_signers
from audit.tlog.trust_policy import TrustPolicy
from audit.verification.reader import TileReader
from audit.verification.sources import DirectorySource
from audit.verification.verify import verify_log
from audit.writer.fsck import fsck
from audit.writer.log import Log

ENTRIES = 1_000_000
PUBLISHED_AT_ONCE = 65_536
BATCH = 256
THREADS = 64
PROOFS = 5_000
DAYS = 300
ORGS = tuple(f"{first} {second}" for first in ("Quiet", "Slate", "North", "Amber") for second in ("heron", "otter"))


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. aim: what was promised, in words; is_met: None where nothing was."""

    what: str
    value: float
    unit: str
    aim: str = ""
    is_met: bool | None = None


class Leaves:
    """Entries like real ones, quickly: written once per kind, organisation and day, then only their secrets change."""

    def __init__(self, entries: int, rng: random.Random) -> None:
        self._rng = rng
        self._per_day = max(1, entries // DAYS)
        self._kinds = list(EventKind)
        self._made = 0

    def take(self, count: int) -> list[bytes]:
        """Return the next leaves."""
        leaves: list[bytes] = []
        while len(leaves) < count:
            day = date(2026, 1, 1) + timedelta(days=self._made // self._per_day)
            entry = Entry(
                self._rng.choice(self._kinds),
                self._rng.choice(ORGS),
                day,
                "7f3a9c" * 10 + "0000",
                b"\xcc" * 32,
                b"\xdd" * 16,
            )
            before, _, after = entry.leaf().partition(b"cc" * 32)
            between, _, end = after.partition(b"dd" * 16)
            for _ in range(min(16, count - len(leaves))):
                secret = self._rng.randbytes(48).hex().encode()
                leaves.append(before + secret[:64] + between + secret[64:] + end)
                self._made += 1
        return leaves


def timed(act: Callable[[], object]) -> float:
    """Return how many seconds it took."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def percentile(values: Sequence[float], percent: int) -> float:
    """Return the value that this share of the values does not exceed."""
    return sorted(values)[max(0, -(-len(values) * percent // 100) - 1)]


def appends(directory: Path, signers: Sequence[Signer], scale: float) -> Iterator[Figure]:
    """Yield the speed of appending: one by one, from many threads, and many at once. All durable."""
    singles, shared, batches = (max(2, int(count * scale)) for count in (500, 60, 100))
    leaves = Leaves(ENTRIES, random.Random(1))
    with Log.open(directory, signers=signers) as log:
        one_by_one = [timed(lambda: log.append_many(leaves.take(1))) for _ in range(singles)]
        by_thread: list[list[float]] = [[] for _ in range(THREADS)]
        given = [leaves.take(shared) for _ in range(THREADS)]

        def work(number: int) -> None:
            for leaf in given[number]:
                by_thread[number].append(timed(lambda leaf=leaf: log.append_many([leaf])))  # type: ignore[misc]

        threads = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
        wall_s = timed(lambda: [[thread.start() for thread in threads], [thread.join() for thread in threads]])
        at_once = [timed(lambda chunk=leaves.take(BATCH): log.append_many(chunk)) for _ in range(batches)]  # type: ignore[misc]
        log.publish()
        log.append_many(leaves.take(1_000))
        publish_s = timed(log.publish)
    single_s, batched_s = statistics.fmean(one_by_one), statistics.fmean(at_once) / BATCH
    rate = 1 / batched_s
    yield Figure("durable appends, one thread, one entry per call", 1 / single_s, "entries/s")
    yield Figure("  latency p50", 1e3 * percentile(one_by_one, 50), "ms")
    yield Figure("  latency p99", 1e3 * percentile(one_by_one, 99), "ms")
    together = [latency for of_thread in by_thread for latency in of_thread]
    yield Figure(f"durable appends, {THREADS} threads, one entry per call", len(together) / wall_s, "entries/s")
    yield Figure("  latency p50", 1e3 * percentile(together, 50), "ms")
    yield Figure("  latency p99", 1e3 * percentile(together, 99), "ms")
    yield Figure(f"durable appends, batched, {BATCH} entries per call", rate, "entries/s", ">= 2,000", rate >= 2_000)
    yield Figure("  latency p50 of a call", 1e3 * percentile(at_once, 50), "ms")
    yield Figure("  latency p99 of a call", 1e3 * percentile(at_once, 99), "ms")
    yield Figure("ratio batched to single", single_s / batched_s, "times")
    yield Figure("publication of 1,000 entries, two signatures", 1e3 * publish_s, "ms")


def build(directory: Path, signers: Sequence[Signer], entries: int) -> Iterator[Figure]:
    """Write the large log through the real writer."""
    leaves, publish_s, done, whole_s = Leaves(entries, random.Random(2)), [], 0, 0.0
    with Log.open(directory, signers=signers) as log:
        while done < entries:
            chunk = leaves.take(min(PUBLISHED_AT_ONCE, entries - done))
            whole_s += timed(lambda chunk=chunk: log.append_many(chunk))  # type: ignore[misc]
            publish_s.append(timed(log.publish))
            done += len(chunk)
    whole_s += sum(publish_s)
    yield Figure(f"writing {entries:,} entries, {PUBLISHED_AT_ONCE:,} per publication", whole_s, "s")
    yield Figure("  the slowest publication", max(publish_s), "s")


def proofs(directory: Path, signers: Sequence[Signer], entries: int) -> Iterator[Figure]:
    """Yield the latency of an inclusion proof of a random entry, from files that the system has in its cache."""
    rng = random.Random(3)
    trusted = TrustPolicy.of_keys([signer.vkey for signer in signers]).open((directory / "checkpoint").read_bytes())
    reader = TileReader(DirectorySource(directory), entries)
    wanted = [rng.randrange(entries) for _ in range(min(PROOFS, entries))]
    taken, processor = [], []
    for index in wanted:
        start, began = time.perf_counter(), time.process_time()
        hashes = reader.inclusion_proof(index)
        taken.append(time.perf_counter() - start)
        processor.append(time.process_time() - began)
        tlog_proof.verify(hashes, leaf=reader.leaf(index), index=index, checkpoint=trusted.checkpoint)
    p99_ms = 1e3 * percentile(taken, 99)
    yield Figure(f"inclusion proof among {entries:,}, p50", 1e3 * percentile(taken, 50), "ms")
    yield Figure("  p99", p99_ms, "ms", "< 2", p99_ms < 2)
    yield Figure("  p99 of processor time, whatever else the machine does", 1e3 * percentile(processor, 99), "ms")


def in_its_own_process(work: Callable[[Path, TrustPolicy], object], directory: Path, trust: TrustPolicy) -> list[float]:
    """Return wall seconds, processor seconds and peak memory in MB of work done by a process made for it."""
    context = multiprocessing.get_context("spawn")
    queue = context.SimpleQueue()
    process = context.Process(target=_work, args=(work, directory, trust, queue))
    process.start()
    result: list[float] = queue.get()
    process.join()
    return result


def _work(work: Callable[[Path, TrustPolicy], object], directory: Path, trust: TrustPolicy, queue: object) -> None:
    before_s, wall_s = time.process_time(), timed(lambda: work(directory, trust))
    # Not from getrusage: a new process starts there with the peak of the one that made it.
    peak_kb = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    queue.put([wall_s, time.process_time() - before_s, int(peak_kb[1]) / 1024 if peak_kb else 0.0])  # type: ignore[attr-defined]


def verification(directory: Path, trust: TrustPolicy, entries: int) -> Iterator[Figure]:
    """Yield time and memory of checking everything, each in a process of its own, on one core."""
    for name, work in (("verify", verify_log), ("fsck", fsck)):
        wall_s, processor_s, peak_mb = in_its_own_process(work, directory, trust)
        is_met = wall_s < 20 * max(1, entries / ENTRIES)
        yield Figure(f"{name} of {entries:,} entries", wall_s, "s", "< 20" if name == "fsck" else "", is_met)
        yield Figure("  processor time", processor_s, "s")
        yield Figure("  peak memory of the process", peak_mb, "MB")


def parsers(count: int) -> Iterator[Figure]:
    """Yield how much faster leaves are read in bulk than one by one, taking turns on the same leaves."""
    leaves = Leaves(ENTRIES, random.Random(4)).take(count)
    writer, slow, bulk = ColumnWriter(), 0.0, 0.0
    for start in range(0, count, BATCH):
        chunk = leaves[start : start + BATCH]
        slow += timed(lambda chunk=chunk: [parse_leaf(leaf) for leaf in chunk])  # type: ignore[misc]
        bulk += timed(lambda chunk=chunk, start=start: writer.add(chunk, first_index=start))  # type: ignore[misc]
    yield Figure("leaves read one by one (slow parser)", count / slow, "leaves/s")
    yield Figure("leaves read in bulk (fast parser)", count / bulk, "leaves/s")
    yield Figure("ratio fast to slow", slow / bulk, "times")


def measure(folder: Path, entries: int) -> Iterator[Figure]:
    """Yield every figure as it is taken."""
    signers = log_signers("log.example/bench", bytes(range(32)))
    trust = TrustPolicy.of_keys([signer.vkey for signer in signers])
    scale = min(1.0, entries / 100_000)
    yield from appends(folder / "appends", signers, scale)
    yield from build(folder / "log", signers, entries)
    yield from proofs(folder / "log", signers, entries)
    yield from verification(folder / "log", trust, entries)
    yield from parsers(max(BATCH, min(100_000, entries)))


def main() -> None:
    """Print a table, or JSON for programs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=ENTRIES, help="size of the large log")
    parser.add_argument("--folder", type=Path, help="where to write; by default the system's temporary folder")
    parser.add_argument("--json", action="store_true", help="print JSON")
    wishes = parser.parse_args()
    figures = []
    with tempfile.TemporaryDirectory(dir=wishes.folder) as folder:
        if not wishes.json:
            print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
        for figure in measure(Path(folder), wishes.entries):
            figures.append(figure)
            if not wishes.json:
                aim = f"  (aim {figure.aim}: {'met' if figure.is_met else 'MISSED'})" if figure.aim else ""
                print(f"{figure.what:<60} {figure.value:>12,.2f} {figure.unit}{aim}", flush=True)
    if wishes.json:
        print(json.dumps([asdict(figure) for figure in figures]))


if __name__ == "__main__":
    main()
