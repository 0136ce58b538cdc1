"""What the coordinator tells its operator: figures, readiness, and whether it is late. None is about one club."""

from collections.abc import Callable

from chassis.operations.figures import OperatorMetric, ProgramFigures
from chassis.operations.health import NotReady, ProgramHealth
from server.consent_client import CoordinatorConsentClient
from server.errors import ServerError
from server.federation.fleet_certificate import CertificateWatch
from server.federation.roster import Roster
from server.store import Campaign, CampaignState, CoordinatorStore

ONLINE = OperatorMetric("homefield_clubs_connected", "Clubs whose node is signed in.")
SKEW = OperatorMetric(
    "homefield_clock_skew_seconds", "This machine's clock minus the consent service's, at the newest answer."
)
CERTIFICATE = OperatorMetric(
    "homefield_certificate_seconds_left", "Until the served certificate of the Fleet API ends; negative once it has."
)
CAMPAIGNS = {
    state: OperatorMetric(f"homefield_campaigns_{state.value}", f"Campaigns that are {state.value}.")
    for state in CampaignState
}
ROUNDS = OperatorMetric("homefield_rounds_done", "Rounds that are done, of campaigns that run.")
PARTS = OperatorMetric("homefield_round_clubs_answered", "Clubs that have answered in the round that runs.")


def coordinator_figures(
    store: CoordinatorStore, roster: Roster, consent: CoordinatorConsentClient, certificate: CertificateWatch
) -> ProgramFigures:
    """Return the figures of one coordinator."""
    figures = ProgramFigures()

    def counted(state: CampaignState) -> Callable[[], float]:
        return lambda: sum(one.state is state for one in store.campaigns())

    def running() -> list[Campaign]:
        return [one for one in store.campaigns() if one.state is CampaignState.RUNNING]

    figures.reading(ONLINE, lambda: len(roster.online()))
    figures.reading(SKEW, lambda: None if consent.http.skew is None else consent.http.skew.total_seconds())
    figures.reading(CERTIFICATE, lambda: certificate.left.total_seconds())
    for state, metric in CAMPAIGNS.items():
        figures.reading(metric, counted(state))
    figures.reading(ROUNDS, lambda: sum(one.rounds_done for one in running()))
    figures.reading(PARTS, lambda: sum(one.parts for one in running()))
    return figures


def coordinator_health(
    store: CoordinatorStore,
    consent: CoordinatorConsentClient,
    certificate: CertificateWatch,
    *,
    is_working: Callable[[], bool],
) -> ProgramHealth:
    """Return how the coordinator is asked.

    It is late when the consent service does not answer, a clock is off, or its certificate has expired.
    """

    def is_late() -> bool:
        return certificate.is_over or consent.http.is_answered is False or consent.http.is_clock_apart

    def find_unready() -> NotReady | None:
        try:
            store.nodes()
        except ServerError:
            return NotReady.DATABASE
        if not is_working():
            return NotReady.WORKER
        if certificate.is_over:
            return NotReady.CERTIFICATE
        if consent.http.is_clock_apart:
            return NotReady.CLOCK
        return NotReady.CONSENT if consent.http.is_answered is False else None

    return ProgramHealth(is_late, find_unready)
