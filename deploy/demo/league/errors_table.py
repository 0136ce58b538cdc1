"""How far each method errs on the days that no model learnt from: every node says it of its own athletes.

The comparison without privacy is trained here, on what the demo invented or was given; nodes only judge the result.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from deploy.demo.league.campaigns import FinishedCampaign
from deploy.demo.league.founding import node
from deploy.demo.league.known_readiness import known_days
from deploy.demo.plan import Club, DemoPlan, Person
from deploy.demo.side_by_side import side_by_side
from deploy.demo.summary import Errors
from models.evaluation.comparison import train_without_privacy
from models.registry import weights_file

NAMES = {"soccermon": "SoccerMon", "pmsys": "PMData", "homefield-synthetic": "synthetic league"}
"""What each app that nodes name is called in the table, in the table's order."""
WITHOUT_PRIVACY = "without-privacy.safetensors"

Told = Mapping[str, Any]


def compare(plan: DemoPlan, learners: Sequence[Person], campaign: FinishedCampaign) -> tuple[Errors, ...]:
    """Have every club judge every method on its own held-back days; one line per source of readiness.

    learners: who lets the league learn now, so that training without privacy reads the same athletes' days.
    """
    clear = plan.options.out / WITHOUT_PRIVACY
    clear.write_bytes(weights_file(train_without_privacy(campaign.manifest, known_days(plan, learners))))
    told: dict[str, list[Told]] = defaultdict(list)

    def judged(club: Club) -> Any:
        words = (str(club.folder), str(campaign.model_folder), "--weights", str(clear), "--json")
        return json.loads(node("evaluate", *words))["sources"]

    for sources in side_by_side(judged, plan.clubs):
        for source in sources:
            told[source["source"]].append(source)
    return tuple(joined(name, told[app]) for app, name in NAMES.items() if app in told)


def joined(name: str, clubs: Sequence[Told]) -> Errors:
    """Join what clubs say of one source: errors are means over days, so each weighs as many as it judged."""
    days = sum(club["test_days"] for club in clubs)

    def mean(values: Sequence[float]) -> float:
        return float(sum(value * club["test_days"] for value, club in zip(values, clubs, strict=True)) / days)

    def method(key: str) -> float:
        return mean([club["errors"][key] for club in clubs])

    return Errors(
        data=name,
        athletes=sum(club["athletes"] for club in clubs),
        test_days=days,
        person_mean=method("person_mean"),
        ewma=method("ewma"),
        local_ridge=method("local_ridge"),
        public_initial_weights=method("public_initial_weights"),
        federated_without_dp=mean([club["others"][0] for club in clubs]),
        federated_with_dp=method("model"),
    )
