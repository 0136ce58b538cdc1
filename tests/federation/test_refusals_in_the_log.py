"""A refused message stands in a node's log once for its campaign and reason, however often the coordinator asks."""

import logging
import threading
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key
from fastapi import FastAPI

from audit.entries.details.base import Details
from audit.entries.details.clubs import CampaignRefused
from audit.entries.details.codes import CampaignRefusal
from chassis.web.serving import listen, serving
from client.errors import ConsentUnavailable, NotApproved, NotBothSigned
from client.federation.approval import ApprovalFile
from client.federation.fleet import FleetLoop
from client.federation.refusals import UNREADABLE, Refusals
from client.federation.running import FederationNode
from models.errors import BadWire
from models.training.initial_weights import initial_weights
from models.wire import TrainRequest, to_bytes
from policies.campaign import SignedManifest
from policies.campaigns.signatures import sign_manifest
from policies.signing import SigningKey
from server.federation.tls import create_tls
from tests.waiting import HANG_S, wait_until

MODEL = "recovery-linear-1"


def request_for(sha256: str, number: int = 1) -> bytes:
    return to_bytes(TrainRequest(manifest_sha256=sha256, round=number, weights=initial_weights(MODEL)))


def nothing_told(details: Details) -> None:
    raise AssertionError("a campaign that only waits is nothing for the public log")


def told(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str | None]]:
    ours = [one.__dict__ for one in caplog.records if one.name == "client.federation.refusals"]
    return [(one["manifest"], one.get("reason")) for one in ours]


def test_a_campaign_that_waits_is_one_line_until_it_is_approved(make_club, make_manifest, caplog) -> None:
    caplog.set_level(logging.INFO)
    club = make_club()
    signed = make_manifest([club])
    sha256 = signed.manifest.sha256
    answer = Refusals(nothing_told).noting(club.participation.answer)

    for _ in range(50):
        with pytest.raises(NotApproved):
            answer(request_for(sha256))
    club.approvals.approve(signed, club.node_key, now=club.participation.clock())
    for _ in range(3):
        answer(request_for(sha256))

    assert told(caplog) == [(sha256[:12], "NotApproved"), (sha256[:12], None)]


def test_another_reason_and_another_campaign_are_lines_of_their_own(make_club, make_manifest, caplog) -> None:
    club = make_club()
    first = make_manifest([club])
    answer = Refusals(nothing_told).noting(club.participation.answer)

    for data in (request_for("0" * 64), request_for("1" * 64), request_for("0" * 64)):
        with pytest.raises(NotApproved):
            answer(data)
    club.approvals.approve(first, club.node_key, now=club.participation.clock())
    for _ in range(2):
        with pytest.raises(Exception, match="no such round"):
            answer(request_for(first.manifest.sha256, number=first.manifest.rounds + 1))

    assert told(caplog) == [
        ("0" * 12, "NotApproved"),
        ("1" * 12, "NotApproved"),
        (first.manifest.sha256[:12], "RoundRefused"),
    ]


def test_what_names_no_campaign_is_one_line_and_a_flood_of_made_up_ones_ends(make_club, caplog) -> None:
    answer = Refusals(nothing_told).noting(make_club().participation.answer)

    for _ in range(5):
        with pytest.raises(BadWire):
            answer(b"resting pulse 41 of Mara Lind")
    for number in range(1000):
        with pytest.raises(NotApproved):
            answer(request_for(f"{number:064x}"))

    assert told(caplog)[0] == (UNREADABLE, "BadWire")
    assert len(told(caplog)) <= 256
    assert "Mara" not in str([one.__dict__ for one in caplog.records])


def test_tokens_that_are_not_there_yet_are_one_line_for_a_campaign_and_reason(make_club, make_manifest, caplog) -> None:
    caplog.set_level(logging.INFO)
    club = make_club()
    signed = make_manifest([club])
    club.approvals.approve(signed, club.node_key, now=club.participation.clock())
    node = FederationNode(club.participation, loop=None, masked=None)  # type: ignore[arg-type]
    club.ledger.down = True

    for _ in range(20):
        node.reserve_once()

    waiting = [one for one in caplog.records if one.getMessage() == "no tokens yet"]
    assert [one.__dict__["campaign"] for one in waiting] == [signed.manifest.campaign_id]


class StopAfter(threading.Event):
    """A stop that comes after so many waits, none of which takes time."""

    def __init__(self, waits: int) -> None:
        super().__init__()
        self.waits = waits

    def wait(self, timeout: float | None = None) -> bool:
        self.waits -= 1
        if self.waits <= 0:
            self.set()
        return self.is_set()


def test_a_coordinator_that_is_away_is_one_line_however_often_it_is_tried(caplog) -> None:
    stop = StopAfter(20)
    key = generate_private_key(SECP384R1())
    loop = FleetLoop(address="127.0.0.1:9", ca=b"no certificate", key=key, app=None)  # type: ignore[arg-type]

    loop.run(stop)

    assert stop.waits == 0
    assert [one.getMessage() for one in caplog.records] == ["not connected to the coordinator"]


@pytest.mark.parametrize(
    ("age_days", "hosts", "is_trusted", "reason"),
    [
        (398, ["127.0.0.1"], True, "certificate_expired"),
        (-2, ["127.0.0.1"], True, "certificate_not_yet_valid"),
        (0, ["127.0.0.1"], False, "certificate_of_another_authority"),
        (0, ["league.example"], True, "certificate_of_another_host"),
    ],
)
def test_what_is_wrong_with_the_certificate_of_a_coordinator_is_named(
    tmp_path, caplog, age_days, hosts, is_trusted, reason
) -> None:
    now = datetime.now(UTC) - timedelta(days=age_days)
    tls = create_tls(name="test", hosts=hosts, now=now)
    trusted = tls if is_trusted else create_tls(name="test", hosts=hosts, now=now)
    (tmp_path / "s.pem").write_bytes(tls.certificate)
    (tmp_path / "s.key").write_bytes(tls.key)
    files = {"certificate": str(tmp_path / "s.pem"), "key": str(tmp_path / "s.key")}
    listener = listen(FastAPI(), host="127.0.0.1", port=0, site=None, **files)
    stop = threading.Event()

    with serving([listener]):
        key = generate_private_key(SECP384R1())
        loop = FleetLoop(f"127.0.0.1:{listener.port}", trusted.ca, key, lambda *_, **__: None)
        thread = threading.Thread(target=loop.run, args=(stop,), daemon=True)
        thread.start()
        wait_until(lambda: any(one.name == "client.federation.fleet" for one in caplog.records))
        stop.set()
        thread.join(HANG_S)

    told = [one.__dict__["reason"] for one in caplog.records if one.name == "client.federation.fleet"]
    assert told == [reason]


def alone(signed: SignedManifest) -> SignedManifest:
    """The same manifest with the league's signature and no other."""
    return signed.model_copy(update={"signatures": signed.signatures[:1]})


def twice(signed: SignedManifest) -> SignedManifest:
    return signed.model_copy(update={"signatures": (signed.signatures[0],) * 2})


def unknown(signed: SignedManifest) -> SignedManifest:
    strange = sign_manifest(signed.manifest, organisation="union", key=SigningKey.generate())
    return signed.model_copy(update={"signatures": (signed.signatures[0], strange)})


WRONG = [
    (alone, CampaignRefusal.ONE_SIGNATURE),
    (twice, CampaignRefusal.SAME_SIGNER),
    (unknown, CampaignRefusal.UNKNOWN_SIGNER),
]


@pytest.mark.parametrize(("wrong", "reason"), WRONG)
def test_an_approval_of_before_that_not_both_have_signed_is_refused_and_logged_once(
    make_club, make_manifest, wrong, reason
) -> None:
    club = make_club()
    signed = make_manifest([club])
    club.approvals.approve(signed, club.node_key, now=club.participation.clock())
    file = club.approvals.directory / f"{signed.manifest.sha256}.json"
    stored = ApprovalFile.model_validate_json(file.read_bytes())
    file.write_text(stored.model_copy(update={"signed": wrong(signed)}).model_dump_json())
    events: list[Details] = []
    answer = Refusals(events.append).noting(club.participation.answer)

    for _ in range(3):
        with pytest.raises(NotBothSigned):
            answer(request_for(signed.manifest.sha256))

    assert events == [CampaignRefused(manifest=signed.manifest.sha256, reason=reason)]
    assert club.ledger.calls == []
    assert club.approvals.open_at(club.participation.clock()) == ()


@pytest.mark.parametrize(("wrong", "reason"), WRONG)
def test_a_campaign_that_not_both_have_signed_cannot_be_approved(make_club, make_manifest, wrong, reason) -> None:
    club = make_club()

    with pytest.raises(NotBothSigned) as caught:
        club.approvals.approve(wrong(make_manifest([club])), club.node_key, now=club.participation.clock())

    assert caught.value.refusal == reason.value
    assert not list(club.approvals.directory.glob("*"))


def test_a_refusal_that_cannot_be_logged_stands_and_is_told_later(make_club, make_manifest, caplog) -> None:
    club, down = make_club(), [True]
    signed = make_manifest([club], purpose="research")
    club.approvals.directory.mkdir(parents=True)
    kept = ApprovalFile(
        signed=signed,
        club=club.club,
        approved_at=club.participation.clock().isoformat(),
        signature=club.node_key.sign(signed.manifest.canonical()).hex(),
    )
    (club.approvals.directory / f"{signed.manifest.sha256}.json").write_text(kept.model_dump_json())
    events: list[Details] = []

    def event(details: Details) -> None:
        if down[0]:
            raise ConsentUnavailable("down")
        events.append(details)

    answer = Refusals(event).noting(club.participation.answer)
    for is_down in (True, False, False):
        down[0] = is_down
        with pytest.raises(NotApproved):
            answer(request_for(signed.manifest.sha256))

    assert events == [CampaignRefused(manifest=signed.manifest.sha256, reason=CampaignRefusal.WRONG_PURPOSE)]
