"""The model in use and the newest one that the league sent, of each kind: champion and challenger."""

from dataclasses import dataclass

from client.adoption import Adoption, Adoptions, Verdict, can_judge
from client.evaluation import LEAST_ATHLETES
from client.league_models.chain import KeptOutModel, ModelChain
from client.learning.drift import Drift, DriftFigures
from client.settings import NodeSettings
from models.features import SCHEMAS


@dataclass(frozen=True, slots=True)
class ModelVersions:
    """One kind of model on this node.

    in_use: None where none is. newest_id: of the newest that this node holds, None where it is the one in use or there
    is none. newest: what the gate said of that one, None where it was not judged. kept_out: what was not taken since.
    can_judge: False for a network where its libraries are not installed. adoption: since when the one in use is, None
    where that was not noted. drift: its months since, None before they were worked out.
    """

    model: str
    in_use: Verdict | None
    newest_id: str | None
    newest: Verdict | None
    kept_out: KeptOutModel | None
    can_judge: bool = True
    adoption: Adoption | None = None
    drift: Drift | None = None

    @property
    def is_empty(self) -> bool:
        """Whether this node has neither used, received nor kept out anything of the kind."""
        return self.in_use is None and self.newest_id is None and self.kept_out is None


def may_be_shown(verdict: Verdict) -> bool:
    """Whether what was found on the judged days may be shown: they are of enough athletes, or there are none."""
    return not verdict.judged_days or (verdict.judged_athletes or 0) >= LEAST_ATHLETES


def versions_in(settings: NodeSettings) -> list[ModelVersions]:
    """Return each kind of model that a node has anything of."""
    keys = settings.league_keys() if settings.league_key else ()
    return versions_here(ModelChain(settings.received, keys, settings.models), Adoptions(settings.models))


def versions_here(chain: ModelChain, adoptions: Adoptions) -> list[ModelVersions]:
    """Return each kind of model that this node has anything of."""
    found = [_versions(chain, adoptions, model) for model in sorted(SCHEMAS)]
    return [one for one in found if not one.is_empty]


def _versions(chain: ModelChain, adoptions: Adoptions, model: str) -> ModelVersions:
    used, held, judged = adoptions.in_use(model), chain.held(model), adoptions.newest(model)
    newest_id = held.sha256 if held is not None else judged.model_id if judged is not None else None
    if used is not None and used.model_id == newest_id:
        newest_id = None
    newest = judged if judged is not None and judged.model_id == newest_id else None
    drift = None if used is None else DriftFigures(adoptions.directory).newest(model, used.model_id)
    return ModelVersions(
        model, used, newest_id, newest, chain.kept_out(model), can_judge(model), adoptions.adoption(model), drift
    )
