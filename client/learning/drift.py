"""How a model in use does here month by month, as it was worked out when it was judged last, and what to make of it.

Only what may be shown is kept: a month without enough athletes has no figure in the file either.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from chassis.files.replace_file import replace_durably
from client.adoption import Adoption
from client.evaluation import LEAST_ATHLETES
from client.learning.monthly_errors import MonthFigure
from models.evaluation.drift import limit_of
from models.features import NETWORK_SCHEMA, READINESS_MODELS, RECOVERY_SCHEMA
from policies.campaign import HexHash

GATE_FIGURE: Final[Mapping[str, str]] = {RECOVERY_SCHEMA.model: "with heads", NETWORK_SCHEMA.model: "federated"}
RISK_FIGURE: Final = "brier_skill"


class Drift(BaseModel):
    """The months of one model since it came into use, oldest first."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str
    model_id: HexHash
    worked_out: AwareDatetime
    months: tuple[MonthFigure, ...]


class DriftState(StrEnum):
    """What the newest full month says beside the gate's figure."""

    NO_FULL_MONTH = "no_full_month"
    NOT_COMPARED = "not_compared"
    AS_AT_THE_GATE = "as_at_the_gate"
    LARGE = "large"


@dataclass(frozen=True, slots=True)
class DriftFinding:
    """The newest full month beside what the gate saw when the model came into use.

    gate: the gate's figure, None where it may not be shown or was not found. limit: the figure beyond which drift is
    large, None where the two are not compared. month: None before the first full month.
    """

    state: DriftState
    month: MonthFigure | None
    gate: float | None
    limit: float | None


@dataclass(frozen=True, slots=True)
class DriftFigures:
    """The newest figures on disk, one file for each kind of model; `directory` is the node's folder of models."""

    directory: Path

    def newest(self, model: str, model_id: str) -> Drift | None:
        """Return the figures of this very model; None before the first, and for a file that cannot be read."""
        try:
            found = Drift.model_validate_json(self._path(model).read_text(encoding="utf-8"))
        except (OSError, ValidationError):
            return None
        return found if found.model_id == model_id else None

    def record(self, drift: Drift) -> None:
        """Replace them."""
        replace_durably(self._path(drift.model), drift.model_dump_json(indent=2).encode())

    def _path(self, model: str) -> Path:
        return self.directory / f"{model}.drift.json"


def finding_of(adoption: Adoption, drift: Drift) -> DriftFinding:
    """Compare the newest full month with the gate's figure, by the rule of docs/indices.md §11.5."""
    gate, gate_spread = _gate(adoption)
    full = [month for month in drift.months if month.is_full]
    if not full:
        return DriftFinding(DriftState.NO_FULL_MONTH, None, gate, None)
    month = full[-1]
    if gate is None or gate_spread is None or month.figure is None or month.spread is None:
        return DriftFinding(DriftState.NOT_COMPARED, month, gate, None)
    is_lower_better = drift.model in READINESS_MODELS
    limit = limit_of(gate, gate_spread, month.spread, is_lower_better=is_lower_better)
    is_beyond = month.figure > limit if is_lower_better else month.figure < limit
    return DriftFinding(DriftState.LARGE if is_beyond else DriftState.AS_AT_THE_GATE, month, gate, limit)


def _gate(adoption: Adoption) -> tuple[float | None, float | None]:
    verdict = adoption.verdict
    if (verdict.judged_athletes or 0) < LEAST_ATHLETES:
        return None, None
    name = GATE_FIGURE.get(verdict.model, RISK_FIGURE)
    return verdict.figures.get(name), verdict.figures.get(f"{name}{_SPREAD[name]}")


_SPREAD: Final[Mapping[str, str]] = {"with heads": " spread", "federated": " spread", RISK_FIGURE: "_spread"}
