"""Stages of the way back from an injury, each signed by a person of the medical team; a step back is a step of its own.

The six stages follow Ardern et al. 2016, Br J Sports Med (return to participation, to sport, to performance); what each
asks for is ours (`return_to_play.json`).
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum
from typing import Final

from client.errors import BadHealthRecord
from client.health.health_records import Fields, HealthRecords
from policies.vocabulary import AthleteId, PersonId, Role

MOST_NOTE: Final = 400
_FORM: Final = "stage"


class RtpStage(IntEnum):
    """Where an athlete stands."""

    REST = 0
    REHABILITATION = 1
    INDIVIDUAL = 2
    MODIFIED_TEAM = 3
    FULL_TRAINING = 4
    COMPETE = 5


@dataclass(frozen=True, slots=True)
class StageSigned:
    """One signature. episode: whose stage it is; criteria: ids of those met; version: of the file that asked for them.

    Raises BadHealthRecord unless a person of the medical team signs, with a note of at most 400 characters.
    """

    athlete: AthleteId
    episode: str
    stage: RtpStage
    criteria: tuple[str, ...]
    version: str
    note: str
    person: PersonId
    role: Role
    at: datetime
    number: int = 0

    def __post_init__(self) -> None:
        if self.role is not Role.MEDICAL:
            raise BadHealthRecord("only the medical team signs a stage of the way back")
        if len(self.note) > MOST_NOTE:
            raise BadHealthRecord(f"expected a note of at most {MOST_NOTE} characters, got {len(self.note)}")


@dataclass(frozen=True, slots=True)
class Stages:
    """The signatures in one vault."""

    records: HealthRecords

    def sign(self, one: StageSigned) -> StageSigned:
        """Add a signature durably; raises BadHealthRecord for a step that skips a stage or goes nowhere."""
        with self.records.deciding:  # two who sign at once: the second sees the first
            check_step(self.current(one.athlete, one.episode), one.stage)
            return replace(one, number=self.records.add(one.athlete, _FORM, _encode(one)))

    def of(self, athlete: AthleteId, episode: str) -> list[StageSigned]:
        """Return the signatures of one episode, oldest first."""
        every = [_decode(athlete, row.number, row.fields) for row in self.records.of(athlete, _FORM)]
        return [one for one in every if one.episode == episode]

    def current(self, athlete: AthleteId, episode: str) -> StageSigned | None:
        """Return the newest signature of one episode; None before the first."""
        return next(reversed(self.of(athlete, episode)), None)


def check_step(before: StageSigned | None, stage: RtpStage) -> None:
    """Raise BadHealthRecord for a stage that skips one, or that the newest signature is for. before: that signature."""
    if before is not None and stage > before.stage + 1:
        raise BadHealthRecord(
            f"stage {stage:d} comes after stage {stage - 1}; the newest signature is for stage {before.stage:d}"
        )
    if before is not None and stage == before.stage:
        raise BadHealthRecord(f"stage {stage:d} is signed already, by the newest signature")


def _encode(one: StageSigned) -> Fields:
    return {
        "episode": one.episode,
        "stage": int(one.stage),
        "criteria": list(one.criteria),
        "version": one.version,
        "note": one.note,
        "person": one.person,
        "at": one.at.isoformat(),
    }


def _decode(athlete: AthleteId, number: int, r: Fields) -> StageSigned:
    return StageSigned(
        athlete=athlete,
        episode=r["episode"],
        stage=RtpStage(r["stage"]),
        criteria=tuple(r["criteria"]),
        version=r["version"],
        note=r["note"],
        person=PersonId(r["person"]),
        role=Role.MEDICAL,
        at=datetime.fromisoformat(r["at"]),
        number=number,
    )
