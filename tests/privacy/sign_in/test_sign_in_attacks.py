"""Attacks on signing in, against every surface that people sign in to: none may open anything or shut others out."""

from itertools import product

import pytest

from chassis.sign_in.attempts import MOST_WRONG
from chassis.web.site_address import OWN_MACHINE
from tests.privacy.programs import Programs
from tests.privacy.surfaces import SIGNING_IN, STRANGER, Surface, surface, token_of


def guess(number: int) -> str:
    return f"zzzz-zzzz-zzzz-{number:04}".translate(str.maketrans("01", "ab"))


def test_guessing_is_refused_with_the_time_to_wait_and_one_text(one: Surface) -> None:
    browser = one.browser(STRANGER)

    answers = [one.sign_in(browser, guess(number)) for number in range(MOST_WRONG + 1)]

    assert [answer.status_code for answer in answers] == [422] * MOST_WRONG + [429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 300
    assert "set-cookie" not in answers[-1].headers


def test_a_stranger_who_guesses_locks_nobody_else_out(one: Surface) -> None:
    stranger = one.browser(STRANGER)
    open_before = one.signed_in()
    for number in range(5 * MOST_WRONG):
        one.sign_in(stranger, guess(number))

    assert one.is_open(open_before)
    assert one.sign_in(one.browser(), one.new_code()).status_code == 303


def test_a_right_code_from_an_address_that_guessed_waits_and_is_not_spent(one: Surface) -> None:
    code, stranger = one.new_code(), one.browser(STRANGER)
    for number in range(MOST_WRONG):
        one.sign_in(stranger, guess(number))

    assert one.sign_in(stranger, code).status_code == 429
    one.forward(minutes=5)
    assert one.sign_in(stranger, code).status_code == 303


def test_one_text_that_is_tried_from_everywhere_is_refused_everywhere(one: Surface) -> None:
    tried = [one.sign_in(one.browser(f"192.0.2.{number}"), guess(1)).status_code for number in range(MOST_WRONG + 1)]

    assert tried == [422] * MOST_WRONG + [429]


@pytest.mark.parametrize("address", OWN_MACHINE)
def test_callers_whom_the_proxy_does_not_tell_apart_share_no_counter(public: Surface, address: str) -> None:
    for number in range(3 * MOST_WRONG):
        assert one_status(public, address, number) == 422

    assert public.sign_in(public.browser(address), public.new_code()).status_code == 303


def one_status(one: Surface, address: str, number: int) -> int:
    return int(one.sign_in(one.browser(address), guess(number)).status_code)


def test_a_code_that_was_used_opens_nothing(one: Surface) -> None:
    code = one.new_code()
    first, second = one.browser(), one.browser(STRANGER)

    assert one.sign_in(first, code).status_code == 303
    replayed = one.sign_in(second, code)

    assert replayed.status_code == 422
    assert not one.is_open(second)


def test_a_code_ends_after_half_an_hour_and_with_the_next_one(one: Surface) -> None:
    first, second = one.new_code(), one.new_code()
    assert one.sign_in(one.browser(), first).status_code == 422

    one.forward(minutes=30)

    assert one.sign_in(one.browser(), second).status_code == 422


@pytest.mark.parametrize(("issuer", "other"), [pair for pair in product(SIGNING_IN, SIGNING_IN) if pair[0] != pair[1]])
def test_a_code_of_another_program_opens_nothing_and_stays_good_at_its_own(
    programs: Programs, issuer: str, other: str
) -> None:
    own, elsewhere = surface(issuer, programs), surface(other, programs)
    code = own.new_code()

    assert elsewhere.sign_in(elsewhere.browser(), code).status_code == 422
    assert own.sign_in(own.browser(), code).status_code == 303


@pytest.mark.parametrize(("issuer", "other"), [pair for pair in product(SIGNING_IN, SIGNING_IN) if pair[0] != pair[1]])
def test_a_session_of_another_program_is_none_here(programs: Programs, issuer: str, other: str) -> None:
    own, elsewhere = surface(issuer, programs), surface(other, programs)
    browser = elsewhere.browser()
    browser.cookies.set(elsewhere.cookie, own.held(own.signed_in()))

    assert not elsewhere.is_open(browser)


@pytest.mark.parametrize("planted", ["made up", "of the attacker"])
def test_an_id_that_was_planted_in_a_browser_is_not_the_one_that_signing_in_opens(one: Surface, planted: str) -> None:
    held = "a" * 43 if planted == "made up" else one.held(one.signed_in(STRANGER))
    victim, thief = one.browser(), one.browser(STRANGER)
    victim.cookies.set(one.cookie, held)
    thief.cookies.set(one.cookie, held)

    answer = one.sign_in(victim, one.new_code())

    assert answer.status_code == 303
    assert held not in answer.headers["set-cookie"]
    assert not one.is_open(thief)


def test_a_cookie_that_was_signed_out_opens_nothing(one: Surface) -> None:
    browser, thief = one.signed_in(), one.browser(STRANGER)
    thief.cookies.set(one.cookie, one.held(browser))

    assert browser.post("/sign-out", data={"csrf": token_of(one, browser)}).status_code == 303

    assert not one.is_open(thief)


def test_ending_somebodys_sessions_ends_them_at_once_with_their_codes(one: Surface) -> None:
    browser, unused = one.signed_in(), one.new_code()
    if one.name == "club":
        browser, unused = one.signed_in(), ""  # a new code at the club follows from adding the person anew

    one.end_sessions()

    assert not one.is_open(browser)
    assert not unused or one.sign_in(one.browser(), unused).status_code == 422


def test_a_session_ends_after_twelve_hours_however_busy(one: Surface) -> None:
    browser = one.signed_in()
    for _ in range(12 * 5 - 1):
        one.forward(minutes=12)
        assert browser.get(one.page).status_code == 200
    one.forward(minutes=12)

    assert not one.is_open(browser)
