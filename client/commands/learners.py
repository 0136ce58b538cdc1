"""Whose days a league model may be judged on here: the athletes who let the league learn from what it uses."""

from typing import TYPE_CHECKING

from chassis.clock import utc_now
from client.errors import NoLeague
from policies.vocabulary import AthleteId, OrgId

if TYPE_CHECKING:
    from client.consent_client import NodeConsentClient
    from client.settings import NodeSettings
    from models.registry import ModelRecord
    from policies.signing import VerifyKey


def league_keys(settings: "NodeSettings") -> "tuple[VerifyKey, ...]":
    """Return the keys that sign league models; raises NoLeague on a node that is linked to none."""
    if settings.league_key is None:
        raise NoLeague
    return settings.league_keys()


def learners(consent: "NodeConsentClient", record: "ModelRecord") -> list[AthleteId]:
    """Return the athletes whose live grants let this model's league learn from what the model uses."""
    from models.features import SCHEMAS

    snapshot, at, categories = consent.snapshot(), utc_now(), SCHEMAS[record.model].categories
    return [
        athlete
        for athlete in sorted(snapshot.epochs)
        if snapshot.may_learn(athlete, categories=categories, league=OrgId(record.league), now=at)
    ]
