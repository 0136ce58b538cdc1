"""Whose days a model may be judged on here: the athletes who let a league learn from what it uses."""

from datetime import datetime
from typing import TYPE_CHECKING

from chassis.clock import utc_now
from client.errors import NoLeague
from policies.snapshot import ConsentSnapshot
from policies.vocabulary import AthleteId, OrgId, Purpose

if TYPE_CHECKING:
    from client.consent_client import NodeConsentClient
    from client.settings import NodeSettings
    from models.registry import ModelRecord
    from policies.signing import VerifyKey


class NobodyLearns:
    """Stands for the consent service on a node that is linked to none: nobody lets a league learn."""

    def snapshot(self) -> ConsentSnapshot:
        """Return a snapshot without a grant."""
        now = utc_now()
        return ConsentSnapshot(OrgId(""), now, now, {}, ())


def league_keys(settings: "NodeSettings") -> "tuple[VerifyKey, ...]":
    """Return the keys that sign league models; raises NoLeague on a node that is linked to none."""
    if settings.league_key is None:
        raise NoLeague
    return settings.league_keys()


def learners(consent: "NodeConsentClient", record: "ModelRecord") -> list[AthleteId]:
    """Return the athletes whose live grants let this model's league learn from what the model uses."""
    return learners_of(consent.snapshot(), record.model, OrgId(record.league), now=utc_now())


def learners_of(snapshot: ConsentSnapshot, model: str, league: OrgId, *, now: datetime) -> list[AthleteId]:
    """Return the athletes of a snapshot who let `league` learn from what `model` uses."""
    from models.features import SCHEMAS

    categories = SCHEMAS[model].categories
    return [
        athlete
        for athlete in sorted(snapshot.epochs)
        if snapshot.may_learn(athlete, categories=categories, league=league, now=now)
    ]


def learners_of_any(snapshot: ConsentSnapshot, model: str, *, now: datetime) -> list[AthleteId]:
    """Return the athletes of a snapshot who let any league learn from what `model` uses."""
    leagues = {grant.recipient_org for grant in snapshot.grants if grant.purpose is Purpose.FL_TRAINING}
    found = {athlete for league in leagues for athlete in learners_of(snapshot, model, league, now=now)}
    return sorted(found)
