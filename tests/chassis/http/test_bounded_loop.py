"""Handshakes that never end: only so many are kept, and whoever does speak is served."""

import asyncio
import contextlib
import ssl
from datetime import UTC, datetime
from pathlib import Path

from chassis.http.bounded_loop import BoundedLoop
from server.federation.tls import create_tls
from tests.own_loop import run_on

MOST, STRANGERS = 5, 20


class _Small(BoundedLoop):
    most_handshakes = MOST


async def _attacked(folder: Path) -> tuple[bytes, int]:
    """Open many handshakes, then speak; return what was answered and how many of the many were closed by then."""
    tls = create_tls(name="test", hosts=["127.0.0.1"], now=datetime.now(UTC))
    (folder / "s.pem").write_bytes(tls.certificate)
    (folder / "s.key").write_bytes(tls.key)
    own = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    own.load_cert_chain(folder / "s.pem", folder / "s.key")
    trusting = ssl.create_default_context(cadata=tls.ca.decode())

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readexactly(4))
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0, ssl=own) as server:
        port = server.sockets[0].getsockname()[1]
        strangers = []
        for _ in range(STRANGERS):
            strangers.append(await asyncio.open_connection("127.0.0.1", port))
            strangers[-1][1].write(b"\x16\x03\x01")
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trusting)
        writer.write(b"here")
        said = await reader.read()
        dropped = [one for one, _ in strangers[: STRANGERS - MOST + 1]]
        await asyncio.gather(*(_closed(one) for one in dropped))
        kept = [one for one, _ in strangers[STRANGERS - MOST + 1 :]]
        for _, theirs in strangers:
            theirs.close()
        writer.close()
        return said, sum(one.at_eof() for one in kept)


async def _closed(reader: asyncio.StreamReader) -> None:
    with contextlib.suppress(ConnectionResetError):
        await reader.read()


def test_of_too_many_handshakes_the_oldest_go_and_who_speaks_is_served(tmp_path: Path) -> None:
    said, kept_but_closed = run_on(_Small, _attacked(tmp_path))

    assert said == b"here"
    assert kept_but_closed == 0
