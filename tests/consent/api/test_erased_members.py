"""Which of its own athletes a club must erase again after a restore; nothing of anybody else's, and no new entry."""

from tests.consent.league import Caller


def erased(caller: Caller, club: str) -> list[str]:
    answer = caller.send(club, "GET", "/v1/members/erased")
    assert answer.status_code == 200
    assert list(answer.json()) == ["athletes"]
    return list(answer.json()["athletes"])


def report(caller: Caller, club: str, athlete: str) -> int:
    body = {"kind": "erased", "details": {"athlete": athlete, "club": club}}
    return caller.send(club, "POST", "/v1/events", body).status_code


def test_what_a_club_reported_and_who_is_erased_here_is_told_to_that_club_alone(caller: Caller) -> None:
    at_node, here, kept = caller.world.athletes["club-a"]
    assert erased(caller, "club-a") == erased(caller, "club-b") == []

    assert report(caller, "club-a", at_node) == 200
    caller.world.store.erase(here)
    size = caller.world.log_size

    assert erased(caller, "club-a") == sorted([at_node, here])
    assert kept not in erased(caller, "club-a")
    assert erased(caller, "club-b") == []
    assert caller.world.log_size == size


def test_an_erasure_reported_again_or_for_another_clubs_athlete_changes_nothing(caller: Caller) -> None:
    mine, theirs = caller.world.athletes["club-a"][0], caller.world.athletes["club-b"][0]

    assert [report(caller, "club-a", athlete) for athlete in (mine, mine, theirs)] == [200, 200, 403]

    assert erased(caller, "club-a") == [mine]
    assert erased(caller, "club-b") == []
