"""The node says at the consent service under which address athletes reach their own site, once it serves."""

import logging
import threading
from contextlib import AbstractContextManager
from typing import Final, Protocol

from chassis.web.serving import LOOPBACK
from chassis.web.site_address import SiteAddress
from client.errors import ClientError
from client.vault.work_beside import work_beside

SAID_EVERY_S: Final = 30.0  # ours: until the service has taken it the portal offers no way here

logger = logging.getLogger(__name__)


class TakesSite(Protocol):
    """Who takes the node's address (`client.consent_client.NodeConsentClient`)."""

    def register_site(self, address: str) -> None:
        """Have the address kept, empty for none; raises ConsentUnavailable."""
        ...


def own_address(site: SiteAddress, *, host: str, port: int) -> str:
    """Return the origin under which browsers reach the pages; empty where none is known."""
    if site.is_public:
        return site.public
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}" if host in LOOPBACK else ""


def announced(service: TakesSite, address: str, *, every_s: float = SAID_EVERY_S) -> AbstractContextManager[None]:
    """Say the address beside the pages, again and again until the service has taken it."""

    def until_taken(stop: threading.Event) -> None:
        while not _is_taken(service, address) and not stop.wait(every_s):
            pass

    return work_beside(until_taken, name="own address")


def _is_taken(service: TakesSite, address: str) -> bool:
    try:
        service.register_site(address)
    except ClientError as error:
        logger.warning("the node's address could not be said yet", extra={"error": type(error).__name__})
        return False
    return True
