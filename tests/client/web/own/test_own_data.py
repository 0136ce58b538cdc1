"""My data: all that is held is shown and taken along, one's own alone; a correction keeps what was, and is logged."""

import csv
import io
import json
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from audit.entries.events import EventKind
from client.athlete_web.data.files import as_csv
from client.biometrics.streams import Stream
from client.vault.history.by_hand import RecordsByHand
from client.vault.history.reading_states import ReadingState, stored_readings
from client.vault.keys import UnlockKey
from client.vault.store import Vault
from policies.vocabulary import AthleteId
from tests.client.web.conftest import NOW
from tests.client.web.own.conftest import Phone

Ids = dict[str, AthleteId]
Sign = Callable[[str], Phone]
PULSE = "/me/data/resting_heart_rate"


@pytest.fixture
def stocked(stocked: Path, tmp_path: Path) -> Path:
    """A vault of its own: readings are corrected in it."""
    return Path(shutil.copy(stocked, tmp_path / "own.sqlite3"))


def newest(page: str) -> str:
    return re.findall(rf'href="({PULSE}/[0-9a-f]+)"', page)[0]


def held(stocked: Path, athlete: AthleteId, stream: Stream) -> list[Any]:
    with Vault.open(stocked, UnlockKey(b"k" * 32)) as vault:
        return stored_readings(vault, athlete, streams=[stream], states=frozenset(ReadingState))


def test_every_kind_that_is_held_has_a_line_with_its_newest_value_and_own_range(signed_in: Sign, stocked: Path) -> None:
    page = re.sub("[ \n]+", " ", signed_in("well").page("/me/data"))

    assert "All that is held about you" in page
    names = re.findall(r'<a href="/me/data/([a-z_]+)">', page)
    with Vault.open(stocked, UnlockKey(b"k" * 32)) as vault:
        readings = vault.read(AthleteId("ath-00000000000000aa"))
    assert set(names) == {one.stream.value for one in readings}
    assert f"{len(readings):,} readings of {len(set(names))} kinds, the oldest of 6 Oct 2026." in page
    usual = r"Usual [0-9.]+.beats per minute to [0-9.]+.beats per minute, by your last 28 days; 50 readings"
    assert re.search(usual, page)


def test_a_kind_shows_each_reading_with_day_source_and_state(signed_in: Sign) -> None:
    page = signed_in("well").page(PULSE)

    assert page.count("Correct or void") == 50
    assert "24 Nov 2026" in page
    assert "beats per minute" in page
    assert "no file" in page


@pytest.mark.parametrize(
    "path", ["/me/data/nothing", "/me/data/injury_status", f"{PULSE}/0000000000000000", "/me/data/mood/zz"]
)
def test_what_is_not_held_is_an_address_of_nothing(signed_in: Sign, path: str) -> None:
    assert signed_in("well").http.get(path).status_code == 404


def test_the_reading_of_another_athlete_is_an_address_of_nothing(phone: Phone, ids: Ids) -> None:
    phone.sign_in(ids["tired"])
    others = newest(phone.page(PULSE))
    csrf = re.findall(r'name="csrf" value="([^"]+)"', phone.page(others))[0]
    phone.sign_in(ids["well"])
    own = re.findall(r'name="csrf" value="([^"]+)"', phone.page())[0]

    assert phone.http.get(others).status_code == 404
    sent = {"do": "void", "reason": "other"}
    assert phone.http.post(f"{others}/change", data=sent | {"csrf": own}).status_code == 404
    assert phone.http.post(f"{others}/change", data=sent | {"csrf": csrf}).status_code == 403


def test_a_correction_puts_another_value_and_keeps_the_old_one(
    signed_in: Sign, consent: Any, stocked: Path, ids: Ids
) -> None:
    phone = signed_in("well")
    reading = newest(phone.page(PULSE))
    consent.events.clear()

    answer = phone.send(
        phone.page(reading), f"{reading}/change", do="correct", value="55", reason="typing_error", note="a slip"
    )

    assert (answer.status_code, answer.headers["location"]) == (303, PULSE)
    assert consent.events == [(EventKind.OWN_SITE, {"athlete": ids["well"], "deed": "corrected"})]
    page = phone.page(PULSE)
    assert "<strong>55 beats per minute</strong>" in page
    values = held(stocked, ids["well"], Stream.RESTING_HEART_RATE)
    last = [one for one in values if one.reading.start.date() == NOW.date()]
    assert {one.state for one in last} == {ReadingState.COUNTS, ReadingState.REPLACED}
    with Vault.open(stocked, UnlockKey(b"k" * 32)) as vault:
        history = RecordsByHand(vault, ids["well"]).history(reading.rpartition("/")[2])
    assert [(one.put.who, one.put.text) for one in history if one.put is not None] == [("athlete", "a slip")]


def test_a_voided_reading_counts_in_nothing_and_stays_listed(signed_in: Sign, stocked: Path, ids: Ids) -> None:
    phone = signed_in("well")
    reading = newest(phone.page(PULSE))
    phone.send(phone.page(reading), f"{reading}/change", do="void", value="", reason="wrong_person", note="")

    page = phone.page(PULSE)

    assert page.count("<del>") == 1
    assert "voided" in page
    assert sum(one.state is ReadingState.COUNTS for one in held(stocked, ids["well"], Stream.RESTING_HEART_RATE)) == 49


@pytest.mark.parametrize("value", ["900", "many", "", "-1"])
def test_a_value_that_cannot_be_is_refused_with_what_was_expected_and_kept(
    signed_in: Sign, consent: Any, value: str
) -> None:
    phone = signed_in("well")
    reading = newest(phone.page(PULSE))
    consent.events.clear()

    answer = phone.send(
        phone.page(reading), f"{reading}/change", do="correct", value=value, reason="other", note="kept note"
    )

    assert answer.status_code == 422
    assert "Expected a number from" in answer.text
    assert "Nothing was changed." in answer.text
    assert f'value="{value}"' in answer.text
    assert "kept note" in answer.text
    assert consent.events == []


def test_a_voided_reading_cannot_be_voided_again(signed_in: Sign, consent: Any) -> None:
    phone = signed_in("well")
    reading = newest(phone.page(PULSE))
    page = phone.page(reading)
    sent = {"do": "void", "value": "", "reason": "other", "note": ""}
    phone.send(page, f"{reading}/change", **sent)
    consent.events.clear()

    again = phone.send(page, f"{reading}/change", **sent)

    assert again.status_code == 422
    assert "This reading cannot be changed so" in again.text
    assert consent.events == []


def test_without_an_entry_nothing_is_changed_and_nothing_is_taken_along(
    signed_in: Sign, consent: Any, stocked: Path, ids: Ids
) -> None:
    phone = signed_in("well")
    reading = newest(phone.page(PULSE))
    page, data = phone.page(reading), phone.page("/me/data")
    consent.is_down = True

    changed = phone.send(page, f"{reading}/change", do="void", value="", reason="other", note="")
    exported = phone.send(data, "/me/data/export", kind="json")

    assert (changed.status_code, exported.status_code) == (503, 503)
    assert all(one.state is ReadingState.COUNTS for one in held(stocked, ids["well"], Stream.RESTING_HEART_RATE))


def test_all_of_it_as_json_is_what_the_vault_holds(signed_in: Sign, stocked: Path, ids: Ids, consent: Any) -> None:
    phone = signed_in("well")
    phone.send(phone.page("/me/not-ok"), "/me/not-ok/say", say="in_pain", note="left calf")
    consent.events.clear()

    answer = phone.send(phone.page("/me/data"), "/me/data/export", kind="json")

    assert answer.headers["content-disposition"] == 'attachment; filename="my-data.json"'
    assert consent.events == [(EventKind.OWN_SITE, {"athlete": ids["well"], "deed": "exported"})]
    taken = json.loads(answer.content)
    with Vault.open(stocked, UnlockKey(b"k" * 32)) as vault:
        readings = vault.read(ids["well"])
    assert sorted((one["stream"], one["start"][:10], one["value"]) for one in taken["readings"]) == sorted(
        (one.stream.value, one.start.date().isoformat(), one.value) for one in readings
    )
    assert taken["athlete"]["name"] == "Ada Lund"
    assert [(one["said"], one["note"]) for one in taken["statements"]] == [("in_pain", "left calf")]
    assert "Bea" not in answer.text


def test_the_tables_hold_the_same_rows_as_the_json(signed_in: Sign) -> None:
    phone = signed_in("well")
    page = phone.page("/me/data")
    taken = json.loads(phone.send(page, "/me/data/export", kind="json").content)

    packed = phone.send(page, "/me/data/export", kind="csv")

    assert packed.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    tables = {name: list(csv.DictReader(io.StringIO(text))) for name, text in texts.items()}
    assert {name.removesuffix(".csv") for name in tables} == {
        "athlete",
        *(name for name, rows in taken.items() if isinstance(rows, list)),
    }
    assert [(r["id"], float(r["value"])) for r in tables["readings.csv"]] == [
        (one["id"], one["value"]) for one in taken["readings"]
    ]


def test_no_cell_of_a_table_is_run_as_a_formula_and_a_number_keeps_its_sign() -> None:
    parts = dict.fromkeys(("imports", "decisions", "told_to_staff", "statements", "answers"), ())
    held = {"athlete": {"name": "=1+1"}, "readings": [{"value": -3.5, "note": "-3", "series": [1.0, 2.0]}], **parts}

    with zipfile.ZipFile(io.BytesIO(as_csv(held, at=NOW))) as archive:
        assert archive.read("athlete.csv").decode() == "name\r\n'=1+1\r\n"
        assert archive.read("readings.csv").decode() == "value,note,series\r\n-3.5,'-3,1.0 2.0\r\n"
