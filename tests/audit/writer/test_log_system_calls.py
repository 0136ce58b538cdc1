"""The writer in a real process whose system calls fail, or kill it, one by one (strace's fault injection).

Each syscall that it makes is a point; per syscall and fault we take evenly spread ones, so that the whole takes less
than a minute. After each point the log must be whole, with everything in it that was acknowledged.
"""

import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from audit.tlog.trust_policy import TrustPolicy
from audit.verification.verify import verify_log
from audit.writer.log import Log
from tests.audit.writer.traced_writer import SCENE, SIGNER
from tests.scale import counts, scaled

PER_FAULT = scaled(4)
"""Points per syscall and fault."""
SYSCALLS = "fsync rename renameat renameat2 write pwrite64 openat mkdir mkdirat unlink unlinkat close flock".split()
FILLING = {"fsync", "write", "pwrite64", "openat", "mkdir", "mkdirat", "rename", "renameat", "renameat2"}
"""Those that a full disk makes fail."""


@dataclass
class Writer:
    """The program that forks one writer per scene."""

    process: subprocess.Popen[str]

    def play(self, directory: Path, strace: list[str]) -> dict[str, Any]:
        """Play the scene under strace with these options and return the report."""
        pid = self.say(str(directory))
        tracer = subprocess.Popen(["strace", "-p", pid, *strace], stderr=subprocess.PIPE, text=True)
        assert tracer.stderr is not None
        first = tracer.stderr.readline()
        report = json.loads(self.say("go"))
        tracer.communicate()
        if "attached" not in first:
            pytest.skip("strace may not trace here")
        return dict(report)

    def say(self, line: str) -> str:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    program = Path(__file__).with_name("traced_writer.py")
    with subprocess.Popen(
        [sys.executable, str(program), str(tmp_path / "warm" / "log")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield Writer(process)
        assert process.stdin is not None
        process.stdin.close()


def calls_of_the_scene(writer: Writer, tmp_path: Path) -> Counter[str]:
    """Count the syscalls that the scene makes when nothing goes wrong."""
    trace = tmp_path / "trace"
    names = ",".join(f"?{name}" for name in SYSCALLS)
    report = writer.play(tmp_path / "counted" / "log", ["-e", f"trace={names}", "-o", str(trace)])
    assert report["published"] == sum(SCENE)
    return Counter(line.split("(")[0] for line in trace.read_text().splitlines() if "(" in line)


def points(calls: Counter[str]) -> Iterator[tuple[str, str, int]]:
    """Yield syscall, fault, and which of these calls it happens to."""
    for name, count in sorted(calls.items()):
        faults = ["signal=KILL", "error=EIO", *(["error=ENOSPC"] if name in FILLING else [])]
        for offset, fault in enumerate(faults):
            step = max(1, count // PER_FAULT)
            for when in range(1 + offset % step, count + 1, step):
                yield name, fault, when


def check(directory: Path, report: dict[str, Any]) -> None:
    assert "unexpected" not in report, report
    with Log.open(directory, signers=[SIGNER]) as log:
        policy = TrustPolicy.of_keys(log.vkeys)
        assert log.size >= report["published"]
        assert verify_log(directory, policy).size == log.size
        log.publish()
        published = [log.leaf(index) for index in range(log.size)]
        assert len(published) == len(set(published))
        assert {entry.encode() for entry in report["acknowledged"]} <= set(published)
        assert verify_log(directory, policy).size == log.size


def test_no_syscall_that_fails_or_kills_loses_what_was_acknowledged(writer: Writer, tmp_path: Path) -> None:
    calls = calls_of_the_scene(writer, tmp_path)
    ended: Counter[str] = Counter()
    for name, fault, when in points(calls):
        directory = tmp_path / f"{name} {fault} {when}" / "log"
        report = writer.play(directory, ["-e", f"trace={name}", "-e", f"inject={name}:{fault}:when={when}"])
        check(directory, report)
        ended["killed" if report["was_killed"] else "refused" if report["refused"] else "unharmed"] += 1
        shutil.rmtree(directory.parent)

    counts["faults"] += sum(ended.values())
    assert sum(ended.values()) >= 100
    assert ended["killed"] >= 30
    assert ended["refused"] >= 30
