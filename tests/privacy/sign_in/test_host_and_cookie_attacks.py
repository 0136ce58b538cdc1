"""Other host names, cookies and redirects: each surface answers to its own names, and its cookies stay there."""

import pytest

from chassis.web.host_check import HSTS
from tests.privacy.programs import Programs
from tests.privacy.surfaces import SIGNING_IN, Surface, surface

NAMES = ("evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "2130706433", "0.0.0.0", "", "[::]")


@pytest.mark.parametrize("name", NAMES)
def test_no_other_host_name_is_answered_and_nothing_behind_it_is_reached(any_surface: Surface, name: str) -> None:
    browser = any_surface.browser()
    for path in (any_surface.page, "/health", "/static/homefield.css", "/sign-in"):
        answer = browser.get(path, headers={"Host": name})
        assert (answer.status_code, "--public-url" in answer.text) == (400, True)
        assert "evil" not in answer.text

    posted = browser.post("/sign-in", data={"code": "x"}, headers={"Host": name, "Origin": f"http://{name}"})
    assert posted.status_code == 400
    assert "set-cookie" not in posted.headers


def test_its_own_names_are_answered(any_surface: Surface) -> None:
    browser = any_surface.browser()
    own = [any_surface.origin.split("//")[1], "127.0.0.1", "localhost:8300"]

    assert [browser.get("/health", headers={"Host": name}).status_code for name in own] == [200, 200, 200]


def test_browsers_are_told_to_come_by_https_where_it_is_public_and_only_there(any_surface: Surface) -> None:
    answers = [any_surface.browser().get(path) for path in (any_surface.page, "/nowhere", "/health")]

    expected = HSTS if any_surface.site.is_public else None
    assert [answer.headers.get("strict-transport-security") for answer in answers] == [expected] * 3


@pytest.mark.parametrize("path", ["/check/", "/sign-in/", "/health/", "/static"])
def test_an_address_with_a_slash_too_many_or_too_few_leads_nowhere(any_surface: Surface, path: str) -> None:
    answer = any_surface.browser().get(path)

    assert answer.status_code == 404
    assert "location" not in answer.headers


def test_a_local_cookie_is_named_for_its_program_and_out_of_reach(one: Surface) -> None:
    (cookie,) = one.sign_in(one.browser(), one.new_code()).headers.get_list("set-cookie")

    assert parts_of(cookie) == (one.cookie, {"httponly", "path=/", "samesite=lax"})


def test_a_public_cookie_is_held_to_its_host_and_to_https(public: Surface) -> None:
    (cookie,) = public.sign_in(public.browser(), public.new_code()).headers.get_list("set-cookie")

    assert parts_of(cookie) == (public.cookie, {"httponly", "path=/", "samesite=lax", "secure"})
    assert public.cookie.startswith("__Host-")


def test_no_two_programs_on_one_machine_share_a_cookie(programs: Programs) -> None:
    assert len({surface(name, programs).cookie for name in SIGNING_IN}) == len(SIGNING_IN)


def parts_of(cookie: str) -> tuple[str, set[str]]:
    first, *attributes = (part.strip() for part in cookie.split(";"))
    return first.partition("=")[0], {attribute.lower() for attribute in attributes}
