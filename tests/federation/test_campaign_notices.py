"""A node is told what waits for its club, and what the league has ended; nothing is approved because of it."""

from datetime import UTC, datetime, timedelta

import pytest

from client.campaigns.known_campaigns import CampaignStatus, KnownCampaigns
from client.campaigns.notices import CampaignNotices
from client.errors import NotApproved, NotBothSigned
from client.federation.client_app import build_client_app
from client.league_models.received import ReceivedModels
from policies.campaign import SignedManifest
from policies.campaigns.notice import CampaignNotice
from policies.errors import InvalidInput
from server.store import CampaignState
from tests.federation.conftest import NOW, campaign_worker
from tests.federation.test_campaign_end_to_end import FakeConsent, open_with


def real_time() -> datetime:
    return datetime.now(UTC)


def noticing(club, folder) -> CampaignNotices:
    return CampaignNotices(KnownCampaigns(folder / club.club / "shown", club.approvals), club.participation.clock)


def told(notices: CampaignNotices, signed: SignedManifest, *, is_ended: bool = False) -> list[str]:
    notices.receive(CampaignNotice(signed=signed, is_ended=is_ended).as_bytes())
    return [one.status.value for one in notices.known.every(notices.clock())]


def test_a_campaign_that_the_node_is_told_of_is_listed_as_waiting_and_answered_no_sooner(
    make_club, make_manifest, tmp_path
) -> None:
    club = make_club()
    notices, signed = noticing(club, tmp_path), make_manifest([club])

    assert told(notices, signed) == told(notices, signed) == ["waiting"]
    with pytest.raises(NotApproved, match="has not approved"):
        club.approvals.get(signed.manifest.sha256, now=NOW)


def test_a_campaign_that_the_league_has_ended_is_closed_answered_no_more_and_not_approved(
    make_club, make_manifest, tmp_path
) -> None:
    club = make_club()
    notices, signed = noticing(club, tmp_path), make_manifest([club])
    other = make_manifest([club], campaign_id="another")
    club.approvals.approve(signed, club.node_key, now=NOW)
    told(notices, other)

    told(notices, signed, is_ended=True)
    told(notices, other, is_ended=True)

    found = notices.known.every(NOW)
    assert [one.status for one in found] == [CampaignStatus.CLOSED] * 2
    assert all("the league has closed this campaign" in one.problem for one in found)
    with pytest.raises(NotApproved, match="the league has closed this campaign"):
        club.approvals.get(signed.manifest.sha256, now=NOW)
    with pytest.raises(NotApproved, match="the league has closed this campaign"):
        club.approvals.approve(other, club.node_key, now=NOW)
    assert club.approvals.open_at(NOW) == ()


def test_what_not_both_have_signed_or_names_another_node_is_not_listed(make_club, make_manifest, tmp_path) -> None:
    club, other = make_club(), make_club("club-b")
    notices, signed = noticing(club, tmp_path), make_manifest([club])
    alone = SignedManifest(manifest=signed.manifest, signatures=signed.signatures[:1])

    for ended in (True, False):
        with pytest.raises(NotBothSigned):
            told(notices, alone, is_ended=ended)
    with pytest.raises(NotApproved, match="does not name this club"):
        told(notices, make_manifest([other]))
    for data in (b"", b"{}", b'{"signed": {}, "is_ended": true}'):
        with pytest.raises(InvalidInput, match="expected a notice"):
            notices.receive(data)
    assert notices.known.every(NOW) == ()
    assert not club.approvals.ended.exists()


def test_a_notice_is_not_stronger_than_what_the_club_decided(make_club, make_manifest, tmp_path) -> None:
    club = make_club()
    notices, signed = noticing(club, tmp_path), make_manifest([club])
    club.approvals.approve(signed, club.node_key, now=NOW)

    assert told(notices, signed) == ["approved"]
    assert not (tmp_path / club.club / "shown").exists()


def test_clubs_are_told_over_the_line_while_it_waits_and_once_it_is_over(
    coordinator, make_club, league_key, key_line, start_node, wait_until, tmp_path
) -> None:
    worker = campaign_worker(tmp_path, coordinator.fleet, FakeConsent(), league_key)
    worker.wait_s = 0.0
    clubs = [make_club(f"club-told-{letter}", clock=real_time) for letter in "ab"]
    campaign = open_with(worker, clubs, league_key, key_line)
    worker.enrol_nodes()
    notices = {club.club: noticing(club, tmp_path) for club in clubs}

    for club, takes in zip(clubs, (notices[clubs[0].club].receive, None), strict=True):
        received = ReceivedModels(tmp_path / club.club / "models", club.approvals)
        app = build_client_app(answer=club.participation.answer, receive=received.receive, notice=takes)
        start_node(coordinator, club.key, app)
    wait_until(lambda: {club.club for club in clubs} <= coordinator.fleet.online())

    worker.conduct(campaign)
    first = notices[clubs[0].club].known
    waiting = [one.status for one in first.every(real_time())]
    worker.tell_ended()
    worker.tell_ended()

    assert worker.store.campaign(campaign.sha256).state is CampaignState.FAILED
    assert worker.store.campaign(campaign.sha256).waits_until is None  # nobody is waited for any more
    assert waiting == [CampaignStatus.WAITING]
    assert [one.status for one in first.every(real_time())] == [CampaignStatus.CLOSED]
    assert notices[clubs[1].club].known.every(real_time()) == ()  # a node of before is told nothing, and stays online
    assert clubs[1].club in coordinator.fleet.online()


def test_a_campaign_that_ended_in_its_time_is_not_told_of(
    coordinator, make_club, league_key, key_line, tmp_path
) -> None:
    worker = campaign_worker(tmp_path, coordinator.fleet, FakeConsent(), league_key)
    club = make_club("club-told-c", clock=real_time)
    campaign = open_with(worker, [club], league_key, key_line)
    asked: list[str] = []
    worker.store.set_state(campaign.sha256, CampaignState.CLOSED)
    late = campaign.manifest.expires + timedelta(seconds=1)

    worker._notices.tell_ended(lambda: asked.append("a grid"), Online({club.club}), worker.store.campaigns(), now=late)

    assert asked == []


class Online:
    """A fleet of clubs that are online, and that nothing can be sent to."""

    def __init__(self, clubs: set[str]) -> None:
        self.clubs, self.nodes = clubs, {}

    def online(self) -> frozenset[str]:
        return frozenset(self.clubs)
