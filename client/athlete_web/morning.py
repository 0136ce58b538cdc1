"""An athlete's own morning, of everything that the node holds of them: it is for them, and needs no grant."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from client.adoption import Adoptions
from client.athlete_web.site import AthleteSite
from client.coaching.daily_assessment import Context, DailyAssessment, assess_day, day_begins
from client.coaching.domains import PROFILES
from client.coaching.light.at_home import beside, categories_on
from client.errors import ClientError
from client.features.daily import DailyTable
from client.health.statements import AvailabilityStatements, with_limit
from client.injury_risk.club_head import KeptClubHead, usable_club_head
from client.injury_risk.individual_risk import individual_risk
from client.injury_risk.risk_words import risk_in_figures
from client.learning.kept_head import ModelSource, kept_head
from client.learning.learners import learners_of
from client.learning.model_in_use import model_in_use
from client.learning.tomorrow import Tomorrow, tomorrow
from client.planning.planner import Planner
from client.web.site import DECISIONS_DAYS, DEFAULT_PROFILE
from models.features import RISK_CATEGORIES, RISK_SCHEMA
from policies.vocabulary import AthleteId, Category, OrgId

EVERYTHING: Final = frozenset(category for category in Category if category.is_personal)


@dataclass(frozen=True, slots=True)
class OwnMorning:
    """What an athlete sees of their own morning. expected: None where no model proved closer than their own mean."""

    one: DailyAssessment
    table: DailyTable
    expected: Tomorrow | None


def own_morning(site: AthleteSite, athlete: AthleteId) -> OwnMorning:
    """Assess the athlete's own morning by the rules by which staff see it: the light is theirs, of what it may use."""
    day, since = site.day(), site.day() - timedelta(days=DECISIONS_DAYS)
    table = site.tables.read(athlete, EVERYTHING)
    expected = tomorrow(table, day, kept_head(site.vault, athlete), today=site.now().date())
    is_better = expected is not None and expected.source is not ModelSource.OWN_MEAN
    used = categories_on(site.vault, athlete, site.now().date())
    planned = Planner.over(site.vault, site.journal).own_plan(athlete, since, day)
    standing = AvailabilityStatements(site.health).standing(athlete, day)
    one = assess_day(
        athlete,
        beside(site.tables.read_for_light(athlete, used), site.tables.read_for_light(athlete, EVERYTHING)),
        context=Context(day, day_begins(site.now()), PROFILES[DEFAULT_PROFILE], planned.match_days),
        plan=planned.of_day(day),
        decisions=site.journal.decisions(athlete, since=since),
        check_ins=site.journal.check_ins.of(athlete, since=since),
        expected_below=is_better and expected is not None and expected.is_probably_below,
        said=site.said.flags(athlete),
        cap_au=None if standing is None else standing.cap_au,
    )
    return OwnMorning(with_limit(one, standing), table, expected if is_better else None)


def own_risk_lines(site: AthleteSite, athlete: AthleteId, table: DailyTable) -> dict[str, str]:
    """Return what an adopted risk model says of this week; nothing where none is in use, or who it learnt from is open.

    The club's head was fitted to days of athletes who let the league learn; whether each still does is asked first.
    """
    verdict = Adoptions(site.settings.models).in_use(RISK_SCHEMA.model)
    if verdict is None:
        return {}
    try:
        head = _head(site)
    except ClientError:
        return {}
    found = individual_risk(table, site.day(), head, today=site.now().date())
    return risk_in_figures(found, verdict, set(RISK_CATEGORIES))


def _head(site: AthleteSite) -> KeptClubHead | None:
    opened = model_in_use(site.settings.models, site.settings.league_keys(), RISK_SCHEMA.model)
    if opened is None:
        return None
    record = opened.record
    learners = learners_of(site.consent.snapshot(), record.model, OrgId(record.league), now=site.clock())
    return usable_club_head(site.vault, model=record.sha256, learners=learners)
