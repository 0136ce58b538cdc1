"""Every answer has the security headers once each; only its caching may be its own."""

from typing import Any

import pytest

from chassis.web.secured_answers import SECURITY_HEADERS, SecuredAnswers, only_form_to
from tests.own_loop import run_apart

LEAVING = {name.lower(): value for name, value in only_form_to("https://node.club.example:8443").items()}
USUAL = {name.lower(): value for name, value in SECURITY_HEADERS.items()}


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ({}, USUAL),
        ({"content-type": "text/html"}, {"content-type": "text/html"} | USUAL),
        ({"cache-control": "max-age=60"}, USUAL | {"cache-control": "max-age=60"}),
        ({"content-security-policy": "form-action *", "referrer-policy": "strict-origin"}, USUAL),
        ({"content-security-policy": only_form_to("*")["Content-Security-Policy"]}, USUAL),
        (LEAVING, USUAL | LEAVING),
        (LEAVING | {"referrer-policy": "unsafe-url"}, USUAL),
        (LEAVING | {"content-security-policy": LEAVING["content-security-policy"] + "; script-src 'self'"}, USUAL),
        ({"referrer-policy": "unsafe-url", "content-type": "text/html"}, {"content-type": "text/html"} | USUAL),
    ],
)
def test_an_answer_has_each_header_once(own: dict[str, str], expected: dict[str, str]) -> None:
    answers: list[Any] = []
    raw = [(name.encode(), value.encode()) for name, value in own.items()]

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": raw})
        await send({"type": "http.response.body", "body": b"x"})

    async def send(message: Any) -> None:
        answers.append(message)

    run_apart(SecuredAnswers(SecuredAnswers(app))({"type": "http"}, None, send))

    start, body = answers
    assert sorted((name.decode(), value.decode()) for name, value in start["headers"]) == sorted(expected.items())
    assert body == {"type": "http.response.body", "body": b"x"}
    assert len(raw) == len(own)  # the application's own list is as it was
