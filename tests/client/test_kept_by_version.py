"""What is kept of an athlete is read once, and anew after whatever changed of them, by this program or another."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from client.biometrics.observations import ReadingSource, observe
from client.biometrics.own_settings import OwnSettings
from client.biometrics.rest_rule import RestBasis, RestRule
from client.biometrics.streams import Stream
from client.errors import AthleteErased
from client.vault.history.by_hand import CorrectionReason, HandReason, void
from client.vault.history.kept_by_version import Identical, KeptByVersion, NewestByPlace, VersionMemory
from client.vault.history.reading_states import stored_readings
from client.vault.keys import UnlockKey
from client.vault.preferences.own_settings import set_node_source_priority, set_own_settings
from client.vault.rest_rules import set_rest_rule
from client.vault.store import Vault
from policies.vocabulary import AthleteId

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SOURCE = ReadingSource("strap", "app", "0" * 64)


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


def test_a_change_of_another_athlete_leaves_what_is_kept(vault: Vault, athlete: AthleteId) -> None:
    other = AthleteId("ath-00000000000000b7")
    vault.add_athlete(other, "Ola Berg", shirt_no=77)
    kept, read = VersionMemory[object](vault), list[AthleteId]()

    def of(one: AthleteId) -> None:
        kept.of(one, "readings", lambda: read.append(one))

    of(athlete)
    of(other)
    vault.add(other, [observe(Stream.MOOD, NOON, 4.0, SOURCE)])
    of(athlete)
    of(other)
    assert read == [athlete, other, other]


@pytest.mark.parametrize("change", ["reading", "correction", "rule", "own setting", "node setting", "profile"])
def test_every_change_that_may_matter_is_told(vault: Vault, athlete: AthleteId, change: str) -> None:
    vault.add(athlete, [observe(Stream.MOOD, NOON, 4.0, SOURCE)])
    before, again = vault.fingerprint(athlete), vault.fingerprint(athlete)

    if change == "reading":
        vault.add(athlete, [observe(Stream.STRESS, NOON, 4.0, SOURCE)])
    elif change == "correction":
        (held,) = stored_readings(vault, athlete)
        void(vault, athlete, held.id, HandReason(NOON, "the athlete", CorrectionReason.SENSOR_FAULT))
    elif change == "rule":
        set_rest_rule(vault, athlete, RestRule(RestBasis.REPORTED))
    elif change == "own setting":
        set_own_settings(vault, athlete, OwnSettings(source_priority=("garmin",)))
    elif change == "node setting":
        set_node_source_priority(vault, OwnSettings(source_priority=("garmin",)))
    else:
        vault.move_to_squad(athlete, "women")

    assert before == again
    assert vault.fingerprint(athlete) != before


def test_of_an_erased_athlete_nothing_is_kept_after_a_look_at_another(vault: Vault, athlete: AthleteId) -> None:
    other = AthleteId("ath-00000000000000b7")
    vault.add_athlete(other, "Ola Berg", shirt_no=77)
    kept = VersionMemory[str](vault)
    kept.of(athlete, "charts", lambda: "drawn of their readings")

    vault.erase(athlete)
    kept.of(other, "charts", lambda: "drawn")

    assert list(kept._kept) == [other]


def test_of_each_place_the_newest_alone_is_kept(vault: Vault, athlete: AthleteId) -> None:
    kept, made = NewestByPlace[str](vault), list[str]()

    def of(place: str, made_of: str) -> None:
        kept.of(athlete, place, made_of, lambda: made.append(made_of) or made_of)

    for place, made_of in (("coach", "all"), ("coach", "all"), ("medical", "all"), ("coach", "less"), ("coach", "all")):
        of(place, made_of)
    assert made == ["all", "all", "less", "all"]


def test_a_value_without_a_hash_stands_in_a_key_as_itself() -> None:
    one, other = {"a": 1}, {"a": 1}

    assert Identical(one) == Identical(one)
    assert Identical(one) != Identical(other)
    assert len({Identical(one), Identical(one), Identical(other)}) == 2
