"""A line on which answers could be changed is no line to ask for permission on."""

import pytest

from chassis.http.request_signature import protects_answers


@pytest.mark.parametrize(
    "url",
    [
        "https://union.example",
        "https://10.0.0.7:8600/x",
        "http://127.0.0.1:8600",
        "http://localhost:1",
        "http://[::1]:9",
    ],
)
def test_tls_or_this_machine_protects_answers(url: str) -> None:
    assert protects_answers(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://union.example",
        "http://10.0.0.7:8600",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "http://127.0.0.1@evil.example",
        "http://0.0.0.0",
        "http://[::1",
        "ftp://127.0.0.1",
        "https://",
        "127.0.0.1:8600",
        "",
    ],
)
def test_anything_else_does_not(url: str) -> None:
    assert not protects_answers(url)
