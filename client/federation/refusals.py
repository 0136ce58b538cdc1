"""What a node's log says of messages that it refuses: one line for a campaign and a reason, until the reason changes.

The coordinator asks again and again while a campaign waits for this club's approval.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from chassis.operations.once_until_changed import OnceUntilChanged
from models.errors import ModelError
from models.wire import read_train_request

UNREADABLE = "unreadable"  # a message that names no campaign

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Refusals:
    """Notes refusals and answers of one node, by the campaign that a message names."""

    said: OnceUntilChanged = field(default_factory=OnceUntilChanged)

    def noting(self, answer: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
        """Return `answer` with every refusal noted and passed on, and every answer that follows one."""

        def noted(data: bytes) -> bytes:
            try:
                reply = answer(data)
            except Exception as error:
                self._refused(campaign_in(data), type(error).__name__)
                raise
            self._answered(data)
            return reply

        return noted

    def _refused(self, manifest: str, reason: str) -> None:
        if self.said.is_new(manifest, reason):
            logger.warning("a message is refused", extra={"manifest": manifest[:12], "reason": reason})

    def _answered(self, data: bytes) -> None:
        if self.said.is_empty:
            return  # the usual case needs no second reading of a message
        manifest = campaign_in(data)
        if self.said.is_over(manifest):
            logger.info("a message is answered that was refused before", extra={"manifest": manifest[:12]})


def campaign_in(data: bytes) -> str:
    """Return the hash of the manifest that a training message names."""
    try:
        return read_train_request(data).manifest_sha256
    except ModelError:
        return UNREADABLE
