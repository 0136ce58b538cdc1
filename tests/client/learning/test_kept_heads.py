"""What is kept of an athlete's own model: sealed with their key, of one size, gone with them, and on no wire."""

import json
import runpy
import sqlite3
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from client.errors import AthleteErased, SealBroken
from client.learning.kept_head import KeptHead, ModelSource, keep_head, kept_head
from client.vault.database import OF_ONE_ATHLETE
from client.vault.store import Vault
from models.features import RECOVERY_SCHEMA
from models.wire import ContributionSum, TrainRequest, to_bytes
from tests.client.learning.squad import FIRST, athlete

VECTORS = Path(__file__).parents[2] / "vectors"
OWN = np.linspace(-0.7, 0.9, RECOVERY_SCHEMA.dimension)
HEAD = KeptHead(ModelSource.LEAGUE, FIRST, "ab" * 32, OWN, 1.25, 0.375)
NOTHING = KeptHead(ModelSource.OWN_MEAN, FIRST, "00" * 32, np.zeros_like(OWN), 2.21, 0.4)


def file_bytes(vault: Vault, tmp_path: Path) -> bytes:
    vault.scrub()
    return b"".join(path.read_bytes() for path in sorted(tmp_path.glob("vault.sqlite3*")))


def rows(tmp_path: Path) -> list[tuple[int, bytes]]:
    with sqlite3.connect(tmp_path / "vault.sqlite3") as connection:
        return connection.execute("SELECT athlete, sealed FROM private_head ORDER BY athlete").fetchall()


def test_what_is_kept_is_read_again(vault: Vault) -> None:
    assert kept_head(vault, athlete(0)) is None
    assert keep_head(vault, athlete(0), HEAD)

    read = kept_head(vault, athlete(0))

    assert read is not None
    assert read.to_bytes() == HEAD.to_bytes()
    assert read.weights.tolist() == OWN.tolist()
    assert kept_head(vault, athlete(1)) is None
    assert not keep_head(vault, athlete(0), HEAD)  # the vault does not change for nothing


def test_the_file_shows_nothing_of_it_and_one_size_for_all(vault: Vault, tmp_path: Path) -> None:
    keep_head(vault, athlete(0), HEAD)
    keep_head(vault, athlete(1), NOTHING)

    plain = file_bytes(vault, tmp_path)

    assert HEAD.to_bytes() not in plain
    assert OWN.astype(">f8").tobytes()[:16] not in plain
    assert bytes.fromhex(HEAD.model) not in plain
    assert len({len(sealed) for _, sealed in rows(tmp_path)}) == 1


def test_it_opens_under_nobody_elses_key(vault: Vault, tmp_path: Path) -> None:
    keep_head(vault, athlete(0), HEAD)
    keep_head(vault, athlete(1), NOTHING)
    (_, mine), (other, _) = rows(tmp_path)
    with sqlite3.connect(tmp_path / "vault.sqlite3") as connection:
        connection.execute("UPDATE private_head SET sealed = ? WHERE athlete = ?", (mine, other))

    with pytest.raises(SealBroken):
        kept_head(vault, athlete(1))


def test_it_goes_with_the_athlete(vault: Vault, tmp_path: Path) -> None:
    keep_head(vault, athlete(0), HEAD)
    keep_head(vault, athlete(1), NOTHING)
    sealed = rows(tmp_path)[0][1]

    vault.erase(athlete(0))

    assert "private_head" in OF_ONE_ATHLETE
    assert [one for one, _ in rows(tmp_path)] == [2]
    assert sealed not in file_bytes(vault, tmp_path)
    with pytest.raises(AthleteErased):
        kept_head(vault, athlete(0))
    with pytest.raises(AthleteErased):
        keep_head(vault, athlete(0), HEAD)


def test_what_another_version_kept_counts_as_nothing(vault: Vault) -> None:
    assert KeptHead.of_bytes(HEAD.to_bytes() + b"\0") is None
    assert KeptHead.of_bytes(b"") is None
    with pytest.raises(SealBroken):
        KeptHead.of_bytes(b"\x09" + HEAD.to_bytes()[1:])


def test_no_wire_type_has_room_for_a_head() -> None:
    golden = json.loads((VECTORS / "wire_fields.json").read_text("utf-8"))
    described = runpy.run_path(str(VECTORS / "make_wire_fields.py"))["describe"]()

    names = {name for fields in described.values() for name in fields}
    assert described == golden
    assert not {name for name in names if "head" in name or "within" in name}
    sent = {"manifest_sha256": "ab" * 32, "round": 1, "club": "club-a", "values": [1]}
    for kind, extra in ((ContributionSum, sent), (TrainRequest, {**sent, "weights": [0.0]})):
        with pytest.raises(ValidationError):
            kind.model_validate(extra | {"head": OWN.tolist()})


def test_an_answer_to_the_league_has_the_same_bytes_whatever_is_kept(vault: Vault) -> None:
    """The series that a campaign learns from are built of readings alone."""
    from client.features.athlete_days import athlete_days
    from client.federation.series import series_of

    before = series_of(athlete_days(vault, athlete(0)), RECOVERY_SCHEMA.model)
    keep_head(vault, athlete(0), HEAD)
    after = series_of(athlete_days(vault, athlete(0)), RECOVERY_SCHEMA.model)

    assert before.X.tobytes() == after.X.tobytes()
    assert before.y.tobytes() == after.y.tobytes()
    assert b"head" not in to_bytes(ContributionSum(manifest_sha256="ab" * 32, round=1, club="club-a", values=(1,)))


def test_a_kept_day_is_the_day(vault: Vault) -> None:
    later = KeptHead(ModelSource.PUBLIC, date(2031, 2, 28), "cd" * 32, OWN, 1.0, 0.5)
    keep_head(vault, athlete(3), later)

    read = kept_head(vault, athlete(3))

    assert read is not None
    assert (read.source, read.day, read.model) == (ModelSource.PUBLIC, date(2031, 2, 28), "cd" * 32)
    assert read.day - timedelta(days=1) == date(2031, 2, 27)
