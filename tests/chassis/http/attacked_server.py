"""A server process to be attacked: a small application behind the edge that every program has.

python -m tests.chassis.http.attacked_server SECONDS CONNECTIONS [CERTIFICATE KEY]

SECONDS: every time limit, so that a test need not wait as long as a stranger may. Prints its port.
"""

import sys

from fastapi import FastAPI, Request, Response

from chassis.http.connections.limited_protocol import ConnectionLimits
from chassis.http.limited_bodies import BodyLimit, BodyLimits
from chassis.web.serving import listen, serving, stopped_by_signals, wait_for_stop

UPLOAD = 4 * 1024 * 1024
ANSWER = 64 * 1024 * 1024


def make_app() -> FastAPI:
    """Routes that read a body, fail, and answer at length."""
    app = FastAPI()

    @app.get("/")
    def here() -> str:
        return "here"

    async def read(request: Request) -> int:
        return len(await request.body())

    app.post("/read")(read)
    app.post("/upload")(read)

    @app.post("/fail")
    async def fail() -> None:
        raise RuntimeError("a secret in a message")

    @app.get("/long")
    def long() -> Response:
        return Response(b"x" * ANSWER)

    return app


def main(seconds: float, connections: int, certificate: str | None = None, key: str | None = None) -> None:
    """Serve until a signal."""
    listener = listen(
        make_app(),
        host="127.0.0.1",
        port=0,
        certificate=certificate,
        key=key,
        site=None,
        connections=ConnectionLimits(connections, header_s=seconds, linger_s=seconds, stalled_s=seconds),
        bodies=BodyLimits({"/upload": BodyLimit(UPLOAD, least_rate=1024 * 1024)}, pause_s=seconds, whole_s=seconds),
    )
    stop = stopped_by_signals()
    with serving([listener]):
        print(listener.port, flush=True)
        wait_for_stop(stop, [listener])


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])
