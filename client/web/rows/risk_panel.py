"""Individual risk on an athlete's page: for the medical team, where the gate passed; one sentence for everybody else.

For a coach nothing is read or worked out, so that neither words nor time tell anything. The medical team sees the same
lines of every athlete, whoever lets the league learn: whom it is used for says nothing of whose days it learnt from.
What is not shared with them counts as never recorded, so that the panel tells no withdrawal.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from client.adoption import Adoptions
from client.injury_risk.club_head import KeptClubHead, usable_club_head
from client.injury_risk.individual_risk import individual_risk
from client.injury_risk.risk_words import FOR_CARE, NOT_AVAILABLE, risk_in_figures
from client.learning.learners import learners_of
from client.learning.model_in_use import model_in_use
from client.web.access import PageAccess
from client.web.site import ClubSite
from client.web.viewer import Viewer
from models.features import RISK_CATEGORIES, RISK_SCHEMA
from policies.vocabulary import AthleteId, OrgId, Role


@dataclass(frozen=True, slots=True)
class RiskPanel:
    """What the panel says: a sentence, or lines."""

    sentence: str = ""
    lines: Mapping[str, str] = field(default_factory=dict)


def risk_panel(site: ClubSite, viewer: Viewer, access: PageAccess, athlete: AthleteId, day: date) -> RiskPanel:
    """Return the panel for this reader. access: of the look that is being answered."""
    if viewer.role is not Role.MEDICAL:
        return RiskPanel(FOR_CARE)
    verdict = Adoptions(site.settings.models).in_use(RISK_SCHEMA.model)
    if verdict is None:
        return RiskPanel(NOT_AVAILABLE)
    table, head = site.table(access, athlete), _head(site, access)
    found = individual_risk(table, day, head, today=site.now().date())
    named = {category for category in RISK_CATEGORIES if access.is_daily(athlete, category)}
    return RiskPanel(lines=risk_in_figures(found, verdict, named))


def _head(site: ClubSite, access: PageAccess) -> KeptClubHead | None:
    """What the node keeps, if everybody in it lets the league learn at this look."""
    opened = model_in_use(site.settings.models, site.settings.league_keys(), RISK_SCHEMA.model)
    if opened is None or access.snapshot is None:
        return None
    record = opened.record
    learners = learners_of(access.snapshot, record.model, OrgId(record.league), now=site.clock())
    return usable_club_head(site.vault, model=record.sha256, learners=learners)
