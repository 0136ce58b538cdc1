"""A consent service that release 0.1 wrote opens with nothing lost: grants, receipts, budgets, entries, the log."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from audit.verification.verify import verify_log
from consent.errors import KeyDestroyed
from consent.ledger.season_lines import counted_in, movements
from consent.service import Service, open_service
from consent.settings import read_settings
from policies.vocabulary import AthleteId
from tests.consent.league import START, FakeClock
from tests.old_stores import digest, expected_of, unpacked

EXPECTED = expected_of("consent")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """The service of release 0.1, opened by this one a day later."""
    clock = FakeClock()
    clock.now = START + timedelta(days=2)
    opened = open_service(read_settings(unpacked("consent", tmp_path), environment={}), clock=clock)
    yield opened
    opened.close()


@pytest.mark.parametrize("athlete", EXPECTED["athletes"])
def test_an_athlete_finds_everything_again(service: Service, athlete: str) -> None:
    one, store = AthleteId(athlete), service.store
    expected: dict[str, Any] = EXPECTED["athletes"][athlete]

    given = [cell for cell in store.matrix(one) if cell.grant is not None]
    budget, history = store.budget(one), store.looks(one)

    shown = [(c.category.value, c.recipient.role.value, c.grant.max_granularity.value) for c in given if c.grant]
    assert sorted(f"{category} {role} {granularity}" for category, role, granularity in shown) == expected["given"]
    assert digest([[r.receipt_id, r.status.value] for r in store.receipts(one)]) == expected["receipts"]
    assert budget.spent_micro_rho == expected["spent_micro_rho"]
    assert budget.reserved_micro_rho == expected["reserved_micro_rho"]
    with store.transactions.read() as tx:  # the cap of a season counts what was spent before there was one
        found = movements(tx, [one], "league/recovery")[one]
        assert counted_in(found, at=tx.now) == budget.spent_micro_rho + budget.reserved_micro_rho
    assert [[e.number, e.kind, e.leaf_hash] for e in history.entries] == expected["entries"]
    assert all(entry.proof.value == "proven" for entry in history.entries)


def test_the_approved_release_still_stands_and_the_erased_athlete_stays_erased(service: Service) -> None:
    athlete = AthleteId(next(iter(EXPECTED["athletes"])))

    approved = service.store.release(athlete, EXPECTED["release"])
    assert approved.state.is_valid_for_processing
    assert (approved.covers_whole, approved.sha256) == (False, approved.bytes_sha256)
    erased = AthleteId(EXPECTED["erased"])
    assert [cell for cell in service.store.matrix(erased) if cell.is_on] == []
    with pytest.raises(KeyDestroyed):
        service.store.looks(erased)
    assert service.store.receipts(erased) == []


def test_the_log_goes_on_from_where_it_was(service: Service) -> None:
    before = service.log.size

    athlete = AthleteId(next(iter(EXPECTED["athletes"])))
    service.store.erase(athlete)
    service.publish()

    assert before >= EXPECTED["log_size"]
    assert verify_log(str(service.settings.log_directory), service.trust.policy).size > before
