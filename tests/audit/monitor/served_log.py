"""A log over HTTP for the monitor as it is run, and the command in this process."""

from collections.abc import Callable
from datetime import UTC, datetime

import typer
from fastapi import FastAPI, Response
from typer.testing import CliRunner

from audit.commands import monitor as command
from tests.audit.grown_log import GrownLog

LOG = GrownLog.of(700)
FORK = GrownLog.of(700, fork="!", forked_at=500)
Serve = Callable[[FastAPI], str]


def now_s() -> int:
    return int(datetime.now(UTC).timestamp())


def run(*words: str) -> tuple[int, list[str], str]:
    """Run the command in this process; returns exit code, lines of standard output and standard error."""
    program = typer.Typer(pretty_exceptions_enable=False)
    program.callback()(lambda: None)
    command.register(program)
    result = CliRunner().invoke(program, ["monitor", *words])
    return result.exit_code, result.stdout.splitlines(), result.stderr


class LogServer:
    """A log over HTTP, whose files a test exchanges; with `is_down` it answers 500."""

    def __init__(self, serve: Serve, size: int) -> None:
        self.files: dict[str, bytes] = {}
        self.is_down = False
        self.show(size)
        app = FastAPI()
        app.get("/log/{path:path}")(self._answer)
        self.url = f"{serve(app)}/log"

    def show(self, size: int, *, log: GrownLog = LOG, note: bytes | None = None) -> None:
        self.files = log.files(size, note=note or log.note(size, at_s=now_s()))

    def _answer(self, path: str) -> Response:
        if self.is_down:
            return Response(status_code=500)
        data = self.files.get(path)
        return Response(status_code=404) if data is None else Response(data, media_type="application/octet-stream")
