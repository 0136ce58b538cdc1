"""A writer whose system calls can be made to fail: plays one scene per line of standard input, each in a fork.

Protocol, one line each: the log's directory in; the process id out, once it waits; `go` in, once it is traced; a
report as JSON out, once it has ended. What the writer was promised stands in shared memory, so that reporting takes
no system call, and survives a kill.
"""

import ctypes
import json
import mmap
import os
import sys
from pathlib import Path

from audit.errors import LogUnavailable
from audit.tlog.note_keys import Signer
from audit.writer.log import Log

SCENE = (1, 3, 0, 2, 0, 1, 0)
"""Entries to append, one call each; 0 is a publication."""
SIGNER = Signer("log.example/2026", bytes(range(32)))
PR_SET_PTRACER = 0x59616D61
ANYBODY = -1


def play(directory: Path, shared: mmap.mmap) -> None:
    """Append and publish until the scene is over; what is refused is passed over."""
    report: dict[str, object] = {"acknowledged": [], "published": 0, "refused": 0}
    acknowledged: list[str] = []

    def note() -> None:
        data = json.dumps({**report, "acknowledged": acknowledged}).encode()
        shared[: len(data) + 1] = data + b"\0"

    refused, written = 0, 0
    note()
    try:
        with Log.open(directory, signers=[SIGNER]) as log:
            for count in SCENE:
                leaves = [f"entry {written + at}" for at in range(count)]
                written += count
                try:
                    if count:
                        log.append_many([leaf.encode() for leaf in leaves])
                        acknowledged += leaves
                    else:
                        report["published"] = log.publish().size
                except LogUnavailable:
                    refused += 1
                report["refused"] = refused
                note()
    except LogUnavailable:
        report["refused"] = refused + 1
    note()


def in_a_fork(directory: Path) -> None:
    """Play in a child that begins when it is told to, and print what became of it."""
    shared = mmap.mmap(-1, 1 << 16)
    begin, tell = os.pipe()
    child = os.fork()
    if child == 0:
        ctypes.CDLL(None).prctl(PR_SET_PTRACER, ANYBODY, 0, 0, 0)
        os.read(begin, 1)
        try:
            play(directory, shared)
        except BaseException as error:
            data = json.dumps({"unexpected": repr(error)}).encode()
            shared[: len(data) + 1] = data + b"\0"
        os._exit(0)
    print(child, flush=True)
    sys.stdin.readline()
    os.write(tell, b"!")
    _, status = os.waitpid(child, 0)
    report = json.loads(bytes(shared[:]).split(b"\0", 1)[0])
    print(json.dumps({**report, "was_killed": os.WIFSIGNALED(status)}), flush=True)
    for handle in (begin, tell):
        os.close(handle)
    shared.close()


def main() -> None:
    """Serve until standard input ends. The first scene runs here, so that everything is imported before any fork."""
    play(Path(sys.argv[1]), mmap.mmap(-1, 1 << 16))
    print("ready", flush=True)
    for line in sys.stdin:
        in_a_fork(Path(line.rstrip("\n")))


if __name__ == "__main__":
    main()
