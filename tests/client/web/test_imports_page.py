"""The page of imports: what was set aside stands apart, and so does a file of which nothing was kept."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from client.app import build_app
from client.settings import NodeSettings
from client.vault.journal import ImportRecord, record_import
from client.vault.keys import UnlockKey
from client.vault.store import Vault
from tests.client.web.conftest import NOW, ORIGIN, WELL

REASON = "no row gave a reading; 12 rows: a time that cannot be read"


@pytest.fixture
def page(settings: NodeSettings, consent: Any, clock: Any, stocked: Path, tmp_path: Path) -> Iterator[str]:
    """The page after an import of which nothing was kept."""
    path = tmp_path / "vault.sqlite3"
    shutil.copy(stocked, path)
    with Vault.open(path, UnlockKey(b"k" * 32)) as vault:
        empty = ImportRecord(
            NOW, "x.json", "cd" * 32, "fitbit-resting-heart-rate", "nothing_kept", REASON, {"dropped": 12}
        )
        record_import(vault, WELL, empty)
        app = build_app(settings, vault=vault, consent_client=consent, clock=clock, demo=True)
        with TestClient(app, base_url=ORIGIN, headers={"Origin": ORIGIN}, follow_redirects=False) as http:
            assert http.post("/demo/sign-in", data={"persona": "coach"}).status_code == 303
            yield http.get("/imports").text


def test_a_file_of_which_nothing_was_kept_is_not_among_those_taken_in(page: str) -> None:
    aside, _, taken = page.partition("<h2>Taken in</h2>")

    assert "2 files were set aside" in aside
    assert REASON in aside
    assert "Resting pulse (Fitbit)" in aside
    assert "Resting pulse (Fitbit)" not in taken
    assert "1 of 1." in taken
