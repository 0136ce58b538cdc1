"""The club head is fitted anew every day, when the risk model in use changes, and when who lets the league learn does.

The running node looks every few seconds: whoever withdraws or is erased is out of it at its next turn, and in between
nothing of it is used (`client.injury_risk.club_head`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from chassis.clock import Clock
from client.errors import AthleteErased, UnknownAthlete
from client.features.athlete_days import athlete_days
from client.features.daily import DailyTable
from client.injury_risk.club_head import KeptClubHead, forget_club_head, keep_club_head, kept_club_head, members_of
from client.learning.learners import learners_of
from client.learning.model_in_use import model_in_use
from client.learning.refitting import KnowsLearners
from client.risk_days import used_here, usual_rate
from client.settings import NodeSettings
from client.vault.store import Vault
from models.features import RISK_SCHEMA
from policies.signing import VerifyKey
from policies.vocabulary import AthleteId, OrgId

MODEL: Final = RISK_SCHEMA.model


@dataclass(frozen=True, slots=True)
class ClubHeadRefitting:
    """Fits the club head. models: the node's folder of models that it judged; today: the club's calendar day."""

    vault: Vault
    consent: KnowsLearners
    keys: Sequence[VerifyKey]
    models: Path
    clock: Clock
    today: Callable[[], date]

    @classmethod
    def of(cls, settings: NodeSettings, *, vault: Vault, consent: KnowsLearners, clock: Clock) -> "ClubHeadRefitting":
        """Fit in a node's folder, by the club's calendar."""

        def today() -> date:
            return clock().astimezone(settings.timezone).date()

        return cls(vault, consent, settings.league_keys(), settings.models, clock, today)

    def refit_due(self) -> bool:
        """Fit the club head if it is time; returns whether it was. Without a risk model in use nothing is kept.

        Raises ConsentUnavailable, then nothing changes: what is kept is used only by who can ask the service.
        """
        opened = model_in_use(self.models, self.keys, MODEL)
        if opened is None:
            return forget_club_head(self.vault)
        learners, model = self._learners(OrgId(opened.record.league)), opened.record.sha256
        held, members, today = kept_club_head(self.vault), members_of(self.vault, learners), self.today()
        if held is not None and (held.model, held.day, held.members) == (model, today, members):
            return False
        found = self._tables(learners)
        tables, fitted = [table for table in found.values() if table.dates], members_of(self.vault, found)
        weights, rate = used_here(opened.weights, tables), usual_rate(tables)
        return keep_club_head(self.vault, KeptClubHead(today, model, weights, rate, fitted))

    def _learners(self, league: OrgId) -> list[AthleteId]:
        held = {one.athlete for one in self.vault.athletes()}
        return [one for one in learners_of(self.consent.snapshot(), MODEL, league, now=self.clock()) if one in held]

    def _tables(self, learners: Sequence[AthleteId]) -> dict[AthleteId, DailyTable]:
        """The days of each; whoever is erased meanwhile is left out."""
        found = dict[AthleteId, DailyTable]()
        for athlete in learners:
            try:
                found[athlete] = athlete_days(self.vault, athlete)
            except (AthleteErased, UnknownAthlete):
                continue
        return found
