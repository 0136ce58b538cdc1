"""Erasure: the keys are gone, nothing about the athlete can be opened or linked, and the log verifies as before."""

from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, col, select

from audit.entries.details.clubs import OperatorLooked
from audit.entries.details.codes import FreezeCause, OperatorView
from audit.entries.events import EventKind
from audit.verification.athlete_export import parse_export
from audit.verification.check_athlete_export import check_export, check_in_log
from audit.verification.sources import DirectorySource
from consent.app import app_of
from consent.decisions.values import Actor, DecisionItem
from consent.errors import Conflict, KeyDestroyed, NotFound, SignInRefused
from consent.grants.active import live_grants
from consent.grants.values import Change, ConsentMethod
from consent.identity import codes
from consent.storage.rows import ConsentTable, DataKeyRow, LogDetailRow, MemberRow, ReceiptRow, SessionRow
from policies.vocabulary import Action, AthleteId, Category, Granularity, OrgId, Purpose, Role
from tests.consent.club_calls import decided
from tests.consent.league import Caller, FakeClock, Template, World, fill, make_service, opened
from tests.consent.portal_choices import portal

CLUB, LEAGUE = OrgId("club-a"), OrgId("league")


def live(world: World, athlete: AthleteId) -> str:
    """Give, take part, be asked, say yes, be looked at; returns a campaign that runs."""
    world.give(athlete)
    world.take_part(athlete)
    world.approved(athlete)
    campaign = world.store.register_campaign(LEAGUE, world.campaign())
    world.store.issue_tokens(CLUB, campaign, [athlete])
    ask(world, athlete)
    return campaign


def ask(world: World, athlete: AthleteId) -> bool:
    """One question of a coach; returns whether it was allowed."""
    items = [DecisionItem(athlete, Category.SLEEP, Granularity.DAILY)]
    coach = Actor("R. D.", Role.COACH)
    answer = decided(world.store, CLUB, coach, action=Action.READ, purpose=Purpose.TRAINING, items=items)
    return answer.results[0].allowed


def test_a_reader_delays_the_end_of_the_key_in_the_databases_journal_and_does_not_prevent_it(
    template: Template, tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consent.storage.transaction.BUSY_TIMEOUT_S", 0)
    world = template.open_copy(tmp_path / "union", clock)
    athlete = world.athletes["club-a"][0]
    world.give(athlete)  # the page with the key is in the journal, and would stay there
    files = list((tmp_path / "union").glob("consent.sqlite3*"))

    with world.store.transactions.read() as tx:
        wrapped = tx.session.get_one(DataKeyRow, athlete).wrapped
        assert wrapped is not None
        world.store.erase(athlete)
        assert any(wrapped in file.read_bytes() for file in files)
    world.publish()

    assert not any(wrapped in file.read_bytes() for file in files)
    world.service.close()


def test_everything_shared_ends_and_nothing_can_be_opened_any_more(world: World) -> None:
    athlete, other, _ = world.athletes["club-a"]
    live(world, athlete)
    kept = parse_export(world.store.athlete_export(athlete))
    others = world.store.looks(other)

    world.store.erase(athlete)

    for opens in (world.store.looks, world.store.athlete_export):
        with pytest.raises(KeyDestroyed):
            opens(athlete)
    assert world.store.receipts(athlete) == []
    assert not any(cell.is_on for cell in world.store.matrix(athlete))
    assert not ask(world, athlete)
    page = world.store.office_view(LEAGUE, CLUB, Actor("T. W.", Role.FRONT_OFFICE))
    assert {row.band for row in page.rows} == {None}
    assert world.store.budget(athlete).reserved_micro_rho == 0
    assert world.store.looks(other).total > others.total
    assert kept.total > 5


def test_the_log_still_verifies_and_only_the_kept_tag_key_finds_the_entries(world: World) -> None:
    athlete = world.athletes["club-a"][0]
    live(world, athlete)
    world.publish()
    kept = parse_export(world.store.athlete_export(athlete))
    size = world.service.log.size

    world.store.erase(athlete)

    verified = world.verify()
    policy, log = world.service.trust.policy, DirectorySource(world.service.settings.log_directory)
    in_log = check_in_log(check_export(kept, policy), log, policy)
    assert verified.size > size
    assert in_log.found == kept.total
    assert in_log.newer == 1  # the erasure itself; what it gave back is told of everybody, when the campaign closes
    assert [e.kind.value for e in world.published_since(size)].count("erased") == 1


def test_nothing_in_the_database_tells_which_entries_were_about_the_athlete(world: World) -> None:
    athlete = world.athletes["club-a"][0]
    live(world, athlete)
    with world.store.transactions.read() as tx:
        of_athlete = tx.session.exec(select(LogDetailRow).where(col(LogDetailRow.owner) == athlete)).all()
        own, sealed = {row.leaf_hash for row in of_athlete}, [row.sealed for row in of_athlete]

    world.store.erase(athlete)
    world.publish()

    with world.store.transactions.read() as tx:
        rows = tx.session.exec(select(LogDetailRow).where(col(LogDetailRow.leaf_hash).in_(own))).all()
        assert len(rows) == len(own)
        # As a dummy's row: what was sealed has given way to random bytes of the same length.
        assert {(row.owner, row.number, len(row.sealed)) for row in rows} == {("nobody", None, len(sealed[0]))}
        assert not {row.sealed for row in rows} & set(sealed)
        assert all(row.log_index is not None for row in rows)
        assert tx.session.exec(select(ReceiptRow).where(col(ReceiptRow.athlete) == athlete)).all() == []
        stored = [
            row for table in ConsentTable.metadata.tables.values() for row in tx.session.execute(table.select()).all()
        ]
    assert not [row for row in stored if athlete in row and own & {value for value in row if isinstance(value, bytes)}]


def test_the_wrapped_key_is_in_no_file_of_the_database_any_more(tmp_path: Path, clock: FakeClock) -> None:
    world = fill(make_service(tmp_path / "union", clock), clock)
    athlete = world.athletes["club-a"][0]
    live(world, athlete)
    with world.store.transactions.read() as tx:
        wrapped = tx.session.get_one(DataKeyRow, athlete).wrapped or b""

    def is_stored() -> bool:
        return any(wrapped in path.read_bytes() for path in (tmp_path / "union").glob("consent.sqlite3*"))

    assert len(wrapped) > 64
    assert is_stored()
    world.store.erase(athlete)

    assert not is_stored()
    world.service.close()
    assert not is_stored()


def test_nobody_signs_in_as_the_athlete_and_open_sessions_end(lite: World) -> None:
    athlete = lite.athletes["club-a"][0]
    with Session(lite.service.engine.execution_options(is_writer=True)) as session:
        code, _ = codes.create(session, athlete, key=lite.service.keys.codes, now=lite.clock.now)
        session.commit()
    held = lite.service.sessions.sign_in_with_code(code)

    lite.store.erase(athlete)

    assert lite.service.sessions.read(held) is None
    with Session(lite.service.engine) as session:
        assert session.exec(select(SessionRow)).all() == []
        with pytest.raises(NotFound):
            codes.create(session, athlete, key=lite.service.keys.codes, now=lite.clock.now)
    with pytest.raises(SignInRefused), lite.store.transactions.write() as tx:
        lite.service.sessions._open(tx, athlete, "portal", None)  # whatever way leads there


def test_no_choice_that_was_under_way_is_carried_out_after_the_erasure(lite: World) -> None:
    athlete = lite.athletes["club-a"][0]
    choices = portal(lite.store)
    cell = lite.give(athlete)
    lite.store.freeze(athlete, FreezeCause.ATHLETE)
    lite.store.erase(athlete)
    until = lite.clock.now + timedelta(days=9)

    for act in (
        lambda: lite.give(athlete),
        lambda: choices.change(athlete, [Change(cell, Granularity.DAILY, until)], method=ConsentMethod.PORTAL),
        lambda: lite.store.withdraw_all(athlete, method=ConsentMethod.PORTAL),
        lambda: choices.unfreeze(athlete, FreezeCause.ATHLETE),
        lambda: choices.lower_cap(athlete, 1_000),
        lambda: lite.store.freeze(athlete, FreezeCause.OPERATOR),
    ):
        before = lite.log_size
        with pytest.raises(NotFound):
            act()
        assert lite.log_size == before
    with lite.store.transactions.read() as tx:
        assert not live_grants(tx, [athlete])


def test_it_happens_once_and_to_nobody_else(lite: World) -> None:
    athlete, other, _ = lite.athletes["club-a"]
    lite.give(other)

    lite.store.erase(athlete)

    with pytest.raises(Conflict):
        lite.store.erase(athlete)
    with pytest.raises(NotFound):
        lite.store.erase(AthleteId("ath-ffffffffffffffff"))
    assert lite.store.receipts(other)
    assert lite.store.looks(other).total == 2


def test_the_ledger_stays_so_that_no_budget_can_be_had_twice(lite: World) -> None:
    athlete = lite.athletes["club-a"][0]
    lite.take_part(athlete)
    campaign = lite.store.register_campaign(LEAGUE, lite.campaign())
    token = lite.store.issue_tokens(CLUB, campaign, [athlete]).tokens[0].token
    lite.store.commit_round(CLUB, campaign, 1, [token])
    spent = lite.store.budget(athlete).spent_micro_rho

    lite.store.erase(athlete)
    lite.store.enrol(CLUB, athlete, name="Canary 11", shirt_no=1, is_minor=False)

    assert lite.store.budget(athlete).spent_micro_rho == spent > 0
    with lite.store.transactions.read() as tx:
        assert tx.session.get_one(DataKeyRow, athlete).wrapped is None
        assert tx.session.get_one(MemberRow, athlete).name == "Canary 11"


def test_what_comes_after_the_erasure_is_kept_under_no_key_either(lite: World) -> None:
    athlete = lite.athletes["club-a"][0]
    lite.store.erase(athlete)

    lite.store.append_event(CLUB, OperatorLooked(athlete=athlete, what=OperatorView.METRICS))
    ask(lite, athlete)

    assert not [details for details in opened(lite.service) if athlete in str(details)]
    assert not [details for details in opened(lite.service) if details["kind"] == EventKind.ACCESS]


def test_a_club_that_proposes_cannot_tell_an_erased_record_from_any_other(lite: World) -> None:
    erased, other, _ = lite.athletes["club-a"]
    caller = Caller(lite, TestClient(app_of(lite.service, clock=lite.clock)))
    lite.store.erase(erased)
    size = lite.log_size

    def propose(athlete: AthleteId, release_id: str) -> tuple[int, set[str]]:
        body = lite.proposal(athlete, release_id=release_id).model_dump(mode="json")
        first, again = (caller.send(CLUB, "POST", "/v1/releases", body) for _ in range(2))
        assert first.content == again.content
        return first.status_code, set(first.json())

    answered = (201, {"release_id", "sha256", "bytes_sha256"})
    assert propose(erased, "rel-00000001") == propose(other, "rel-00000002") == answered
    assert propose(erased, "rel-00000003")[0] == propose(other, "rel-00000004")[0] == 409
    assert lite.log_size == size + 2
    with pytest.raises(NotFound):
        lite.store.release(erased, "rel-00000001")
