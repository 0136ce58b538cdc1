"""Settings of a node in a folder of its own, linked to nobody unless a test says so."""

from datetime import UTC
from pathlib import Path

from client.settings import NodeSettings
from policies.vocabulary import OrgId


def node_settings(folder: Path, *, league_key: str | None = None) -> NodeSettings:
    """The settings of club-a's node. league_key: of the league whose models it takes."""
    return NodeSettings(
        directory=folder,
        club=OrgId("club-a"),
        name="Eastmere FC",
        timezone=UTC,
        lock="key_file",
        consent_url=None,
        consent_service_key=None,
        coordinator=None,
        ca_file=None,
        league_key=league_key,
    )
