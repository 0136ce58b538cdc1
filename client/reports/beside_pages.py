"""Prepares each day's report beside the node's pages, and says that the board is ready where the club wants it."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from client.errors import ClientError
from client.reports.auto_applying import apply_due
from client.reports.kept_parts import prepared_part
from client.reports.preparing import prepare_due
from client.reports.ready_message import send_ready
from client.reports.value import Variant
from client.vault.work_beside import work_beside
from client.web.rows.board_groups import BoardGroup
from client.web.site import ClubSite
from models.errors import ModelError
from policies.errors import PolicyError

LOOKED_EVERY_S: Final = 20.0

logger = logging.getLogger(__name__)


@contextmanager
def reports_beside(site: ClubSite, *, every_s: float = LOOKED_EVERY_S) -> Iterator[None]:
    """Prepare the day's report while the block runs, whenever it is due and not there; what fails is tried again.

    After sleep or a restart it is due at once. A message goes out for a report that this turn prepared, and for no
    other: a restart says nothing twice.
    """

    def run(stop: threading.Event) -> None:
        while not stop.is_set():
            _one_turn(site)
            stop.wait(every_s)

    with work_beside(run, name="reports"):
        yield


def _one_turn(site: ClubSite) -> None:
    try:
        if apply_due(site):
            logger.info("proposals are applied for athletes who asked for it")
        if prepare_due(site):
            logger.info("the report of the day is prepared")
            if not site.demo:
                send_ready(site.settings, to_decide(site))
    except (ClientError, ModelError, PolicyError) as error:
        logger.info("the report of the day is prepared later", extra={"error": type(error).__name__})


def to_decide(site: ClubSite) -> int:
    """Return how many of the board's rows wait for a coach's decision, as they were prepared."""
    day = site.day()
    parts = [prepared_part(site.vault, one.athlete, day, Variant.COACH) for one in site.vault.athletes()]
    return sum(part is not None and part.report.morning.group is BoardGroup.DECIDE for part in parts)
