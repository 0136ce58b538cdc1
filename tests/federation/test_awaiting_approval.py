"""A question about a campaign that the club has not decided on waits a moment; every other refusal leaves at once."""

from collections.abc import Callable

import pytest

from audit.entries.details.codes import CampaignRefusal
from client.errors import CampaignTurnedDown, NotApproved
from client.federation.awaiting_approval import HOLD_S, LOOK_S, AwaitingApproval
from client.federation.decided.decisions import Against
from client.federation.participation import Participation
from models.training.initial_weights import initial_weights
from models.wire import TrainRequest, read_contribution, to_bytes

MODEL = "recovery-linear-1"


class Waiting:
    """Time that passes only in pauses. after: what happens once so many of them are over."""

    def __init__(self, after: int = 0, happens: Callable[[], object] = lambda: None) -> None:
        self.pauses, self._after, self._happens = 0, after, happens

    def wait(self, pause_s: float) -> bool:
        assert pause_s == LOOK_S
        self.pauses += 1
        if self.pauses == self._after:
            self._happens()
        return False

    def monotonic(self) -> float:
        return self.pauses * LOOK_S


def holding(participation: Participation, waiting: Waiting) -> Callable[[bytes], bytes]:
    decided = participation.approvals.is_decided
    return AwaitingApproval(decided, waiting.wait, monotonic=waiting.monotonic).holding(participation.answer)


def request_for(sha256: str) -> bytes:
    return to_bytes(TrainRequest(manifest_sha256=sha256, round=1, weights=initial_weights(MODEL)))


def test_an_approval_that_comes_while_it_waits_is_answered(make_club, make_manifest) -> None:
    club = make_club()
    signed = make_manifest([club])
    waiting = Waiting(3, lambda: club.approvals.approve(signed, club.node_key, now=club.participation.clock()))

    reply = holding(club.participation, waiting)(request_for(signed.manifest.sha256))

    assert read_contribution(reply).manifest_sha256 == signed.manifest.sha256
    assert waiting.pauses == 3


def test_a_campaign_that_nobody_decides_on_is_refused_in_the_end_and_the_ledger_is_not_asked(
    make_club, make_manifest
) -> None:
    club = make_club()
    signed, waiting = make_manifest([club]), Waiting()

    with pytest.raises(NotApproved) as refused:
        holding(club.participation, waiting)(request_for(signed.manifest.sha256))

    assert refused.value.refusal == CampaignRefusal.NOT_APPROVED
    assert waiting.pauses == pytest.approx(HOLD_S / LOOK_S, abs=1)
    assert club.ledger.calls == []


def test_a_campaign_that_is_turned_down_meanwhile_is_told_at_once(make_club, make_manifest) -> None:
    club = make_club()
    signed = make_manifest([club])
    decisions, now = club.approvals.decisions, club.participation.clock()
    waiting = Waiting(2, lambda: decisions.keep(signed, Against.REJECTED, club.node_key, now=now))

    with pytest.raises(CampaignTurnedDown):
        holding(club.participation, waiting)(request_for(signed.manifest.sha256))

    assert waiting.pauses == 2


def test_what_stands_against_a_campaign_is_never_waited_for(make_club, make_manifest) -> None:
    club = make_club()
    signed, waiting = make_manifest([club]), Waiting()
    path = club.approvals.directory / f"{signed.manifest.sha256}.json"
    club.approvals.approve(signed, club.node_key, now=club.participation.clock())
    path.write_bytes(path.read_bytes().replace(b'"club-', b'"klub-'))  # an approval that counts no more

    with pytest.raises(NotApproved):
        holding(club.participation, waiting)(request_for(signed.manifest.sha256))

    assert waiting.pauses == 0
