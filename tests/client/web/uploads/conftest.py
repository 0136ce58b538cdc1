"""A signed-in browser that brings files to a node with a vault of its own, and small invented files."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from client.app import build_app
from client.biometrics.observations import Observation
from client.vault.keys import UnlockKey
from client.vault.store import Vault
from policies.vocabulary import AthleteId
from tests.client.web.conftest import ORIGIN, StaffBrowser
from tests.client.workbooks import archive

WELLNESS = "effective_time_frame,fatigue,mood,readiness,sleep_duration_h,sleep_quality,soreness,soreness_area,stress\n"
INJURY = "effective_time_frame,injuries\n2026-11-20T07:00:00Z,{'right_knee': 'minor'}\n"
RESTING = '[{"dateTime": "11/20/26 00:00:00", "value": {"date": "11/20/26", "value": 51.25, "error": 6.8}}]'


def wellness(days: int = 3, sleep: str = "7") -> str:
    """Morning answers of one athlete, newest last."""
    rows = [f"2026-11-{10 + day}T07:00:00Z,3,4,6,{sleep},3,4,[],3\n" for day in range(days)]
    return WELLNESS + "".join(rows)


def zipped(files: dict[str, str]) -> bytes:
    """A folder as zip."""
    return archive(files)


@dataclass
class Uploader(StaffBrowser):
    """A browser at the node's pages that brings files."""

    vault: Vault

    @property
    def app(self) -> FastAPI:
        return self.http.app  # type: ignore[return-value]  # it is the application that build_app made

    def bring(self, *files: tuple[str, str | bytes], athlete: str = "", csrf: str | None = None) -> Any:
        """Send the form with these files, in the order of its fields on the page."""
        page = self.http.get("/imports").text
        form = next(f for f in re.findall(r"<form.*?</form>", page, re.S) if 'action="/imports/files"' in f)
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
        fields = hidden | {"athlete": athlete} | ({} if csrf is None else {"csrf": csrf})
        parts = [("files", (name, data, "application/octet-stream")) for name, data in files]
        answer = self.http.post("/imports/files", data=fields, files=parts)
        self.app.state.uploads.finish()
        return answer

    def looked_at(self, number: int = 0) -> tuple[str, str]:
        """Open the page of a brought file, once it was compared with the vault: its address and its text."""
        path = re.findall(r'href="(/imports/files/[0-9a-f]+)"', self.http.get("/imports").text)[number]
        page = self.http.get(path).text
        if "It is being looked up" in page:
            self.app.state.uploads.finish()
            page = self.http.get(path).text
        return path, page

    def answer(self, page: str, path: str, verb: str, **fields: Any) -> Any:
        """Press a button of the page of a brought file; what its selects show is sent unless it is said otherwise."""
        form = next(f for f in re.findall(r"<form.*?</form>", page, re.S) if f'action="{path}/use"' in f)
        answer = self.http.post(f"{path}/{verb}", data=form_values(form) | fields)
        self.app.state.uploads.finish()
        return answer

    def held(self, athlete: AthleteId) -> list[Observation]:
        """What the vault holds of an athlete."""
        return self.vault.read(athlete)


def form_values(form: str) -> dict[str, list[str]]:
    """What a browser sends of a form: hidden fields, and what its selects show.

    Which end of a scale is the best is answered where it is asked, so that a test need not speak of it.
    """
    found: dict[str, list[str]] = {}
    field = re.compile(
        r'<input type="hidden" name="([^"]+)" value="([^"]*)"|<select[^>]* name="([^"]+)".*?</select>', re.S
    )
    for match in field.finditer(form):
        if match[1]:
            found.setdefault(match[1], []).append(match[2])
        else:
            options = re.findall(r'<option value="([^"]*)"( selected)?', match[0])
            shown = next((value for value, is_chosen in options if is_chosen), options[0][0])
            is_asked = shown == "" and ("straight", "") in options
            found.setdefault(match[3], []).append("straight" if is_asked else shown)
    return found


@contextmanager
def uploading(settings: Any, consent: Any, clock: Any, vault: Vault, persona: str = "coach") -> Iterator[Uploader]:
    """A browser signed in as a persona of the demo."""
    app = build_app(settings, vault=vault, consent_client=consent, clock=clock, demo=True)
    with TestClient(
        app, base_url=ORIGIN, headers={"Origin": ORIGIN}, follow_redirects=False, raise_server_exceptions=False
    ) as http:
        browser = Uploader(http, vault)
        browser.sign_in(persona)
        yield browser


@pytest.fixture
def own_vault(stocked: Path, tmp_path: Path) -> Iterator[Vault]:
    """A vault that a test may write to."""
    path = tmp_path / "vault.sqlite3"
    shutil.copy(stocked, path)
    with Vault.open(path, UnlockKey(b"k" * 32)) as vault:
        yield vault


@pytest.fixture
def uploader(settings: Any, consent: Any, clock: Any, own_vault: Vault) -> Iterator[Uploader]:
    """A coach's browser."""
    with uploading(settings, consent, clock, own_vault) as browser:
        yield browser
