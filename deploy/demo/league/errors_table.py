"""How far each method errs on the days that no model learnt from, computed from the clubs' own vaults.

The demo may look into every vault because it made them all; nobody else could compute this table.
"""

from collections.abc import Sequence

import numpy as np

from client.features.daily import build
from client.settings import load_settings
from client.vault.access import open_vault
from deploy.demo.league.campaigns import FinishedCampaign
from deploy.demo.league.sources import PMDATA, SOCCERMON, SYNTHETIC
from deploy.demo.plan import Club, DemoPlan, Person
from deploy.demo.summary import Errors
from models.arrays import Floats
from models.evaluation.comparison import ReadinessDays, judge, train_without_privacy
from models.registry import WEIGHTS, read_weights_file
from policies.vocabulary import AthleteId

NAMES = {SYNTHETIC: "synthetic league", SOCCERMON: "SoccerMon", PMDATA: "PMData"}


def compare(
    plan: DemoPlan, people: Sequence[Person], learners: Sequence[str], campaign: FinishedCampaign
) -> tuple[Errors, ...]:
    """Judge every method on the newest 30 % of the days, once per source that the recovery campaign learnt from."""
    weights = read_weights_file((campaign.model_folder / WEIGHTS).read_bytes())
    squads = {source: _squads(plan, people, learners, source) for source in _learnt(people)}
    joined = [[days for source in squads for days in squads[source][i]] for i in range(len(plan.clubs))]
    clear = train_without_privacy(campaign.manifest, joined)
    return tuple(
        _errors(source, [days for squad in squads[source] for days in squad], weights, clear) for source in squads
    )


def _learnt(people: Sequence[Person]) -> list[str]:
    real = sorted({person.source for person in people} - {SYNTHETIC}, reverse=True)
    return real or [SYNTHETIC]


def _errors(source: str, days: Sequence[ReadinessDays], weights: Floats, clear: Floats) -> Errors:
    private = judge(weights, days)
    return Errors(
        data=NAMES[source],
        athletes=len(days),
        test_days=private.test_days,
        person_mean=private.person_mean,
        ewma=private.ewma,
        local_ridge=private.local_ridge,
        public_start=private.public_start,
        federated_without_dp=judge(clear, days).federated,
        federated_with_dp=private.federated,
    )


def _squads(
    plan: DemoPlan, people: Sequence[Person], learners: Sequence[str], source: str
) -> list[list[ReadinessDays]]:
    """One list of athletes per club: those of one source who let the league learn."""
    chosen = {person.athlete for person in people if person.source == source and person.athlete in learners}
    return [
        _squad(club, [p.athlete for p in people if p.club == club.org and p.athlete in chosen]) for club in plan.clubs
    ]


def _squad(club: Club, athletes: Sequence[str]) -> list[ReadinessDays]:
    with open_vault(load_settings(club.folder)) as vault:
        tables = [build(vault.read(AthleteId(athlete))) for athlete in athletes]
    return [
        ReadinessDays(table.column("readiness"), np.array([day.weekday() for day in table.dates], dtype=np.int64))
        for table in tables
        if table.dates
    ]
