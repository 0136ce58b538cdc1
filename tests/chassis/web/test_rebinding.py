"""DNS rebinding: a web site that points its own name at this machine reaches no page of a demo."""

from collections.abc import Callable

import httpx
import pytest
from fastapi import FastAPI

from chassis.web.serving import listen, serving
from tests.waiting import HANG_S

REBOUND = "evil.example"


def demo_app() -> FastAPI:
    """One page, as simple as can be."""
    app = FastAPI()
    app.add_api_route("/", lambda: {"personas": "here"})
    return app


def asked(make: Callable[[], FastAPI], name: str, *, only_loopback_names: bool) -> int:
    listener = listen(make(), host="127.0.0.1", port=0, only_loopback_names=only_loopback_names)
    with serving([listener]), httpx.Client(trust_env=False, timeout=HANG_S) as http:
        answer = http.get(f"http://127.0.0.1:{listener.port}/", headers={"Host": f"{name}:{listener.port}"})
    return answer.status_code


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_a_demo_answers_under_the_names_of_this_machine(name: str) -> None:
    assert asked(demo_app, name, only_loopback_names=True) == 200


@pytest.mark.parametrize("name", [REBOUND, f"127.0.0.1.{REBOUND}", "", "2130706433"])
def test_a_demo_answers_under_no_other_name(name: str) -> None:
    assert asked(demo_app, name, only_loopback_names=True) == 400


def test_behind_a_proxy_every_name_is_answered() -> None:
    assert asked(demo_app, "portal.union.example", only_loopback_names=False) == 200
