"""What the consent service tells its operator, and that asking costs nobody who waits for an answer."""

import threading
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from audit.errors import AuditError
from chassis.operations.exposition import exposed
from chassis.operations.health import NotReady
from consent.operations.figures import FEWEST_ATHLETES
from consent.service import Service
from consent.storage.rows import BudgetRow
from policies.vocabulary import AthleteId, Category, OrgId
from tests.consent.league import Caller, World
from tests.consent.noted_statements import noted_statements
from tests.waiting import HANG_S

ITEM = {"category": "sleep", "granularity": "daily"}


def figures(service: Service) -> dict[str, float]:
    """The figures by name, without those of a histogram's steps."""
    families = text_string_to_metric_families(exposed(service.figures.figures).decode())
    return {one.name: one.value for part in families for one in part.samples if "le" not in one.labels}


def test_what_waits_is_told_and_counted_from_the_oldest(lite: World) -> None:
    lite.publish()
    published = figures(lite.service)["homefield_log_published_entries"]
    lite.give(lite.athletes["club-a"][0])
    lite.clock.forward(seconds=90)
    lite.give(lite.athletes["club-a"][1])

    told = figures(lite.service)
    assert told["homefield_log_published_entries"] == published == lite.log_size - 2
    assert told["homefield_log_waiting_entries"] == 2
    assert told["homefield_log_oldest_waiting_seconds"] == 90
    lite.publish()
    told = figures(lite.service)
    assert told["homefield_log_waiting_entries"] == told["homefield_log_oldest_waiting_seconds"] == 0


def test_publications_are_timed_and_failures_counted(lite: World, monkeypatch: pytest.MonkeyPatch) -> None:
    before = figures(lite.service)
    lite.service.publish()
    lite.service.log.close()
    with pytest.raises(AuditError):
        lite.service.publish()

    told = figures(lite.service)
    assert told["homefield_log_publication_seconds_count"] == before["homefield_log_publication_seconds_count"] + 1
    assert told["homefield_log_failed_publications_total"] == 1
    assert "homefield_log_waiting_entries" not in told  # a log that is closed has none, and the rest is told
    assert told["homefield_log_refuses_entries"] == 1


@pytest.mark.parametrize("shares", [True, False])
def test_decisions_are_counted_whatever_came_of_them(caller: Caller, lite: World, shares: bool) -> None:
    athlete = lite.athletes["club-a"][0]
    if shares:
        lite.give(athlete)
    asked = {"actor": {"person": "R. D.", "role": "coach"}, "action": "read", "purpose": "training"}

    answer = caller.send("club-a", "POST", "/v1/decisions", asked | {"items": [ITEM | {"athlete": athlete}] * 3})

    assert [one["allowed"] for one in answer.json()["results"]] == [shares] * 3
    assert figures(lite.service)["homefield_decisions_total"] == 3


@pytest.mark.parametrize(("athletes", "told"), [(FEWEST_ATHLETES - 1, 0.0), (12, 0.2), (13, 0.2)])
def test_the_ledgers_total_has_one_digit_needs_ten_athletes_and_moves_at_publications_only(
    lite: World, athletes: int, told: float
) -> None:
    enrolled = [AthleteId(f"ath-{number:016x}") for number in range(0xA00, 0xA00 + athletes)]
    for number, athlete in enumerate(enrolled):
        lite.store.enrol(OrgId("club-a"), athlete, name=f"Athlete {number}", shirt_no=number, is_minor=False)
    with lite.store.transactions.write() as tx:
        for athlete in enrolled:
            tx.session.merge(BudgetRow(athlete=athlete, spent=17_000, reserved=0, cap=10**6))
        tx.without_entry("a ledger for a test")
    assert figures(lite.service)["homefield_ledger_rho"] == 0.0

    lite.publish()

    assert figures(lite.service)["homefield_ledger_rho"] == pytest.approx(told)


def test_a_scrape_and_a_health_check_wait_for_no_writer_and_ask_the_database_nothing(lite: World) -> None:
    statements: list[str] = []
    answered = threading.Event()

    def ask() -> None:
        exposed(lite.service.figures.figures)
        lite.service.health.public()
        answered.set()

    with lite.store.transactions.write() as tx:
        tx.without_entry("the writer's turn is held meanwhile")
        with noted_statements(lite.service.engine, lambda statement, _rows: statements.append(statement)):
            threading.Thread(target=ask, daemon=True).start()
            assert answered.wait(HANG_S)
        assert statements == []
        assert lite.service.health.reason() is None  # a reading connection is enough


def test_who_waits_for_the_writer_is_counted(lite: World) -> None:
    athlete = lite.athletes["club-a"][0]
    waiting = threading.Thread(target=lambda: lite.give(athlete, Category.HEART))
    with lite.store.transactions.write() as tx:
        tx.without_entry("the writer's turn is held meanwhile")
        waiting.start()
        while not lite.store.transactions.waiting:
            pass
        assert figures(lite.service)["homefield_writers_waiting"] == 1
    waiting.join()
    assert figures(lite.service)["homefield_writers_waiting"] == 0


def test_it_is_late_when_no_publication_succeeds_for_two_intervals(lite: World) -> None:
    every = timedelta(seconds=lite.service.settings.checkpoint_every_s)
    lite.publish()

    lite.clock.now += 2 * every
    assert lite.service.health.public() == {"status": "ok"}
    lite.clock.now += timedelta(seconds=1)
    assert lite.service.health.public() == {"status": "late"}
    lite.publish()
    assert lite.service.health.public() == {"status": "ok"}


def test_it_is_not_ready_without_its_database_or_while_the_log_takes_nothing(lite: World) -> None:
    health = lite.service.health
    assert health.reason() is None

    lite.give(lite.athletes["club-a"][0])
    lite.clock.now += timedelta(days=1, seconds=1)
    assert health.reason() is NotReady.LOG
    lite.publish()
    assert health.reason() is None

    file = lite.service.settings.database_file
    assert file is not None
    lite.service.engine.dispose()
    file.write_bytes(b"no database")
    assert health.reason() is NotReady.DATABASE
