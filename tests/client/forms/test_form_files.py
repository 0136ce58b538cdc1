"""Files of questionnaires: what is shipped can be asked, what breaks a rule is refused, and other versions stand."""

import json
from pathlib import Path
from typing import Any

import pytest

from client.biometrics.streams import SPECS, Stream
from client.errors import BadForm
from client.forms.item_rules import HEALTH, best_end
from client.forms.items import BodyMapItem, ScaleItem
from client.forms.library.approvals import FormApproval, add_approval
from client.forms.library.form_library import FormLibrary, shipped
from client.forms.questionnaire import Questionnaire, parse_form, written
from policies.vocabulary import Category
from tests.client.forms.conftest import NOW

FATIGUE: dict[str, Any] = {
    "type": "scale",
    "id": "energy",
    "name": "Energy",
    "text": "How fresh are you?",
    "category": "wellness",
} | {
    "stream": "fatigue",
    "low": 1,
    "high": 5,
    "best": "high",
    "labels": {"1": "a", "2": "b", "3": "c", "4": "d", "5": "e"},
}
NUMBER: dict[str, Any] = {
    "type": "number",
    "id": "weight",
    "name": "Weight",
    "text": "What do you weigh?",
    "category": "nutrition",
} | {
    "stream": "body_weight",
    "unit": "kg",
    "low": 30,
    "high": 200,
    "step": 0.1,
}


def file_of(*items: dict[str, Any], **changes: Any) -> bytes:
    form = {
        "format": "homefield-form-1",
        "id": "own",
        "version": 1,
        "title": "Own",
        "owner": "club",
        "asked": "any_day",
    }
    return json.dumps({**form, "items": items, **changes}).encode()


def test_what_is_shipped_covers_every_occasion_and_keeps_the_direction_of_its_streams() -> None:
    held = {form.id: form for form in shipped()}

    assert set(held) == {"morning", "session", "rest-day", "weekly-health", "return-to-play", "coach-example"}
    morning = {item.stream for item in held["morning"].items}
    assert morning == {
        *(Stream.SLEEP_QUALITY, Stream.FATIGUE, Stream.SORENESS, Stream.STRESS, Stream.MOOD),
        *(Stream.SLEEP_DURATION_H, Stream.SORENESS_AREA),
    }
    for form in held.values():
        for item in form.items:
            if isinstance(item, ScaleItem) and item.stream is not None:
                assert item.best == best_end(item.stream)
            if item.stream is not None:
                assert SPECS[item.stream].category is item.category
    assert held["weekly-health"].needs_sign_off
    assert held["return-to-play"].needs_sign_off
    assert not held["morning"].needs_sign_off


def test_directions_are_those_that_the_streams_state() -> None:
    """Independent of the rule's own text: the items of McLean are best at 5, those of Hooper at 1."""
    mclean = (Stream.FATIGUE, Stream.MOOD, Stream.SLEEP_QUALITY, Stream.SORENESS, Stream.STRESS)
    hooper = (Stream.HOOPER_FATIGUE, Stream.HOOPER_SLEEP, Stream.HOOPER_SORENESS, Stream.HOOPER_STRESS)

    assert [best_end(one) for one in mclean] == ["high"] * 5
    assert [best_end(one) for one in hooper] == ["low"] * 4
    assert best_end(Stream.SESSION_RPE) is None


@pytest.mark.parametrize(
    ("item", "fault"),
    [
        ({**FATIGUE, "best": "low"}, 'needs "best": high'),
        ({**FATIGUE, "best": None}, 'needs "best": high'),
        ({**FATIGUE, "low": 0, "high": 10, "labels": {"0": "a", "10": "b"}}, "goes from 1 to 5"),
        ({**FATIGUE, "stream": "hooper_fatigue"}, "goes from 1 to 7"),
        ({**FATIGUE, "category": "sleep"}, "is of the category wellness"),
        ({**FATIGUE, "labels": {"1": "a", "5": "e"}}, "a label for every step"),
        ({**FATIGUE, "type": "number", "unit": "{score}"}, "Extra inputs"),
        ({**NUMBER, "unit": "[lb_av]"}, "has the unit kg"),
        ({**NUMBER, "high": 900}, "goes from 20 to 250"),
        ({**NUMBER, "stream": "resting_heart_rate", "category": "heart"}, "no question may ask about heart"),
        ({**NUMBER, "stream": None, "category": "cycle"}, "no question may ask about cycle"),
        ({**NUMBER, "stream": "availability", "category": "injury", "unit": "1"}, "measured or recorded"),
        ({**NUMBER, "stream": "injury_sites", "category": "injury", "unit": "1"}, "is no number"),
        ({**NUMBER, "text": "a\u202eb"}, "hidden characters"),
        ({**NUMBER, "low": 200, "high": 30}, "low below high"),
    ],
)
def test_a_question_that_breaks_a_rule_is_refused_with_the_rule(item: dict[str, Any], fault: str) -> None:
    with pytest.raises(BadForm, match=fault):
        parse_form(file_of(item))


def test_a_weekly_question_takes_the_four_scores_alone() -> None:
    options = [{"value": value, "text": f"{value}"} for value in (0, 6, 13, 25)]
    about = {"id": "volume", "name": "Volume", "text": "How much?", "category": "injury", "stream": "ostrc_volume"}

    with pytest.raises(BadForm, match="is 0, 8, 17 or 25"):
        parse_form(file_of({"type": "choice", **about, "options": options}))


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (file_of(FATIGUE, owner="coach"), "a coach asks for"),
        (file_of(FATIGUE, FATIGUE), "each id and each stream once"),
        (file_of(*[{**NUMBER, "id": f"n{n}", "stream": None} for n in range(31)]), "at most 30"),
        (file_of(FATIGUE, further=1), "Extra inputs"),
        (file_of(FATIGUE, version=0), "greater than or equal to 1"),
        (file_of(FATIGUE, id="../own"), "pattern"),
        (file_of(), "at least 1"),
        (b"[" * 60_000, "cannot be asked"),
        (b" " * 70_000, "at most 64 KiB"),
    ],
)
def test_a_file_that_breaks_a_rule_is_refused(data: bytes, fault: str) -> None:
    with pytest.raises(BadForm, match=fault):
        parse_form(data)


def test_what_asks_about_health_needs_a_sign_off() -> None:
    plain = parse_form(file_of(FATIGUE))
    food = parse_form(file_of(NUMBER))

    assert not plain.needs_sign_off
    assert food.needs_sign_off
    assert {Category.INJURY, Category.NUTRITION} == HEALTH


def test_a_file_written_out_is_the_same_questionnaire() -> None:
    for form in shipped():
        again = parse_form(written(form).encode())
        assert again == form
        assert again.sha256 == form.sha256


def test_a_bad_file_keeps_no_other_out(tmp_path: Path) -> None:
    folder = tmp_path / "forms"
    folder.mkdir()
    (folder / "own-1.json").write_bytes(file_of(FATIGUE))
    (folder / "own-2.json").write_bytes(file_of({**FATIGUE, "best": "low"}, version=2))
    (folder / "morning-1.json").write_bytes(file_of(FATIGUE, id="morning"))

    library = FormLibrary.read(tmp_path)

    assert library.newest["own"].version == 1
    assert set(library.refused) == {"own-2.json", "morning-1.json"}
    assert any(isinstance(item, BodyMapItem) for item in library.find("morning", 1).items), "the shipped one stands"


def test_a_version_is_added_above_the_newest_and_a_closed_one_ends_it(tmp_path: Path) -> None:
    first, second = parse_form(file_of(FATIGUE)), parse_form(file_of(FATIGUE, version=2, asked="closed"))
    FormLibrary.read(tmp_path).add(first)
    assert "own" in {one.id for one in FormLibrary.read(tmp_path).asked}

    FormLibrary.read(tmp_path).add(second)
    library = FormLibrary.read(tmp_path)

    assert "own" not in {one.id for one in library.asked}
    assert library.find("own", 1) == first
    with pytest.raises(BadForm, match="a version above 2"):
        library.add(parse_form(file_of(FATIGUE, title="Other")))


def approved(form: Questionnaire) -> FormApproval:
    return FormApproval(form=form.id, version=form.version, sha256=form.sha256, person="staff-1", name="Noor", at=NOW)


def test_a_sign_off_is_of_exactly_what_was_approved(tmp_path: Path) -> None:
    food = parse_form(file_of(NUMBER))
    FormLibrary.read(tmp_path).add(food)
    assert "own" not in FormLibrary.read(tmp_path).newest

    add_approval(tmp_path / "forms", approved(food))
    assert FormLibrary.read(tmp_path).newest["own"] == food

    (tmp_path / "forms" / "own-1.json").write_bytes(file_of({**NUMBER, "text": "What do you weigh today?"}))
    assert "own" not in FormLibrary.read(tmp_path).newest, "another text under the same version is not approved"


def test_while_a_new_version_waits_for_its_sign_off_the_approved_one_is_asked(tmp_path: Path) -> None:
    food = parse_form(file_of(NUMBER))
    FormLibrary.read(tmp_path).add(food)
    add_approval(tmp_path / "forms", approved(food))
    FormLibrary.read(tmp_path).add(parse_form(file_of({**NUMBER, "low": 40}, version=2)))

    assert FormLibrary.read(tmp_path).newest["own"].version == 1


def test_damaged_sign_offs_are_no_sign_offs(tmp_path: Path) -> None:
    (tmp_path / "forms").mkdir()
    (tmp_path / "forms" / "approvals.json").write_text("{")

    with pytest.raises(BadForm, match="put the file back"):
        FormLibrary.read(tmp_path)
