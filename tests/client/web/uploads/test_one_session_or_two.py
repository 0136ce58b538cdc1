"""Whether two reports are of one session is asked of whoever brought one of them, if they may see the load now."""

import re

import pytest

from client.biometrics.sessions import OF_SESSIONS
from policies.vocabulary import AthleteId, Category
from tests.client.web.conftest import FakeConsent
from tests.client.web.uploads.conftest import Uploader

Ids = dict[str, AthleteId]
DAY = "2026-11-15"  # a Sunday, on which the invented athlete did not train
FIRST, SECOND = f"date,player,rpe,minutes\n{DAY},Cleo Hart,6,60\n", f"date,player,rpe,minutes\n{DAY},Cleo Hart,8,45\n"
BOTH = [6.0, 8.0, 45.0, 60.0]


def stored(uploader: Uploader, *tables: str) -> str:
    """Bring tables and store each; returns the page of imports."""
    for text in tables:
        uploader.bring(("club.csv", text))
        path, page = uploader.looked_at()
        assert uploader.answer(page, path, "use").status_code == 303
    return str(uploader.http.get("/imports").text)


def loads(uploader: Uploader, athlete: AthleteId) -> list[float]:
    """Values of sessions on that day."""
    found = [one for one in uploader.held(athlete) if one.stream in OF_SESSIONS and one.day.isoformat() == DAY]
    return sorted(one.value for one in found if isinstance(one.value, float))


@pytest.mark.parametrize(
    ("said", "left", "still_asked"),
    [
        ("same", [8.0, 45.0], False),
        ("different", [6.0, 8.0, 45.0, 60.0], False),
        ("later", [6.0, 8.0, 45.0, 60.0], True),
    ],
)
def test_the_answer_decides_what_counts(
    uploader: Uploader, consent: FakeConsent, ids: Ids, said: str, left: list[float], still_asked: bool
) -> None:
    page = stored(uploader, FIRST, SECOND)
    assert "One session or two?" in page
    assert "360 AU" in page
    told = len(consent.events)

    uploader.send(page, "/imports/sessions", answer=said)

    assert loads(uploader, ids["new"]) == left
    assert ("One session or two?" in uploader.http.get("/imports").text) is still_asked
    assert len(consent.events) - told == (said != "later")


def test_nothing_is_asked_of_somebody_who_may_not_see_the_load(
    uploader: Uploader, consent: FakeConsent, ids: Ids
) -> None:
    page = stored(uploader, FIRST, SECOND)
    consent.granted[ids["new"]] = (Category.READINESS,)

    assert "One session or two?" not in uploader.http.get("/imports").text
    assert uploader.send(page, "/imports/sessions", answer="same").status_code == 404
    assert loads(uploader, ids["new"]) == BOTH


def test_nothing_is_asked_of_somebody_who_brought_neither(uploader: Uploader, ids: Ids) -> None:
    page = stored(uploader, FIRST, SECOND)
    uploader.http.cookies.clear()
    uploader.sign_in("coach")
    theirs = uploader.http.get("/imports").text
    csrf = re.findall(r'name="csrf" value="([^"]+)"', theirs)[0]

    assert "One session or two?" not in theirs
    assert uploader.send(page, "/imports/sessions", answer="same", csrf=csrf).status_code == 404
    assert loads(uploader, ids["new"]) == BOTH
