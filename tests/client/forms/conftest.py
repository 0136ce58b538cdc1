"""An athlete's own answers in a vault, and sendings as a page makes them."""

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from client.forms.answers.own_answers import OwnAnswers
from client.forms.answers.sending import Sending
from client.forms.library.form_library import FormLibrary
from client.vault.store import Vault
from policies.vocabulary import AthleteId

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
USUAL = {"sleep": 4.0, "energy": 3.0, "muscles": 2.0, "stress": 5.0, "mood": 4.0}
Send = Callable[..., Sending]


def sending(answers: dict[str, Any] | None = None, **changes: Any) -> Sending:
    """A morning form of today at 07:00 UTC, with some fields changed."""
    made = {
        "id": str(uuid.uuid4()),
        "form": "morning",
        "version": 1,
        "day": TODAY,
        "answered_at": datetime(2026, 11, 24, 7, tzinfo=UTC),
        "answers": USUAL if answers is None else answers,
    }
    return Sending.model_validate({**made, **changes})


@pytest.fixture
def own(vault: Vault, athlete: AthleteId, tmp_path: Path) -> OwnAnswers:
    """The answers of one athlete, with the shipped questionnaires."""
    return OwnAnswers(vault, athlete, FormLibrary.read(tmp_path), UTC)
