"""Serving applications until a signal asks for an ordinary end: one at a time, or several in threads."""

import contextlib
import resource
import signal
import socket
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import FrameType

import uvicorn
from fastapi import FastAPI

from chassis.errors import CannotServe
from chassis.http.bounded_loop import BoundedLoop
from chassis.http.budgets import USUAL_ADDRESS_BUDGET, AddressBudget, AddressBudgets
from chassis.http.connections.counted_answers import CountAnswer, CountedAnswers
from chassis.http.connections.limited_protocol import (
    LARGEST_HEADER,
    USUAL_CONNECTIONS,
    ConnectionLimits,
    LimitedProtocol,
)
from chassis.http.limited_bodies import USUAL_BODIES, BodyLimits, LimitedBodies
from chassis.web.host_check import HostCheck
from chassis.web.secured_answers import SecuredAnswers
from chassis.web.site_address import OWN_MACHINE_ONLY, SiteAddress

STOP_WITHIN_S = 8.0
POLL_S = 0.05
HIGHEST_PORT = 65_535
FILES_BESIDE = 256  # databases, logs and tiles that are open besides
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})  # addresses that nobody else can reach


@dataclass(frozen=True, slots=True)
class Listener:
    """An application with its port already taken, so that nothing else of the program begins before that is sure."""

    server: uvicorn.Server
    bound: socket.socket

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.bound.getsockname()[1])

    def run(self) -> None:
        """Serve until told to stop."""
        try:
            self.server.run(sockets=[self.bound])
        finally:
            self.server.should_exit = True


def listen(
    app: FastAPI,
    *,
    host: str,
    port: int,
    certificate: str | None = None,
    key: str | None = None,
    site: SiteAddress | None = OWN_MACHINE_ONLY,
    connections: ConnectionLimits = USUAL_CONNECTIONS,
    bodies: BodyLimits = USUAL_BODIES,
    address_budget: AddressBudget = USUAL_ADDRESS_BUDGET,
    count_answer: CountAnswer | None = None,
) -> Listener:
    """Take a port for `app`; 0 takes a free one. Raises CannotServe if it cannot be taken.

    Quiet: no access log (it would hold who looked at what), no server header, no websockets.
    site: the names that are answered; None for an interface that no browser signs in to, under whatever name it has.
    A caller's address is the connection's own, or what a declared proxy says, and nobody else. connections, bodies,
    address_budget: what strangers may take, where it is not the usual. count_answer: called with each answer's status.
    """
    named = app if site is None else HostCheck(app, site=site)
    limited = SecuredAnswers(LimitedBodies(AddressBudgets(named, address_budget), bodies))
    config = uvicorn.Config(
        limited if count_answer is None else CountedAnswers(limited, count_answer),
        http=LimitedProtocol.within(connections),
        loop=f"{BoundedLoop.__module__}:{BoundedLoop.__qualname__}",
        h11_max_incomplete_event_size=LARGEST_HEADER,
        proxy_headers=site is not None and site.is_public,
        forwarded_allow_ips=list(site.proxies) if site is not None else [],
        ssl_certfile=certificate,
        ssl_keyfile=key,
        log_config=None,  # uvicorn would set up the whole process anew, and close handlers that are not its own
        log_level="error",  # it warns of every request that is no HTTP, and a stranger could fill the log
        access_log=False,
        server_header=False,
        date_header=False,
        ws="none",
    )
    if not 0 <= port <= HIGHEST_PORT:
        raise CannotServe(f"port {port} does not exist; expected one from 0 to {HIGHEST_PORT}")
    _allow_connections(connections.most)
    try:
        bound = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise CannotServe(f"port {port} of {host} cannot be used; is another program listening on it?") from error
    return Listener(uvicorn.Server(config), _without_delay(bound))


def _without_delay(bound: socket.socket) -> socket.socket:
    """The same listener, named as TCP: asyncio turns off Nagle's algorithm only on connections that say what they are.

    With it the body of an answer waits for the caller to acknowledge its head, which callers put off for 40 ms.
    """
    return socket.socket(bound.family, bound.type, socket.IPPROTO_TCP, fileno=bound.detach())


def _allow_connections(most: int) -> None:
    """Let the process open as many files as it may hold connections, and as many again, where the system allows it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * most + FILES_BESIDE
    if soft != resource.RLIM_INFINITY and soft < wanted:
        allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))


def stopped_by_signals() -> threading.Event:
    """Return an event that SIGTERM and SIGINT set, so that a stop is an ordinary end with exit code 0."""
    stop = threading.Event()

    def handle(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, handle)
    return stop


@contextlib.contextmanager
def serving(listeners: Sequence[Listener]) -> Iterator[None]:
    """Serve in threads until the block ends; raises CannotServe if one does not come up."""
    threads = [threading.Thread(target=listener.run, daemon=True) for listener in listeners]
    for thread in threads:
        thread.start()
    try:
        _wait_until_started(listeners)
        yield
    finally:
        for listener in listeners:
            listener.server.should_exit = True
        for thread in threads:
            thread.join(STOP_WITHIN_S)


def _wait_until_started(listeners: Sequence[Listener]) -> None:
    """Return once each has started, however long that takes; raises CannotServe once one has ended instead."""
    pause = threading.Event()
    while not all(one.server.started for one in listeners) and not any(one.server.should_exit for one in listeners):
        pause.wait(POLL_S)
    if not all(one.server.started for one in listeners):
        raise CannotServe("the program could not begin to serve")


def wait_for_stop(stop: threading.Event, listeners: Sequence[Listener]) -> None:
    """Return when a signal came or a listener ended by itself."""
    while not stop.wait(POLL_S) and not any(one.server.should_exit for one in listeners):
        pass


def serve_app(
    app: FastAPI,
    *,
    host: str,
    port: int,
    site: SiteAddress | None = OWN_MACHINE_ONLY,
    address_budget: AddressBudget = USUAL_ADDRESS_BUDGET,
    count_answer: CountAnswer | None = None,
    beside: Sequence[Listener] = (),
) -> None:
    """Serve one application until SIGINT or SIGTERM; prints one line with the address once it listens.

    port: 0 takes a free one. beside: what is served with it. The rest: see `listen`. Raises CannotServe if the address
    cannot be had.
    """
    listener = listen(app, host=host, port=port, site=site, address_budget=address_budget, count_answer=count_answer)
    stop = stopped_by_signals()
    with serving([listener, *beside]):
        print(f"listening on http://{host}:{listener.port}", flush=True)
        wait_for_stop(stop, [listener, *beside])
