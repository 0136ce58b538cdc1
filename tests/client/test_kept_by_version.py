"""What is kept of an athlete is read once, and anew after whatever changed the vault, by this program or another."""

from pathlib import Path

import pytest

from client.errors import AthleteErased
from client.vault.history.kept_by_version import KeptByVersion
from client.vault.keys import UnlockKey
from client.vault.store import Vault
from policies.vocabulary import AthleteId


def test_it_is_read_again_only_after_a_change(vault: Vault, athlete: AthleteId, key: UnlockKey, tmp_path: Path) -> None:
    read = list[AthleteId]()

    def names(held: Vault, one: AthleteId) -> str:
        read.append(one)
        return held.athlete(one).name

    kept = KeptByVersion(vault, names)

    assert [kept.of(athlete), kept.of(athlete), len(read)] == ["Mara Lind", "Mara Lind", 1]
    vault.rename(athlete, "Mara Sund")
    assert [kept.of(athlete), len(read)] == ["Mara Sund", 2]
    with Vault.open(tmp_path / "vault.sqlite3", key) as other:
        other.rename(athlete, "Mara Berg")
    assert [kept.of(athlete), kept.of(athlete), len(read)] == ["Mara Berg", "Mara Berg", 3]
    vault.erase(athlete)
    with pytest.raises(AthleteErased):
        kept.of(athlete)
