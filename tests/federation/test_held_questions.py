"""A node's question for work is held until there is some: no polling in a round, and no message fetched for nobody."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key
from flwr.app import ConfigRecord, Message, RecordDict
from flwr.clientapp import ClientApp
from flwr.proto.fleet_pb2 import PullMessagesRequest, PullMessagesResponse
from flwr.proto.node_pb2 import Node
from flwr.supernode.fleet_http_client import FleetHttpClient
from flwr.supernode.node_auth_http_interceptor import NodeAuthHttpInterceptor

from chassis.web import serving
from client.federation import running
from client.federation.fleet import Connection, FleetLoop
from server.federation.fleet_api.arrivals import HOLD_S, Arrivals
from server.federation.grid import StateGrid
from tests.own_loop import run_apart
from tests.waiting import HANG_S

NODE, OTHER = 7, 8


async def never() -> None:
    await asyncio.Event().wait()


async def at_once() -> None:
    """Whoever asked has hung up."""


def nothing() -> bool:
    return False


async def asked(
    arrivals: Arrivals,
    node: int = NODE,
    *,
    has_message: Callable[[], bool] = nothing,
    until_gone: Callable[[], Awaitable[None]] = never,
) -> bool:
    return await arrivals.may_fetch(node, has_message=has_message, until_gone=until_gone)


def run(work: Coroutine[Any, Any, None]) -> None:
    run_apart(asyncio.wait_for(work, HANG_S))


def test_a_question_waits_for_a_message_of_its_own_node() -> None:
    async def scenario() -> None:
        arrivals = Arrivals(HANG_S)
        question = asyncio.create_task(asked(arrivals))
        await asyncio.sleep(0)

        arrivals.pushed(OTHER)
        for _ in range(5):
            await asyncio.sleep(0)
        assert not question.done()
        await asyncio.to_thread(arrivals.pushed, NODE)

        assert await question

    run(scenario())


def test_a_message_that_is_there_is_fetched_at_once() -> None:
    run(_true(lambda arrivals: asked(arrivals, has_message=lambda: True)))


async def _true(ask: Callable[[Arrivals], Awaitable[bool]]) -> None:
    assert await ask(Arrivals(HANG_S))


def test_without_a_message_the_node_is_answered_in_the_end() -> None:
    async def scenario() -> None:
        assert await asked(Arrivals(0.001))

    run(scenario())


def test_nothing_is_fetched_for_somebody_who_has_hung_up() -> None:
    async def scenario() -> None:
        assert not await asked(Arrivals(HANG_S), until_gone=at_once)

    run(scenario())


def test_of_several_questions_of_a_node_the_newest_is_held() -> None:
    async def scenario() -> None:
        arrivals = Arrivals(HANG_S)
        first = asyncio.create_task(asked(arrivals))
        await asyncio.sleep(0)
        second = asyncio.create_task(asked(arrivals))

        assert not await first
        arrivals.pushed(NODE)
        assert await second

    run(scenario())


def test_the_end_of_the_program_answers_every_question() -> None:
    async def scenario() -> None:
        arrivals = Arrivals(HANG_S)
        questions = [asyncio.create_task(asked(arrivals, node)) for node in (NODE, OTHER)]
        await asyncio.sleep(0)

        arrivals.release_all()

        assert await asyncio.gather(*questions) == [False, False]
        assert await asked(arrivals)  # and none is held from then on

    run(scenario())


def test_both_programs_end_before_they_are_made_to() -> None:
    assert min(serving.STOP_WITHIN_S, running.STOP_WITHIN_S) >= 2 * HOLD_S


def echo() -> ClientApp:
    app = ClientApp()

    @app.train()
    def train(message: Message, _context: object) -> Message:
        return Message(RecordDict({"sum": message.content["request"]}), reply_to=message)

    return app


@pytest.fixture
def questions(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each question of a node over TLS brought a message, in their order; None is there while one waits."""
    brought: list[bool] = []
    receive = Connection.receive

    def counted(connection: Connection) -> Message | None:
        message = receive(connection)
        brought.append(message is not None)
        return message

    monkeypatch.setattr(Connection, "receive", counted)
    return brought


def test_over_tls_a_node_asks_once_for_each_message(served, wait_until, key_line, questions) -> None:
    key = generate_private_key(SECP384R1())
    coordinator = served.start(hold_s=HANG_S)
    node_id, fleet, stop = coordinator.fleet.enrol("club-a", key_line(key)), coordinator.fleet, threading.Event()
    loop = FleetLoop(address=coordinator.address, ca=coordinator.ca, key=key, app=echo(), poll_s=0.001)
    thread = threading.Thread(target=loop.run, args=(stop,), daemon=True)
    thread.start()
    wait_until(lambda: "club-a" in fleet.online())

    with StateGrid(fleet.state, pushed=fleet.arrivals.pushed) as grid:
        for number in range(3):
            content = RecordDict({"request": ConfigRecord({"b": bytes([number])})})
            (reply,) = grid.send_and_receive([Message(content, node_id, "train", group_id="1")], timeout=HANG_S)
            assert bytes(reply.content["sum"]["b"]) == bytes([number])
    stop.set()
    fleet.arrivals.release_all()
    thread.join(HANG_S)

    assert questions[:3] == [True, True, True]


def test_a_message_is_kept_for_the_node_when_its_line_breaks_while_it_waits(served, wait_until, key_line) -> None:
    key, coordinator = generate_private_key(SECP384R1()), served.start(hold_s=HANG_S)
    node_id, fleet = coordinator.fleet.enrol("club-a", key_line(key)), coordinator.fleet
    signed = NodeAuthHttpInterceptor(key, key.public_key())

    def pulled(*, within_s: float) -> PullMessagesResponse:
        with FleetHttpClient.from_server_address(coordinator.address, False, coordinator.ca, [signed]) as http:
            http._client.timeout = within_s
            return http.PullMessages(PullMessagesRequest(node=Node(node_id=node_id)))

    fleet.state.activate_node(node_id, HANG_S)
    with pytest.raises(httpx.ReadTimeout):
        pulled(within_s=0.5)
    wait_until(lambda: not fleet.arrivals.has(node_id))
    with StateGrid(fleet.state, pushed=fleet.arrivals.pushed) as grid:
        content = RecordDict({"request": ConfigRecord({"b": b"x"})})
        grid.push_messages([Message(content, node_id, "train", group_id="1")])

        assert len(pulled(within_s=HANG_S).messages_list) == 1
