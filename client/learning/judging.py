"""Models are judged by themselves: one that arrives within a minute, each that is here and the public weights weekly.

The log has each judgement before it counts, and never which way it went: that, and whether a model is used, depends on
the athletes' days. So one entry, which names the newest model, stands for the weekly judgement of that one and of the
one in use: two entries would say that the newest had failed. `homefield-node adopt` judges by hand as before, and is
not undone by a model that was here before.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, timedelta, tzinfo
from pathlib import Path
from typing import Final, Protocol

import numpy as np

from audit.entries.details.base import Details
from audit.entries.details.clubs import ModelJudged
from chassis.clock import Clock
from chassis.files.replace_file import replace_durably
from client.adoption import Adoptions, Verdict, can_judge, judge_model, judge_weights, read_model
from client.errors import ClientError
from client.features.athlete_days import athlete_days
from client.features.daily import DailyTable
from client.learning.drift import Drift, DriftFigures
from client.learning.league_evidence import HeldEvidence
from client.learning.learners import learners_of, learners_of_any
from client.learning.monthly_errors import monthly_errors
from client.learning.public_initial_weights import MODEL, PublicWeightsVerdict, installed_sha256
from client.settings import NodeSettings
from client.vault.store import Vault
from models.errors import ModelError
from models.evidence.record import PooledEvidence
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
    """Judges what is due. received: the node's folder of models as they arrived; models: of those it judged.

    A network that arrives without its libraries here stays as it is, without a verdict, until they are installed.
    """

    vault: Vault
    consent: KnowsConsent
    keys: Sequence[VerifyKey]
    received: Path
    models: Path
    clock: Clock
    timezone: tzinfo = UTC  # whose calendar says which month a day is in
    _judged_by: set[str] = field(default_factory=set)  # evidence that had a model judged at once
    _told_of: set[str] = field(default_factory=set)  # models that wait for libraries: said once, not at every turn

    @classmethod
    def of(cls, settings: NodeSettings, *, vault: Vault, consent: KnowsConsent, clock: Clock) -> "ModelJudging":
        """Judge in a node's folder."""
        return cls(vault, consent, settings.league_keys(), settings.received, settings.models, clock, settings.timezone)

    def judge_due(self) -> tuple[Verdict, ...]:
        """Judge what has arrived and what was judged a week ago; returns the verdicts.

        Raises ConsentUnavailable where the service does not answer: nothing is judged or recorded without it.
        """
        found = [verdict for model in sorted(SCHEMAS) for verdict in self._judged(model)]
        if self._is_over(PublicWeightsVerdict(self.models).newest()):
            found.append(self._judge_public())
        return tuple(found)

    def _judged(self, model: str) -> tuple[Verdict, ...]:
        arrived = _name_in(self.received / f"{model}.latest")
        if arrived and arrived != _name_in(self.models / f"{model}.arrived"):
            if not self._can_judge(model):
                return ()
            verdicts = self._judge(model, arrived, {arrived: self.received / arrived})
            self._note_arrival(model, arrived)
            return verdicts
        return self._judged_again(model)

    def _judged_again(self, model: str) -> tuple[Verdict, ...]:
        """Judge the one in use and the newest anew: a week after the last time, or once there is other evidence."""
        adoptions = Adoptions(self.models)
        newest = adoptions.newest(model)
        held = [one for one in (adoptions.in_use(model), newest) if one is not None]
        if newest is None or not self._can_judge(model):
            return ()
        if not (all(map(self._is_over, held)) or any(map(self._has_other_evidence, held))):
            return ()
        roots = (self.models, self.received)
        folders = [(one.model_id, root / one.model_id) for one in held for root in reversed(roots)]
        return self._judge(model, newest.model_id, {name: path for name, path in folders if path.is_dir()})

    def _judge(self, model: str, newest: str, folders: Mapping[str, Path]) -> tuple[Verdict, ...]:
        """Judge versions under one entry of the log; one that is not sound is left alone. newest: what the log hears.

        The log comes first: a verdict that nobody could see later is none.
        """
        found = [one for path in folders.values() if (one := self._opened(path, model)) is not None]
        if not found:
            return ()
        tables = self._tables_for(found[0][0])
        verdicts = [
            judge_model(one, tables, now=self.clock(), evidence=self._evidence(one.record.model)) for one, _ in found
        ]
        self.consent.event(ModelJudged(model=newest))
        for verdict, (opened, sealed) in zip(verdicts, found, strict=True):
            Adoptions(self.models).record(verdict, sealed)
            self._note_drift(opened, tables)
        return tuple(verdicts)

    def _note_drift(self, opened: OpenedModel, tables: Sequence[DailyTable]) -> None:
        """Work out the months of a model that is in use, of the days that it was judged on and since."""
        model, zone = opened.record.model, self.timezone
        adoption = Adoptions(self.models).adoption(model)
        if adoption is None or adoption.verdict.model_id != opened.record.sha256 or adoption.verdict.judged is None:
            return
        since, today = (at.astimezone(zone).date() for at in (adoption.verdict.judged, self.clock()))
        months = monthly_errors(model, opened.weights, tables, since=since, today=today)
        found = Drift(model=model, model_id=opened.record.sha256, worked_out=self.clock(), months=months)
        DriftFigures(self.models).record(found)

    def _opened(self, folder: Path, model: str) -> tuple[OpenedModel, SealedModel] | None:
        try:
            opened, sealed = read_model(folder, self.keys)
        except (ClientError, ModelError, PolicyError) as error:
            logger.warning("a received model cannot be judged", extra={"error": type(error).__name__})
            return None
        return (opened, sealed) if opened.record.model == model else None

    def _tables_for(self, opened: OpenedModel) -> list[DailyTable]:
        league = OrgId(opened.record.league)
        willing = learners_of(self.consent.snapshot(), opened.record.model, league, now=self.clock())
        return self._tables(willing)

    def _can_judge(self, model: str) -> bool:
        if can_judge(model):
            return True
        if model not in self._told_of:
            logger.warning("a received network cannot be judged: its libraries are not installed here")
        self._told_of.add(model)
        return False

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

    def _evidence(self, model: str) -> PooledEvidence | None:
        return HeldEvidence(self.received, self.keys).of(model)

    def _has_other_evidence(self, verdict: Verdict) -> bool:
        """Whether the league's evidence on the verdict's model came since, and was not judged by yet: tried once."""
        found = HeldEvidence(self.received, self.keys).on(verdict.model, verdict.model_id)
        if found is None or found.record.sha256 in (verdict.evidence, *self._judged_by):
            return False
        self._judged_by.add(found.record.sha256)
        return True

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
