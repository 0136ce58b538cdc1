"""What the privacy ledger says of one athlete, read beside the running service as its operator could."""

from dataclasses import dataclass
from datetime import UTC, datetime

from consent.service import open_beside
from consent.settings import read_settings
from deploy.demo.plan import DemoPlan
from policies.vocabulary import AthleteId


@dataclass(frozen=True, slots=True)
class BudgetReading:
    """One athlete's spending: micro-rho used per campaign id, and epsilon in all."""

    athlete: str
    used_micro_rho: dict[str, int]
    epsilon_spent: float


def read_budget(plan: DemoPlan, athlete: str) -> BudgetReading:
    """Return the athlete's spending as the ledger has it now."""
    engine, store = open_beside(read_settings(plan.consent_folder), clock=lambda: datetime.now(UTC))
    try:
        view = store.budget(AthleteId(athlete))
    finally:
        engine.dispose()
    used = {line.campaign_id: line.micro_rho for line in view.lines if line.state == "used"}
    return BudgetReading(athlete, used, view.epsilon_spent)
