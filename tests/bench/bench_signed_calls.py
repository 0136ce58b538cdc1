"""Measures signed calls: one client for each call against one that stays, side by side. Run it with `make bench`.

Both speak to the same service on loopback and are timed in turn, in the same run; the ratio is what counts.
"""

import argparse
import contextlib
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime

from fastapi import FastAPI, Response

from chassis.http.signed_client import SignedClient
from chassis.web.serving import listen, serving
from policies.signing import SigningKey

CALLS = 40


def measure(calls: int = CALLS) -> tuple[float, float]:
    """Return the median milliseconds of a call with a client of its own, and of one over a client that stays."""
    app = FastAPI()
    app.post("/v1/events")(lambda: Response(b"{}"))
    listener = listen(app, host="127.0.0.1", port=0)
    url, key = f"http://127.0.0.1:{listener.port}", SigningKey.generate()

    def new_client() -> SignedClient:
        return SignedClient(url, key, audience="0" * 16, clock=lambda: datetime.now(UTC), largest_answer=1_000)

    def with_a_client_of_its_own() -> None:
        with contextlib.closing(new_client()) as client:
            client.send("POST", "/v1/events", {"kind": "x"})

    each: list[float] = []
    kept: list[float] = []
    with serving([listener]), contextlib.closing(new_client()) as client:
        for _ in range(calls):
            each.append(_milliseconds(with_a_client_of_its_own))
            kept.append(_milliseconds(lambda: client.send("POST", "/v1/events", {"kind": "x"})))
    return statistics.median(each), statistics.median(kept)


def _milliseconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1_000


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=CALLS, help="calls of each kind")
    each_ms, kept_ms = measure(parser.parse_args().calls)
    print(f"signed call, a client for each   {each_ms:8.2f} ms")
    print(f"signed call, a client that stays {kept_ms:8.2f} ms")
    print(f"ratio                            {each_ms / kept_ms:8.1f}")
