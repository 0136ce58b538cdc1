"""What opens: the eight fields alike for athletes, dummies and the erased; subject and rest to the athlete alone."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import Session, select

from audit.entries.details.league import CampaignClosed
from audit.entries.disclosure import ORG_FIELDS, OWN_FIELDS, Opening, SecretFields
from audit.entries.events import EventKind
from audit.entries.opening_json import opening_json
from audit.verification.athlete_export import parse_export
from audit.verification.check_athlete_export import check_export
from consent.decisions.values import Actor, DecisionItem
from consent.errors import KeyDestroyed
from consent.registry.values import ListedPlayer
from consent.service import open_service
from consent.settings import read_settings
from consent.storage.log_journal import NOBODY
from consent.storage.rows import AuditKeyRow, DataKeyRow, LogDetailRow
from consent.storage.sealed_parts import OWN_PART, open_part, split_digests
from policies.canonical import canonical_bytes
from policies.vocabulary import Action, AthleteId, Category, Granularity, OrgId, Purpose, Role
from tests.consent.club_calls import decided
from tests.consent.league import FakeClock, World, opened_eights
from tests.old_stores import expected_of, unpacked

CLUB, LEAGUE, UNION = OrgId("club-a"), OrgId("league"), OrgId("union")
UNKNOWN = AthleteId("ath-ffffffffffffffff")


def ask(world: World, *athletes: AthleteId) -> None:
    """One question of a coach about each."""
    items = [DecisionItem(athlete, Category.SLEEP, Granularity.DAILY) for athlete in athletes]
    decided(world.store, CLUB, Actor("R. D.", Role.COACH), action=Action.READ, purpose=Purpose.TRAINING, items=items)


def eights_of(world: World, act: Callable[[], object]) -> tuple[list[bytes], list[bytes]]:
    """The eight opened values of every entry of one act, as bytes: of the athletes', and of the dummies."""
    with Session(world.service.engine) as session:
        before = set(session.exec(select(LogDetailRow.leaf_hash)).all())
    act()
    eights = opened_eights(world.service)
    found: tuple[list[bytes], list[bytes]] = [], []
    with Session(world.service.engine) as session:
        for row in session.exec(select(LogDetailRow)).all():
            if row.leaf_hash not in before and not row.owner.startswith("org:"):
                found[row.owner == NOBODY].append(canonical_bytes(eights[row.leaf_hash]))
    return found


def campaign(world: World) -> tuple[str, list[str]]:
    """A campaign in which one athlete of the club takes part, and that athlete's token."""
    athlete = world.athletes[CLUB][0]
    world.take_part(athlete)
    sha256 = world.store.register_campaign(LEAGUE, world.campaign())
    return sha256, [one.token for one in world.store.issue_tokens(CLUB, sha256, [athlete]).tokens]


def squad_page(world: World) -> None:
    world.store.office_view(LEAGUE, CLUB, Actor("T. W.", Role.FRONT_OFFICE))


def commit_round(world: World) -> None:
    sha256, tokens = campaign(world)
    world.store.commit_round(CLUB, sha256, 1, tokens)


def refund(world: World) -> None:
    sha256, _ = campaign(world)
    world.store.append_event(LEAGUE, CampaignClosed(campaign=sha256))


PAIRS: dict[str, Callable[[World], object]] = {
    "squad page": squad_page,
    "reservation": campaign,
    "round": commit_round,
    "refund": refund,
}


@pytest.mark.parametrize("act", PAIRS.values(), ids=PAIRS.keys())
def test_dummies_open_to_the_same_bytes_as_athletes_who_were_never_asked(
    lite: World, act: Callable[[World], object]
) -> None:
    lite.store.list_players(CLUB, [ListedPlayer(98, "Nobody")])

    real, dummies = eights_of(lite, lambda: act(lite))

    assert dummies
    assert set(dummies) <= set(real)


def test_a_dummy_of_a_decision_opens_as_another_clubs_athlete_does(lite: World) -> None:
    real, dummies = eights_of(lite, lambda: ask(lite, UNKNOWN, lite.athletes["club-b"][0]))

    assert len(real) == len(dummies) == 1
    assert real == dummies


def test_an_access_says_who_asked_for_what_and_how_it_ended_and_others_say_constants(lite: World) -> None:
    shares, other, _ = lite.athletes[CLUB]
    decided, _ = eights_of(lite, lambda: lite.give(shares))
    asked, _ = eights_of(lite, lambda: ask(lite, shares, other))

    says = [dict(zip(ORG_FIELDS, [None] * 8, strict=True)) | {"organisation": "union"}]
    assert decided == [canonical_bytes(one) for one in says]
    request = {
        "organisation": "club-a",
        "role": "coach",
        "purpose": "training",
        "category": "sleep",
        "granularity": "daily",
        "part_of_day": "morning",
    }
    rules = {"granted": "H01", "denied": "D00"}
    found = [one for one in opened_eights(lite.service).values() if one["outcome"] is not None]
    assert {str(one["outcome"]) for one in found} == set(rules)
    assert all({name: one[name] for name in request} == request for one in found)
    assert len(asked) == 2


def test_the_public_log_says_neither_granted_nor_denied(lite: World) -> None:
    shares, other, third = lite.athletes[CLUB]
    lite.give(shares)
    start = lite.publish()

    ask(lite, shares, other, third, UNKNOWN)

    assert [entry.kind for entry in lite.published_since(start)] == [EventKind.ACCESS] * 4


def test_an_erasure_changes_nothing_of_what_opens(world: World) -> None:
    athlete, other, _ = world.athletes[CLUB]
    world.give(athlete)
    world.approved(athlete)
    sha256, tokens = campaign(world)
    world.store.commit_round(CLUB, sha256, 1, tokens)
    ask(world, athlete, other, UNKNOWN)
    before = opened_eights(world.service)

    world.store.erase(athlete)
    after = opened_eights(world.service)
    ask(world, athlete)
    later = opened_eights(world.service)

    assert {leaf: after[leaf] for leaf in before} == before
    with Session(world.service.engine) as session:
        known = set(session.exec(select(LogDetailRow.leaf_hash)).all())
    assert set(later) == known  # each entry of the service opens, those of and after the erasure too
    (newest,) = [later[leaf] for leaf in later.keys() - after.keys()]
    assert newest["outcome"] == "denied"
    world.verify()


def test_after_an_erasure_its_rows_look_like_those_of_dummies(lite: World) -> None:
    athlete = lite.athletes[CLUB][0]
    lite.store.list_players(CLUB, [ListedPlayer(99, "Nobody")])
    ask(lite, athlete, UNKNOWN)
    lite.store.erase(athlete)
    ask(lite, athlete)

    with Session(lite.service.engine) as session:
        rows = [row for row in session.exec(select(LogDetailRow)).all() if row.owner == NOBODY]
        columns = {(row.number, len(row.sealed), len(row.org_sealed or b""), len(row.digests or b"")) for row in rows}
        assert not any(row.owner == athlete for row in session.exec(select(LogDetailRow)).all())
    assert len(rows) >= 6
    assert len(columns) == 1


def test_each_key_opens_its_own_part_and_no_other(lite: World) -> None:
    one, two, _ = lite.athletes[CLUB]
    ask(lite, one, two)

    with lite.store.transactions.read() as tx:
        journal = tx.context.journal
        keys = {owner: journal.owner_keys(tx.session, owner) for owner in (one, two, f"org:{CLUB}", NOBODY)
                if tx.session.get(DataKeyRow, owner)}  # fmt: skip
        rows = [r for r in tx.session.exec(select(LogDetailRow)).all() if r.owner == one and r.org == CLUB]
        row = rows[-1]
        kept = journal.open_entry(tx.session, keys[one], row)
        assert isinstance(kept.known, tuple)
        assert kept.known[1].values["subject"] == one
        assert all(one not in str(value) for value in kept.known[0].values.values())
        for owner, other in keys.items():
            if owner != one:
                with pytest.raises(KeyDestroyed):
                    journal.open_entry(tx.session, other, row)
        for other in rows[:-1]:
            row.org_sealed = other.org_sealed
            with pytest.raises(KeyDestroyed):
                journal.open_org_part(tx.session, row)
        for held_by in ("", f"log entry of {two} number 0"):
            with pytest.raises(KeyDestroyed):
                open_part(keys[one].data, row.sealed, OWN_PART, split_digests(row.digests or b""), held_by=held_by)


def test_without_an_audit_key_an_organisations_part_stays_closed(lite: World) -> None:
    ask(lite, lite.athletes[CLUB][0])

    with lite.store.transactions.read() as tx:
        row = next(r for r in tx.session.exec(select(LogDetailRow)).all() if r.org == CLUB)
        other, own = tx.session.get_one(AuditKeyRow, UNION), tx.session.get_one(AuditKeyRow, CLUB)
        own.wrapped = other.wrapped
        with pytest.raises(KeyDestroyed):
            tx.context.journal.open_org_part(tx.session, row)


def test_an_athletes_export_shows_all_ten_fields_and_nobody_elses(lite: World) -> None:
    one, two, _ = lite.athletes[CLUB]
    lite.give(one)
    ask(lite, one, two)
    lite.publish()

    own = parse_export(lite.store.athlete_export(one))
    checked = check_export(own, lite.service.trust.policy)

    openings = [entry.opening for entry in own.entries]
    assert all(isinstance(opening, Opening) and len(opening.shown) == 10 for opening in openings)
    assert {entry.details["subject"] for entry in checked.entries if entry.details} == {one}
    assert two not in str([opening_json(opening) for opening in openings if opening is not None])


def test_entries_of_the_first_version_open_to_their_athlete_only(tmp_path: Path, clock: FakeClock) -> None:
    athletes = [AthleteId(one) for one in expected_of("consent")["athletes"]]
    service = open_service(read_settings(unpacked("consent", tmp_path), environment={}), clock=clock)
    old = {bytes.fromhex(entry.leaf_hash) for one in athletes for entry in service.store.looks(one).entries}

    at_start = set(opened_eights(service))  # other rules than then are recorded as loaded
    items = [DecisionItem(one, Category.SLEEP, Granularity.DAILY) for one in athletes]
    coach = Actor("R. D.", Role.COACH)
    decided(service.store, CLUB, coach, action=Action.READ, purpose=Purpose.TRAINING, items=items)
    service.publish()

    assert len(set(opened_eights(service)) - at_start) == len(items)
    assert not old & set(opened_eights(service))
    for one in athletes:
        history = service.store.looks(one)
        assert history.is_whole
        assert history.total == history.proven
        checked = check_export(parse_export(service.store.athlete_export(one)), service.trust.policy)
        assert {entry.entry.version for entry in checked.entries} == {1, 2}
        assert checked.sealed == 0
    service.close()


def test_parts_are_padded_so_that_lengths_tell_nothing(lite: World) -> None:
    short, long = lite.athletes[CLUB][:2]
    lite.give(short)
    ask(lite, short, long, UNKNOWN)

    with Session(lite.service.engine) as session:
        rows = [row for row in session.exec(select(LogDetailRow)).all() if row.digests is not None]
    assert {len(row.org_sealed or b"") for row in rows} == {512 + 28}
    assert {len(row.sealed) for row in rows} == {1024 + 28}


def test_a_secret_of_one_group_makes_no_salt_of_the_other() -> None:
    org = SecretFields(dict.fromkeys(ORG_FIELDS), bytes(32))
    own = SecretFields(dict.fromkeys(OWN_FIELDS), bytes(32))

    assert not {one.salt for one in org.shown()} & {one.salt for one in own.shown()}
