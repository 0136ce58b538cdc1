"""A club on a page has a name: its own once a squad page gave it, words of its id before."""

from server.web.club_names import ClubNames


def test_a_club_not_yet_heard_of_is_its_id_in_words() -> None:
    assert ClubNames().of("club-a") == "Club A"


def test_the_name_of_a_squad_page_is_kept() -> None:
    names = ClubNames()

    names.learn("club-a", "Eastmere FC")

    assert (names.of("club-a"), names.of("club-b")) == ("Eastmere FC", "Club B")
