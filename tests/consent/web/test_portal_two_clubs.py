"""What the portal shows an athlete of two clubs: how they are counted, and both clubs among their recipients."""

from typing import Any

from consent.registry.values import OrgKind, SecondClub
from policies.signing import SigningKey
from policies.vocabulary import AthleteId, OrgId

ATHLETE = AthleteId("ath-00000000000000a1")
SECOND = OrgId("club-second")


def test_the_pages_name_the_second_club_only_while_there_is_one(world: Any) -> None:
    key = SigningKey.generate().verify_key
    world.store.add_org(SECOND, name="Second Harbour", kind=OrgKind.CLUB, key=key)
    browser = world.browser()
    assert all("Second Harbour" not in browser.get(page).text for page in ("/budget", "/shared"))

    world.store.set_second_club(ATHLETE, SecondClub(SECOND, 5, None))

    assert "5 of 16 at Second Harbour" in browser.get("/budget").text
    assert "Second Harbour" in browser.get("/shared").text
    assert "You are at a second club" in browser.get("/looked").text

    world.store.end_second_club(ATHLETE)
    assert all("Second Harbour" not in browser.get(page).text for page in ("/budget", "/shared"))
    assert "You are no longer at a second club" in browser.get("/looked").text
