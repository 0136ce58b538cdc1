"""What the running node does by itself about models, beside its pages: judging them, and fitting each athlete's own.

One thread does both, in this order, so that what has just passed is used in the same turn, and every head is fitted
once for it.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from chassis.clock import Clock
from client.errors import ClientError
from client.learning.judging import KnowsConsent, ModelJudging
from client.learning.refitting import HeadRefitting
from client.settings import NodeSettings
from client.vault.store import Vault
from client.vault.work_beside import work_beside
from models.errors import ModelError
from policies.errors import PolicyError

LOOKED_EVERY_S: Final = 20.0

logger = logging.getLogger(__name__)


@contextmanager
def learning_beside(
    settings: NodeSettings,
    *,
    vault: Vault,
    consent: KnowsConsent,
    clock: Clock,
    then: Sequence[Callable[[], object]] = (),
    every_s: float = LOOKED_EVERY_S,
) -> Iterator[None]:
    """Judge models and fit heads while the block runs, whenever it is time; what fails is tried again.

    then: what else is to be done in each turn, once models are judged.
    """
    judging = ModelJudging.of(settings, vault=vault, consent=consent, clock=clock)
    refitting = HeadRefitting.of(settings, vault=vault, consent=consent, clock=clock)

    def run(stop: threading.Event) -> None:
        while not stop.is_set():
            _try(judging.judge_due)
            for work in (*then, refitting.refit_due):
                _try(work)
            stop.wait(every_s)

    with work_beside(run, name="learning"):
        yield


def _try(work: Callable[[], object]) -> None:
    try:
        work()
    except (ClientError, ModelError, PolicyError) as error:
        logger.info("models are judged or fitted later", extra={"error": type(error).__name__})
