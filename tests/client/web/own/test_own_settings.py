"""How an athlete's light and load are handled: what stands, when it counts, what the log says, and whose word it is."""

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from audit.entries.events import EventKind
from client.app import build_app
from client.athlete_web.settings.pages import KINDS
from client.coaching.auto_apply import BY_ITSELF
from client.coaching.journal import CoachingJournal
from client.coaching.light.at_home import LIGHT_CATEGORIES, categories_on
from client.coaching.regression import Level
from client.coaching.review import ReviewAnswer, ReviewDecision
from client.vault.keys import UnlockKey
from client.vault.store import Vault
from policies.vocabulary import AthleteId, Category, Role
from tests.client.web.conftest import NOW
from tests.client.web.own.conftest import Phone

HOME, ADDRESS = "/me/settings", "http://127.0.0.1:8300"
Ids = dict[str, AthleteId]
Sign = Callable[[str], Phone]


@pytest.fixture
def vault(stocked: Path, tmp_path: Path) -> Iterator[Vault]:
    """A vault of this test alone: choices are stored."""
    with Vault.open(Path(shutil.copy(stocked, tmp_path / "own.sqlite3")), UnlockKey(b"k" * 32)) as opened:
        yield opened


@pytest.fixture
def plain(settings: Any, vault: Vault, consent: Any, clock: Any) -> Iterator[TestClient]:
    app = build_app(settings, vault=vault, consent_client=consent, clock=clock)
    with TestClient(app, base_url=ADDRESS, follow_redirects=False, headers={"Origin": ADDRESS}) as http:
        yield http


@pytest.fixture
def journal(settings: Any, vault: Vault) -> Iterator[CoachingJournal]:
    opened = CoachingJournal(settings.journal_path, lambda one: vault.seal_of(one)[2])
    yield opened
    opened.close()


def light(phone: Phone, do: str = "leave_out", *without: str) -> Any:
    csrf = re.findall(r'name="csrf" value="([^"]+)"', phone.page(HOME))[0]
    return phone.http.post(f"{HOME}/light", data={"csrf": csrf, "do": do, "without": list(without)})


def load(phone: Phone, apply: str) -> Any:
    return phone.send(phone.page(HOME), f"{HOME}/load", apply=apply)


def left_out(vault: Vault, athlete: AthleteId, days_ahead: int) -> set[Category]:
    return set(LIGHT_CATEGORIES - categories_on(vault, athlete, NOW.date() + timedelta(days=days_ahead)))


def facts(page: str) -> dict[str, str]:
    return dict(re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", page))


def deeds(consent: Any) -> list[str]:
    return [details["deed"] for kind, details in consent.events if kind is EventKind.OWN_SITE][1:]  # signing in


def decision_by_itself(athlete: AthleteId) -> ReviewDecision:
    return ReviewDecision(
        proposal_id="f" * 32,
        athlete=athlete,
        day=NOW.date(),
        level=Level.CAUTION,
        answer=ReviewAnswer.ACCEPT,
        reason=None,
        planned_au=480.0,
        proposed_au=400.0,
        chosen_au=400.0,
        review=False,
        person=BY_ITSELF,
        role=Role.ATHLETE,
        at=NOW,
    )


def test_every_kind_of_which_a_light_is_computed_can_be_left_out() -> None:
    assert set(KINDS) == LIGHT_CATEGORIES


def test_what_is_left_out_counts_from_the_next_morning_and_is_logged_once(
    signed_in: Sign, vault: Vault, ids: Ids, consent: Any, clock: Any
) -> None:
    phone = signed_in("well")
    assert set(facts(phone.page(HOME)).values()) == {"nothing left out"}

    for _ in range(2):
        assert light(phone, "leave_out", "tests", "sleep").headers["location"] == f"{HOME}?kept=light"

    assert [left_out(vault, ids["well"], day) for day in (0, 1)] == [set(), {Category.SLEEP, Category.TESTS}]
    assert deeds(consent) == ["changed_settings"]
    page = phone.page(f"{HOME}?kept=light")
    from_then = "From Wednesday 25 November 2026 on"
    assert facts(page) == {"This morning": "nothing left out", from_then: "without sleep and tests"}
    assert f"Kept. {from_then}: without sleep and tests." in page
    assert re.findall(r'value="(\w+)" checked', page) == ["sleep", "tests"]
    clock.at += timedelta(hours=15)  # the same session, and the same day
    assert facts(phone.page(HOME)) == facts(page)
    clock.at = NOW + timedelta(days=1)
    assert facts(signed_in("well").page(HOME))["This morning"] == "without sleep and tests"


def test_it_is_undone_by_the_same_form_before_it_counts(
    signed_in: Sign, vault: Vault, ids: Ids, consent: Any, clock: Any
) -> None:
    phone = signed_in("well")
    light(phone, "leave_out", "sleep")
    assert phone.send(phone.page(HOME), f"{HOME}/light", do="nothing").status_code == 303
    assert left_out(vault, ids["well"], 1) == set()
    assert "Undo" not in phone.page(HOME)

    light(phone, "leave_out", "sleep")
    clock.at += timedelta(days=1)
    phone = signed_in("well")
    light(phone, "nothing")
    assert [left_out(vault, ids["well"], day) for day in (1, 2)] == [{Category.SLEEP}, set()]
    phone.send(phone.page(HOME), f"{HOME}/light", do="leave_out")  # the first form of the page undoes, and names sleep

    assert left_out(vault, ids["well"], 2) == {Category.SLEEP}


@pytest.mark.parametrize(("without", "words"), [([], "Tick at least one kind"), (["injury"], "cannot be read")])
def test_no_kind_or_one_of_which_no_light_is_computed_changes_nothing(
    signed_in: Sign, vault: Vault, ids: Ids, consent: Any, without: list[str], words: str
) -> None:
    phone = signed_in("well")

    answer = light(phone, "leave_out", *without)

    assert answer.status_code == 422
    assert words in answer.text
    assert (left_out(vault, ids["well"], 1), deeds(consent)) == (set(), [])


def test_the_load_is_lowered_by_itself_only_after_the_athlete_said_so(
    signed_in: Sign, journal: CoachingJournal, ids: Ids, consent: Any
) -> None:
    phone = signed_in("well")
    assert "Off: a person decides." in phone.page(HOME)

    for _ in range(2):
        assert load(phone, "on").headers["location"] == f"{HOME}?kept=load"

    assert "Kept. On: a proposal applies by itself." in phone.page(f"{HOME}?kept=load")
    assert journal.auto_apply.ever_chose() == [ids["well"]]
    assert journal.auto_apply.is_on(ids["well"])
    load(phone, "off")
    assert not journal.auto_apply.is_on(ids["well"])
    assert "Kept. Off: a person decides." in phone.page(f"{HOME}?kept=load")
    assert deeds(consent) == ["changed_settings", "changed_settings"]


def test_turning_it_off_takes_back_what_was_applied_today(signed_in: Sign, journal: CoachingJournal, ids: Ids) -> None:
    phone, athlete = signed_in("well"), ids["well"]
    load(phone, "on")
    journal.record(decision_by_itself(athlete))
    assert len(journal.decisions(athlete, since=NOW.date())) == 1

    load(phone, "off")

    assert journal.decisions(athlete, since=NOW.date()) == []


@pytest.mark.parametrize("what", ["light", "load"])
def test_nothing_is_kept_without_the_sessions_own_token_or_while_the_log_cannot_be_told(
    signed_in: Sign, vault: Vault, journal: CoachingJournal, ids: Ids, consent: Any, what: str
) -> None:
    phone, wanted = signed_in("well"), {"do": "leave_out", "without": "sleep", "apply": "on"}
    theirs = re.findall(r'name="csrf" value="([^"]+)"', phone.page(HOME))[0]
    phone = signed_in("new")  # another athlete in the same browser: the other session's form is no form of theirs

    for csrf in ("", theirs):
        assert phone.http.post(f"{HOME}/{what}", data=wanted | {"csrf": csrf}).status_code == 403
    page, consent.is_down = phone.page(HOME), True
    assert phone.send(page, f"{HOME}/{what}", **wanted).status_code == 503

    assert [left_out(vault, ids[who], 1) for who in ("well", "new")] == [set(), set()]
    assert journal.auto_apply.ever_chose() == []


def test_each_athlete_finds_their_own_choice_and_nobody_elses(signed_in: Sign, vault: Vault, ids: Ids) -> None:
    phone = signed_in("well")
    light(phone, "leave_out", "sleep")
    load(phone, "on")

    page = signed_in("new").page(HOME)

    assert set(facts(page).values()) == {"nothing left out"}
    assert "Off: a person decides." in page
    assert left_out(vault, ids["new"], 1) == set()


def test_without_a_session_nothing_is_shown_and_today_leads_there(signed_in: Sign, phone: Phone) -> None:
    assert phone.http.get(HOME).headers["location"].startswith("/me/sign-in")

    page = signed_in("well").page("/me")

    assert f'<a href="{HOME}">How my light and my load are handled</a>' in page
