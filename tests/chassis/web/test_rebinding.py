"""DNS rebinding: a web site that points its own name at this machine reaches no page; and what a proxy may say."""

import httpx
import pytest
from fastapi import FastAPI, Request

from chassis.web.host_check import HSTS
from chassis.web.secured_answers import SECURITY_HEADERS
from chassis.web.serving import listen, serving
from chassis.web.site_address import OWN_MACHINE_ONLY, SiteAddress, parse_site
from tests.waiting import HANG_S

REBOUND = "evil.example"
PUBLIC = parse_site("https://portal.union.example")


def one_page() -> FastAPI:
    """One page, as simple as can be; it says who calls."""
    app = FastAPI(redirect_slashes=False)

    @app.get("/page")
    def page(request: Request) -> dict[str, str]:
        return {"caller": request.client.host if request.client else ""}

    return app


def asked(host: str, *, site: SiteAddress | None, path: str = "/page", **headers: str) -> httpx.Response:
    listener = listen(one_page(), host="127.0.0.1", port=0, site=site)
    with serving([listener]), httpx.Client(trust_env=False, timeout=HANG_S) as http:
        own = {"Host": f"{host}:{listener.port}"}
        return http.get(f"http://127.0.0.1:{listener.port}{path}", headers=own | headers)


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("site", [OWN_MACHINE_ONLY, PUBLIC])
def test_a_program_answers_under_the_names_of_this_machine(name: str, site: SiteAddress) -> None:
    assert asked(name, site=site).status_code == 200


@pytest.mark.parametrize("name", [REBOUND, f"127.0.0.1.{REBOUND}", "", "2130706433"])
@pytest.mark.parametrize("site", [OWN_MACHINE_ONLY, PUBLIC])
def test_a_program_answers_under_no_other_name_and_says_what_its_operator_can_do(name: str, site: SiteAddress) -> None:
    answer = asked(name, site=site)

    assert answer.status_code == 400
    assert "--public-url" in answer.text
    assert REBOUND not in answer.text
    assert SECURITY_HEADERS.items() <= {name.title(): value for name, value in answer.headers.items()}.items()


def test_behind_a_proxy_its_public_name_is_answered_and_browsers_are_told_to_come_by_https() -> None:
    answer = asked("portal.union.example", site=PUBLIC)

    assert answer.status_code == 200
    assert answer.headers["strict-transport-security"] == HSTS
    assert "strict-transport-security" not in asked("127.0.0.1", site=OWN_MACHINE_ONLY).headers


def test_an_interface_that_no_browser_signs_in_to_is_answered_under_any_name() -> None:
    assert asked("witness.board.example", site=None).status_code == 200


def test_an_address_with_a_slash_too_many_leads_nowhere() -> None:
    answer = asked("127.0.0.1", site=OWN_MACHINE_ONLY, path="/page/")

    assert answer.status_code == 404
    assert "location" not in answer.headers


def test_who_calls_is_what_a_declared_proxy_says_and_nobody_else() -> None:
    said = {"X-Forwarded-For": "192.0.2.7"}
    elsewhere = parse_site("https://portal.union.example", proxies=["192.0.2.200"])

    assert asked("portal.union.example", site=PUBLIC, **said).json() == {"caller": "192.0.2.7"}
    assert asked("portal.union.example", site=elsewhere, **said).json() == {"caller": "127.0.0.1"}
    assert asked("127.0.0.1", site=OWN_MACHINE_ONLY, **said).json() == {"caller": "127.0.0.1"}
