"""What each stage of the way back means and asks for: a versioned file of ours, read once and checked whole."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from chassis.text import shortened
from client.errors import BadHealthRecord
from client.health.availability import Availability
from client.health.stages import RtpStage, StageSigned, check_step

FILE: Final = Path(__file__).with_name("return_to_play.json")
_Text = Annotated[str, Field(min_length=1, max_length=120)]


class Criterion(BaseModel):
    """One thing to be met before a stage. id: under which a signature names it, for good."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,30}$")]
    text: _Text


class StageOf(BaseModel):
    """One stage. availability: what a coach is usually told at it; means: the same in a sentence."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    stage: RtpStage
    name: _Text
    means: _Text
    availability: Availability
    criteria: tuple[Criterion, ...]


class StageCriteria(BaseModel):
    """All six stages, each once and in order, and no criterion twice."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Annotated[str, Field(pattern=r"^return-to-play-[0-9]+$")]
    stages: tuple[StageOf, ...]

    @model_validator(mode="after")
    def _check(self) -> "StageCriteria":
        if [one.stage for one in self.stages] != list(RtpStage):
            raise ValueError("expected the stages 0 to 5, each once and in order")
        ids = [criterion.id for one in self.stages for criterion in one.criteria]
        if len(set(ids)) != len(ids):
            raise ValueError("expected each criterion once")
        return self

    def of(self, stage: RtpStage) -> StageOf:
        """Return one stage."""
        return self.stages[stage]

    def open(self, stage: RtpStage, met: tuple[str, ...]) -> list[Criterion]:
        """Return the criteria of a stage that are not among those met."""
        return [one for one in self.of(stage).criteria if one.id not in met]

    def known(self, stage: RtpStage, met: Iterable[str]) -> list[str]:
        """Return the ids among `met`, in order; raises BadHealthRecord for one that the stage does not ask for."""
        said, ids = list(met), [one.id for one in self.of(stage).criteria]
        if others := [one for one in said if one not in ids]:
            asked = ", ".join(ids) or "none"
            raise BadHealthRecord(f"stage {stage:d} asks for these criteria: {asked}; got {shortened(others[0])}")
        return [one for one in ids if one in said]

    def check(self, before: StageSigned | None, made: StageSigned) -> None:
        """Raise BadHealthRecord for a step that skips a stage, and without a note for one on that misses a criterion.

        A way back begins with rest or rehabilitation, or a note says why it begins later.
        """
        check_step(before, made.stage)
        if before is None and made.stage > RtpStage.REHABILITATION and not made.note:
            raise BadHealthRecord(f"a way back that begins at stage {made.stage:d} needs a note that says why")
        is_on = before is not None and made.stage > before.stage
        if is_on and self.open(made.stage, made.criteria) and not made.note:
            raise BadHealthRecord("not every criterion is met: say in a note why the stage is signed all the same")


def read_criteria(path: Path) -> StageCriteria:
    """Read such a file; raises BadHealthRecord where it is not one."""
    try:
        return StageCriteria.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise BadHealthRecord(f"{path.name} is no file of return-to-play stages; expected six with criteria") from error


@cache
def stage_criteria() -> StageCriteria:
    """Return the stages in force."""
    return read_criteria(FILE)
