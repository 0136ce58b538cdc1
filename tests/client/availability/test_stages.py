"""Stages of the way back: signed by medical staff one at a time, a step back too, by a file that is checked whole."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from client.errors import AthleteErased, BadHealthRecord
from client.health.availability import Availability
from client.health.stage_criteria import FILE, read_criteria, stage_criteria
from client.health.stages import RtpStage, Stages
from client.vault.store import Vault
from policies.vocabulary import AthleteId, Role
from tests.client.availability.records import records_of, signed

EPISODE = "ab" * 8


@pytest.fixture
def stages(vault: Vault, tmp_path: Path) -> Stages:
    return Stages(records_of(vault, tmp_path))


def test_the_newest_signature_is_the_stage_and_all_stay(stages: Stages, athlete: AthleteId) -> None:
    for stage in (RtpStage.REST, RtpStage.REHABILITATION, RtpStage.REST, RtpStage.REHABILITATION):
        stages.sign(signed(athlete, EPISODE, stage))

    assert [one.stage for one in stages.of(athlete, EPISODE)] == [0, 1, 0, 1]
    current = stages.current(athlete, EPISODE)
    assert current is not None
    assert (current.stage, current.person) == (1, "staff-physio")
    assert stages.current(athlete, "cd" * 8) is None


def test_a_stage_cannot_be_skipped_or_signed_twice_but_several_steps_back_are_one(
    stages: Stages, athlete: AthleteId
) -> None:
    stages.sign(signed(athlete, EPISODE, RtpStage.MODIFIED_TEAM))

    with pytest.raises(BadHealthRecord, match="stage 5 comes after stage 4; the newest signature is for stage 3"):
        stages.sign(signed(athlete, EPISODE, RtpStage.COMPETE))
    with pytest.raises(BadHealthRecord, match="stage 3 is signed already"):
        stages.sign(signed(athlete, EPISODE, RtpStage.MODIFIED_TEAM))
    stages.sign(signed(athlete, EPISODE, RtpStage.REST))

    assert [one.stage for one in stages.of(athlete, EPISODE)] == [3, 0]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.MEDICAL])
def test_only_the_medical_team_signs(athlete: AthleteId, role: Role) -> None:
    with pytest.raises(BadHealthRecord, match="only the medical team signs a stage"):
        signed(athlete, EPISODE, RtpStage.REST, role=role)


@pytest.mark.parametrize("deed", ["UPDATE health_record SET sealed = x''", "DELETE FROM health_record"])
def test_rows_are_only_ever_added_and_no_byte_of_them_is_readable(
    stages: Stages, athlete: AthleteId, tmp_path: Path, deed: str
) -> None:
    stages.sign(signed(athlete, EPISODE, RtpStage.REST, note="a torn muscle"))

    with closing(sqlite3.connect(tmp_path / "journal.sqlite3")) as file, pytest.raises(sqlite3.IntegrityError):
        file.execute(deed)

    stored = b"".join(path.read_bytes() for path in tmp_path.glob("journal.sqlite3*"))
    assert b"torn" not in stored
    assert EPISODE.encode() not in stored


def test_after_erasure_nobody_opens_the_rows_and_others_stay(stages: Stages, vault: Vault, athlete: AthleteId) -> None:
    other = AthleteId("ath-00000000000000bb")
    vault.add_athlete(other, "Other", shirt_no=2)
    for one in (athlete, other):
        stages.sign(signed(one, EPISODE, RtpStage.REST))

    vault.erase(athlete)

    with pytest.raises(AthleteErased):
        stages.of(athlete, EPISODE)
    with pytest.raises(AthleteErased):
        stages.sign(signed(athlete, EPISODE, RtpStage.REHABILITATION))
    assert len(stages.of(other, EPISODE)) == 1


def test_an_act_of_the_medical_team_leaves_what_is_kept_of_the_vault(
    stages: Stages, vault: Vault, athlete: AthleteId
) -> None:
    before = vault.version(athlete)

    stages.sign(signed(athlete, EPISODE, RtpStage.REST))

    assert vault.version(athlete) == before  # pages need not read three years of readings anew


def test_the_stages_in_force_are_six_and_say_what_a_coach_is_told() -> None:
    found = stage_criteria()

    assert [one.availability for one in found.stages] == [
        *(Availability.NONE, Availability.NONE, Availability.REDUCED, Availability.REDUCED),
        *(Availability.FULL, Availability.FULL),
    ]
    every = found.of(RtpStage.FULL_TRAINING).criteria
    assert found.open(RtpStage.FULL_TRAINING, (every[0].id,)) == list(every[1:])


def without_stage_3(file: Any) -> None:
    del file["stages"][3]


def criterion_twice(file: Any) -> None:
    file["stages"][2]["criteria"] *= 2


def another_word(file: Any) -> None:
    file["stages"][2]["availability"] = "half"


@pytest.mark.parametrize("spoil", [without_stage_3, criterion_twice, another_word])
def test_a_file_that_is_not_whole_is_refused_in_one_sentence(tmp_path: Path, spoil: Any) -> None:
    file = json.loads(FILE.read_bytes())
    spoil(file)
    (tmp_path / "stages.json").write_text(json.dumps(file), encoding="utf-8")

    with pytest.raises(BadHealthRecord, match=re.escape("stages.json is no file of return-to-play stages")):
        read_criteria(tmp_path / "stages.json")
