"""A vault with a squad's answers, and league models in the folder of received ones."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from client.learning.judging import ModelJudging
from client.vault.keys import UnlockKey
from client.vault.store import Vault
from models.arrays import Floats
from models.card import card_for
from models.features import RECOVERY_SCHEMA
from models.registry import seal
from models.synthetic.league import synthetic_league
from models.training.recipes import exchange_recipe, manifest_from, rounds_recipe
from policies.signing import SigningKey
from tests.client.learning.squad import ATHLETES, DAYS, LEAGUE, NOW, Clock, Consent, answers, athlete


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("squad") / "vault.sqlite3"
    league = synthetic_league(10, ["club-a"], ATHLETES, DAYS)
    with Vault.open(path, UnlockKey(bytes(32))) as vault, vault.transaction():
        for place, one in enumerate(league.athletes):
            vault.add_athlete(athlete(place), f"Name {place}", shirt_no=place + 1)
            vault.add(athlete(place), answers(one.daily["readiness"]))
    return path


@pytest.fixture
def vault(filled: Path, tmp_path: Path) -> Iterator[Vault]:
    copy = tmp_path / "vault.sqlite3"
    copy.write_bytes(filled.read_bytes())
    with Vault.open(copy, UnlockKey(bytes(32))) as opened:
        yield opened


@pytest.fixture
def consent() -> Consent:
    return Consent([athlete(place) for place in range(ATHLETES)])


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def judging(vault: Vault, consent: Consent, tmp_path: Path, clock: Clock) -> ModelJudging:
    return ModelJudging(vault, consent, [LEAGUE.verify_key], tmp_path / "received", tmp_path / "models", clock)


@pytest.fixture
def published(tmp_path: Path) -> Callable[..., str]:
    """Put a model into the folder of received ones, as the federation does, and return its id."""

    def put(
        weights: Floats, *, key: SigningKey = LEAGUE, at: datetime = NOW, model: str = RECOVERY_SCHEMA.model
    ) -> str:
        is_line = model == RECOVERY_SCHEMA.model
        manifest = manifest_from(
            exchange_recipe(model, athletes=40, clubs=1) if is_line else rounds_recipe(model, athletes=500),
            campaign_id="test-1",
            league="league",
            clubs={"club-a": "key"},
            opens=NOW,
            expires=NOW + timedelta(days=1),
        )
        card = card_for(manifest, metrics=(), purpose="a test")
        sealed = seal(np.asarray(weights), card, campaign=manifest, key=key, now=at, previous=None)
        folder = tmp_path / "received" / sealed.signed.record.sha256
        folder.mkdir(parents=True, exist_ok=True)
        for part, content in sealed.files().items():
            (folder / part).write_bytes(content)
        (tmp_path / "received" / f"{model}.latest").write_text(folder.name)
        return folder.name

    return put
