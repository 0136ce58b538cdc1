"""What a request must show before it may change anything."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from starlette.datastructures import Headers

from chassis.sign_in.own_forms import OtherOrigin, OwnFormsOnly, is_same_origin
from chassis.web.site_address import OWN_MACHINE_ONLY
from tests.own_loop import run_apart

OWN = "http://127.0.0.1:8600"


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": OWN},
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "same-origin", "origin": OWN},
        {"sec-fetch-site": "same-origin", "origin": "null"},  # what browsers send under no-referrer
    ],
)
def test_our_own_pages_pass(headers: dict[str, str]) -> None:
    assert is_same_origin(Headers(headers), OWN)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "null"},
        {"origin": "http://evil.example"},
        {"origin": "https://127.0.0.1:8600"},
        {"origin": "http://127.0.0.1:8601"},
        {"sec-fetch-site": "cross-site", "origin": OWN},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "same-origin", "origin": "http://evil.example"},
        {"sec-fetch-site": ""},
    ],
)
def test_everything_else_is_refused(headers: dict[str, str]) -> None:
    assert not is_same_origin(Headers(headers), OWN)


@pytest.mark.parametrize(
    ("path", "kind", "length", "status"),
    [
        ("/files", "multipart/form-data; boundary=x", "100000", 200),
        ("/files", "multipart/form-data; boundary=x", "100001", 403),
        ("/files", "multipart/form-data; boundary=x", "", 403),
        ("/files", "application/x-www-form-urlencoded", "10", 403),
        ("/other", "multipart/form-data; boundary=x", "10", 403),
    ],
)
def test_only_a_route_that_takes_files_takes_them_and_no_more_than_it_says(
    path: str, kind: str, length: str, status: int
) -> None:
    async def inner(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def refusal(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 403, "headers": []})

    said = {"content-type": kind, "content-length": length, "origin": OWN, "host": "127.0.0.1:8600"}
    headers = [(name.encode(), value.encode()) for name, value in said.items() if value]
    answers: list[Any] = []

    async def send(message: Any) -> None:
        answers.append(message)

    app = OwnFormsOnly(inner, refusal=refusal, site=OWN_MACHINE_ONLY, uploads={"/files": 100_000})
    run_apart(app({"type": "http", "method": "POST", "path": path, "headers": headers}, None, send))  # type: ignore[arg-type]  # nothing is received

    assert [one["status"] for one in answers] == [status]


def test_one_declared_route_takes_a_form_of_one_declared_origin_and_no_other_does() -> None:
    async def inner(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def refusal(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 403, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    other = OtherOrigin("/arrive", "https://portal.union.example")
    app = OwnFormsOnly(inner, refusal=refusal, site=OWN_MACHINE_ONLY, other=other)
    http = TestClient(app, base_url="http://127.0.0.1:8300")

    def sent(path: str, origin: str) -> int:
        return http.post(path, data={"a": "b"}, headers={"Origin": origin, "Sec-Fetch-Site": "cross-site"}).status_code

    assert sent("/arrive", "https://portal.union.example") == 200
    assert sent("/arrive", "https://evil.example") == 403
    assert sent("/arrive/on", "https://portal.union.example") == 403
    assert sent("/sign-in", "https://portal.union.example") == 403
