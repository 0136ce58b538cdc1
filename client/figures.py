"""What a node tells its operator: figures, whether it is ready, and whether it is late. None is about an athlete."""

from datetime import timedelta

from chassis.operations.figures import OperatorMetric, ProgramFigures
from chassis.operations.health import NotReady, ProgramHealth
from client.consent_client import NodeConsentClient
from client.errors import ClientError, ClockApart, ConsentUnavailable, NodeKeyNotTaken
from client.federation.outside_league import LearningPart
from client.vault.store import Vault
from policies.snapshot import SNAPSHOT_LIFE

SNAPSHOT_AGE = OperatorMetric(
    "homefield_snapshot_age_seconds", "Age of the newest consent snapshot; none before the first."
)
SKEW = OperatorMetric(
    "homefield_clock_skew_seconds", "This machine's clock minus the consent service's, at the newest answer."
)
ONLINE = OperatorMetric(
    "homefield_coordinator_connected", "1 while the node is signed in at the coordinator; none for a club in no league."
)
CAMPAIGNS = OperatorMetric("homefield_campaigns_approved", "Approved campaigns that are open.")
ROUNDS = OperatorMetric("homefield_rounds_answered", "Rounds of these campaigns that this node has answered.")
ROUNDS_LEFT = OperatorMetric("homefield_rounds_left", "Rounds of these campaigns that it has not answered.")
QUEUE = OperatorMetric("homefield_campaigns_without_tokens", "Approved campaigns for which tokens are still asked.")


def node_figures(node: LearningPart, consent: NodeConsentClient) -> ProgramFigures:
    """Return the figures of a running node."""
    figures = ProgramFigures()

    def snapshot_age() -> float | None:
        issued = consent.newest.issued
        return None if issued is None else (consent.clock() - issued).total_seconds()

    def skew() -> float | None:
        return None if consent.http.skew is None else consent.http.skew.total_seconds()

    figures.reading(SNAPSHOT_AGE, snapshot_age)
    figures.reading(SKEW, skew)
    figures.reading(ONLINE, lambda: node.is_online if node.is_in_league else None)
    figures.reading(CAMPAIGNS, lambda: len(node.progress()))
    figures.reading(ROUNDS, lambda: sum(one.rounds_done for one in node.progress()))
    figures.reading(ROUNDS_LEFT, lambda: sum(one.rounds - one.rounds_done for one in node.progress()))
    figures.reading(QUEUE, lambda: sum(not one.is_reserved for one in node.progress()))
    return figures


def node_health(node: LearningPart, consent: NodeConsentClient, vault: Vault) -> ProgramHealth:
    """Return how the node is asked. It is late when the consent service gives no sound answer, or a clock is off."""

    def is_late() -> bool:
        return consent.http.is_answered is False or consent.http.is_clock_apart

    def find_unready() -> NotReady | None:
        try:
            vault.athletes()
        except ClientError:
            return NotReady.DATABASE
        if not node.is_working:
            return NotReady.WORKER
        return _snapshot_problem(consent)

    return ProgramHealth(is_late, find_unready)


def _snapshot_problem(consent: NodeConsentClient) -> NotReady | None:
    """Ask for a snapshot if nobody did within a snapshot's life: without one no page opens and nothing is learnt."""
    issued = consent.newest.issued
    is_fresh = issued is not None and timedelta(0) <= consent.clock() - issued < SNAPSHOT_LIFE
    if is_fresh and consent.http.is_answered and not consent.http.is_clock_apart:
        return None
    try:
        consent.snapshot()
    except ClockApart:
        return NotReady.CLOCK
    except NodeKeyNotTaken:
        return NotReady.KEY
    except ConsentUnavailable:
        return NotReady.CONSENT
    return NotReady.CLOCK if consent.http.is_clock_apart else None
