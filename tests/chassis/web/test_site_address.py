"""One public address decides names, scheme and origin; without it only names of this machine are answered."""

import pytest

from chassis.errors import BadPublicUrl
from chassis.web.site_address import OWN_MACHINE, OWN_MACHINE_ONLY, parse_site

PUBLIC = "https://node.club.example"
INSIDE = ("127.0.0.1", "127.0.0.1:8300", "localhost:8300", "LOCALHOST", "[::1]:8300", "[::1]")
OUTSIDE = (
    "",
    ":8300",
    "evil.example",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "evil.example#localhost",
    "evil.example/localhost",
    "localhost@evil.example",
    "localhost, evil.example",
    "2130706433",
    "0.0.0.0",
    "10.0.0.1",
    "[::]",
    "node.club.example.evil.example",
)


@pytest.mark.parametrize("host", INSIDE)
def test_names_of_this_machine_are_answered_with_and_without_a_public_address(host: str) -> None:
    assert OWN_MACHINE_ONLY.answers_to(host)
    assert parse_site(PUBLIC).answers_to(host)


@pytest.mark.parametrize("host", OUTSIDE)
def test_no_other_name_is_answered(host: str) -> None:
    assert not OWN_MACHINE_ONLY.answers_to(host)
    assert not parse_site(PUBLIC).answers_to(host)


@pytest.mark.parametrize("host", ["node.club.example", "NODE.club.example", "node.club.example:443"])
def test_the_public_name_is_answered_where_it_was_given_only(host: str) -> None:
    assert parse_site(PUBLIC).answers_to(host)
    assert not OWN_MACHINE_ONLY.answers_to(host)


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        (PUBLIC, PUBLIC),
        (f"{PUBLIC}/", PUBLIC),
        (f"{PUBLIC}:443", PUBLIC),
        ("https://Node.Club.example:8443", f"{PUBLIC}:8443"),
        ("https://[2001:db8::1]", "https://[2001:db8::1]"),
    ],
)
def test_the_origin_of_our_own_pages_is_the_public_one_whatever_host_is_asked_for(given: str, origin: str) -> None:
    site = parse_site(given)

    assert site.is_public
    assert site.origin("127.0.0.1:8300") == origin


def test_without_a_public_address_the_origin_is_the_name_that_was_asked_for() -> None:
    assert parse_site("") is OWN_MACHINE_ONLY
    assert OWN_MACHINE_ONLY.origin("127.0.0.1:8300") == "http://127.0.0.1:8300"


@pytest.mark.parametrize(
    "given",
    [
        "http://node.club.example",
        "node.club.example",
        "https://",
        "https://node.club.example/portal",
        "https://node.club.example?x=1",
        "https://user@node.club.example",
        "https://node.club.example:99999",
        "https://[::1",
        "https://nöde.example",
        "ftp://node.club.example",
        "https://node.club.example#part",
    ],
)
def test_an_address_that_cannot_be_one_is_one_sentence(given: str) -> None:
    with pytest.raises(BadPublicUrl, match=r"expected a public address such as https://node\.club\.example, got"):
        parse_site(given)


def test_the_proxys_own_address_stands_for_nobody() -> None:
    site = parse_site(PUBLIC)

    assert site.proxies == OWN_MACHINE
    assert [site.caller(address) for address in ("127.0.0.1", "::1", None, "192.0.2.7")] == [
        None,
        None,
        None,
        "192.0.2.7",
    ]
    assert parse_site(PUBLIC, proxies=["10.0.0.2"]).caller("10.0.0.2") is None
    assert OWN_MACHINE_ONLY.caller("127.0.0.1") == "127.0.0.1"
