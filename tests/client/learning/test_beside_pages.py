"""A running node judges what arrives within a minute and uses what passed, without being asked."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from client.adoption import Adoptions
from client.learning.beside_pages import LOOKED_EVERY_S, learning_beside
from client.learning.kept_head import ModelSource, kept_head
from client.settings import NodeSettings
from client.vault.store import Vault
from models.features import RECOVERY_SCHEMA
from models.training.initial_weights import initial_weights
from tests.client.learning.squad import ATHLETES, LEAGUE, NOW, Consent, athlete
from tests.client.node_settings import node_settings
from tests.waiting import wait_until

GOOD = 0.97 * np.array(initial_weights(RECOVERY_SCHEMA.model))


@pytest.fixture
def settings(tmp_path: Path) -> NodeSettings:
    return node_settings(tmp_path, league_key=LEAGUE.verify_key.text)


def source_of(vault: Vault, place: int) -> ModelSource | None:
    found = kept_head(vault, athlete(place))
    return None if found is None else found.source


def test_what_arrives_is_judged_and_used(
    settings: NodeSettings, vault: Vault, consent: Consent, published: Callable[..., str]
) -> None:
    with learning_beside(settings, vault=vault, consent=consent, clock=lambda: NOW, every_s=0.01):
        wait_until(lambda: source_of(vault, ATHLETES - 1) is ModelSource.PUBLIC)
        name = published(GOOD)
        wait_until(lambda: source_of(vault, ATHLETES - 1) is ModelSource.LEAGUE)

    assert Adoptions(settings.models).verdicts()[0].model_id == name
    assert LOOKED_EVERY_S < 60.0


def test_a_service_that_does_not_answer_is_asked_again(settings: NodeSettings, vault: Vault, consent: Consent) -> None:
    asked: list[datetime] = []

    def clock() -> datetime:
        asked.append(NOW)
        return NOW

    consent.down = True
    with learning_beside(settings, vault=vault, consent=consent, clock=clock, every_s=0.01):
        wait_until(lambda: len(asked) > 20)
        assert source_of(vault, 0) is None
        consent.down = False
        wait_until(lambda: source_of(vault, ATHLETES - 1) is ModelSource.PUBLIC)

    assert consent.heard
