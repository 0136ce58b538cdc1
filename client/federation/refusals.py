"""What a node's log says of messages that it refuses: one line for a campaign and a reason, until the reason changes.

The coordinator asks again and again while a campaign waits for this club's approval. What stands against a campaign
itself goes to the public log as well, once; that a club has not answered yet does not.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from audit.entries.details.base import Details
from audit.entries.details.clubs import CampaignRefused
from audit.entries.details.codes import CampaignRefusal
from chassis.operations.once_until_changed import OnceUntilChanged
from client.errors import ConsentUnavailable, NotApproved
from models.errors import ModelError
from models.masks.messages import read_mask_request
from models.wire import read_train_request

UNREADABLE = "unreadable"  # a message that names no campaign

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Refusals:
    """Notes refusals and answers of one node, by the campaign that a message names. event: has the public log told."""

    event: Callable[[Details], None]
    said: OnceUntilChanged = field(default_factory=OnceUntilChanged)
    logged: set[tuple[str, str]] = field(default_factory=set)

    def noting(self, answer: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
        """Return `answer` with every refusal noted and passed on, and every answer that follows one."""

        def noted(data: bytes) -> bytes:
            try:
                reply = answer(data)
            except Exception as error:
                self._refused(campaign_in(data), type(error).__name__)
                if isinstance(error, NotApproved):
                    self._log(campaign_in(data), error)
                raise
            self._answered(data)
            return reply

        return noted

    def _refused(self, manifest: str, reason: str) -> None:
        if self.said.is_new(manifest, reason):
            logger.warning("a message is refused", extra={"manifest": manifest[:12], "reason": reason})

    def _log(self, manifest: str, error: NotApproved) -> None:
        told = (manifest, error.refusal)
        if error.refusal == CampaignRefusal.NOT_APPROVED:
            return  # it waits for the club, or names no campaign at all
        if told not in self.logged and log_refusal(manifest, error, event=self.event):
            self.logged.add(told)

    def _answered(self, data: bytes) -> None:
        if self.said.is_empty:
            return  # the usual case needs no second reading of a message
        manifest = campaign_in(data)
        if self.said.is_over(manifest):
            logger.info("a message is answered that was refused before", extra={"manifest": manifest[:12]})


def log_refusal(manifest: str, error: NotApproved, *, event: Callable[[Details], None]) -> bool:
    """Have the public log told why a campaign is refused; False while the consent service does not take it.

    The refusal stands whatever the service answers. Nothing is told of a campaign that only waits for the club.
    """
    reason = CampaignRefusal(error.refusal)
    if reason is CampaignRefusal.NOT_APPROVED:
        return True
    try:
        event(CampaignRefused(manifest=manifest, reason=reason))
    except ConsentUnavailable as unavailable:
        logger.warning(
            "a refusal is not logged yet", extra={"manifest": manifest[:12], "reason": type(unavailable).__name__}
        )
        return False
    return True


def campaign_in(data: bytes) -> str:
    """Return the hash of the manifest that a training message names, of a masked round or not."""
    for read in (read_train_request, read_mask_request):
        try:
            return read(data).manifest_sha256
        except ModelError:
            continue
    return UNREADABLE
