"""What the pages say of earlier days that an import moves to another source or leaves unknown, and to whom."""

import html
import json
import re
from datetime import timedelta

from client.biometrics.observations import ReadingSource, observe
from client.biometrics.own_settings import OwnSettings
from client.biometrics.streams import Stream
from client.vault.preferences.own_settings import set_own_settings
from policies.vocabulary import AthleteId, Category
from tests.client.web.conftest import ALL, NOW, FakeConsent
from tests.client.web.uploads.conftest import RESTING, Uploader

Ids = dict[str, AthleteId]
DAY = "one day of Ada Lund (20 November 2026)"
SWITCH = "another source: watch instead of another table."
ANSWERS = ReadingSource("", "pmsys", "c" * 64)


def plain(page: str) -> str:
    """The words of a page."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_another_source_is_told_before_and_after_to_who_may_see_that_stream(
    uploader: Uploader, consent: FakeConsent, ids: Ids
) -> None:
    set_own_settings(uploader.vault, ids["well"], OwnSettings(source_priority=("fitbit",)))
    uploader.bring(("resting_heart_rate-2026.json", RESTING), athlete=ids["well"])

    path, page = uploader.looked_at()
    assert f"Resting heart rate: {DAY} would change to {SWITCH}" in plain(page)
    assert "Ready to be stored; some days would change their source" in plain(uploader.http.get("/imports").text)
    consent.granted[ids["well"]] = tuple(set(ALL) - {Category.HEART})
    assert "another source" not in plain(uploader.http.get(path).text)
    assert "would change their source" not in plain(uploader.http.get("/imports").text)

    assert uploader.answer(page, path, "use").status_code == 303
    assert "another source" not in plain(uploader.http.get(path).text)
    consent.granted[ids["well"]] = ALL
    page = uploader.http.get(path).text
    assert f"Resting heart rate: when this was stored, {DAY} changed to {SWITCH}" in plain(page)
    assert "Stored; some days changed their source or became unknown" in plain(uploader.http.get("/imports").text)
    uploader.send(page, f"{path}/undo")
    uploader.app.state.uploads.finish()
    assert "another source" not in plain(uploader.http.get(path).text)


def test_a_table_that_changes_no_earlier_day_says_nothing(uploader: Uploader, ids: Ids) -> None:
    uploader.bring(("resting_heart_rate-2026.json", RESTING), athlete=ids["well"])

    path, page = uploader.looked_at()

    assert "one day of Ada Lund is stored" not in plain(page)
    assert "another source: watch" not in plain(page)
    uploader.answer(page, path, "use")
    assert "changed to" not in plain(uploader.http.get(path).text)


def test_days_that_become_unknown_are_told_to_who_may_see_all_that_makes_the_figure(
    uploader: Uploader, consent: FakeConsent, ids: Ids
) -> None:
    athlete = ids["new"]
    asked = [NOW - timedelta(days=back) for back in (9, 11)]
    # beside the four newest days that she answered elsewhere
    uploader.vault.add(athlete, [observe(Stream.SLEEP_DURATION_H, at, 7.5, ANSWERS) for at in asked])
    uploader.bring(("sleep-2026-11.json", json.dumps([night(day) for day in range(1, 20)])), athlete=athlete)

    path, page = uploader.looked_at()

    told = "Hours of sleep: six days of Cleo Hart (between 13 November 2026 and 24 November 2026) would become unknown"
    assert f"{told}; nothing that is stored is deleted." in plain(page)
    consent.granted[athlete] = tuple(set(ALL) - {Category.SLEEP})
    assert "would become unknown" not in plain(uploader.http.get(path).text)


def night(day: int) -> dict[str, object]:
    """A night of October, of which nobody was asked."""
    start, end = f"2026-10-{day:02}T23:00:00.000", f"2026-10-{day + 1:02}T07:00:00.000"
    lasted = {"duration": 28_800_000, "minutesAsleep": 440, "minutesAwake": 40, "timeInBed": 480, "efficiency": 92}
    return {"logId": day, "dateOfSleep": end[:10], "startTime": start, "endTime": end, "mainSleep": True, **lasted}
