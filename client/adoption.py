"""The node's own gate: a league model is used here only if it does better here than what the club can do alone.

Judged on the newest days of this club's athletes, which no round learnt from. A model that fails is kept with the
reasons and stays unused; the pages then say that no individual risk is available.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chassis.files.replace_file import replace_durably
from client.errors import ClientError
from client.evaluation import readiness_days
from client.features.daily import DailyTable
from models import risk
from models.arrays import Floats
from models.errors import NotEnoughData
from models.evaluation.adoption_gate import JudgedDays, gate, own_base_rate
from models.evaluation.comparison import judge
from models.evaluation.holdout import judge_days, learn_days
from models.features import READINESS_MODELS, RISK_SCHEMA, SCHEMAS, AthleteSeries, FeatureSchema
from models.registry import CARD, RECORD, WEIGHTS, OpenedModel, SealedModel, open_sealed_by_any, read_folder
from policies.campaign import HexHash
from policies.signing import VerifyKey

LARGEST_PART = 4 * 1024 * 1024
GATE_SEED = 20261123  # the bootstrap of the gate gives the same verdict for the same days


class Verdict(BaseModel):
    """What this node's gate said of one model. figures: mean absolute errors, or the gate's own figures.

    judged_athletes: how many the judged days are of; None in a verdict of before, which did not say it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str
    model_id: HexHash
    adopted: bool
    reasons: tuple[Annotated[str, Field(max_length=200)], ...]
    judged_days: int = Field(ge=0)
    judged_athletes: int | None = Field(default=None, ge=0)
    figures: dict[str, float]


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


def judge_model(opened: OpenedModel, tables: Sequence[DailyTable]) -> Verdict:
    """Put one model through this node's gate. tables: the days of athletes who let the league learn.

    Raises NotInstalled for a network where its libraries are not installed.
    """
    name = opened.record.model
    known = [table for table in tables if table.dates]
    try:
        if name in READINESS_MODELS:
            found = _judge_recovery(opened.weights, known, SCHEMAS[name])
        else:
            found = _judge_risk(opened.weights, known)
    except NotEnoughData:
        found = _Judgement(("not enough days held back to judge it",), 0, 0, {})
    kept = {name: value for name, value in found.figures.items() if np.isfinite(value)}
    return Verdict(
        model=name,
        model_id=opened.record.sha256,
        adopted=not found.reasons,
        reasons=found.reasons,
        judged_days=found.days,
        judged_athletes=found.athletes,
        figures=kept,
    )


class _Judgement(NamedTuple):
    reasons: tuple[str, ...]
    days: int
    athletes: int
    figures: Mapping[str, float]


def _judge_recovery(weights: Floats, tables: Sequence[DailyTable], schema: FeatureSchema) -> _Judgement:
    found = judge(weights, [readiness_days(table) for table in tables], schema=schema)
    alone = {"person mean": found.person_mean, "EWMA": found.ewma, "local ridge": found.local_ridge}
    reasons = tuple(f"not closer than {name} alone" for name, value in alone.items() if not found.federated < value)
    return _Judgement(reasons, found.test_days, found.athletes, {**alone, "federated": found.federated})


def _judge_risk(weights: Floats, tables: Sequence[DailyTable]) -> _Judgement:
    if not tables:
        raise NotEnoughData("expected at least one athlete")
    overall = _usual_rate(tables)
    columns = [_risk_rows(weights, table, place, overall) for place, table in enumerate(tables)]
    chance, event, athlete, base = (np.concatenate(part) for part in zip(*columns, strict=True))
    outcomes = JudgedDays(chance, event, athlete.astype(np.int64), base)
    found = gate(outcomes, parameters=RISK_SCHEMA.dimension, rng=np.random.default_rng(GATE_SEED))
    return _Judgement(found.reasons, int(chance.size), int(np.unique(athlete).size), found.figures)


def _usual_rate(tables: Sequence[DailyTable]) -> float:
    """Share of events on the club's days to learn from: what a base rate may know before the judged days."""
    events: list[float] = []
    for table in tables:
        series = _risk_series(table)
        events += series.y[series.mask & learn_days(len(table.dates))].tolist()
    return float(np.clip(np.mean(events), 1e-4, 0.5)) if events else 0.01


def _risk_series(table: DailyTable) -> AthleteSeries:
    return risk.design({name: table.column(name) for name in risk.INPUTS})


def _risk_rows(weights: Floats, table: DailyTable, place: int, overall: float) -> tuple[Floats, Floats, Floats, Floats]:
    series = _risk_series(table)
    known = np.flatnonzero(series.mask)
    event = series.y[known].astype(np.float64)
    base = own_base_rate(event, known, overall=overall)
    judged = judge_days(len(table.dates), gap_d=risk.HORIZON_D)[known]
    chance = risk.probability(weights, series.X[known])
    return chance[judged], event[judged], np.full(int(judged.sum()), float(place)), base[judged]


@dataclass(frozen=True, slots=True)
class Adoptions:
    """Verdicts on disk, the newest per kind of model; `directory` is the node's folder of models."""

    directory: Path

    def record(self, verdict: Verdict, sealed: SealedModel) -> None:
        """Keep the verdict; the model's bytes are kept only if it was adopted."""
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if verdict.adopted:
            folder = self.directory / verdict.model_id
            folder.mkdir(mode=0o700, exist_ok=True)
            for part, content in sealed.files().items():
                replace_durably(folder / part, content)
        replace_durably(self.directory / f"{verdict.model}.json", verdict.model_dump_json(indent=2).encode())

    def verdicts(self) -> tuple[Verdict, ...]:
        """The newest verdict of each kind; a file that cannot be read counts as no verdict."""
        found = []
        for model in sorted(SCHEMAS):
            try:
                text = (self.directory / f"{model}.json").read_text(encoding="utf-8")
                found.append(Verdict.model_validate_json(text))
            except (OSError, ValidationError):
                continue
        return tuple(found)
