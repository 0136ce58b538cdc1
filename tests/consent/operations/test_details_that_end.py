"""Sealed details of old entries end: of all alike, never too early, and everything else goes on as before."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from audit.entries.events import EventKind, parse_leaf
from audit.verification.athlete_export import parse_export
from audit.verification.check_athlete_export import check_export
from consent.decisions.values import Actor, DecisionItem
from consent.errors import InvalidSettings, KeyDestroyed
from consent.grants.values import ConsentMethod
from consent.operations import retention
from consent.settings import make_settings
from consent.storage.rows import LogDetailRow
from consent.web.history.access_history import AccessFilter, access_history_view
from policies.vocabulary import Action, AthleteId, Category, Granularity, OrgId, Purpose, Role
from tests.consent.club_calls import decided
from tests.consent.league import World, opened_eights

CLUB, KEPT = OrgId("club-a"), 60


def look(world: World, athlete: AthleteId) -> None:
    item = DecisionItem(athlete, Category.SLEEP, Granularity.DAILY)
    actor = Actor("R. D.", Role.COACH)
    decided(world.store, CLUB, actor, action=Action.READ, purpose=Purpose.TRAINING, items=[item])


def end_all(world: World) -> int:
    ended = 0
    while now := world.store.end_some_details(KEPT):
        ended += now
    return ended


def rows(world: World) -> list[LogDetailRow]:
    with world.store.transactions.read() as tx:
        return list(tx.session.exec(select(LogDetailRow)).all())


def played(world: World) -> tuple[AthleteId, AthleteId, AthleteId]:
    """An athlete who shares, one who is erased, one who never did anything; then time passes."""
    one, gone, still = world.athletes[CLUB]
    world.give(one)
    for athlete in (one, gone, still):
        look(world, athlete)
    world.store.erase(gone)
    world.clock.forward(days=40)
    look(world, one)
    world.publish()
    return one, gone, still


def test_details_end_by_day_and_for_everybody_alike(world: World) -> None:
    one, _, _ = played(world)
    world.clock.forward(days=22)  # the first day is now 62 days ago
    before = {row.leaf_hash: parse_leaf(world.service.log.leaf(row.log_index)).day for row in rows(world)}  # type: ignore[arg-type]
    seen = world.store.retention(KEPT)

    assert end_all(world) == seen.ends > 0

    ended = {row.leaf_hash for row in rows(world) if row.sealed == b""}
    assert ended == {leaf for leaf, day in before.items() if day < seen.before}
    assert all((row.org, row.org_sealed, row.digests) == (None, None, None) for row in rows(world) if row.sealed == b"")
    assert set(opened_eights(world.service)) == set(before) - ended
    assert world.store.retention(KEPT).ends == 0
    assert world.store.looks(one).entries[0].kind == EventKind.ACCESS
    world.verify()


def test_nothing_ends_on_the_day_before_it_may(lite: World) -> None:
    played(lite)
    lite.clock.forward(days=20)  # the first day is now exactly 60 days ago
    assert (lite.store.retention(KEPT).ends, end_all(lite)) == (0, 0)


def test_a_publication_that_mixes_two_days_loses_nothing_too_early(lite: World) -> None:
    """Entries of two days are shuffled into one publication, because the witnesses were away for hours."""
    lite.publish()
    lite.clock.now = datetime(2026, 11, 23, 23, 0, tzinfo=UTC)
    for _ in range(20):
        look(lite, lite.athletes[CLUB][0])
    lite.clock.forward(hours=2)
    for _ in range(20):
        look(lite, lite.athletes[CLUB][0])
    lite.publish()
    lite.clock.forward(days=61)

    end_all(lite)

    kept = [row for row in rows(lite) if row.sealed != b""]
    days = {parse_leaf(lite.service.log.leaf(row.log_index)).day for row in kept if row.log_index is not None}
    assert date(2026, 11, 24) in days
    ended = [row for row in rows(lite) if row.sealed == b""]
    last = max((parse_leaf(lite.service.log.leaf(row.log_index)).day for row in ended), default=date.min)  # type: ignore[arg-type]
    assert last < lite.clock.now.date() - timedelta(days=KEPT)


def test_the_athletes_list_keeps_its_numbers_and_proofs_and_says_what_can_no_longer_be_read(world: World) -> None:
    one, _, _ = played(world)
    total = world.store.looks(one).total
    world.clock.forward(days=22)
    end_all(world)

    history = world.store.looks(one)
    view = access_history_view(
        history, wanted=AccessFilter(period="all"), today=world.clock.now.date(), log=world.store.log_state()
    )

    ended = [entry for entry in history.entries if entry.is_ended]
    assert (history.total, history.is_whole, history.proven) == (total, True, total)
    assert ended
    assert not any(entry.is_access or entry.person for entry in ended)
    assert "Who looked until 23 November 2026 can no longer be read." in view.lead
    lines = [line for day in view.days for line in day.entries]
    assert sum("can no longer be read" in line.detail for line in lines) >= 1
    assert "Someone asked for your data" in [line.title for line in lines]
    assert world.store.entry_proof(one, ended[-1].number).startswith("c2sp.org/tlog-proof@v1")


def test_the_file_of_proofs_still_shows_that_none_is_missing(lite: World) -> None:
    one, _, _ = played(lite)
    lite.clock.forward(days=22)
    end_all(lite)
    lite.publish()

    checked = check_export(parse_export(lite.store.athlete_export(one)), lite.service.trust.policy)

    assert checked.proven == lite.store.looks(one).total
    assert checked.sealed >= 3


def test_withdrawing_erasing_and_a_start_go_on_as_before(lite: World) -> None:
    one, _, _ = played(lite)
    lite.clock.forward(days=22)
    end_all(lite)

    lite.store.withdraw_all(one, method=ConsentMethod.PORTAL)
    lite.store.erase(one)
    lite.publish()

    with pytest.raises(KeyDestroyed):
        lite.store.looks(one)
    lite.store.transactions.check()


def test_a_row_of_an_erased_athlete_and_one_that_ended_tell_nothing_about_whose_they_were(lite: World) -> None:
    one, gone, _ = played(lite)
    lite.clock.forward(days=22)
    end_all(lite)

    shapes: dict[str, set[Any]] = {}
    for row in rows(lite):
        if row.sealed == b"":
            shapes.setdefault("ended", set()).add((row.sealed, row.org, row.org_sealed, row.digests))
        assert row.owner != gone
    assert shapes == {"ended": {(b"", None, None, None)}}
    assert one in {row.owner for row in rows(lite)}


@pytest.mark.parametrize("days", [0, 1, 34, -5, 40_000])
def test_a_setting_out_of_bounds_is_one_sentence(days: int, tmp_path: Any) -> None:
    with pytest.raises(InvalidSettings, match="the setting keep_details_days is not as expected"):
        make_settings({"directory": tmp_path, "name": "U", "keep_details_days": days})


def test_the_running_service_carries_it_out_with_a_publication(lite: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 3)  # several transactions
    settings = lite.service.settings.model_copy(update={"keep_details_days": KEPT})
    played(lite)
    lite.clock.forward(days=22)
    object.__setattr__(lite.service, "settings", settings)

    lite.service.publish()

    assert lite.store.retention(KEPT).ends == 0
    assert any(row.sealed == b"" for row in rows(lite))
