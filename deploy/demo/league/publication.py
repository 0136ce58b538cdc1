"""Waiting until the public log has published everything that it recorded, as its operator would see it."""

import json
import time

from deploy.demo.errors import StepFailed
from deploy.demo.league.founding import consent
from deploy.demo.plan import DemoPlan
from deploy.demo.processes import League

WITHIN_S = 60.0
POLL_S = 0.2


def wait_until_published(plan: DemoPlan, league: League) -> None:
    """Return once nothing waits in the log; raises StepFailed if that takes too long, ChildFailed if one ended."""
    deadline = time.monotonic() + WITHIN_S
    while _waiting(plan):
        league.check()
        league.stopping.raise_if_asked()
        if time.monotonic() > deadline:
            raise StepFailed(f"the log did not publish everything within {WITHIN_S:.0f} s; are its witnesses up?")
        league.stopping.asked.wait(POLL_S)


def _waiting(plan: DemoPlan) -> int:
    return int(json.loads(consent("status", str(plan.consent_folder), "--json"))["log_waiting"])
