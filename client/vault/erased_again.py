"""Before a node serves, whoever is erased at the consent service is erased in its vault again.

A vault that somebody copied back by hand holds athletes who were erased since. Where the service cannot be asked at the
start, it is asked until it answers; until then it allows nobody to see anything either.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Protocol

from client.errors import ClientError
from client.vault.store import Vault
from client.vault.work_beside import work_beside
from policies.vocabulary import AthleteId

ASKED_EVERY_S: Final = 20.0  # ours: nothing is shown before the service answers, so that it need not be soon

logger = logging.getLogger(__name__)


class KnowsErased(Protocol):
    """Who knows which athletes are erased (`client.consent_client.NodeConsentClient`)."""

    def erased(self) -> frozenset[AthleteId]:
        """Return them; raises ConsentUnavailable."""
        ...


def erase_again(vault: Vault, erased: frozenset[AthleteId]) -> list[AthleteId]:
    """Destroy what the vault still holds of athletes who are erased; returns whom that concerned."""
    found = [one.athlete for one in vault.athletes() if one.athlete in erased]
    for athlete in found:
        vault.erase(athlete)
    return found


@contextmanager
def erasing_again(vault: Vault, service: KnowsErased, *, every_s: float = ASKED_EVERY_S) -> Iterator[None]:
    """Erase again before the block begins, or, where the service does not answer yet, once it does."""
    if _is_done(vault, service):
        yield
        return

    def until_done(stop: threading.Event) -> None:
        while not stop.wait(every_s) and not _is_done(vault, service):
            pass

    with work_beside(until_done, name="erased"):
        yield


def _is_done(vault: Vault, service: KnowsErased) -> bool:
    try:
        found = erase_again(vault, service.erased())
    except ClientError as error:
        logger.warning("who is erased could not be asked or erased yet", extra={"error": type(error).__name__})
        return False
    if found:
        logger.warning(
            "athletes who are erased were in the vault, and are erased again", extra={"athletes": len(found)}
        )
    return True
