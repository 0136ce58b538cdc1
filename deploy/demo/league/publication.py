"""Waiting until the public log has published everything that it recorded, as its operator would see it."""

import json

from deploy.demo.errors import StepFailed
from deploy.demo.league.founding import consent
from deploy.demo.patience import Patience
from deploy.demo.plan import DemoPlan
from deploy.demo.processes import League

POLL_S = 0.2


def wait_until_published(plan: DemoPlan, league: League) -> None:
    """Return once nothing waits in the log; raises StepFailed if it stands still, ChildFailed if a program ended."""
    patience = Patience()
    while waiting := _waiting(plan):
        league.check()
        league.stopping.raise_if_asked()
        if patience.is_over(waiting):
            raise StepFailed(f"the log does not publish the last {waiting} entries; are its witnesses up?")
        league.stopping.asked.wait(POLL_S)


def _waiting(plan: DemoPlan) -> int:
    return int(json.loads(consent("status", str(plan.consent_folder), "--json"))["log_waiting"])
