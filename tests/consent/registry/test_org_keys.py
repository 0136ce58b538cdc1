"""Which keys of an organisation count: an overlap in which both do, its end, and the end of all at once."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from audit.entries.events import EventKind
from chassis.http.key_change import SignedKeyChange
from consent.errors import Conflict, InvalidChange, NotAllowed, NotFound
from consent.storage.rows import CampaignLeftRow, ReleaseRow
from policies.signing import SigningKey
from policies.vocabulary import OrgId
from tests.consent.api.test_consent_api import REFUSED, enrol_body
from tests.consent.league import Caller, World, break_log

CLUB, OTHER, LEAGUE = OrgId("club-a"), OrgId("club-b"), OrgId("league")


def change(world: World, new: SigningKey, *, org: str = CLUB, former: SigningKey | None = None, **fields: Any) -> Any:
    service = fields.get("service_key_id", world.service.keys.service.verify_key.key_id)
    made = SignedKeyChange.create(
        org,
        former=former or world.keys[org],
        new=new,
        service_key_id=service,
        now=world.clock.now + fields.get("made_after", timedelta()),
    )
    return made.as_json()


def snapshot_with(caller: Caller, key: SigningKey, org: str = CLUB) -> httpx.Response:
    """One signed read by whoever holds `key`."""
    held, caller.world.keys[org] = caller.world.keys[org], key
    try:
        return caller.send(org, "GET", "/v1/snapshot")
    finally:
        caller.world.keys[org] = held


def counts(caller: Caller, *keys: SigningKey) -> list[int]:
    return [snapshot_with(caller, key).status_code for key in keys]


def test_both_keys_count_in_the_overlap_and_the_former_one_not_a_moment_longer(caller: Caller) -> None:
    world, former, new = caller.world, caller.world.keys[CLUB], SigningKey.generate()
    until = world.store.org_keys.add(CLUB, new.verify_key, overlap_d=14)
    assert until == world.clock.now + timedelta(days=14)

    inside = counts(caller, former, new)
    world.clock.forward(days=14)
    size = world.log_size
    after = snapshot_with(caller, former)

    assert inside == [200, 200]
    assert (after.status_code, after.json(), world.log_size) == (401, REFUSED, size)
    assert counts(caller, new) == [200]


def test_a_retired_key_is_refused_with_the_one_text_and_nothing_is_stored(caller: Caller) -> None:
    world, former, new = caller.world, caller.world.keys[CLUB], SigningKey.generate()
    world.store.org_keys.add(CLUB, new.verify_key, overlap_d=14)
    world.store.org_keys.retire(CLUB, former.verify_key.key_id)
    size = world.log_size

    refused = caller.send(CLUB, "POST", "/v1/members", enrol_body())

    assert (refused.status_code, refused.json(), world.log_size) == (401, REFUSED, size)
    assert counts(caller, new) == [200]


@pytest.mark.parametrize("overlap_d", [-1, 91, 10_000])
def test_an_overlap_has_bounds(lite: World, overlap_d: int) -> None:
    with pytest.raises(InvalidChange, match="expected an overlap of 0 to 90 days"):
        lite.store.org_keys.add(CLUB, SigningKey.generate().verify_key, overlap_d=overlap_d)


def test_no_key_comes_back_for_nobody(world: World) -> None:
    """The attack: a key that was retired, or revoked, is registered again, for its own organisation or another one."""
    first, second = world.keys[CLUB].verify_key, SigningKey.generate().verify_key
    world.store.org_keys.add(CLUB, second, overlap_d=0)
    world.store.org_keys.revoke(CLUB)

    for key in (first, second, world.keys[OTHER].verify_key):
        with pytest.raises(Conflict, match="expected a new key"):
            world.store.org_keys.add(CLUB, key, overlap_d=14)
        with pytest.raises(Conflict, match="expected a new key"):
            world.store.add_org(LEAGUE, name="The league", kind=world.store.org(LEAGUE).kind, key=key)


def test_only_a_former_key_is_retired_and_only_once(lite: World) -> None:
    former, new = lite.keys[CLUB].verify_key, SigningKey.generate().verify_key
    lite.store.org_keys.add(CLUB, new, overlap_d=14)
    for key_id in (new.key_id, lite.keys[OTHER].verify_key.key_id, "nonsense"):
        with pytest.raises(Conflict, match="expected a former key"):
            lite.store.org_keys.retire(CLUB, key_id)

    lite.store.org_keys.retire(CLUB, former.key_id)

    with pytest.raises(Conflict, match="expected a former key"):
        lite.store.org_keys.retire(CLUB, former.key_id)


@pytest.mark.parametrize("org", ["union", "nobody-here"])
def test_the_union_and_strangers_have_no_key_to_change(lite: World, org: str) -> None:
    for deed in (
        lambda: lite.store.org_keys.add(OrgId(org), SigningKey.generate().verify_key, overlap_d=1),
        lambda: lite.store.org_keys.retire(OrgId(org), "0" * 16),
        lambda: lite.store.org_keys.revoke(OrgId(org)),
    ):
        with pytest.raises((NotAllowed, NotFound)):
            deed()


def test_an_organisation_changes_its_key_itself_and_asking_again_changes_nothing(caller: Caller) -> None:
    world, former, new = caller.world, caller.world.keys[CLUB], SigningKey.generate()
    statement, before = change(world, new), world.log_size

    first = caller.send(CLUB, "POST", "/v1/keys", statement)
    size = world.log_size
    again = caller.send(CLUB, "POST", "/v1/keys", statement)

    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert first.json()["key"] == new.verify_key.text
    assert (size, world.log_size) == (before + 1, size)
    assert counts(caller, former, new) == [200, 200]


def test_a_statement_of_before_is_refused_once_the_key_is_another(caller: Caller) -> None:
    """The attack: the statement is kept, and played back after the next change, signed anew by a key that counts."""
    world, first, second = caller.world, SigningKey.generate(), SigningKey.generate()
    old = change(world, first)
    assert caller.send(CLUB, "POST", "/v1/keys", old).status_code == 200
    assert caller.send(CLUB, "POST", "/v1/keys", change(world, second, former=first)).status_code == 200

    replayed = caller.send(CLUB, "POST", "/v1/keys", old)

    assert replayed.status_code == 409
    assert world.store.org(CLUB).key == second.verify_key


def test_whoever_holds_only_the_former_key_changes_nothing(caller: Caller) -> None:
    """The attack: a key that leaked is used in the overlap to make a key of the thief's own the present one."""
    world, leaked, new, own = caller.world, caller.world.keys[CLUB], SigningKey.generate(), SigningKey.generate()
    world.store.org_keys.add(CLUB, new.verify_key, overlap_d=14)

    tried = caller.send(CLUB, "POST", "/v1/keys", change(world, own, former=leaked))

    assert tried.status_code == 409
    assert world.store.org(CLUB).key == new.verify_key


def test_statements_of_others_for_others_or_half_signed_are_refused(caller: Caller) -> None:
    world, new = caller.world, SigningKey.generate()
    good = change(world, new)
    attempts = {
        "another organisation's": change(world, new, org=OTHER),
        "made for another service": change(world, new, service_key_id="0" * 16),
        "not signed by the new key": good | {"by_new": good["by_former"]},
        "not signed by the former": good | {"by_former": good["by_new"]},
        "of another key": good | {"change": good["change"] | {"key": SigningKey.generate().verify_key.text}},
    }

    answers = {name: caller.send(CLUB, "POST", "/v1/keys", body) for name, body in attempts.items()}

    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(attempts, 403)
    assert world.store.org(CLUB).key == world.keys[CLUB].verify_key
    assert world.store.org(OTHER).key == world.keys[OTHER].verify_key
    assert caller.send(CLUB, "POST", "/v1/keys", good | {"more": 1}).status_code == 422


def test_a_revoked_club_gets_the_one_text_and_stores_nothing(caller: Caller) -> None:
    world, former, new = caller.world, caller.world.keys[CLUB], SigningKey.generate()
    world.store.org_keys.add(CLUB, new.verify_key, overlap_d=14)
    world.store.org_keys.revoke(CLUB)
    size = world.log_size

    answers = [snapshot_with(caller, key) for key in (former, new)]
    answers.append(caller.send(CLUB, "POST", "/v1/members", enrol_body()))

    assert {(answer.status_code, answer.content) for answer in answers} == {(401, answers[0].content)}
    assert answers[0].json() == REFUSED
    assert world.log_size == size
    with pytest.raises(Conflict, match="expected an organisation with a key that counts"):
        world.store.org_keys.revoke(CLUB)


def test_what_a_revoked_club_had_begun_ends_and_what_its_athletes_decided_stays(world: World) -> None:
    one = world.athletes[CLUB][0]
    cell = world.give(one)
    world.take_part(one)
    approved = world.approved(one)
    world.clock.forward(days=29)
    sha256 = world.store.register_campaign(LEAGUE, world.campaign())
    issued = world.store.issue_tokens(CLUB, sha256, world.athletes[CLUB])
    assert world.store.budget(one).reserved_micro_rho > 0
    asked = world.store.propose_release(CLUB, world.proposal(one)).release_id
    assert len(issued.tokens) == 1

    told = world.store.org_keys.revoke(CLUB)

    states = {view.release_id: view for view in world.store.releases(one)}
    assert told == len(world.athletes[CLUB])
    assert world.store.budget(one).reserved_micro_rho == 0
    assert not states[asked].is_open
    assert states[approved].state.is_valid_for_processing
    assert next(c for c in world.store.matrix(one) if c.cell == cell).grant is not None
    with world.store.transactions.read() as tx:
        assert tx.session.get(CampaignLeftRow, (sha256, CLUB)) is not None
        assert tx.session.get(ReleaseRow, asked) is not None


def test_each_athlete_of_a_revoked_club_finds_it_in_their_own_list_and_no_other_does(lite: World) -> None:
    lite.store.org_keys.revoke(CLUB)

    newest = {a: lite.store.looks(a).entries[0] for club in (CLUB, OTHER) for a in lite.athletes[club]}
    told = {athlete for athlete, entry in newest.items() if entry.kind == EventKind.ORG_REVOKED}
    assert told == set(lite.athletes[CLUB])
    assert "the union’s desk stopped The club-a" in newest[lite.athletes[CLUB][0]].because


def test_a_revoked_league_closes_its_campaigns_and_tells_the_athletes_of_its_clubs(lite: World) -> None:
    one = lite.athletes[CLUB][0]
    lite.take_part(one)
    sha256 = lite.store.register_campaign(LEAGUE, lite.campaign())
    lite.store.issue_tokens(CLUB, sha256, lite.athletes[CLUB])

    reserved = lite.store.budget(one).reserved_micro_rho

    told = lite.store.org_keys.revoke(LEAGUE)

    assert told == len(lite.athletes[CLUB]) + len(lite.athletes[OTHER])
    assert reserved > 0
    assert lite.store.budget(one).reserved_micro_rho == 0
    with pytest.raises(Conflict, match="not closed"):
        lite.store.issue_tokens(CLUB, sha256, lite.athletes[CLUB])


def test_to_its_league_a_revoked_club_is_like_one_that_is_not_there_until_it_has_a_key_again(caller: Caller) -> None:
    world = caller.world
    look = ("GET", "/v1/office/{}?person=T&role=front_office")
    world.store.org_keys.revoke(CLUB)

    hidden, nothing = (caller.send(LEAGUE, look[0], look[1].format(club)) for club in (CLUB, "club-x"))
    world.keys[CLUB] = SigningKey.generate()
    world.store.org_keys.add(CLUB, world.keys[CLUB].verify_key, overlap_d=14)
    again = caller.send(LEAGUE, look[0], look[1].format(CLUB))

    assert (hidden.status_code, hidden.content) == (nothing.status_code, nothing.content) == (404, nothing.content)
    assert again.status_code == 200
    assert counts(caller, world.keys[CLUB]) == [200]


def test_a_campaign_signed_with_a_former_key_registers_in_the_overlap_only(lite: World) -> None:
    signed, new = lite.campaign(), SigningKey.generate()
    lite.store.org_keys.add(LEAGUE, new.verify_key, overlap_d=1)

    assert lite.store.register_campaign(LEAGUE, signed) == signed.manifest.sha256
    lite.store.org_keys.retire(LEAGUE, lite.keys["league"].verify_key.key_id)
    with pytest.raises(NotAllowed, match="the league did not sign this campaign"):
        lite.store.register_campaign(LEAGUE, lite.campaign(campaign_id="another-2026"))


def test_no_key_changes_while_the_log_cannot_take_it(lite: World) -> None:
    break_log(lite).is_broken = True

    for deed in (
        lambda: lite.store.org_keys.add(CLUB, SigningKey.generate().verify_key, overlap_d=1),
        lambda: lite.store.org_keys.revoke(CLUB),
    ):
        with pytest.raises(Exception, match="the log could not record this"):
            deed()

    assert lite.store.org(CLUB).key == lite.keys[CLUB].verify_key


@pytest.mark.parametrize(
    ("made_after", "said"),
    [
        (timedelta(days=-30), "the statement is over"),
        (timedelta(days=-7), "the statement is over"),
        (timedelta(seconds=61), "the statement is not valid yet"),
        (timedelta(days=30), "the statement is not valid yet"),
    ],
)
def test_a_statement_of_another_time_changes_nothing_and_says_why(
    caller: Caller, made_after: timedelta, said: str
) -> None:
    world, former, new = caller.world, caller.world.keys[CLUB], SigningKey.generate()

    refused = caller.send(CLUB, "POST", "/v1/keys", change(world, new, made_after=made_after))

    assert refused.status_code == 403
    assert refused.json()["error"].startswith(said)
    assert "rotate-key" in refused.json()["error"]
    assert counts(caller, former, new) == [200, 401]


@pytest.mark.parametrize("made_after", [timedelta(days=-6, hours=-23), timedelta(seconds=60)])
def test_a_statement_within_the_tolerance_counts(caller: Caller, made_after: timedelta) -> None:
    world, new = caller.world, SigningKey.generate()

    taken = caller.send(CLUB, "POST", "/v1/keys", change(world, new, made_after=made_after))

    assert taken.status_code == 200
    assert counts(caller, new) == [200]
