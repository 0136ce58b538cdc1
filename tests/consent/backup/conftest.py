"""The small league with a recovery key."""

from pathlib import Path

import pytest

from tests.consent.backup.stored import Backups
from tests.consent.league import World


@pytest.fixture
def league(lite: World, tmp_path: Path) -> Backups:
    return Backups.of(lite, tmp_path)
