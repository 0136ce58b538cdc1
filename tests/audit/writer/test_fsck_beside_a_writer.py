"""fsck beside a writer that publishes all the time: it never raises a false alarm."""

import threading
from collections.abc import Callable
from pathlib import Path

from audit.tlog.trust_policy import TrustPolicy
from audit.verification.sources import open_source
from audit.verification.verify import VerifiedLog, extend, verify_log
from audit.writer.fsck import fsck
from audit.writer.log import Log

Leaves = Callable[[int], list[bytes]]
Open = Callable[..., Log]


def test_nobody_raises_a_false_alarm_beside_a_writer_that_publishes_all_the_time(
    open_log: Open, leaves: Leaves, trust: TrustPolicy, tmp_path: Path
) -> None:
    directory = tmp_path / "log"
    log = open_log()
    is_over = threading.Event()
    failures: list[BaseException] = []

    def write() -> None:
        try:
            while not is_over.is_set():
                log.append_many(leaves(37))
                log.publish()
        except BaseException as error:
            failures.append(error)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        followed: VerifiedLog | None = None
        while followed is None or followed.size < 3_000:
            report = fsck(directory, trust)
            assert report.is_clean, report.private
            known = followed.checkpoint if followed else None
            assert verify_log(directory, trust, known=known).size >= report.log.size
            followed = extend(followed or report.log, open_source(directory), trust)
    finally:
        is_over.set()
        writer.join()
    assert not failures
    assert fsck(directory, trust).log.size == log.size
