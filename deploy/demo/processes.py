"""The league's programs as child processes: start, wait until healthy, watch memory, stop cleanly."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import httpx
import psutil

from chassis.cli.exit_codes import ExitCode
from chassis.http.authorities import authorities
from deploy.demo.errors import ChildFailed, StepFailed
from deploy.demo.patience import ANSWER_WITHIN_S, Patience
from deploy.demo.stopping import Stopping
from deploy.demo.tick import Tick

STOP_WITHIN_S = 60.0
MEMORY_EVERY_S = 2.0
POLL_S = 0.1

QUIET_ENVIRONMENT = {
    "FLWR_TELEMETRY_ENABLED": "0",
    "FLWR_DISABLE_UPDATE_CHECK": "1",
    "FLWR_DISABLE_RUNTIME_DEPENDENCY_INSTALLATION": "1",
    "OMP_NUM_THREADS": "1",
    "PYTHONUNBUFFERED": "1",
}


def program(name: str) -> str:
    """Return the path of one of our programs, installed beside this Python."""
    return str(Path(sys.executable).parent / name)


@dataclass(frozen=True, slots=True)
class Child:
    """One running program and the file that holds what it prints."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def check(self) -> None:
        """Raise ChildFailed if it has ended on its own."""
        if self.process.poll() is not None:
            raise ChildFailed(f"{self.name} ended with code {self.process.returncode}: {last_line(self.log)}")

    def seconds_computed(self) -> int:
        """Whole seconds of processor time it has used: what grows while it starts, however slowly."""
        with contextlib.suppress(psutil.Error):
            times = psutil.Process(self.process.pid).cpu_times()
            return int(times.user + times.system)
        return 0

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Let it stand still until the block ends, so that nothing which needs it goes on meanwhile."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)


@dataclass(frozen=True, slots=True)
class Starting:
    """A program to be started. url: where its /health answers once it is up; "" for one that is not waited for."""

    name: str
    url: str
    arguments: Sequence[str]


@dataclass(slots=True)
class League:
    """Every child process of one demo; leaving the context stops them all, last started first."""

    logs: Path
    stopping: Stopping = field(default_factory=Stopping)
    children: list[Child] = field(default_factory=list)
    peak_bytes: int = 0
    _watch: threading.Event = field(default_factory=threading.Event)
    _watcher: threading.Thread | None = None

    def __enter__(self) -> "League":
        self.logs.mkdir(parents=True, exist_ok=True)
        self._watcher = threading.Thread(target=self._watch_memory, daemon=True)
        self._watcher.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self.stopping.held():
            self.stop()

    def start(self, *programs: "Starting", tick: Tick = lambda: None) -> list[Child]:
        """Start programs at the same time and return once all are healthy; raises ChildFailed with a log's end."""
        children = [self._begin(one) for one in programs]
        for child, one in zip(children, programs, strict=True):
            if one.url:
                self._wait_ready(child, f"{one.url}/health")
            tick()
        return children

    def _begin(self, starting: "Starting") -> Child:
        log = self.logs / f"{starting.name}.log"
        with log.open("wb") as sink, self.stopping.held():
            process = subprocess.Popen(
                list(starting.arguments),
                stdout=sink,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env=os.environ | QUIET_ENVIRONMENT,
                start_new_session=True,  # Ctrl-C reaches the demo alone, which then stops them in order
            )
            child = Child(starting.name, process, log)
            self.children.append(child)
        self.stopping.raise_if_asked()
        return child

    def _wait_ready(self, child: Child, url: str) -> None:
        patience = Patience()
        while not patience.is_over(child.seconds_computed()):
            child.check()
            with contextlib.suppress(httpx.HTTPError):
                if answer_of(url).status_code == 200:
                    return
            self.stopping.asked.wait(POLL_S)
            self.stopping.raise_if_asked()
        raise ChildFailed(f"{child.name} was not ready and stood still: {last_line(child.log)}")

    def child(self, name: str) -> Child:
        """Return the running program of this name."""
        return next(child for child in self.children if child.name == name)

    def check(self) -> None:
        """Raise ChildFailed if any child has ended on its own."""
        for child in self.children:
            child.check()

    def stop(self) -> None:
        """Ask every child to end, newest first, and end what does not."""
        self._watch.set()
        for child in reversed(self.children):
            if child.process.poll() is None:
                child.process.send_signal(signal.SIGTERM)
        for child in reversed(self.children):
            try:
                child.process.wait(STOP_WITHIN_S)
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()
        self.children.clear()

    def _watch_memory(self) -> None:
        while not self._watch.wait(MEMORY_EVERY_S):
            self.peak_bytes = max(self.peak_bytes, sum(_family_bytes()))


def _family_bytes() -> Iterator[int]:
    """Resident bytes of this process and all its descendants. Shared pages count in each: an upper bound."""
    me = psutil.Process()
    for process in [me, *me.children(recursive=True)]:
        with contextlib.suppress(psutil.Error):
            yield process.memory_info().rss


def answer_of(url: str) -> httpx.Response:
    """Ask one of the programs; raises httpx.HTTPError."""
    return httpx.get(url, timeout=ANSWER_WITHIN_S, verify=authorities(of_environment=True))


def last_line(log: Path) -> str:
    """Return the last non-empty line a child printed, or a note that it printed nothing."""
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1][:300] if lines else "it printed nothing"


def run_program(
    arguments: Sequence[str], *, env: Mapping[str, str], accept: tuple[ExitCode, ...] = (ExitCode.DONE,)
) -> str:
    """Run one of our commands to its end and return what it printed; raises StepFailed on another exit code."""
    done = subprocess.run(
        list(arguments),
        capture_output=True,
        text=True,
        env=os.environ | QUIET_ENVIRONMENT | dict(env),
        stdin=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode not in accept:
        said = (done.stderr or done.stdout).strip().splitlines()
        command = " ".join([Path(arguments[0]).name, *arguments[1:3]])
        raise StepFailed(f"{command} ended with code {done.returncode}: {said[-1][:300] if said else 'no message'}")
    return done.stdout
