"""Whatever the order, the retries and the repeats: the same set of answers gives the same stored state."""

import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from client.errors import AnswerRefused
from client.forms.answers.own_answers import OwnAnswers
from client.forms.answers.sending import Sending
from client.forms.library.form_library import FormLibrary
from client.vault.history.reading_states import ReadingState, stored_readings
from client.vault.keys import UnlockKey
from client.vault.own_answers.kept_answers import KeptAnswers
from client.vault.store import Vault
from policies.vocabulary import AthleteId
from tests.client.forms.conftest import NOW, TODAY, sending

ATHLETE = AthleteId("ath-00000000000000aa")
ITEMS = ("sleep", "energy", "muscles", "stress", "mood")
ANSWERS = st.dictionaries(st.sampled_from(ITEMS), st.integers(1, 5).map(float), min_size=1)
MORNINGS = st.builds(
    lambda answers, ago, minute, number: sending(
        answers,
        id=str(uuid.UUID(int=number, version=4)),
        day=TODAY - timedelta(days=ago),
        answered_at=datetime(2026, 11, 24, 6, minute, tzinfo=UTC),
    ),
    *(ANSWERS, st.integers(0, 2), st.integers(0, 3), st.integers(1, 2**100)),
)
SESSIONS = st.builds(
    lambda rating, minutes, part, minute, number: sending(
        {"effort": float(rating), **({} if minutes is None else {"minutes": float(minutes)})},
        form="session",
        id=str(uuid.UUID(int=number, version=4)),
        part=part,
        answered_at=datetime(2026, 11, 24, 6, minute, tzinfo=UTC),
    ),
    *(st.integers(0, 10), st.none() | st.integers(1, 200), st.integers(1, 2), st.integers(0, 3)),
    st.integers(1, 2**100),
)
SENT = st.lists(MORNINGS | SESSIONS, min_size=1, max_size=7, unique_by=lambda one: one.id)


def stored(order: list[Sending], withdrawn: frozenset[str] = frozenset()) -> Any:
    """A fresh vault after these sendings: its answers, and every value of every record with what became of it."""
    with TemporaryDirectory() as folder, Vault.open(Path(folder) / "vault.sqlite3", UnlockKey(bytes(32))) as vault:
        vault.add_athlete(ATHLETE, "Mara Lind", shirt_no=7)
        own = OwnAnswers(vault, ATHLETE, FormLibrary.read(Path(folder)), UTC)
        for one in order:
            own.take(one, now=NOW)
        for one_id in sorted(withdrawn):
            own.withdraw(one_id, now=NOW)
        readings = stored_readings(vault, ATHLETE, states=frozenset(ReadingState))
        told = [(one.reading, one.state, one.place, one.change) for one in readings]
        return KeptAnswers(vault, ATHLETE).all(), sorted(told, key=repr)


@settings(max_examples=40, deadline=None)
@given(SENT, st.data())
def test_any_order_of_sendings_and_repeats_stores_the_same(sent: list[Sending], data: st.DataObject) -> None:
    repeats = data.draw(st.lists(st.sampled_from(sent), max_size=5))
    order = data.draw(st.permutations(sent + repeats))

    assert stored(order) == stored(sent)


@settings(max_examples=20, deadline=None)
@given(SENT, st.data())
def test_taking_back_leaves_what_would_be_there_without_the_answer(sent: list[Sending], data: st.DataObject) -> None:
    gone = frozenset(one.id for one in data.draw(st.lists(st.sampled_from(sent), max_size=3)))
    left = [one for one in sent if one.id not in gone]

    counts = [told for told in stored(sent, gone)[1] if told[1] is ReadingState.COUNTS]

    assert [told[0] for told in counts] == [told[0] for told in stored(left)[1] if told[1] is ReadingState.COUNTS]


@settings(max_examples=20, deadline=None)
@given(SENT)
def test_the_newest_answer_of_a_slot_counts_and_nothing_else(sent: list[Sending]) -> None:
    """Told without the code under test: by sorting what was sent."""
    names = {"sleep": "sleep_quality", "energy": "fatigue", "muscles": "soreness", "effort": "session_rpe"}
    names["minutes"] = "session_duration_min"
    last: dict[Any, Sending] = {}
    for one in sorted(sent, key=lambda each: (each.answered_at, each.id)):
        last[one.form, one.day, one.part] = one
    expected = sorted(
        (one.day, one.part, names.get(item, item), value)
        for one in last.values()
        for item, value in one.answers.items()
    )

    readings = [told[0] for told in stored(sent)[1] if told[1] is ReadingState.COUNTS]

    found = [(one.day, int(one.entry[-1]), one.stream.value, one.value) for one in readings]
    assert sorted(found) == expected


def test_two_answers_under_one_id_are_never_both_taken() -> None:
    one = sending({"mood": 1.0})
    other = one.model_copy(update={"answers": {"mood": 5.0}})
    for first, second in ((one, other), (other, one)):
        with pytest.raises(AnswerRefused, match="another answer was sent"):
            stored([first, second])
