"""An athlete's own injury risk this week, for the athlete at the node's terminal."""

from dataclasses import dataclass
from typing import Any

from chassis.clock import Clock
from client.adoption import Adoptions, Verdict
from client.features.athlete_days import athlete_days
from client.injury_risk.club_head import usable_club_head
from client.injury_risk.club_refitting import MODEL, ClubHeadRefitting
from client.injury_risk.individual_risk import IndividualRisk, individual_risk
from client.learning.learners import learners_of
from client.learning.model_in_use import model_in_use
from client.learning.refitting import KnowsLearners
from client.settings import NodeSettings
from client.vault.store import Vault
from policies.vocabulary import AthleteId, OrgId


@dataclass(frozen=True, slots=True)
class OwnRisk:
    """What a risk model that passed here says of one athlete; found: None where it says nothing of these days."""

    verdict: Verdict
    found: IndividualRisk | None


def own_risk(
    settings: NodeSettings, vault: Vault, athlete: AthleteId, *, consent: KnowsLearners, clock: Clock
) -> OwnRisk | None:
    """Return it, with the club head fitted anew if it is time; None where no risk model is in use here.

    Raises ConsentUnavailable where the service does not answer: who lets the league learn is not known then.
    """
    verdict = Adoptions(settings.models).in_use(MODEL)
    opened = model_in_use(settings.models, settings.league_keys(), MODEL)
    if verdict is None or opened is None:
        return None
    refitting, record = ClubHeadRefitting.of(settings, vault=vault, consent=consent, clock=clock), opened.record
    refitting.refit_due()
    learners = learners_of(consent.snapshot(), record.model, OrgId(record.league), now=clock())
    head, today = usable_club_head(vault, model=record.sha256, learners=learners), refitting.today()
    return OwnRisk(verdict, individual_risk(athlete_days(vault, athlete, today=today), today, head, today=today))


def risk_values(risk: OwnRisk | None) -> dict[str, Any] | None:
    """Return it for programs: null without a risk model in use, null values where it says nothing of these days."""
    if risk is None:
        return None
    found = risk.found
    return {
        "chance": None if found is None else round(found.chance, 4),
        "base_rate": None if found is None else round(found.base_rate, 4),
        "drivers": [
            {"category": one.category.value, "raises": one.log_odds > 0.0} for one in (found.drivers if found else ())
        ],
    }
