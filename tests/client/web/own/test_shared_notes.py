"""Free text of an answer: private, or shared with one role, whose page of the athlete shows it."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from client.app import build_app
from client.vault.store import Vault
from policies.vocabulary import AthleteId, Purpose, Role
from tests.client.web.own.conftest import Phone
from tests.client.web.own.test_own_forms import USUAL, ada, plain, send, vault

__all__ = ["ada", "plain", "vault"]
Ids = dict[str, AthleteId]


@pytest.mark.parametrize(("shared_with", "reads"), [("", []), ("coach", ["coach"]), ("medical", ["medical"])])
def test_a_note_is_read_by_the_role_it_is_shared_with_and_by_nobody_else(
    ada: Phone, settings: Any, consent: Any, clock: Any, vault: Vault, ids: Ids, shared_with: str, reads: list[str]
) -> None:
    send(ada, "morning", **USUAL, day="2026-11-24", note="canary <b>of</b> this", note_for=shared_with)
    app = build_app(settings, vault=vault, consent_client=consent, clock=clock, demo=True)
    found = []
    for role in ("coach", "medical"):
        consent.role = Role(role)
        consent.purpose = Purpose.TRAINING if role == "coach" else Purpose.CARE
        headers = {"Origin": "http://127.0.0.1:8300"}
        with TestClient(app, base_url="http://127.0.0.1:8300", follow_redirects=False, headers=headers) as staff:
            staff.post("/demo/sign-in", data={"persona": role})
            before = len(consent.asked)
            page = staff.get(f"/athletes/{ids['new']}")
            assert page.status_code == 200
            assert len(consent.asked) > before, "the look is in the log"
            found += [role] * ("canary &lt;b&gt;of&lt;/b&gt; this" in page.text)
            assert "canary" not in staff.get("/board").text

    assert found == reads
    assert "canary" in ada.page("/me/forms")


def test_a_note_ends_with_its_answer(
    ada: Phone, settings: Any, consent: Any, clock: Any, vault: Vault, ids: Ids
) -> None:
    send(ada, "morning", **USUAL, day="2026-11-24", note="canary", note_for="coach")
    ada.send(ada.page("/me/forms/morning/sent"), "/me/forms/take-back")
    app = build_app(settings, vault=vault, consent_client=consent, clock=clock, demo=True)
    headers = {"Origin": "http://127.0.0.1:8300"}
    with TestClient(app, base_url="http://127.0.0.1:8300", follow_redirects=False, headers=headers) as staff:
        staff.post("/demo/sign-in", data={"persona": "coach"})

        assert "canary" not in staff.get(f"/athletes/{ids['new']}").text
