"""What a fingerprint covers: everything that is approved, so that no yes can be carried over to anything else."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from consent.errors import Conflict
from consent.grants.values import ConsentAnswer, ConsentMethod
from consent.releases.values import ReleaseView
from policies.canonical import sha256_hex
from policies.release import OfficeIndex, OwnView, ReleaseProposal
from policies.vocabulary import AthleteId, ConsentState, Lineage, OrgId, Purpose, Role
from tests.consent.league import Caller, World
from tests.consent.portal_choices import portal

CLUB = OrgId("club-a")
Change = Callable[[ReleaseProposal], dict[str, Any]]


def shown(**fields: str) -> Change:
    """Another value in the bytes that the recipient sees."""
    return lambda made: {"index": OfficeIndex(**(made.index.model_dump() | fields))}


def another_end(made: ReleaseProposal) -> dict[str, Any]:
    until = made.until + timedelta(days=1)
    return shown(expires_at=until.isoformat())(made) | {"until": until}


APPROVED: dict[str, Change] = {
    "athlete": lambda made: {"athlete": made.athlete[:-1] + "2"},
    "recipient_org": lambda made: {"recipient_org": "club-b"},
    "recipient_role": lambda made: {"recipient_role": Role.COACH},
    "purpose": lambda made: {"purpose": Purpose.CONTRACT},
    "band": shown(index_band_5pt="75-80"),
    "interval": shown(interval_rounded_outward="70-90"),
    "window": shown(window="2025-11-17/2026-11-16"),
    "model": shown(version="office-1.3"),
    "weights": shown(weights_hash="d" * 24),
    "limits": shown(limits_text="Describes past availability."),
    "id": shown(approval_id="rel-other-0001"),
    "lineage": lambda made: {"lineage": (*made.lineage, Lineage.WEARABLE)},
    "until": lambda made: {"until": made.until + timedelta(seconds=1)},
    "end": another_end,
}
"""One field of what is approved changed, by its name."""
OWN_VIEW: Change = lambda made: {"own_view": OwnView(**(made.own_view.model_dump() | {"median": 80.4}))}  # noqa: E731


def changed(made: ReleaseProposal, change: Change) -> ReleaseProposal:
    return made.model_copy(update=change(made))


@pytest.mark.parametrize("field", sorted(APPROVED))
def test_two_releases_that_differ_in_one_field_have_two_fingerprints(lite: World, field: str) -> None:
    made = lite.proposal(lite.athletes["club-a"][0])

    other = changed(made, APPROVED[field])

    assert other.sha256 != made.sha256
    assert sha256_hex(other.canonical()) == other.sha256


def test_own_figures_stand_nowhere_in_what_is_hashed(lite: World) -> None:
    """They have few values: from a receipt's fingerprint they could be found by trying."""
    made = lite.proposal(lite.athletes["club-a"][0])

    assert changed(made, OWN_VIEW).sha256 == made.sha256
    assert {"80.5", "74.9", "84.2", "88.6", "54.1"} & set(made.canonical().decode().replace('"', " ").split()) == set()


def test_the_whole_release_holds_the_exact_bytes_and_their_hash(lite: World) -> None:
    made = lite.proposal(lite.athletes["club-a"][0])

    whole = json.loads(made.canonical())

    assert whole["shown"].encode() == made.index.canonical()
    assert whole["shown_sha256"] == made.index.sha256
    assert {"athlete", "recipient_org", "purpose", "band", "interval", "window", "model", "weights"} <= set(whole)


@pytest.mark.parametrize("field", sorted({*APPROVED, "own_view"} - {"id"}))
@pytest.mark.parametrize("is_erased", [False, True])
def test_the_same_id_with_any_other_field_is_a_conflict(caller: Caller, field: str, is_erased: bool) -> None:
    athlete = caller.world.athletes["club-a"][0]
    made = caller.world.proposal(athlete)
    if is_erased:
        caller.world.store.erase(athlete)
    assert caller.send("club-a", "POST", "/v1/releases", made.model_dump(mode="json")).status_code == 201
    other = changed(made, OWN_VIEW if field == "own_view" else APPROVED[field])

    refused = caller.send("club-a", "POST", "/v1/releases", other.model_dump(mode="json"))
    again = caller.send("club-a", "POST", "/v1/releases", made.model_dump(mode="json"))

    assert (refused.status_code, again.status_code) == (409, 201)


def as_before(world: World, view: ReleaseView) -> None:
    """What the earlier version left: a fingerprint of the bytes alone, and no mark of the own view."""
    with world.store.transactions.write() as tx:
        tx.without_entry("what an earlier version stored")
        stored = "UPDATE release SET sha256 = bytes_sha256, covers = 'bytes', own_view_mac = NULL"
        tx.session.execute(text(f"{stored} WHERE release_id = :id"), {"id": view.release_id})


def answer(world: World, athlete: AthleteId, release_id: str, sha256: str) -> None:
    portal(world.store).answer_release(
        athlete, release_id, ConsentAnswer.YES, sha256=sha256, method=ConsentMethod.PORTAL
    )


def test_what_waited_under_the_old_fingerprint_is_answered_over_the_new_one(world: World) -> None:
    athlete = world.athletes["club-a"][0]
    made = world.proposal(athlete)
    view = world.store.propose_release(CLUB, made)
    as_before(world, view)

    with pytest.raises(Conflict):
        answer(world, athlete, view.release_id, made.index.sha256)
    waits = world.store.release(athlete, view.release_id)
    answer(world, athlete, view.release_id, made.sha256)

    approved = world.store.release(athlete, view.release_id)
    assert (waits.sha256, waits.covers_whole) == (made.sha256, True)
    assert (approved.sha256, approved.covers_whole, approved.state) == (made.sha256, True, ConsentState.GIVEN)


def test_an_approval_under_the_old_fingerprint_holds_to_its_end_and_is_marked(world: World) -> None:
    athlete = world.athletes["club-a"][0]
    made = world.proposal(athlete)
    view = world.store.propose_release(CLUB, made)
    answer(world, athlete, view.release_id, view.sha256)
    as_before(world, view)

    approved = world.store.release(athlete, view.release_id)
    assert world.store.propose_release(CLUB, made).release_id == view.release_id
    with pytest.raises(Conflict):
        world.store.propose_release(CLUB, changed(made, APPROVED["lineage"]))
    receipt = world.store.withdraw_release(athlete, view.release_id, method=ConsentMethod.PORTAL)

    assert approved.state is ConsentState.GIVEN
    assert (approved.sha256, approved.covers_whole) == (made.index.sha256, False)
    whole = world.store.receipt(athlete, receipt.receipt_id)
    assert whole["x:releaseSha256"] == whole["x:releaseBytesSha256"] == made.index.sha256
