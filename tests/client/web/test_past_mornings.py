"""A past morning on the board: as it was known on it, with what was decided, and nothing to decide any more."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from chassis.web.site_address import OWN_MACHINE_ONLY
from client.app import build_site
from client.biometrics.observations import Observation, observe
from client.biometrics.streams import Stream
from client.coaching.readiness import Light
from client.settings import NodeSettings
from client.vault.journal import ImportRecord, record_import, reserve_import
from client.vault.keys import UnlockKey
from client.vault.records.added import ImportMark
from client.vault.store import Vault
from client.web.access import PageAccess
from client.web.site import ClubSite
from policies.vocabulary import Category
from tests.client.web.conftest import ALL, NOW, SOURCE, TIRED, WELL, Clock, FakeConsent, StaffBrowser, readings

YESTERDAY = NOW.date() - timedelta(days=1)
ACCESS = PageAccess({WELL: frozenset(ALL)}, NOW, NOW, at_home=frozenset({WELL}))


def bring(vault: Vault, number: int, brought: list[Observation], at: datetime) -> None:
    """Import readings at this moment."""
    sha = f"{number}" * 64
    with vault.transaction():
        place = reserve_import(vault, WELL)
        of_file = [replace(one, source=replace(one.source, file_sha256=sha)) for one in brought]
        vault.add_counted(WELL, of_file, ImportMark(place, at, "operator"))
        name = f"{number}.csv"
        record_import(vault, WELL, ImportRecord(at, name, sha, "test", "stored", "", {}, number=place))


@dataclass
class Club:
    """A node that is no demo."""

    site: ClubSite
    vault: Vault
    clock: Clock

    def light(self, day_ago: int) -> Light:
        """The light of a morning so many days ago."""
        day = self.clock().date() - timedelta(days=day_ago)
        return self.site.assessment(ACCESS, WELL, self.site.context(day)).light


@pytest.fixture
def club(settings: NodeSettings, consent: FakeConsent, clock: Clock, tmp_path: Path) -> Iterator[Club]:
    with Vault.open(tmp_path / "vault.sqlite3", UnlockKey(b"k" * 32)) as vault:
        vault.add_athlete(WELL, "Ada Lund", shirt_no=1)
        address = OWN_MACHINE_ONLY
        site = build_site(settings, vault=vault, consent_client=consent, clock=clock, demo=False, address=address)
        yield Club(site, vault, clock)
        site.journal.close()


def test_late_readings_change_this_morning_and_never_a_past_one(club: Club) -> None:
    held = readings(50, seed=1, tired_days=3)
    known = [one for one in held if one.start.date() < YESTERDAY - timedelta(days=1)]
    bring(club.vault, 1, known, NOW - timedelta(days=2, hours=1))
    before = club.light(1)
    assert before is Light.GREY  # nothing of that morning had come

    bring(club.vault, 2, [one for one in held if one not in known], NOW)

    assert club.light(1) is Light.GREY
    assert club.light(0) is Light.RED


def test_what_came_before_noon_was_known_and_what_came_after_it_was_not(club: Club) -> None:
    held = readings(50, seed=1, tired_days=3)
    bring(club.vault, 1, [one for one in held if one.start.date() < YESTERDAY], NOW - timedelta(days=2))
    morning = [one for one in held if one.start.date() == YESTERDAY]
    noon = datetime.combine(YESTERDAY, datetime.min.time(), NOW.tzinfo) + timedelta(hours=12)
    bring(club.vault, 2, morning, noon - timedelta(minutes=61))

    first = club.light(1)
    assert first is not Light.GREY
    late = [observe(Stream.SLEEP_DURATION_H, NOW - timedelta(days=1, hours=-4), 9.0, SOURCE)]
    bring(club.vault, 3, late, noon + timedelta(hours=3))
    assert club.light(1) is first


def test_a_past_morning_shows_its_decision_and_offers_nothing(context: StaffBrowser) -> None:
    page = context.http.get(f"/athletes/{TIRED}").text
    proposal = re.findall(r'name="proposal" value="([^"]+)"', page)[0]
    context.send(page, f"/athletes/{TIRED}/decide", answer="accept", proposal=proposal)

    board = context.http.get(f"/board?day={YESTERDAY}").text
    today = context.http.get("/board").text

    assert "as known that morning" in board
    for offered in (">Decide<", "/board/ask", "/board/undo"):
        assert offered not in board
    assert "proposal accepted" in today
    assert "proposal accepted" not in board
    assert f'href="/board?day={YESTERDAY}" aria-current="date"' in board
    assert f"/board/table?day={YESTERDAY}" in board


@pytest.mark.parametrize(("day", "status"), [("2026-11-30", 200), ("2020-02-30", 422), ("soon", 422)])
def test_a_day_that_has_not_come_is_today_and_no_day_is_refused(context: StaffBrowser, day: str, status: int) -> None:
    answer = context.http.get(f"/board?day={day}")

    assert answer.status_code == status
    assert "as known that morning" not in answer.text


def test_a_past_morning_asks_the_same_questions_and_tells_a_withdrawal_no_more_than_today(
    context: StaffBrowser, consent: FakeConsent
) -> None:
    consent.asked.clear()
    context.http.get("/board")
    context.http.get(f"/board?day={YESTERDAY}")
    assert consent.asked[0] == consent.asked[1]

    consent.granted[WELL] = (Category.SLEEP,)
    past = context.http.get(f"/board?day={YESTERDAY}").text

    row = re.findall(rf'<li id="a-{WELL}">(.*?)</li>', past, re.S)[0]
    assert "Not enough data" in row
    assert (
        context.http.get(f"/board/table?day={YESTERDAY}")
        .headers["content-disposition"]
        .endswith(f'"morning-board-{YESTERDAY}.csv"')
    )


def test_looking_at_a_past_morning_is_no_light_shown_today(context: StaffBrowser, clock: Clock) -> None:
    context.http.get(f"/board?day={YESTERDAY}")
    clock.at += timedelta(days=1)
    context.sign_in()

    board = context.http.get("/board").text

    assert "no light shown to you yet" in board
