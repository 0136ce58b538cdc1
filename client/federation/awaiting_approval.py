"""A question about a campaign that the club has not decided on is held for a moment, since the decision may be coming.

The coordinator asks every club of a campaign until each has answered. A refusal sent at once would be asked for again
at once; held here, the answer leaves as soon as somebody approves. Nothing about an athlete is looked at meanwhile.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from audit.entries.details.codes import CampaignRefusal
from client.errors import NotApproved
from client.federation.refusals import campaign_in

HOLD_S, LOOK_S = 2.0, 0.05
"""Ours: how long a question waits, as long as the coordinator pauses at most between two, and from look to look."""


@dataclass(frozen=True, slots=True)
class AwaitingApproval:
    """Holds questions of one node. is_decided: whether the club has approved or turned down a campaign, by its hash.

    wait: pauses so long, and returns True where the node is to stop.
    """

    is_decided: Callable[[str], bool]
    wait: Callable[[float], bool]
    hold_s: float = HOLD_S
    monotonic: Callable[[], float] = time.monotonic

    def holding(self, answer: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
        """Return `answer`, asked once more where the club decides in time; its refusal stands otherwise."""

        def held(data: bytes) -> bytes:
            try:
                return answer(data)
            except NotApproved as error:
                if error.refusal != CampaignRefusal.NOT_APPROVED or not self._comes(campaign_in(data)):
                    raise
            return answer(data)

        return held

    def _comes(self, sha256: str) -> bool:
        """Wait for a decision about a campaign; False where there is none in time, or there was one before."""
        end = self.monotonic() + self.hold_s
        if self.is_decided(sha256):
            return False
        while self.monotonic() < end and not self.wait(LOOK_S):
            if self.is_decided(sha256):
                return True
        return False
