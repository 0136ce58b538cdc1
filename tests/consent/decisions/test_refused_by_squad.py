"""A try at an athlete of another squad, as the club reports it: in that athlete's own list, and in nobody else's."""

import pytest

from audit.entries.details.clubs import SquadRefused
from consent.errors import NotAllowed
from consent.web.history.access_history import entry_view
from policies.vocabulary import OrgId, Role
from tests.consent.league import World

CLUB = OrgId("club-a")


def test_the_athlete_reads_who_tried_and_why_it_was_refused(world: World) -> None:
    one, other = world.athletes[CLUB][:2]
    before = world.store.looks(other).total

    world.store.append_event(CLUB, SquadRefused(person="R. D.", role=Role.COACH, athlete=one))

    entry = world.store.looks(one).entries[0]
    view = entry_view((entry,))
    assert (entry.is_access, entry.allowed) == (True, False)
    assert view.title == "A try by R. D., performance coach, The club-a, was refused"
    assert "They were not staff of your squad." in view.detail
    assert world.store.looks(other).total == before
    world.verify()


def test_a_club_reports_no_try_at_another_clubs_athlete(lite: World) -> None:
    with pytest.raises(NotAllowed, match="of your own club"):
        lite.store.append_event(CLUB, SquadRefused(person="R. D.", role=Role.COACH, athlete=lite.athletes["club-b"][0]))
