"""What does not count ends with what counts: former and voided values, acts by hand, entries of imports and files."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from client.vault.history.by_hand import void
from client.vault.history.reading_states import ReadingState, stored_readings
from client.vault.journal import imports, record_import
from client.vault.keys import UnlockKey
from client.vault.old_readings import HELD_CATEGORIES, delete_old, preview
from client.vault.set_aside import set_aside, set_aside_files
from client.vault.store import Vault, new_athlete_id
from policies.vocabulary import Category
from tests.client.corrections.vault_story import DAY, NOW, WHY, Story, mood, rating

AGE = (NOW - DAY).days
SHORT = {Category.WELLNESS: AGE - 10}
ALL = dict.fromkeys(HELD_CATEGORIES, AGE + 50)


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Story]:
    with Vault.open(tmp_path / "vault", UnlockKey(bytes(32))) as vault:
        yield Story(vault, vault.add_athlete(new_athlete_id(), "Mara Lind", shirt_no=7).athlete)


def stored(told: Story) -> list[str]:
    found = stored_readings(told.vault, told.athlete, states=ReadingState)
    return sorted(f"{one.reading.stream} {one.reading.value:g} {one.state}" for one in found)


def test_a_voided_and_a_former_value_end_with_their_category_and_no_other_does(told: Story) -> None:
    told.bring("a", [mood(1.0), mood(3.0, day=20), rating(5.0)])
    told.bring("b", [mood(2.0), rating(6.0)])
    chosen = next(one.id for one in stored_readings(told.vault, told.athlete) if one.reading.value == 1.0)
    void(told.vault, told.athlete, chosen, WHY)
    kept = ["mood 3 counts", "session_rpe 5 replaced", "session_rpe 6 counts"]
    assert stored(told) == sorted([*kept, "mood 1 voided", "mood 2 not_taken"])

    (before,) = [one for one in preview(told.vault, SHORT, now=NOW) if one.category is Category.WELLNESS]
    deleted = delete_old(told.vault, SHORT, now=NOW)

    assert ((before.held, before.ends), deleted) == ((3, 2), {Category.WELLNESS: 2})
    assert stored(told) == kept
    history = told.history()
    assert not history.acts
    assert {key for claims in history.claims.values() for key in claims.keys} == history.keys
    assert delete_old(told.vault, SHORT, now=NOW) == {}


def test_the_entry_of_an_import_ends_with_its_last_reading_and_the_newest_stays(told: Story) -> None:
    first, _ = told.bring("a", [mood(1.0)])
    second, _ = told.bring("b", [mood(2.0, day=1), rating(5.0)])
    third, _ = told.bring("c", [mood(3.0, day=2)])

    delete_old(told.vault, SHORT, now=NOW)

    assert [record.number for record in imports(told.vault, told.athlete)] == [second, third]
    told.bring("d", [mood(4.0, day=30)])
    delete_old(told.vault, SHORT, now=NOW)
    assert [record.file_name for record in imports(told.vault, told.athlete)] == ["b.csv", "d.csv"]
    assert told.undo(second).removed == 1
    assert first not in told.history().claims


@pytest.mark.parametrize("for_good", [Category.SLEEP, None])
def test_what_is_noted_of_files_ends_after_the_longest_period_if_nothing_is_kept_for_good(
    told: Story, for_good: Category | None
) -> None:
    keep = {category: days for category, days in ALL.items() if category is not for_good}
    for days in (AGE + 51, AGE + 49):
        at = NOW - timedelta(days=days)
        set_aside(told.vault, told.athlete, file_name=f"{days}", sha256=f"{days:064}", reason="empty", at=at)
        told.bring(f"{days}-", [])
        entry = imports(told.vault, told.athlete)[-1]
        record_import(told.vault, told.athlete, replace(entry, at=at, status="quarantined"))
    told.bring("newest", [mood(3.0)])

    delete_old(told.vault, keep, now=NOW)

    left = [f"{AGE + 49}"] if for_good is None else [f"{AGE + 51}", f"{AGE + 49}"]
    assert [file.file_name for file in set_aside_files(told.vault, told.athlete)] == left
    names = [record.file_name for record in imports(told.vault, told.athlete)]
    assert names == [*(f"{days}-.csv" for days in left), "newest.csv"]
