"""What was known at a moment is what the vault held then, whatever came, was corrected or was voided since."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given

from client.vault.history.as_known import readings_as_known
from client.vault.history.by_hand import correct, void
from client.vault.history.reading_states import stored_readings
from client.vault.store import Vault
from tests.client.corrections.test_undo_properties import EVENTS, Events
from tests.client.corrections.vault_story import DAY, NOW, WHY, Seen, Story, mood, story

HOUR = timedelta(hours=1)


def seen(it: Story, known: object) -> Seen:
    """Readings as `Story.seen` tells them."""
    return sorted((r.stream.value, r.start, r.end, r.value, r.quality, r.source.device) for r in known)  # type: ignore[attr-defined]


def happens(it: Story, number: int, event: object) -> None:
    """Let one event happen at its hour."""
    it.at = NOW + number * HOUR
    if isinstance(event, list):
        it.bring(f"{number:x}", event)
        return
    kind, place = event  # type: ignore[misc]
    counting = [one for one in stored_readings(it.vault, it.athlete) if one.state.value == "counts"]
    if not counting:
        return
    one, why = counting[place % len(counting)], replace(WHY, at=it.at)
    if kind == "void":
        void(it.vault, it.athlete, one.id, why)
    elif isinstance(one.reading.value, float):
        correct(it.vault, it.athlete, one.id, one.reading.value + (1.0 if one.reading.value < 4 else -1.0), why)


@given(EVENTS)
def test_every_moment_is_told_as_it_was(shared: Vault, events: Events) -> None:
    with story(shared) as it:
        held = [it.seen()]
        for number, event in enumerate(events):
            happens(it, number, event)
            held.append(it.seen())

        for number, then in enumerate(held):
            moment = NOW + (number - 1) * HOUR
            assert seen(it, readings_as_known(it.vault, it.athlete, moment)) == then


def test_a_reading_of_a_later_hour_was_not_known(shared: Vault) -> None:
    with story(shared) as it:
        it.vault.add(it.athlete, [mood(3.0, hour=8), mood(2.0, hour=14)])  # no import is noted

        known = readings_as_known(it.vault, it.athlete, DAY + timedelta(hours=12))

        assert [one.value for one in known] == [3.0]
