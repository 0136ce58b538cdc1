"""Settings of a node whose league may publish models."""

from pathlib import Path

import pytest

from client.settings import NodeSettings
from tests.client.learning.squad import LEAGUE
from tests.client.node_settings import node_settings


@pytest.fixture
def settings(tmp_path: Path) -> NodeSettings:
    return node_settings(tmp_path, league_key=LEAGUE.verify_key.text)
