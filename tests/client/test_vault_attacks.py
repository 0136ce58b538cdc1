"""What somebody with the vault's file in hand can do: read nothing, change nothing unnoticed."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chassis.errors import BadSecretFile
from client.biometrics.observations import Observation, ReadingSource, observe
from client.biometrics.streams import Stream
from client.errors import AthleteErased, SealBroken, VaultError, WrongKey
from client.vault import keys
from client.vault.history.by_hand import CorrectionReason, HandReason, void
from client.vault.history.reading_states import stored_readings
from client.vault.journal import ImportRecord, record_import
from client.vault.keys import UnlockKey
from client.vault.records.added import ImportMark
from client.vault.seal import vault_subkey
from client.vault.set_aside import set_aside
from client.vault.store import Vault, new_athlete_id
from policies.vocabulary import AthleteId

Make = Callable[..., Observation]

NAME, DEVICE, APP, FILE = "Canary Nightingale", "canary-strap-7731", "canary-app-7731", "canary-file.csv"
VALUE = 7317.7317


def _fill(vault: Vault) -> AthleteId:
    someone = vault.add_athlete(new_athlete_id(), NAME, shirt_no=77).athlete
    source = ReadingSource(DEVICE, APP, "ca" * 32)
    at = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
    vault.add(
        someone,
        [
            observe(Stream.DISTANCE, at, VALUE, source),
            observe(Stream.MOOD, at, 3.0, source),
            observe(Stream.RR_INTERVALS, at, (731.5, 773.25), source),
            observe(Stream.INJURY_SITES, at, "canary-knee: minor", source),
        ],
    )
    number = record_import(vault, someone, ImportRecord(at, FILE, "ca" * 32, "canary-reader", "stored", "", {}))
    mark = ImportMark(number, at, "canary-coach")
    vault.add_counted(someone, [observe(Stream.MOOD, at, 4.0, source), observe(Stream.STRESS, at, 2.0, source)], mark)
    wrong = stored_readings(vault, someone, streams=[Stream.STRESS])[0].id
    void(vault, someone, wrong, HandReason(at, "canary-coach", CorrectionReason.OTHER, "canary-note"))
    set_aside(vault, someone, file_name=FILE, sha256="cb" * 32, reason="canary-reason", at=at)
    return someone


def _canaries(someone: AthleteId) -> list[bytes]:
    micros = int(datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC).timestamp() * 1_000_000)
    texts = [NAME, DEVICE, APP, FILE, "canary", "7317", "731.5", "773.25", "ca" * 32, "knee", someone, "2026-02-03"]
    streams = [stream.value for stream in (Stream.DISTANCE, Stream.MOOD, Stream.RR_INTERVALS, Stream.INJURY_SITES)]
    raw = [micros.to_bytes(8, "big"), micros.to_bytes(8, "little"), str(micros).encode(), str(micros)[:10].encode()]
    return [*(text.encode() for text in (*texts, *streams)), *raw]


def _bytes_on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())


def test_no_value_name_stream_or_time_stands_in_the_file_or_its_log(tmp_path: Path, key: UnlockKey) -> None:
    folder = tmp_path / "v"
    vault = Vault.open(folder / "vault.sqlite3", key)
    someone = _fill(vault)

    while_open = _bytes_on_disk(folder)
    log = (folder / "vault.sqlite3-wal").read_bytes()
    vault.close()

    assert len(log) > 1000, "the write-ahead log was searched too"
    for content in (while_open, _bytes_on_disk(folder)):
        assert [canary for canary in _canaries(someone) if canary in content] == []


def test_the_search_for_canaries_would_find_them(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text(f"{NAME} {VALUE}")

    assert sum(canary in _bytes_on_disk(tmp_path) for canary in _canaries(new_athlete_id())) >= 2


def test_the_file_is_private_from_the_start(tmp_path: Path, key: UnlockKey) -> None:
    path = tmp_path / "v" / "vault.sqlite3"
    with Vault.open(path, key) as vault:
        _fill(vault)
        assert {p.stat().st_mode & 0o077 for p in path.parent.iterdir()} == {0}


def _two_rows(path: Path, key: UnlockKey, day_of: Make) -> AthleteId:
    with Vault.open(path, key) as vault:
        someone = vault.add_athlete(new_athlete_id(), "A", shirt_no=1).athlete
        vault.add(someone, [day_of(Stream.MOOD, 0, 1.0), day_of(Stream.MOOD, 1, 5.0)])
    return someone


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE observation SET sealed = (SELECT sealed FROM observation o WHERE o.key != observation.key)",
        "UPDATE observation SET sealed = substr(sealed, 1, 40)",
        "UPDATE observation SET sealed = x''",
        "UPDATE observation SET key = randomblob(16)",
        "UPDATE source SET sealed = randomblob(100)",
        "UPDATE source SET number = number + 1",
        "UPDATE athlete SET wrapped_key = randomblob(60)",
    ],
)
def test_a_changed_moved_or_cut_row_is_noticed(tmp_path: Path, key: UnlockKey, day_of: Make, attack: str) -> None:
    path = tmp_path / "vault.sqlite3"
    someone = _two_rows(path, key, day_of)
    connection = sqlite3.connect(path)
    connection.execute(attack)
    connection.commit()
    connection.close()

    with Vault.open(path, key) as vault, pytest.raises(SealBroken):
        vault.read(someone)


def test_one_flipped_bit_is_noticed(tmp_path: Path, key: UnlockKey, day_of: Make) -> None:
    path = tmp_path / "vault.sqlite3"
    someone = _two_rows(path, key, day_of)
    connection = sqlite3.connect(path)
    row_key, sealed = connection.execute("SELECT key, sealed FROM observation").fetchone()
    flipped = sealed[:-1] + bytes([sealed[-1] ^ 1])
    connection.execute("UPDATE observation SET sealed = ? WHERE key = ?", (flipped, row_key))
    connection.commit()
    connection.close()

    with Vault.open(path, key) as vault, pytest.raises(SealBroken):
        vault.read(someone)


def test_a_row_of_one_athlete_does_not_open_as_anothers(tmp_path: Path, key: UnlockKey, day_of: Make) -> None:
    path = tmp_path / "vault.sqlite3"
    with Vault.open(path, key) as vault:
        victim, thief = (vault.add_athlete(new_athlete_id(), name, shirt_no=1).athlete for name in "AB")
        vault.add(victim, [day_of(Stream.MOOD, 0, 1.0)])
    connection = sqlite3.connect(path)
    connection.execute("UPDATE observation SET athlete = 2")
    connection.execute("UPDATE source SET athlete = 2")
    connection.commit()
    connection.close()

    with Vault.open(path, key) as vault, pytest.raises(SealBroken):
        vault.read(thief)


def test_a_wrapped_key_does_not_open_in_another_athletes_place(tmp_path: Path, key: UnlockKey, day_of: Make) -> None:
    path = tmp_path / "vault.sqlite3"
    with Vault.open(path, key) as vault:
        victim, thief = (vault.add_athlete(new_athlete_id(), name, shirt_no=1).athlete for name in "AB")
    connection = sqlite3.connect(path)
    connection.execute("UPDATE athlete SET wrapped_key = (SELECT wrapped_key FROM athlete WHERE number = 1)")
    connection.commit()
    connection.close()

    with Vault.open(path, key) as vault:
        assert vault.read(victim) == []
        with pytest.raises(SealBroken):
            vault.read(thief)


def test_a_vault_cut_short_is_one_clear_sentence(tmp_path: Path, key: UnlockKey, day_of: Make) -> None:
    path = tmp_path / "vault.sqlite3"
    with Vault.open(path, key) as vault:
        someone = vault.add_athlete(new_athlete_id(), "A", shirt_no=1).athlete
        vault.add(someone, [day_of(Stream.MOOD, n % 200, 3.0, n // 200) for n in range(1000)])
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    def use() -> None:
        with Vault.open(path, key) as vault:
            vault.read(someone)

    with pytest.raises(VaultError, match="damaged"):
        use()


def test_bytes_that_are_no_vault_are_refused(tmp_path: Path, key: UnlockKey) -> None:
    path = tmp_path / "vault.sqlite3"
    path.write_bytes(b"not a database at all" * 100)

    with pytest.raises(VaultError, match="not a vault"):
        Vault.open(path, key)


def test_erasing_leaves_no_byte_of_the_key_or_the_readings(tmp_path: Path, key: UnlockKey) -> None:
    path = tmp_path / "v" / "vault.sqlite3"
    with Vault.open(path, key) as vault:
        someone = _fill(vault)
    connection = sqlite3.connect(path)
    sealed = [row[0] for row in connection.execute("SELECT sealed FROM observation")]
    sealed += [row[0] for row in connection.execute("SELECT wrapped_key FROM athlete")]
    sealed += [
        row[0]
        for table in ("source", "import", "quarantine", "superseded", "import_claims", "hand_act")
        for row in connection.execute(f"SELECT sealed FROM {table}")
    ]
    sealed += [row[0] for row in connection.execute("SELECT note FROM superseded")]
    profile = connection.execute("SELECT profile FROM athlete").fetchone()[0]
    connection.close()
    assert all(blob in _bytes_on_disk(path.parent) for blob in sealed)

    with Vault.open(path, key) as vault:
        vault.erase(someone)
        after = _bytes_on_disk(path.parent)
        with pytest.raises(AthleteErased):
            vault.read(someone)

    assert [blob for blob in (*sealed, profile) if blob[:32] in after] == []


def test_a_copy_of_the_rows_does_not_come_back_to_life_after_erasure(
    tmp_path: Path, key: UnlockKey, day_of: Make
) -> None:
    path = tmp_path / "vault.sqlite3"
    someone = _two_rows(path, key, day_of)
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT athlete, key, sealed FROM observation").fetchall()
    connection.close()
    with Vault.open(path, key) as vault:
        vault.erase(someone)
    connection = sqlite3.connect(path)
    connection.executemany("INSERT INTO observation VALUES (?, ?, ?)", rows)
    connection.commit()
    connection.close()

    with Vault.open(path, key) as vault, pytest.raises(AthleteErased):
        vault.read(someone)


def test_a_key_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    made = keys.create_key_file(tmp_path / "keys")
    path = tmp_path / "keys" / "vault.key"
    assert keys.read_key_file(tmp_path / "keys").secret == made.secret

    path.chmod(0o640)
    with pytest.raises(BadSecretFile, match="0600"):
        keys.read_key_file(tmp_path / "keys")


def test_the_salt_of_a_passphrase_is_a_secret_file_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "SCRYPT_N", 2**10)
    keys.create_passphrase(tmp_path / "keys", "correct horse battery")
    (tmp_path / "keys" / "vault.salt").chmod(0o604)

    with pytest.raises(BadSecretFile, match="0600"):
        keys.read_passphrase(tmp_path / "keys", "correct horse battery")


def test_the_keys_of_existing_vaults_are_derived_as_ever() -> None:
    # Computed with Python's hmac alone: HMAC-SHA256(secret, "homefield/vault/1/" + use + 0x01), RFC 5869 section 2.3.
    known = {
        "seal": "47e89e64ad648eb1087381e4d20c50bb14e00a64b48d7ca950afe11e7b59d7e4",
        "name": "e77b3af2a7b788ae0fae834badf2d0200d22a629d827762a28e1774abe8af84f",
    }

    assert {use: vault_subkey(bytes(range(32)), use).hex() for use in known} == known


def test_keys_show_nothing_when_printed(key: UnlockKey) -> None:
    assert repr(key.secret)[2:8] not in repr(key)


def test_a_wrong_passphrase_is_one_clear_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "SCRYPT_N", 2**10)  # the strength is the constant's own; here only the logic
    unlock = keys.create_passphrase(tmp_path / "keys", "correct horse battery")
    Vault.open(tmp_path / "vault.sqlite3", unlock).close()

    again = keys.read_passphrase(tmp_path / "keys", "correct horse battery")
    Vault.open(tmp_path / "vault.sqlite3", again).close()
    with pytest.raises(WrongKey, match="passphrase"):
        Vault.open(tmp_path / "vault.sqlite3", keys.read_passphrase(tmp_path / "keys", "Correct horse battery"))
    with pytest.raises(WrongKey, match="HOMEFIELD_PASSPHRASE"):
        keys.read_passphrase(tmp_path / "keys", None)


def test_weakened_scrypt_parameters_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(keys, "SCRYPT_N", 2**4)
        keys.create_passphrase(tmp_path / "keys", "correct horse battery")

    with pytest.raises(Exception, match="scrypt parameters"):
        keys.read_passphrase(tmp_path / "keys", "correct horse battery")
    assert (keys.SCRYPT_N, keys.SCRYPT_R, keys.SCRYPT_P) == (2**16, 8, 2)
