"""How far each method errs on the days that no model learnt from, computed from the clubs' own vaults.

The demo may look into every vault because it made them all; nobody else could compute this table.
"""

from collections.abc import Sequence

import numpy as np

from client.features.daily import build
from client.settings import load_settings
from client.vault.access import open_vault
from deploy.demo.plan import Club, Person, Plan
from deploy.demo.sources import SYNTHETIC
from deploy.demo.summary import Errors
from deploy.demo.training import Campaign
from models.evaluation import ReadinessDays, judge, train_without_privacy
from models.registry import read_weights_file
from policies.vocabulary import AthleteId


def compare(plan: Plan, people: Sequence[Person], learners: Sequence[str], campaign: Campaign) -> Errors:
    """Judge every method on the newest 30 % of the days of the athletes who let the league learn recovery."""
    real = any(person.source != SYNTHETIC for person in people)
    chosen = {p.athlete for p in people if p.athlete in learners and (p.source != SYNTHETIC) == real}
    squads = [
        _squad(club, [p.athlete for p in people if p.club == club.org and p.athlete in chosen]) for club in plan.clubs
    ]
    everyone = [days for squad in squads for days in squad]
    weights = read_weights_file((campaign.model_folder / "weights.safetensors").read_bytes())
    private = judge(weights, everyone)
    clear = judge(train_without_privacy(campaign.manifest, squads), everyone)
    return Errors(
        data="SoccerMon and PMData" if real else "synthetic league",
        athletes=len(everyone),
        test_days=private.test_days,
        person_mean=private.person_mean,
        ewma=private.ewma,
        local_ridge=private.local_ridge,
        public_start=private.public_start,
        federated_without_dp=clear.federated,
        federated_with_dp=private.federated,
    )


def _squad(club: Club, athletes: Sequence[str]) -> list[ReadinessDays]:
    with open_vault(load_settings(club.folder)) as vault:
        tables = [build(vault.read(AthleteId(athlete))) for athlete in athletes]
    return [
        ReadinessDays(table.column("readiness"), np.array([day.weekday() for day in table.dates], dtype=np.int64))
        for table in tables
        if table.dates
    ]
