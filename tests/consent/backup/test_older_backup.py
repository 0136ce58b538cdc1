"""Whatever backup of a random league is put back beside its newer log: nothing ended or spent comes back."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from chassis.backup.recovery_key import new_recovery_key, write_recipients
from consent.backup.put_back import put_back
from consent.backup.take import take
from consent.service import open_service
from consent.storage.rows import DataKeyRow
from tests.consent.league import FakeClock, World, fill, make_service
from tests.consent.recovery.test_older_database import Life, budget, shared
from tests.scale import counts, scaled, seeded


@pytest.fixture
def played(tmp_path: Path, clock: FakeClock) -> World:
    return fill(make_service(tmp_path / "union", clock), clock)


@pytest.mark.parametrize("seed", range(scaled(5)))
def test_whatever_backup_is_put_back_nothing_ended_is_alive(played: World, tmp_path: Path, seed: int) -> None:
    chance, key = random.Random(seeded(seed)), new_recovery_key()
    (tmp_path / "key").write_text(key.identity)
    (tmp_path / "backups").mkdir()
    settings, life = played.service.settings, Life(played, chance)
    write_recipients(settings.directory, [key.recipient])
    for _ in range(chance.randint(3, 12)):
        life.step()
    backup = take(settings, into=tmp_path / "backups", clock=played.clock).path
    for _ in range(chance.randint(1, 12)):
        life.step()
        if chance.random() < 0.2:
            played.publish()
    athletes = played.athletes["club-a"]
    alive = {athlete: shared(played, athlete) for athlete in athletes}
    spent = {athlete: budget(played, athlete).spent + budget(played, athlete).reserved for athlete in athletes}
    size = played.log_size
    played.service.close()

    done = put_back(backup, settings.directory, key_file=tmp_path / "key", clock=played.clock)

    assert done.keeps_log
    again = replace(played, service=open_service(settings, clock=played.clock))
    for athlete in athletes:
        assert shared(again, athlete) <= alive[athlete]
        assert budget(again, athlete).spent + budget(again, athlete).reserved >= spent[athlete]
        with again.store.transactions.read() as tx:
            assert (tx.session.get_one(DataKeyRow, athlete).wrapped is None) >= (athlete in life.erased)
    tags = [entry.tag for entry in again.published_since(0) if entry.tag]
    assert len(tags) == len(set(tags))
    assert again.verify().size >= size
    again.service.close()
    counts["older backups put back"] += 1
