"""Whoever may see the load is told on the page which day may count one session twice, and nobody else."""

import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from client.app import build_app
from client.biometrics.observations import ReadingSource, observe
from client.biometrics.streams import Stream
from client.vault.keys import UnlockKey
from client.vault.store import Vault
from policies.vocabulary import AthleteId, Category
from tests.client.web.conftest import NOW, ORIGIN, StaffBrowser

DIARY = ReadingSource("", "diary", "d" * 64)
TWICE = "may count one session twice: asked, not answered"
Ids = dict[str, AthleteId]


@pytest.fixture
def asked(stocked: Path, tmp_path: Path, settings: Any, consent: Any, clock: Any, ids: Ids) -> Iterator[StaffBrowser]:
    """A coach's browser; what one athlete did a week ago stands in a diary too, fifty minutes later and shorter."""
    place = tmp_path / "asked.sqlite3"
    shutil.copy(stocked, place)
    at = (NOW - timedelta(days=7)).replace(hour=10, minute=50)
    with Vault.open(place, UnlockKey(b"k" * 32)) as vault:
        for stream, value in ((Stream.SESSION_RPE, 10.0), (Stream.SESSION_DURATION_MIN, 90.0)):
            vault.add(ids["well"], [observe(stream, at, value, DIARY)])
        app = build_app(settings, vault=vault, consent_client=consent, clock=clock, demo=True)
        with TestClient(app, base_url=ORIGIN, headers={"Origin": ORIGIN}, follow_redirects=False) as http:
            browser = StaffBrowser(http)
            browser.sign_in()
            yield browser


def test_the_chart_its_table_and_the_plan_say_which_day_and_what_it_would_be(asked: StaffBrowser, ids: Ids) -> None:
    page = asked.http.get(f"/athletes/{ids['well']}").text

    told = re.search(rf"\? 17 November 2026 {TWICE}\. ([\d,]+) AU as counted, ([\d,]+) AU if it is one", page)
    assert told is not None
    counted, once = (int(number.replace(",", "")) for number in told.groups())
    assert counted == once + 900
    assert f'<td class="num">{counted} ({once} if one)</td>' in page
    assert "Counted as one: the 7-day mean" in page
    assert re.search(rf"own usual Tuesday, \d+ AU(; [^<;]*)*; {TWICE}", page)
    assert re.search(rf"own usual Tuesday, \d+ AU(; [^<;]*)*; {TWICE}", asked.http.get("/board").text)


@pytest.mark.parametrize("shared", [(Category.READINESS, Category.SLEEP), (Category.HEART, Category.INJURY)])
def test_whoever_may_not_see_the_load_is_told_nothing_of_it(
    asked: StaffBrowser, consent: Any, ids: Ids, shared: tuple[Category, ...]
) -> None:
    consent.granted[ids["well"]] = shared

    pages = asked.http.get(f"/athletes/{ids['well']}").text + asked.http.get("/board").text

    assert "twice" not in pages
    assert "one session" not in pages
