"""What a request must show before it may change anything."""

import pytest
from starlette.datastructures import Headers

from consent.web.gate import is_same_origin

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
