"""Each athlete's own model is fitted anew every day, when what may be used changes, and when readings have come.

The pages read what is kept: what they do, and how long it takes, does not depend on what the node's gate said.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

from chassis.clock import Clock
from client.adoption import Adoptions
from client.biometrics.streams import Stream
from client.errors import AthleteErased, UnknownAthlete
from client.features.athlete_days import athlete_days
from client.learning.fitting import UsableModels, fitted
from client.learning.kept_head import keep_head
from client.learning.learners import learners_of
from client.learning.model_in_use import model_in_use
from client.learning.public_initial_weights import MODEL, PublicWeightsVerdict
from client.settings import NodeSettings
from client.vault.store import Vault
from models.registry import OpenedModel
from policies.signing import VerifyKey
from policies.snapshot import ConsentSnapshot
from policies.vocabulary import AthleteId, OrgId

AFTER_READINGS: Final = timedelta(minutes=10)
"""Ours: reading every athlete's days costs seconds, and an import brings readings for minutes."""


class KnowsLearners(Protocol):
    """Who knows which athletes let the league learn; raises ConsentUnavailable unless it is sure."""

    def snapshot(self) -> ConsentSnapshot:
        """Return the fresh signed snapshot of this club."""
        ...


@dataclass(slots=True)
class _Done:
    """When heads were fitted last, and what everything was like just before."""

    at: datetime | None = None
    day: date | None = None
    usable: tuple[str, bool] | None = None
    vault: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class HeadRefitting:
    """Fits heads. models: the node's folder of models that it judged; today: the club's calendar day."""

    vault: Vault
    consent: KnowsLearners
    keys: Sequence[VerifyKey]
    models: Path
    clock: Clock
    today: Callable[[], date]
    _done: _Done = field(default_factory=_Done)

    @classmethod
    def of(cls, settings: NodeSettings, *, vault: Vault, consent: KnowsLearners, clock: Clock) -> "HeadRefitting":
        """Fit in a node's folder, by the club's calendar."""

        def today() -> date:
            return clock().astimezone(settings.timezone).date()

        return cls(vault, consent, settings.league_keys(), settings.models, clock, today)

    def refit_due(self) -> bool:
        """Fit every athlete's head if it is time; returns whether it was. Raises ConsentUnavailable, then none is."""
        athletes = [one.athlete for one in self.vault.athletes()]
        if not athletes or not self._is_due(self.vault.version(athletes[0])):
            return False
        now = _Done(self.clock(), self.today(), self._names(), self.vault.version(athletes[0]))
        self.refit(athletes)
        done = self._done
        done.at, done.day, done.usable, done.vault = now.at, now.day, now.usable, now.vault
        return True

    def refit(self, athletes: Iterable[AthleteId]) -> None:
        """Fit the heads of these athletes now; whoever is erased meanwhile is left out."""
        opened = model_in_use(self.models, self.keys, MODEL)
        usable = UsableModels(
            None if opened is None else (opened.record.sha256, opened.weights), self._is_public_usable()
        )
        willing = self._willing(opened)
        for athlete in athletes:
            try:
                table = athlete_days(self.vault, athlete, streams=[Stream.READINESS], today=self.today())
                source = usable.source_of(lets_learn=athlete in willing)
                keep_head(self.vault, athlete, fitted(table, usable, source=source, today=self.today()))
            except (AthleteErased, UnknownAthlete):
                continue

    def _willing(self, opened: OpenedModel | None) -> frozenset[AthleteId]:
        """Who gets the league's model. The snapshot is asked for whether there is one or not."""
        snapshot = self.consent.snapshot()
        if opened is None:
            return frozenset()
        league = OrgId(opened.record.league)
        return frozenset(learners_of(snapshot, MODEL, league, now=self.clock()))

    def _is_due(self, version: tuple[int, int]) -> bool:
        done = self._done
        if done.at is None or done.day != self.today() or done.usable != self._names():
            return True
        return done.vault != version and self.clock() - done.at >= AFTER_READINGS

    def _names(self) -> tuple[str, bool]:
        return self._adopted(), self._is_public_usable()

    def _adopted(self) -> str:
        used = Adoptions(self.models).in_use(MODEL)  # a newer one that failed takes no place
        return used.model_id if used is not None else ""

    def _is_public_usable(self) -> bool:
        verdict = PublicWeightsVerdict(self.models).newest()
        return verdict is not None and verdict.adopted
