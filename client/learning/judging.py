"""Models are judged by themselves: one that arrives within a minute, each that is here and the public weights weekly.

The log has each judgement before it counts, and never which way it went: that, and whether a model is used, depends on
the athletes' days. `homefield-node adopt` judges by hand as before, and is not undone by a model that was here before.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final, Protocol

import numpy as np

from audit.entries.details.base import Details
from audit.entries.details.clubs import ModelJudged
from chassis.clock import Clock
from chassis.files.replace_file import replace_durably
from client.adoption import Adoptions, Verdict, judge_model, judge_weights, read_model
from client.errors import ClientError
from client.features.athlete_days import athlete_days
from client.features.daily import DailyTable
from client.learning.learners import learners_of, learners_of_any
from client.learning.public_initial_weights import MODEL, PublicWeightsVerdict, installed_sha256
from client.settings import NodeSettings
from client.vault.store import Vault
from models.errors import ModelError, NotInstalled
from models.features import SCHEMAS
from models.registry import OpenedModel, SealedModel
from models.training.initial_weights import initial_weights
from policies.errors import PolicyError
from policies.signing import VerifyKey
from policies.snapshot import ConsentSnapshot
from policies.vocabulary import AthleteId, OrgId

AGAIN_AFTER: Final = timedelta(days=7)

logger = logging.getLogger(__name__)


class KnowsConsent(Protocol):
    """What judging needs of the consent service; both raise ConsentUnavailable unless it is sure."""

    def snapshot(self) -> ConsentSnapshot:
        """Return the fresh signed snapshot of this club."""
        ...

    def event(self, details: Details) -> None:
        """Log an event of this club."""
        ...


@dataclass(frozen=True, slots=True)
class ModelJudging:
    """Judges what is due. received: the node's folder of models as they arrived; models: of those it judged."""

    vault: Vault
    consent: KnowsConsent
    keys: Sequence[VerifyKey]
    received: Path
    models: Path
    clock: Clock

    @classmethod
    def of(cls, settings: NodeSettings, *, vault: Vault, consent: KnowsConsent, clock: Clock) -> "ModelJudging":
        """Judge in a node's folder."""
        return cls(vault, consent, settings.league_keys(), settings.received, settings.models, clock)

    def judge_due(self) -> tuple[Verdict, ...]:
        """Judge what has arrived and what was judged a week ago; returns the verdicts.

        Raises ConsentUnavailable where the service does not answer: nothing is judged or recorded without it.
        """
        found = [verdict for model in sorted(SCHEMAS) if (verdict := self._judged(model)) is not None]
        if self._is_over(PublicWeightsVerdict(self.models).newest()):
            found.append(self._judge_public())
        return tuple(found)

    def _judged(self, model: str) -> Verdict | None:
        arrived = _name_in(self.received / f"{model}.latest")
        if arrived and arrived != _name_in(self.models / f"{model}.arrived"):
            verdict = self._judge(self.received / arrived, model)
            self._note_arrival(model, arrived)
            return verdict
        held = next((one for one in Adoptions(self.models).verdicts() if one.model == model), None)
        if held is None or not self._is_over(held):
            return None
        folders = [root / held.model_id for root in (self.models, self.received)]
        return next((self._judge(folder, model) for folder in folders if folder.is_dir()), None)

    def _judge(self, folder: Path, model: str) -> Verdict | None:
        """Judge one model; None for a folder that holds no sound model of that name, which is left alone."""
        try:
            opened, sealed = read_model(folder, self.keys)
        except (ClientError, ModelError, PolicyError) as error:
            logger.warning("a received model cannot be judged", extra={"error": type(error).__name__})
            return None
        try:
            return self._recorded(opened, sealed) if opened.record.model == model else None
        except NotInstalled:
            logger.warning("a received network cannot be judged: its libraries are not installed here")
            return None

    def _recorded(self, opened: OpenedModel, sealed: SealedModel) -> Verdict:
        league = OrgId(opened.record.league)
        willing = learners_of(self.consent.snapshot(), opened.record.model, league, now=self.clock())
        verdict = judge_model(opened, self._tables(willing), now=self.clock())
        self.consent.event(ModelJudged(model=verdict.model_id))  # first: a verdict that nobody could see later is none
        Adoptions(self.models).record(verdict, sealed)
        return verdict

    def _judge_public(self) -> Verdict:
        willing = learners_of_any(self.consent.snapshot(), MODEL, now=self.clock())
        weights = np.array(initial_weights(MODEL))
        verdict = judge_weights(MODEL, installed_sha256(), weights, self._tables(willing), now=self.clock())
        self.consent.event(ModelJudged(model=verdict.model_id))
        PublicWeightsVerdict(self.models).record(verdict)
        return verdict

    def _tables(self, athletes: Sequence[AthleteId]) -> list[DailyTable]:
        held = {one.athlete for one in self.vault.athletes()}
        return [athlete_days(self.vault, athlete) for athlete in athletes if athlete in held]

    def _is_over(self, verdict: Verdict | None) -> bool:
        return verdict is None or verdict.judged is None or self.clock() - verdict.judged >= AGAIN_AFTER

    def _note_arrival(self, model: str, arrived: str) -> None:
        self.models.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_durably(self.models / f"{model}.arrived", arrived.encode())


def _name_in(path: Path) -> str:
    """The name of a version in a file, "" where there is none that is one."""
    try:
        name = path.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""
    return name if len(name) == 64 and set(name) <= set("0123456789abcdef") else ""
