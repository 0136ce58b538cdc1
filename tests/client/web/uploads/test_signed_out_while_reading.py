"""Whoever signs out while a file is read, or read to be stored, ends the reading inside the file."""

from types import ModuleType

import pytest

from client.biometrics import row_account
from client.ingest.bounds import unfinished
from client.ingest.sessions.fit import container
from policies.vocabulary import AthleteId
from tests.client.sessions.fit_files import at, fit_file, session
from tests.client.web.uploads.conftest import Uploader, wellness

Ids = dict[str, AthleteId]
ROWS = 20
BEATS = [("RECORD", {"timestamp": at(second), "heart_rate": 120}) for second in range(ROWS)]
NIGHTS = '{"sleep": [' + ",".join(['{"day": "2026-11-20"}' + " " * 2**16] * ROWS) + "]}"
FILES: dict[str, tuple[ModuleType, str | bytes]] = {
    "table": (row_account, wellness(days=ROWS)),
    "fit": (container, fit_file([*BEATS, session(ROWS)])),
    "json": (unfinished, NIGHTS),
    "xml": (unfinished, "<gpx><trk>" + "<trkpt/>" * 10 + " " * 2**16 * ROWS + "</trk></gpx>"),
}


def sign_out_at_the_third_question(
    uploader: Uploader, monkeypatch: pytest.MonkeyPatch, asked_in: ModuleType
) -> list[int]:
    """Have the session end while a file is read; returns the questions whether anybody still waits."""
    asked, check = list[int](), asked_in.__dict__["check_interruption"]

    def asked_once_more() -> None:
        asked.append(len(asked))
        if len(asked) == 3:
            uploader.app.state.uploads.keep_only(())
        check()

    monkeypatch.setattr(asked_in, "check_interruption", asked_once_more)
    return asked


@pytest.mark.parametrize("kind", FILES)
def test_reading_ends_inside_the_file(uploader: Uploader, ids: Ids, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    asked_in, data = FILES[kind]
    asked = sign_out_at_the_third_question(uploader, monkeypatch, asked_in)

    uploader.bring(("a.file", data), athlete=ids["new"])

    assert len(asked) == 3
    assert uploader.app.state.uploads.spool.held == 0


def test_nothing_is_stored_of_a_file_whose_session_is_over(
    uploader: Uploader, ids: Ids, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = uploader.held(ids["new"])
    uploader.bring(("monday.csv", wellness(days=ROWS)), athlete=ids["new"])
    path, page = uploader.looked_at()
    asked = sign_out_at_the_third_question(uploader, monkeypatch, row_account)

    uploader.answer(page, path, "use")

    assert len(asked) == 3
    assert uploader.held(ids["new"]) == before
