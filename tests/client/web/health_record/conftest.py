"""A node whose athletes share their full injury record with the medical team."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from client.app import build_app
from client.coaching.journal import CoachingJournal, PlannedDay
from client.coaching.training_session import TrainingSession
from client.vault.keys import UnlockKey
from client.vault.store import Vault
from policies.vocabulary import Granularity, Purpose, Role
from tests.client.web.conftest import ALL, NAMES, NOW, ORIGIN, PRIVATE, FakeConsent, StaffBrowser


@pytest.fixture
def consent(clock: Any) -> FakeConsent:
    """Grants reach to the full record, as medical staff may read it; one shares nothing."""
    granted = {a: ALL for a in NAMES if a != PRIVATE}
    medical = {"role": Role.MEDICAL, "purpose": Purpose.CARE, "finest": Granularity.RAW}
    return FakeConsent(granted, clock=clock, **medical)


@pytest.fixture
def own_vault(stocked: Path, tmp_path: Path) -> Iterator[Vault]:
    """A vault of this test alone, for tests that write."""
    place = tmp_path / "own.sqlite3"
    shutil.copy(stocked, place)
    with Vault.open(place, UnlockKey(b"k" * 32)) as opened:
        yield opened


@pytest.fixture
def medical(settings: Any, consent: FakeConsent, clock: Any, own_vault: Vault) -> Iterator[StaffBrowser]:
    """A browser signed in as the demo's physiotherapist."""
    journal = CoachingJournal(settings.journal_path, lambda _: pytest.fail("plans need no seal"))
    journal.set_plan(PlannedDay(NOW.date(), TrainingSession.of(rpe=8, minutes=60), "high-intensity intervals"))
    journal.close()
    app = build_app(settings, vault=own_vault, consent_client=consent, clock=clock, demo=True)
    with TestClient(
        app, base_url=ORIGIN, headers={"Origin": ORIGIN}, follow_redirects=False, raise_server_exceptions=False
    ) as http:
        browser = StaffBrowser(http)
        browser.sign_in("medical")
        yield browser
