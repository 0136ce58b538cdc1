"""`run`: the node's pages on one port and its part in the federation, until it is stopped."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chassis.cli.console import say
from chassis.cli.operator_options import (
    LogFormatOption,
    LogLevelOption,
    MetricsHost,
    MetricsPort,
    begin_log,
    say_operator_address,
)
from chassis.cli.options import Demo, Proxies, PublicUrl
from chassis.clock import utc_now
from chassis.operations.log_lines import LogFormat, LogLevel
from client.commands.node_folder import NodeFolder
from client.errors import BadNodeSettings

if TYPE_CHECKING:
    from fastapi import FastAPI

    from client.consent_client import NodeConsentClient
    from client.federation.outside_league import LearningPart
    from client.settings import NodeSettings
    from client.vault.store import Vault


def register(app: typer.Typer) -> None:
    """Add this command to the program."""
    app.command()(run)


def run(
    folder: NodeFolder,
    port: Annotated[int, typer.Option(help="Port of the club's pages.")],
    host: Annotated[str, typer.Option(help="Address of the pages; put a TLS proxy in front of any but loopback.")] = (
        "127.0.0.1"
    ),
    public_url: PublicUrl = "",
    proxy: Proxies = None,
    demo: Demo = False,
    log_format: LogFormatOption = LogFormat.TEXT,
    log_level: LogLevelOption = LogLevel.INFO,
    metrics_port: MetricsPort = None,
    metrics_host: MetricsHost = "127.0.0.1",
) -> None:
    """Run the node until it is stopped: the club's pages, and training when an approved campaign asks.

    A club that is linked to no league has its pages, and no training.

    Example: homefield-node run ./club-a --port 8300
    """
    from chassis.operations.figures import refused_counter
    from chassis.operations.no_core_dump import forbid_core_dumps
    from chassis.operations.operator_listener import operator_listeners
    from chassis.web.serving import LOOPBACK, listen, serving, stopped_by_signals, wait_for_stop
    from chassis.web.site_address import parse_site
    from client.app import build_app
    from client.athlete_web.announcing import announced, own_address
    from client.consent_client import NodeConsentClient
    from client.figures import node_figures, node_health
    from client.settings import load_settings
    from client.uploads.limits import NODE_BODIES
    from client.vault.access import open_vault

    settings = load_settings(folder)
    open_learning_part = _learning_part(settings)
    forbid_core_dumps()
    begin_log("homefield-node", log_format, log_level)
    site = parse_site(public_url, proxies=proxy or ())
    if demo and (host not in LOOPBACK or site.is_public):
        raise BadNodeSettings("--demo signs people in without proof; it runs on loopback only")
    with closing(NodeConsentClient.of(settings, clock=utc_now)) as consent, open_vault(settings) as vault:
        node = open_learning_part(consent)
        figures, health = node_figures(node, consent), node_health(node, consent, vault)
        app = build_app(
            settings, vault=vault, consent_client=consent, clock=utc_now, demo=demo, site=site, health=health
        )
        add_status(app, node.status)
        listeners = [
            listen(app, host=host, port=port, site=site, bodies=NODE_BODIES, count_answer=refused_counter(figures))
        ]
        beside = operator_listeners(figures, health, host=metrics_host, port=metrics_port)
        stop = stopped_by_signals()
        address = own_address(site, host=host, port=listeners[0].port)
        working = _work_beside_pages(settings, vault, consent)
        with working, _reports(app), node.working(), serving([*listeners, *beside]), announced(consent, address):
            say_operator_address(metrics_host, beside)
            say(f"listening on http://{host}:{listeners[0].port}")
            wait_for_stop(stop, [*listeners, *beside])


@contextmanager
def _work_beside_pages(settings: "NodeSettings", vault: "Vault", consent: "NodeConsentClient") -> Iterator[None]:
    """Erase again whoever is erased, delete what is kept no longer, and judge and fit models, while the block runs."""
    from client.settings import load_settings
    from client.vault.erased_again import erasing_again
    from client.vault.old_readings import deleting_old

    old = deleting_old(vault, lambda: load_settings(settings.directory).keep_days, consent, clock=utc_now)
    with erasing_again(vault, consent), old, _models_and_heads(settings, vault, consent):
        yield


def _models_and_heads(
    settings: "NodeSettings", vault: "Vault", consent: "NodeConsentClient"
) -> AbstractContextManager[None]:
    """Return what judges models, and fits the club's head and each athlete's, beside the pages."""
    from client.injury_risk.club_refitting import ClubHeadRefitting
    from client.learning.beside_pages import learning_beside

    club = ClubHeadRefitting.of(settings, vault=vault, consent=consent, clock=utc_now)
    return learning_beside(settings, vault=vault, consent=consent, clock=utc_now, then=[club.refit_due])


def _reports(app: "FastAPI") -> AbstractContextManager[None]:
    """Return what prepares each day's report, over what the pages share."""
    from client.reports.beside_pages import reports_beside

    return reports_beside(app.state.site)


def _learning_part(settings: "NodeSettings") -> "Callable[[NodeConsentClient], LearningPart]":
    """Return what opens the node's part in its league; of a club in no league, none."""
    if settings.coordinator is None:
        from client.federation.outside_league import OutsideLeague

        return lambda _: OutsideLeague()
    from client.campaigns.known_campaigns import known_campaigns
    from client.campaigns.notices import CampaignNotices
    from client.federation.running import FederationNode  # loads flwr, which most commands do not need

    def opened(consent: "NodeConsentClient") -> "LearningPart":
        notices = CampaignNotices(known_campaigns(settings), utc_now)
        return FederationNode.open(settings, consent=consent, clock=utc_now, notice=notices.receive)

    return opened


def add_status(app: "FastAPI", status: Any) -> None:
    """Add GET /status: rounds done and whether the node is online, for programs on this machine only."""
    from fastapi import HTTPException, Request

    from chassis.web.serving import LOOPBACK

    @app.get("/status")
    def answer(request: Request) -> dict[str, Any]:
        if request.client is None or request.client.host not in LOOPBACK:
            raise HTTPException(404)
        found: dict[str, Any] = status()
        return found
