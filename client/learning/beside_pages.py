"""What the running node does by itself about models, beside its pages: judging them, and fitting each athlete's own."""

from collections.abc import Iterator
from contextlib import contextmanager

from chassis.clock import Clock
from client.learning.judging import KnowsConsent, ModelJudging, judging_models
from client.learning.refitting import HeadRefitting, refitting_heads
from client.settings import NodeSettings
from client.vault.store import Vault


@contextmanager
def learning_beside(settings: NodeSettings, *, vault: Vault, consent: KnowsConsent, clock: Clock) -> Iterator[None]:
    """Judge models and fit heads while the block runs."""
    judging = ModelJudging.of(settings, vault=vault, consent=consent, clock=clock)
    refitting = HeadRefitting.of(settings, vault=vault, consent=consent, clock=clock)
    with judging_models(judging), refitting_heads(refitting):
        yield
