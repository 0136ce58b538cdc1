"""The node's own gate: a league model is used here only if it does better here than what the club can do alone.

Recovery is judged as it would be used: with a private head for each athlete, refitted day by day. Models are judged on
the newest days of this club's athletes, which no round learnt from. One that fails is kept with the reasons and stays
unused; of risk the pages then say that no individual risk is available.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from chassis.files.replace_file import replace_durably
from client.errors import ClientError
from client.evaluation import LEAST_RESAMPLED, readiness_days
from client.features.daily import DailyTable
from client.risk_days import held_back, judged_rows, used_here
from models.arrays import Floats
from models.errors import NotEnoughData
from models.evaluation.adoption_gate import gate
from models.evaluation.comparison import judge
from models.evaluation.drift import spread_of_mean
from models.evaluation.head_errors import ALONE, WITH_HEADS, Difference, HeadErrors, judge_with_heads
from models.features import NETWORK_SCHEMA, RECOVERY_SCHEMA, RISK_SCHEMA, SCHEMAS
from models.networks.installed import check_installed, is_installed
from models.registry import CARD, RECORD, WEIGHTS, OpenedModel, SealedModel, open_sealed_by_any, read_folder
from policies.campaign import HexHash
from policies.signing import VerifyKey

TOO_FEW = "too few athletes to tell skill from luck"
LARGEST_PART = 4 * 1024 * 1024
GATE_SEED = 20261123  # the bootstrap of the gate gives the same verdict for the same days


class Verdict(BaseModel):
    """What this node's gate said of one model. figures: mean absolute errors, or the gate's own figures.

    judged_athletes: how many the judged days are of; judged: when. Both are None in a verdict that did not say it yet.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str
    model_id: HexHash
    adopted: bool
    reasons: tuple[Annotated[str, Field(max_length=200)], ...]
    judged_days: int = Field(ge=0)
    judged_athletes: int | None = Field(default=None, ge=0)
    figures: dict[str, float]
    judged: AwareDatetime | None = None


class Adoption(BaseModel):
    """Since when a model is in use without a break, and what its gate said then.

    verdict: of that day. is_day_known: False where it was in use before this was noted; verdict is the first since.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    verdict: Verdict
    is_day_known: bool


def read_model(folder: Path, league_keys: Sequence[VerifyKey]) -> tuple[OpenedModel, SealedModel]:
    """Open a model folder as the league publishes it; raises ClientError, BadSignature or BadWeights."""
    try:
        parts = [folder / name for name in (RECORD, WEIGHTS, CARD)]
        if any(part.stat().st_size > LARGEST_PART for part in parts):
            raise ClientError(f"{folder} is too large to be a league model")
        sealed = read_folder(folder)
    except OSError as error:
        raise ClientError(f"expected record, weights and card of a league model in {folder}") from error
    return open_sealed_by_any(sealed, league_keys), sealed


def can_judge(model: str) -> bool:
    """Whether a model of this kind can be judged here: a network needs its libraries."""
    return SCHEMAS[model].layers is None or is_installed()


def check_can_judge(model: str) -> None:
    """Return if a model of this kind can be judged here; raises NotInstalled, which says what is missing."""
    if not can_judge(model):
        check_installed()


def judge_model(opened: OpenedModel, tables: Sequence[DailyTable], *, now: datetime | None = None) -> Verdict:
    """Put one model through this node's gate. tables: the days of athletes who let the league learn.

    Raises NotInstalled for a network where its libraries are not installed.
    """
    return judge_weights(opened.record.model, opened.record.sha256, opened.weights, tables, now=now)


def judge_weights(
    name: str, sha256: str, weights: Floats, tables: Sequence[DailyTable], *, now: datetime | None = None
) -> Verdict:
    """Put weights through this node's gate. name: of an installed model; sha256: what the verdict calls them."""
    judges = {RECOVERY_SCHEMA.model: _judge_recovery, NETWORK_SCHEMA.model: _judge_network}
    try:
        found = judges.get(name, _judge_risk)(weights, [table for table in tables if table.dates])
    except NotEnoughData:
        found = _Judgement(("not enough days held back to judge it",), 0, 0, {})
    kept = {name: value for name, value in found.figures.items() if np.isfinite(value)}
    return Verdict(
        model=name,
        model_id=sha256,
        adopted=not found.reasons,
        reasons=found.reasons,
        judged_days=found.days,
        judged_athletes=found.athletes,
        figures=kept,
        judged=now,
    )


class _Judgement(NamedTuple):
    reasons: tuple[str, ...]
    days: int
    athletes: int
    figures: Mapping[str, float]


def _judge_recovery(weights: Floats, tables: Sequence[DailyTable]) -> _Judgement:
    found = judge_with_heads(weights, [readiness_days(table) for table in tables])
    rng = np.random.default_rng(GATE_SEED)
    against = {name: found.difference(WITH_HEADS, name, rng=rng) for name in ALONE}
    reasons = tuple(reason for name, gap in against.items() for reason in _why_not(name, gap))
    if found.athletes < LEAST_RESAMPLED:
        reasons = (TOO_FEW, *reasons)
    errors = found.errors
    figures = {
        **{name: errors[name] for name in ALONE},
        "with heads": errors[WITH_HEADS],
        "with heads spread": _spread(found, rng),
        "without heads": errors["model"],
        **{f"{name} difference": gap.mean for name, gap in against.items()},
        **{f"{name} difference high": gap.high for name, gap in against.items()},
    }
    return _Judgement(reasons, found.test_days, found.athletes, figures)


def _spread(found: HeadErrors, rng: np.random.Generator) -> float:
    if found.athletes < LEAST_RESAMPLED:
        return math.nan
    return spread_of_mean(found.sums[WITH_HEADS], found.days, rng=rng)


def _why_not(name: str, gap: Difference) -> tuple[str, ...]:
    if gap.high < 0.0:
        return ()
    return (f"not surely closer than {name} alone" if gap.mean < 0.0 else f"not closer than {name} alone",)


def _judge_network(weights: Floats, tables: Sequence[DailyTable]) -> _Judgement:
    """A network has no heads: it is compared as it stands, by its mean error alone."""
    found = judge(weights, [readiness_days(table) for table in tables], schema=NETWORK_SCHEMA)
    alone = {"person mean": found.person_mean, "EWMA": found.ewma, "local ridge": found.local_ridge}
    reasons = tuple(f"not closer than {name} alone" for name, value in alone.items() if not found.federated < value)
    figures = {**alone, "federated": found.federated, "federated spread": _network_spread(found.federated_errors)}
    return _Judgement(reasons, found.test_days, found.athletes, figures)


def _network_spread(errors: Sequence[tuple[float, int]]) -> float:
    """errors: of each athlete, the sum of absolute errors and the days in it."""
    if len(errors) < LEAST_RESAMPLED:
        return math.nan
    sums, days = np.array(errors, dtype=np.float64).T
    return spread_of_mean(sums, days, rng=np.random.default_rng(GATE_SEED))


def _judge_risk(weights: Floats, tables: Sequence[DailyTable]) -> _Judgement:
    outcomes = judged_rows(used_here(weights, tables), tables, held_back)
    found = gate(outcomes, parameters=RISK_SCHEMA.dimension, rng=np.random.default_rng(GATE_SEED))
    athletes = int(np.unique(outcomes.athlete).size)
    return _Judgement(found.reasons, int(outcomes.event.size), athletes, found.figures)


@dataclass(frozen=True, slots=True)
class Adoptions:
    """Verdicts on disk, the newest per kind of model; `directory` is the node's folder of models.

    Beside it stands the verdict of the model in use: a newer one that fails does not take its place.
    """

    directory: Path

    def record(self, verdict: Verdict, sealed: SealedModel) -> None:
        """Keep the verdict; the model's bytes are kept only if it was adopted.

        An adopted model is the one in use from then on; the one in use that fails now is in use no more. What was said
        of a newer model stays when the one in use is judged again.
        """
        used = before = self.in_use(verdict.model)  # asked first: without a file of its own it is the newest verdict
        is_beside_newer = self._is_beside_newer(verdict, before)
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if verdict.adopted:
            folder = self.directory / verdict.model_id
            folder.mkdir(mode=0o700, exist_ok=True)
            for part, content in sealed.files().items():
                replace_durably(folder / part, content)
            used = verdict
        elif used is not None and used.model_id == verdict.model_id:
            used = None
        self._note(verdict, before)
        kept = b"" if used is None else used.model_dump_json(indent=2).encode()
        replace_durably(self.directory / f"{verdict.model}.in-use.json", kept)
        if not is_beside_newer:
            replace_durably(self.directory / f"{verdict.model}.json", verdict.model_dump_json(indent=2).encode())

    def _note(self, verdict: Verdict, used: Verdict | None) -> None:
        """Note when a model comes into use, before it is: without the other file the note counts for nothing."""
        path, is_of_used = self._noted(verdict.model), used is not None and used.model_id == verdict.model_id
        if is_of_used and not verdict.adopted:
            path.unlink(missing_ok=True)
        if verdict.adopted and not (is_of_used and self.adoption(verdict.model) is not None):
            note = Adoption(verdict=verdict, is_day_known=not is_of_used)
            replace_durably(path, note.model_dump_json(indent=2).encode())

    def adoption(self, model: str) -> Adoption | None:
        """Since when the model of this kind is in use; None where none is, or where that was never noted."""
        used = self.in_use(model)
        try:
            note = Adoption.model_validate_json(self._noted(model).read_text(encoding="utf-8"))
        except (OSError, ValidationError):
            return None
        return note if used is not None and used.model_id == note.verdict.model_id else None

    def _noted(self, model: str) -> Path:
        return self.directory / f"{model}.adopted.json"

    def _is_beside_newer(self, verdict: Verdict, used: Verdict | None) -> bool:
        newest = self.newest(verdict.model)
        is_of_used = used is not None and used.model_id == verdict.model_id
        return is_of_used and newest is not None and newest.model_id != verdict.model_id

    def in_use(self, model: str) -> Verdict | None:
        """The verdict under which a model of this kind is in use; None where none is."""
        path = self.directory / f"{model}.in-use.json"
        if path.exists():
            return _read_verdict(path)
        newest = self.newest(model)  # the node of before kept one verdict of each kind
        return newest if newest is not None and newest.adopted else None

    def newest(self, model: str) -> Verdict | None:
        """The newest verdict of this kind, adopted or not; a file that cannot be read counts as none."""
        return _read_verdict(self.directory / f"{model}.json")

    def verdicts(self) -> tuple[Verdict, ...]:
        """The newest verdict of each kind; a file that cannot be read counts as no verdict."""
        return tuple(found for model in sorted(SCHEMAS) if (found := self.newest(model)) is not None)


def _read_verdict(path: Path) -> Verdict | None:
    try:
        return Verdict.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValidationError):
        return None
