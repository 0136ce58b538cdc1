"""A body that its route passes on as it comes takes none of the memory that all other bodies share."""

import asyncio
from typing import Any

import pytest

from chassis.http.limited_bodies import BodyLimit, BodyLimits, LimitedBodies
from tests.own_loop import run_apart

PART = b"x" * 64 * 1024
PARTS = 40
MEMORY = 4 * len(PART)


@pytest.mark.parametrize(("is_streamed", "status"), [(True, 200), (False, 503)])
def test_only_a_streamed_body_may_be_larger_than_the_memory_of_all_bodies(is_streamed: bool, status: int) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": []})

    left = [PART] * PARTS
    answers: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": left.pop(), "more_body": bool(left)}

    async def send(message: Any) -> None:
        answers.append(message)

    limits = BodyLimits({"/up": BodyLimit(PARTS * len(PART), is_streamed=is_streamed)}, most_in_memory=MEMORY)
    scope = {"type": "http", "path": "/up", "headers": [(b"content-length", str(PARTS * len(PART)).encode())]}
    run_apart(LimitedBodies(app, limits)(scope, receive, send))

    assert answers[0]["status"] == status


@pytest.mark.parametrize(("comes", "status"), [(True, 200), (False, 408)])
def test_a_body_is_awaited_in_the_task_of_its_request_and_no_longer_than_it_may_take(comes: bool, status: int) -> None:
    tasks: set[Any] = set()
    answers: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        tasks.add(asyncio.current_task())
        if (await receive())["type"] == "http.request":
            await send({"type": "http.response.start", "status": 200, "headers": []})

    async def receive() -> Any:
        tasks.add(asyncio.current_task())
        if not comes:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": b"{}", "more_body": False}

    async def send(message: Any) -> None:
        answers.append(message)

    scope = {"type": "http", "path": "/up", "headers": [(b"content-length", b"2")]}
    run_apart(LimitedBodies(app, BodyLimits(pause_s=0.01))(scope, receive, send))

    assert answers[0]["status"] == status
    assert len(tasks) == 1


def test_once_its_time_is_over_nothing_more_of_a_body_is_received() -> None:
    answers: list[Any] = []
    parts: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass

    async def receive() -> Any:
        parts.append(None)
        return {"type": "http.request", "body": b"{", "more_body": True}

    async def send(message: Any) -> None:
        answers.append(message)

    scope = {"type": "http", "path": "/up", "headers": [(b"content-length", b"2")]}
    run_apart(LimitedBodies(app, BodyLimits(whole_s=0.0))(scope, receive, send))

    assert answers[0]["status"] == 408
    assert parts == []
