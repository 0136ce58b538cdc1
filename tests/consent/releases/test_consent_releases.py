"""Releases: exact bytes, three equal answers, quiet after a no, and what a club can never learn from asking."""

from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from consent.errors import Conflict, InvalidChange, NotAllowed, NotFound
from consent.grants.values import ConsentAnswer, ConsentMethod
from policies.release import OfficeIndex
from policies.vocabulary import AthleteId, Category, ConsentState, Lineage, OrgId, Purpose, Role
from tests.consent.league import FakeClock, World, fill, make_service
from tests.consent.portal_choices import portal

CLUB_A, CLUB_B = OrgId("club-a"), OrgId("club-b")


def test_the_athlete_sees_the_exact_bytes(world: World) -> None:
    athlete = world.athletes["club-a"][0]
    proposal = world.proposal(athlete)

    world.store.propose_release(CLUB_A, proposal)

    (request,) = world.store.requests(athlete)
    assert request.exact_bytes == proposal.index.canonical()
    assert request.bytes_sha256 == proposal.index.sha256
    assert request.whole == proposal.canonical()
    assert request.sha256 == proposal.sha256 != request.bytes_sha256
    assert request.own_view == proposal.own_view
    assert request.open_until == world.clock.now + timedelta(days=14)
    assert request.publishes_at.hour == 6


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (ConsentAnswer.YES, ConsentState.GIVEN),
        (ConsentAnswer.NO, ConsentState.REFUSED),
        (ConsentAnswer.LATER, ConsentState.DEFERRED),
    ],
)
def test_each_answer_is_recorded_with_a_receipt(world: World, answer: ConsentAnswer, state: ConsentState) -> None:
    athlete = world.athletes["club-a"][0]
    view = world.store.propose_release(CLUB_A, world.proposal(athlete))
    epoch = world.store.member(athlete).epoch

    receipt = portal(world.store).answer_release(
        athlete, view.release_id, answer, sha256=view.sha256, method=ConsentMethod.PORTAL
    )

    assert receipt.status is state
    assert receipt.release_id == view.release_id
    assert world.store.release(athlete, view.release_id).state is state
    assert world.store.member(athlete).epoch == epoch
    whole = world.store.receipt(athlete, receipt.receipt_id)
    assert (whole["x:releaseSha256"], whole["x:releaseBytesSha256"]) == (view.sha256, view.bytes_sha256)


def test_later_can_become_yes_but_no_is_final(world: World) -> None:
    one, two, _ = world.athletes["club-a"]
    first = world.store.propose_release(CLUB_A, world.proposal(one))
    second = world.store.propose_release(CLUB_A, world.proposal(two))

    def answer(athlete: AthleteId, view: object, given: ConsentAnswer) -> None:
        portal(world.store).answer_release(
            athlete,
            view.release_id,  # type: ignore[attr-defined]
            given,
            sha256=view.sha256,  # type: ignore[attr-defined]
            method=ConsentMethod.PORTAL,
        )

    answer(one, first, ConsentAnswer.LATER)
    answer(one, first, ConsentAnswer.YES)
    answer(two, second, ConsentAnswer.NO)

    with pytest.raises(Conflict):
        answer(two, second, ConsentAnswer.YES)
    with pytest.raises(Conflict):
        answer(one, first, ConsentAnswer.LATER)


def test_a_yes_counts_only_for_the_bytes_that_were_shown(world: World) -> None:
    athlete = world.athletes["club-a"][0]
    view = world.store.propose_release(CLUB_A, world.proposal(athlete))

    for wrong in ("0" * 64, view.sha256.upper(), ""):
        with pytest.raises(Conflict):
            portal(world.store).answer_release(
                athlete, view.release_id, ConsentAnswer.YES, sha256=wrong, method=ConsentMethod.PORTAL
            )
    assert world.store.release(athlete, view.release_id).state is ConsentState.REQUESTED


def test_nobody_answers_for_another(world: World) -> None:
    one, two, _ = world.athletes["club-a"]
    view = world.store.propose_release(CLUB_A, world.proposal(one))

    with pytest.raises(NotFound):
        portal(world.store).answer_release(
            two, view.release_id, ConsentAnswer.YES, sha256=view.sha256, method=ConsentMethod.PORTAL
        )
    with pytest.raises(NotFound):
        world.store.release(two, view.release_id)


def test_a_request_closes_by_itself(world: World) -> None:
    athlete = world.athletes["club-a"][0]
    view = world.store.propose_release(CLUB_A, world.proposal(athlete))
    world.clock.forward(days=14)

    assert world.store.requests(athlete) == []
    with pytest.raises(Conflict):
        portal(world.store).answer_release(
            athlete, view.release_id, ConsentAnswer.YES, sha256=view.sha256, method=ConsentMethod.PORTAL
        )


def test_a_club_proposes_for_its_own_athletes_and_its_own_office(lite: World) -> None:
    own, foreign = lite.athletes["club-a"][0], lite.athletes["club-b"][0]

    for proposal in (
        lite.proposal(foreign),
        lite.proposal(AthleteId("ath-ffffffffffffffff")),
        lite.proposal(own, recipient_org="club-b"),
        lite.proposal(own, recipient_role=Role.COACH),
        lite.proposal(own, purpose=Purpose.BETTING),
    ):
        with pytest.raises(NotAllowed):
            lite.store.propose_release(CLUB_A, proposal)


def test_never_for_minors(lite: World) -> None:
    minor = AthleteId("ath-00000000000000ff")
    lite.store.enrol(CLUB_A, minor, name="Young", shirt_no=30, is_minor=True)

    with pytest.raises(NotAllowed):
        lite.store.propose_release(CLUB_A, lite.proposal(minor))


def test_an_end_that_the_bytes_do_not_show_is_refused(lite: World) -> None:
    athlete = lite.athletes["club-a"][0]
    good = lite.proposal(athlete)

    for wrong in (
        good.model_copy(update={"until": good.until + timedelta(days=1)}),
        lite.proposal(athlete, until=lite.clock.now - timedelta(days=1)),
        lite.proposal(athlete, until=lite.clock.now + timedelta(days=400)),
        lite.proposal(athlete, purpose=Purpose.CONTRACT),  # eighty days; contract releases end within thirty
    ):
        with pytest.raises(InvalidChange):
            lite.store.propose_release(CLUB_A, wrong)


def test_two_proposals_are_28_days_apart_whatever_was_answered(world: World) -> None:
    one, two, _ = world.athletes["club-a"]
    for athlete, answer in ((one, ConsentAnswer.YES), (two, ConsentAnswer.NO)):
        view = world.store.propose_release(CLUB_A, world.proposal(athlete))
        portal(world.store).answer_release(
            athlete, view.release_id, answer, sha256=view.sha256, method=ConsentMethod.PORTAL
        )
    messages = []
    world.clock.forward(days=27)

    for athlete in (one, two):
        with pytest.raises(Conflict) as caught:
            world.store.propose_release(CLUB_A, world.proposal(athlete))
        messages.append(str(caught.value))

    assert len(set(messages)) == 1


def test_after_a_no_the_club_may_ask_but_the_athlete_is_left_in_peace(world: World) -> None:
    one, two, _ = world.athletes["club-a"]
    for athlete, answer in ((one, ConsentAnswer.YES), (two, ConsentAnswer.NO)):
        view = world.store.propose_release(CLUB_A, world.proposal(athlete))
        portal(world.store).answer_release(
            athlete, view.release_id, answer, sha256=view.sha256, method=ConsentMethod.PORTAL
        )
    world.clock.forward(days=30)

    shown = world.store.propose_release(CLUB_A, world.proposal(one))
    hidden = world.store.propose_release(CLUB_A, world.proposal(two))

    assert [r.release_id for r in world.store.requests(one)] == [shown.release_id]
    assert world.store.requests(two) == []
    with pytest.raises(NotFound):
        world.store.release(two, hidden.release_id)
    world.clock.forward(days=61)
    again = world.store.propose_release(CLUB_A, world.proposal(two))
    assert [r.release_id for r in world.store.requests(two)] == [again.release_id]


def test_proposing_the_same_again_changes_nothing_and_other_bytes_need_another_id(world: World) -> None:
    athlete = world.athletes["club-a"][0]
    proposal = world.proposal(athlete, release_id="rel-aaaa-bbbb")
    world.store.propose_release(CLUB_A, proposal)
    size = world.log_size

    world.store.propose_release(CLUB_A, proposal)

    assert world.log_size == size
    other = proposal.index.model_copy(update={"index_band_5pt": "90-95"})
    with pytest.raises(Conflict):
        world.store.propose_release(CLUB_A, proposal.model_copy(update={"index": other}))


def test_an_approved_release_can_be_withdrawn_alone_or_with_its_recipient(world: World) -> None:
    one, two, three = world.athletes["club-a"]
    first, second, third = (world.approved(athlete) for athlete in (one, two, three))
    cell = world.cell(two, Category.DURABILITY, Role.FRONT_OFFICE)

    world.store.withdraw_release(one, first, method=ConsentMethod.PORTAL)
    world.store.withdraw_recipient(two, cell.recipient, method=ConsentMethod.PORTAL)
    world.store.withdraw_all(three, method=ConsentMethod.PORTAL)

    for athlete, release in ((one, first), (two, second), (three, third)):
        assert world.store.release(athlete, release).state is ConsentState.WITHDRAWN
    with pytest.raises(Conflict):
        world.store.withdraw_release(one, first, method=ConsentMethod.PORTAL)


def test_the_matrix_shows_the_approved_release(world: World) -> None:
    athlete = world.athletes["club-a"][0]
    release = world.approved(athlete)

    cell = next(c for c in world.store.matrix(athlete) if c.by_release)
    world.store.withdraw(athlete, cell.cell, method=ConsentMethod.PORTAL)

    assert (cell.is_on, cell.release_id, cell.grant) == (True, release, None)
    assert not next(c for c in world.store.matrix(athlete) if c.by_release).is_on


def test_wearable_lineage_never_reaches_contract_talks_under_an_agreement(tmp_path: Path, clock: FakeClock) -> None:
    service = make_service(tmp_path / "nba", clock, agreement="nba-2023")
    nba = fill(service, clock)
    athlete, until = nba.athletes["club-a"][0], clock.now + timedelta(days=20)
    lineage = (Lineage.CLUB_RECORD, Lineage.WEARABLE)

    with pytest.raises(NotAllowed):
        nba.store.propose_release(CLUB_A, nba.proposal(athlete, purpose=Purpose.CONTRACT, lineage=lineage, until=until))
    nba.store.propose_release(CLUB_A, nba.proposal(athlete, purpose=Purpose.CONTRACT, until=until))
    service.close()


def test_a_band_with_more_in_it_is_no_band() -> None:
    with pytest.raises(ValidationError):
        OfficeIndex.model_validate({"index_band_5pt": "80-85", "median": 80.5})
