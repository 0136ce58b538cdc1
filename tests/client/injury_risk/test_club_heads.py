"""The club head: sealed under a key of its own, without whoever is erased or withdraws, and from learn days alone."""

import dataclasses
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from client.errors import ConsentUnavailable, SealBroken
from client.features.athlete_days import athlete_days
from client.injury_risk.club_head import (
    KeptClubHead,
    forget_club_head,
    keep_club_head,
    kept_club_head,
    members_of,
    usable_club_head,
)
from client.injury_risk.club_refitting import ClubHeadRefitting
from client.learning.beside_pages import learning_beside
from client.risk_days import held_back, used_here
from client.settings import NodeSettings
from client.vault.keys import UnlockKey
from client.vault.store import Vault
from tests.client.injury_risk.risk_squad import PUBLIC, RiskConsent, days_of, passed
from tests.client.learning.squad import LEAGUE, Clock, athlete
from tests.waiting import wait_until

ATHLETES = 5
TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
EVERYONE = [athlete(place) for place in range(ATHLETES)]


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("risk") / "vault.sqlite3"
    with Vault.open(path, UnlockKey(bytes(32))) as vault, vault.transaction():
        for place, one in enumerate(EVERYONE):
            vault.add_athlete(one, f"Name {place}", shirt_no=place + 1)
            vault.add(one, days_of(place, TODAY, lost=range(70 + place, 150, 20 + place)))
    return path


@pytest.fixture
def vault(stocked: Path, tmp_path: Path) -> Iterator[Vault]:
    copy = tmp_path / "vault.sqlite3"
    copy.write_bytes(stocked.read_bytes())
    with Vault.open(copy, UnlockKey(bytes(32))) as opened:
        yield opened


@pytest.fixture
def consent() -> RiskConsent:
    return RiskConsent(list(EVERYONE), NOW)


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def node(vault: Vault, consent: RiskConsent, tmp_path: Path, clock: Clock) -> ClubHeadRefitting:
    return ClubHeadRefitting(vault, consent, [LEAGUE.verify_key], tmp_path / "models", clock, lambda: clock().date())


@pytest.fixture
def model(tmp_path: Path) -> str:
    return passed(tmp_path / "models", PUBLIC, now=NOW).model_id


def kept(vault: Vault) -> KeptClubHead:
    found = kept_club_head(vault)
    assert found is not None
    return found


def expected(vault: Vault, members: list[object]) -> list[float]:
    tables = [athlete_days(vault, one) for one in EVERYONE if one in members]
    return used_here(PUBLIC, tables).tolist()


def file_bytes(vault: Vault, tmp_path: Path) -> bytes:
    vault.scrub()
    return b"".join(path.read_bytes() for path in sorted(tmp_path.glob("vault.sqlite3*")))


def row(tmp_path: Path) -> tuple[bytes, bytes]:
    with sqlite3.connect(tmp_path / "vault.sqlite3") as connection:
        found: tuple[bytes, bytes] = connection.execute("SELECT wrapped_key, sealed FROM club_head").fetchone()
        return found


def test_it_is_fitted_once_a_day_and_is_what_the_gate_judges(
    node: ClubHeadRefitting, vault: Vault, model: str, clock: Clock, consent: RiskConsent
) -> None:
    assert [node.refit_due(), node.refit_due()] == [True, False]

    assert (kept(vault).model, kept(vault).day) == (model, TODAY)
    assert kept(vault).weights.tolist() == expected(vault, list(EVERYONE))
    assert kept(vault).weights.tolist() != PUBLIC.tolist()
    assert 0.0 < kept(vault).usual_rate < 0.5
    clock.now = consent.now = NOW + timedelta(days=1)
    assert [node.refit_due(), node.refit_due()] == [True, False]


def test_without_a_model_that_passed_nothing_is_kept(node: ClubHeadRefitting, vault: Vault, model: str) -> None:
    node.refit_due()
    (node.models / "risk-logistic-1.in-use.json").write_text("")

    assert [node.refit_due(), node.refit_due()] == [True, False]
    assert kept_club_head(vault) is None


def test_who_withdraws_is_out_at_once_and_it_is_as_if_they_had_never_been_in_it(
    node: ClubHeadRefitting, vault: Vault, model: str, consent: RiskConsent
) -> None:
    node.refit_due()
    before = kept(vault)
    consent.learners.remove(EVERYONE[2])

    usable = usable_club_head(vault, model=model, learners=consent.learners)
    refitted = node.refit_due()

    assert usable is None
    assert refitted
    assert kept(vault).weights.tolist() == expected(vault, consent.learners)
    assert kept(vault).weights.tolist() != before.weights.tolist()
    assert usable_club_head(vault, model=model, learners=consent.learners) is not None
    after = kept(vault)
    forget_club_head(vault)
    node.refit_due()  # a node at which the athlete never said yes
    assert kept(vault).to_bytes(ATHLETES) == after.to_bytes(ATHLETES)


def test_an_erasure_destroys_it_and_it_is_made_anew_without_the_athlete(
    node: ClubHeadRefitting, vault: Vault, model: str, consent: RiskConsent, tmp_path: Path
) -> None:
    node.refit_due()
    key, sealed = row(tmp_path)
    others = [one for one in EVERYONE if one != EVERYONE[1]]

    vault.erase(EVERYONE[1])
    gone = kept_club_head(vault)
    left = file_bytes(vault, tmp_path)
    node.refit_due()  # the consent service has not told of it yet

    assert gone is None
    assert key not in left
    assert sealed not in left
    assert kept(vault).weights.tolist() == expected(vault, list(others))
    assert kept(vault).members == members_of(vault, others)


def test_what_was_fitted_before_an_erasure_is_not_kept_after_it(vault: Vault, tmp_path: Path) -> None:
    """Another program erases while the running node fits."""
    fitted = KeptClubHead(TODAY, "ab" * 32, PUBLIC, 0.04, members_of(vault, EVERYONE))
    with Vault.open(tmp_path / "vault.sqlite3", UnlockKey(bytes(32))) as other:
        other.erase(EVERYONE[0])

    assert not keep_club_head(vault, fitted)
    assert kept_club_head(vault) is None
    assert keep_club_head(vault, dataclasses.replace(fitted, members=members_of(vault, EVERYONE[1:])))


def test_the_file_shows_nothing_of_it_and_one_size_whoever_is_in_it(vault: Vault, tmp_path: Path) -> None:
    head = KeptClubHead(TODAY, "ab" * 32, np.linspace(-0.7, 0.9, 12), 0.04, members_of(vault, EVERYONE))
    keep_club_head(vault, head)
    first = row(tmp_path)
    assert kept(vault).weights.tolist() == head.weights.tolist()
    assert dataclasses.replace(kept(vault), weights=head.weights) == head
    keep_club_head(vault, dataclasses.replace(head, members=frozenset()))
    second = row(tmp_path)

    plain = file_bytes(vault, tmp_path)

    assert [len(part) for part in first] == [len(part) for part in second]
    assert first[0] != second[0]  # a fresh key each time: what was before opens with nothing that is left
    assert first[1] not in plain
    assert bytes.fromhex(head.model) not in plain
    assert head.weights.astype(">f8").tobytes()[:16] not in plain


def test_changed_bytes_and_other_versions(vault: Vault, tmp_path: Path) -> None:
    head = KeptClubHead(TODAY, "ab" * 32, PUBLIC, 0.04, members_of(vault, EVERYONE))
    keep_club_head(vault, head)
    assert KeptClubHead.of_bytes(head.to_bytes(ATHLETES) + b"\0") is None
    assert KeptClubHead.of_bytes(b"") is None
    assert usable_club_head(vault, model="cd" * 32, learners=EVERYONE) is None
    with sqlite3.connect(tmp_path / "vault.sqlite3") as connection:
        connection.execute("UPDATE club_head SET sealed = wrapped_key")

    with pytest.raises(SealBroken):
        kept_club_head(vault)


def test_without_the_consent_service_nothing_is_fitted(
    node: ClubHeadRefitting, vault: Vault, model: str, consent: RiskConsent
) -> None:
    consent.down = True

    with pytest.raises(ConsentUnavailable):
        node.refit_due()

    assert kept_club_head(vault) is None


def test_no_judged_day_moves_a_bit_of_it(vault: Vault) -> None:
    tables = [athlete_days(vault, one) for one in EVERYONE]
    changed = []
    for table in tables:
        columns = {name: values.copy() for name, values in table.columns.items()}
        judged = held_back(table)
        columns["load_au"][judged] = 3_000.0
        columns["time_loss"][judged] = 1.0 - columns["time_loss"][judged]
        columns["fatigue"][judged] = 1.0
        changed.append(dataclasses.replace(table, columns=columns))

    assert used_here(PUBLIC, changed).tobytes() == used_here(PUBLIC, tables).tobytes()


def test_one_learnt_day_moves_it(vault: Vault) -> None:
    tables = [athlete_days(vault, one) for one in EVERYONE]
    columns = {name: values.copy() for name, values in tables[0].columns.items()}
    columns["load_au"][60] = 3_000.0

    moved = used_here(PUBLIC, [dataclasses.replace(tables[0], columns=columns), *tables[1:]])

    assert moved.tobytes() != used_here(PUBLIC, tables).tobytes()


def test_a_running_node_takes_a_withdrawn_athlete_out_by_itself(
    node: ClubHeadRefitting, vault: Vault, model: str, consent: RiskConsent, settings: NodeSettings
) -> None:
    def members() -> frozenset[bytes]:
        held = kept_club_head(vault)
        return frozenset() if held is None else held.members

    def failing() -> None:
        raise ConsentUnavailable("whatever fails in a turn keeps nothing else from it")

    with learning_beside(
        settings, vault=vault, consent=consent, clock=lambda: NOW, then=[failing, node.refit_due], every_s=0.01
    ):
        wait_until(lambda: members() == members_of(vault, EVERYONE))
        consent.learners.remove(EVERYONE[4])
        wait_until(lambda: members() == members_of(vault, EVERYONE[:4]))

    assert kept(vault).weights.tolist() == expected(vault, list(EVERYONE[:4]))
