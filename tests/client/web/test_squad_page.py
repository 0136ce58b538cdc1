"""A campaign's page has the public squad sizes where the manifest names them, and no such row where it names none."""

from typing import Any

import pytest

from client.campaigns.known_campaigns import known_campaigns
from client.settings import NodeSettings
from policies.campaign import CampaignManifest
from tests.client.web.shown_campaigns import LEAGUE, UNION, campaign, linked, shown
from tests.client.web.test_campaign_page import page_of
from tests.cosigned_campaigns import cosigned


@pytest.fixture
def settings(settings: NodeSettings) -> NodeSettings:
    return linked(settings)


def test_the_page_says_this_clubs_size_and_everybodys(context: Any, settings: NodeSettings, clock: Any) -> None:
    plain = campaign(settings, clock()).manifest
    sizes = {settings.club: 25, "club-z": 36}
    signed = cosigned(CampaignManifest.model_validate(plain.model_dump() | {"squads": sizes}), LEAGUE, UNION)
    known_campaigns(settings).show(signed, now=clock())

    page = page_of(context, signed)

    assert "<dt>Public squad size</dt>" in page
    assert "25 here: this node refuses while its squad list is longer, whoever takes part" in page
    assert f"{settings.club} 25, club-z 36; each bounds what that club may send" in page


def test_a_campaign_without_sizes_has_no_such_row(context: Any, settings: NodeSettings, clock: Any) -> None:
    assert "Public squad" not in page_of(context, shown(settings, clock()))
