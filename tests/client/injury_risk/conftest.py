"""Settings of a node whose league may publish models."""

from datetime import UTC
from pathlib import Path

import pytest

from client.settings import NodeSettings
from policies.vocabulary import OrgId
from tests.client.learning.squad import LEAGUE


@pytest.fixture
def settings(tmp_path: Path) -> NodeSettings:
    return NodeSettings(
        directory=tmp_path,
        club=OrgId("club-a"),
        name="Eastmere FC",
        timezone=UTC,
        lock="key_file",
        consent_url=None,
        consent_service_key=None,
        coordinator=None,
        ca_file=None,
        league_key=LEAGUE.verify_key.text,
    )
