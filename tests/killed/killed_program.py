"""One real program that is killed at some moment and started again at the same address."""

import contextlib
import signal
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.privacy.running_programs import Running, start
from tests.waiting import HANG_S


def free_port() -> int:
    """A port that nothing listens on now."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@dataclass
class KilledProgram:
    """A program by its command line. kills: how often it was killed while it ran. last_line: what it prints once up.

    level: of its log.
    """

    folder: Path
    name: str
    module: str
    words: tuple[object, ...]
    last_line: str = "listening"
    level: str = "debug"
    kills: int = 0
    running: list[Running] = field(default_factory=list)

    def begin(self) -> None:
        """Start it, and return when it says that it listens: a restart must come up by itself."""
        self.running.append(start(self.folder, self.name, self.module, *self.words, level=self.level))
        assert self.running[-1].address(self.last_line)  # the operator's listener is up before the program's own
        assert self.running[-1].process.poll() is None, self.running[-1].err.read_text()[-2000:]

    def kill(self) -> None:
        """SIGKILL: nothing of it runs on, and nothing was told."""
        process = self.running[-1].process
        assert process.poll() is None, self.running[-1].err.read_text()[-2000:]
        process.send_signal(signal.SIGKILL)
        process.wait(HANG_S)
        self.kills += 1

    @contextlib.contextmanager
    def going(self) -> Iterator[None]:
        """Run until the block ends."""
        self.begin()
        try:
            yield
        finally:
            self.running[-1].process.kill()
            self.running[-1].process.wait(HANG_S)
