"""Own answers in the vault: each once and to its day, the newest counting, former ones kept; and what is refused."""

import json
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from client.biometrics.streams import Stream
from client.errors import AnswerRefused
from client.forms.answers.own_answers import OwnAnswers
from client.forms.answers.sending import AnswerRefusal, Sending
from client.forms.library.approvals import FormApproval, add_approval
from client.forms.library.form_library import FormLibrary
from client.vault.history.by_hand import CorrectionReason, HandReason, correct
from client.vault.history.reading_states import ReadingState, stored_readings
from client.vault.old_readings import delete_old
from client.vault.own_answers.kept_answers import KeptAnswers
from policies.vocabulary import Category
from tests.client.forms.conftest import NOW, TODAY, USUAL, sending

ALL = frozenset(ReadingState)


def counting(own: OwnAnswers) -> dict[str, Any]:
    return {one.stream.value: one.value for one in own.vault.read(own.athlete)}


def refusal(own: OwnAnswers, one: Sending, now: datetime = NOW) -> str:
    with pytest.raises(AnswerRefused) as caught:
        own.take(one, now=now)
    assert own.vault.read(own.athlete) == []
    return caught.value.code


def with_weekly(own: OwnAnswers) -> OwnAnswers:
    form = own.library.find("weekly-health")
    named = {"form": form.id, "version": form.version, "sha256": form.sha256, "person": "staff-1", "name": "Noor"}
    add_approval(own.library.folder, FormApproval.model_validate({**named, "at": NOW}))
    return OwnAnswers(own.vault, own.athlete, FormLibrary.read(own.library.folder.parent), UTC)


def test_an_answer_becomes_readings_and_what_is_left_open_becomes_nothing(own: OwnAnswers) -> None:
    taken = own.take(sending({"sleep": 4.0, "muscles": 1.0, "sore_areas": ["back_left_calf", "front_head"]}), now=NOW)

    assert taken.outcome == "new"
    assert counting(own) == {"sleep_quality": 4.0, "soreness": 1.0, "soreness_area": "front_head back_left_calf"}
    (one,) = own.vault.read(own.athlete, [Stream.SORENESS])
    assert (one.source.app, one.day, one.start) == ("own answer", TODAY, datetime(2026, 11, 24, 7, tzinfo=UTC))


def test_the_same_sending_twice_is_one_answer(own: OwnAnswers) -> None:
    one = sending()

    assert [own.take(one, now=NOW + timedelta(minutes=n)).outcome for n in (0, 5)] == ["new", "again"]

    assert len(KeptAnswers(own.vault, own.athlete).all()) == 1
    assert len(stored_readings(own.vault, own.athlete, states=ALL)) == 5


def test_a_second_answer_replaces_the_first_and_both_are_kept(own: OwnAnswers) -> None:
    own.take(sending(), now=NOW)
    later = sending({"energy": 1.0, "mood": 4.0}, answered_at=datetime(2026, 11, 24, 7, 20, tzinfo=UTC))
    own.take(later, now=NOW)

    assert counting(own) == {"fatigue": 1.0, "mood": 4.0}
    former = [
        one for one in stored_readings(own.vault, own.athlete, states=ALL) if one.state is not ReadingState.COUNTS
    ]
    assert {one.reading.stream.value: one.reading.value for one in former} == {
        "sleep_quality": 4.0,
        "fatigue": 3.0,
        "soreness": 2.0,
        "stress": 5.0,
        "mood": 4.0,
    }
    assert {(one.change.who, one.change.at) for one in former if one.change} == {("athlete", later.answered_at)}
    assert len(KeptAnswers(own.vault, own.athlete).of_day(TODAY)) == 2


def test_of_two_answers_within_one_second_the_later_one_counts(own: OwnAnswers) -> None:
    """Whatever their random ids are."""
    ids = ("ffffffff-ffff-4fff-bfff-ffffffffffff", "00000000-0000-4000-8000-000000000000")
    for at, (answer_id, mood) in enumerate(zip(ids, (1.0, 5.0), strict=True)):
        moment = datetime(2026, 11, 24, 7, 0, 0, at * 1000, tzinfo=UTC)
        own.take(sending({"mood": mood}, id=answer_id, answered_at=moment), now=NOW)

    assert counting(own) == {"mood": 5.0}


def test_an_answer_that_is_taken_back_leaves_the_one_before_it(own: OwnAnswers) -> None:
    own.take(sending(), now=NOW)
    second = sending({"energy": 1.0}, answered_at=datetime(2026, 11, 24, 7, 20, tzinfo=UTC))
    own.take(second, now=NOW)

    assert own.withdraw(second.id, now=NOW) is not None

    assert counting(own)["fatigue"] == 3.0
    assert len(counting(own)) == 5
    assert own.withdraw(second.id, now=NOW) is None, "once"
    assert own.withdraw(str(uuid.uuid4()), now=NOW) is None
    current = own.current("morning", TODAY)
    assert current is not None
    assert own.withdraw(current.id, now=NOW + timedelta(days=9)) is None, "its time is over"
    assert own.withdraw(current.id, now=NOW) is not None
    assert counting(own) == {}
    assert len(KeptAnswers(own.vault, own.athlete).all()) == 2


def test_a_late_answer_goes_to_its_day(own: OwnAnswers) -> None:
    day = TODAY - timedelta(days=7)
    own.take(sending({"mood": 2.0}, day=day), now=NOW)

    (one,) = own.vault.read(own.athlete)
    assert one.day == day


def test_the_day_is_the_local_one(own: OwnAnswers) -> None:
    there = OwnAnswers(own.vault, own.athlete, own.library, ZoneInfo("Pacific/Auckland"))
    late = datetime(2026, 11, 24, 12, tzinfo=UTC)  # 25 November, 01:00
    there.take(sending({"mood": 2.0}, day=date(2026, 11, 25), answered_at=late), now=late)

    (one,) = own.vault.read(own.athlete)
    assert (one.day, one.offset_min) == (date(2026, 11, 25), 780)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"day": TODAY + timedelta(days=1)}, AnswerRefusal.FUTURE),
        ({"day": TODAY + timedelta(days=1), "answered_at": NOW + timedelta(days=1)}, AnswerRefusal.FUTURE),
        ({"answered_at": datetime(2026, 11, 23, 7, tzinfo=UTC)}, AnswerRefusal.FUTURE),
        ({"day": TODAY - timedelta(days=8)}, AnswerRefusal.TOO_OLD),
        ({"form": "no-such-form"}, AnswerRefusal.UNKNOWN_FORM),
        ({"version": 2}, AnswerRefusal.UNKNOWN_FORM),
        ({"form": "coach-example", "answers": {"talk": 1.0}}, AnswerRefusal.UNKNOWN_FORM),
        ({"form": "weekly-health", "answers": {"volume": 8.0}}, AnswerRefusal.UNKNOWN_FORM),
        ({"part": 2}, AnswerRefusal.BAD_VALUE),
        ({"answers": {}}, AnswerRefusal.EMPTY),
        ({"answers": {"sleep": 0.0}}, AnswerRefusal.BAD_VALUE),
        ({"answers": {"sleep": 6.0}}, AnswerRefusal.BAD_VALUE),
        ({"answers": {"sleep": 2.5}}, AnswerRefusal.BAD_VALUE),
        ({"answers": {"sleep": ["front_head"]}}, AnswerRefusal.BAD_VALUE),
        ({"answers": {"sleep_hours": float("nan")}}, AnswerRefusal.BAD_VALUE),
        ({"answers": {"sore_areas": ["the moon"]}}, AnswerRefusal.BAD_VALUE),
        ({"answers": {"sore_areas": 3.0}}, AnswerRefusal.BAD_VALUE),
        ({"answers": {"effort": 3.0}}, AnswerRefusal.BAD_VALUE),
        ({"form": "session", "answers": {"effort": 11.0}}, AnswerRefusal.BAD_VALUE),
        ({"form": "session", "answers": {"minutes": 0.0}}, AnswerRefusal.BAD_VALUE),
    ],
)
def test_what_cannot_be_taken_is_refused_and_nothing_is_stored(
    own: OwnAnswers, changes: dict[str, Any], code: str
) -> None:
    assert refusal(own, sending(**changes)) == code
    assert KeptAnswers(own.vault, own.athlete).all() == []


def test_a_body_that_is_sent_again_for_another_day_or_with_another_value_is_refused(own: OwnAnswers) -> None:
    one = sending()
    own.take(one, now=NOW)
    for change in ({"day": TODAY - timedelta(days=1)}, {"answers": {"mood": 1.0}}, {"note": "x"}):
        with pytest.raises(AnswerRefused) as caught:
            own.take(one.model_copy(update=change), now=NOW)
        assert caught.value.code == AnswerRefusal.ID_TAKEN

    assert counting(own)["mood"] == 4.0


@pytest.mark.parametrize(
    "change",
    [
        {"note": "a" * 10_000},
        {"id": "1"},
        {"id": "../" * 12},
        {"answered_at": "2026-11-24T07:00:00"},
        {"answers": {"sleep": True}},
        {"answers": {"sleep": "4"}},
        {"answers": {f"item{n}": 1.0 for n in range(31)}},
        {"note_for": "front_office"},
        {"athlete": "ath-00000000000000bb"},
    ],
)
def test_a_body_that_no_page_sends_is_unreadable(change: dict[str, Any]) -> None:
    body = json.loads(sending().model_dump_json())
    assert Sending.parse(json.dumps(body).encode()).answers == USUAL

    with pytest.raises(AnswerRefused) as caught:
        Sending.parse(json.dumps({**body, **change}).encode())

    assert caught.value.code == AnswerRefusal.UNREADABLE
    with pytest.raises(AnswerRefused):
        Sending.parse(b"[" * 10_000)


def test_a_phone_whose_clock_is_ahead_answers_now(own: OwnAnswers) -> None:
    own.take(sending({"mood": 2.0}, answered_at=NOW + timedelta(hours=3)), now=NOW)

    (one,) = own.vault.read(own.athlete)
    assert one.start == NOW.replace(microsecond=0)


def test_a_week_without_a_problem_is_four_zeros_and_an_open_question_is_none(own: OwnAnswers) -> None:
    weekly = with_weekly(own)
    weekly.take(sending({"participation": 0.0}, form="weekly-health"), now=NOW)
    names = ("participation", "volume", "performance", "symptoms")
    assert counting(own) == {f"ostrc_{name}": 0.0 for name in names}

    later = {"form": "weekly-health", "answered_at": NOW}
    weekly.take(sending({"participation": 8.0, "symptoms": 17.0}, **later), now=NOW)
    assert counting(own) == {"ostrc_participation": 8.0, "ostrc_symptoms": 17.0}


def test_a_correction_by_hand_stands_until_the_athlete_answers_anew(own: OwnAnswers) -> None:
    own.take(sending({"sleep_hours": 12.0}), now=NOW)
    (stored,) = stored_readings(own.vault, own.athlete)
    correct(own.vault, own.athlete, stored.id, 2.0, HandReason(NOW, "operator", CorrectionReason.TYPING_ERROR))
    earlier = sending({"sleep_hours": 3.0}, answered_at=datetime(2026, 11, 24, 6, tzinfo=UTC))
    own.take(earlier, now=NOW)
    assert counting(own) == {"sleep_duration_h": 2.0}, "an earlier answer that came late changes nothing"

    own.take(sending({"sleep_hours": 8.0}, answered_at=NOW), now=NOW)

    assert counting(own) == {"sleep_duration_h": 8.0}


def test_free_text_is_kept_sealed_and_shared_with_one_role_at_most(own: OwnAnswers, tmp_path: Any) -> None:
    own.take(sending(note="canary in the note\u202e", note_for="medical"), now=NOW)

    (one,) = KeptAnswers(own.vault, own.athlete).all()
    assert (one.note, one.note_for) == ("canary in the note\ufffd", "medical")
    assert "canary" not in repr(one)
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("vault.sqlite3*"))
    assert b"canary" not in stored
    assert all("canary" not in str(reading.value) for reading in own.vault.read(own.athlete))


def test_answers_go_with_the_readings_that_are_no_longer_kept_and_with_the_athlete(own: OwnAnswers) -> None:
    own.take(sending(note="hello"), now=NOW)

    delete_old(own.vault, {Category.WELLNESS: 90}, now=NOW + timedelta(days=91))
    (left,) = KeptAnswers(own.vault, own.athlete).all()
    assert (set(left.items), left.note) == ({"sleep"}, "")
    assert counting(own) == {"sleep_quality": 4.0}

    delete_old(own.vault, {Category.SLEEP: 90}, now=NOW + timedelta(days=91))
    assert KeptAnswers(own.vault, own.athlete).all() == []

    own.take(sending(), now=NOW)
    own.vault.erase(own.athlete)
    database, _ = own.vault.seal_of_node()
    with database.reading() as connection:
        assert connection.execute("SELECT count(*) FROM own_answer").fetchone() == (0,)
