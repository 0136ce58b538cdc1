"""What this node is told of a campaign beside its questions: that it waits for the club, or that the league ended it.

A campaign that both organisations signed and that fits this node is listed from then on, as if its file had been shown
here; nothing is approved by that. One that the league has ended is answered no more, whatever is asked later.
"""

from dataclasses import dataclass
from pathlib import Path

from chassis.clock import Clock
from chassis.files.replace_file import replace_durably
from client.campaigns.known_campaigns import KnownCampaigns
from policies.campaigns.notice import read_notice


@dataclass(frozen=True, slots=True)
class CampaignNotices:
    """Takes notices for one node."""

    known: KnownCampaigns
    clock: Clock

    def receive(self, data: bytes) -> None:
        """Keep what a notice says; the same once more changes nothing.

        Raises InvalidInput for bytes that are none, NotBothSigned and NotApproved for a campaign that not both have
        signed, or that does not fit this node.
        """
        notice = read_notice(data)
        approvals, sha256 = self.known.approvals, notice.signed.manifest.sha256
        if notice.is_ended:
            approvals.signed_by_both(notice.signed)
            self._keep_ended(approvals.ended, sha256)
        elif not approvals.is_decided(sha256):
            self.known.show(notice.signed, now=self.clock())

    def _keep_ended(self, folder: Path, sha256: str) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_durably(folder / sha256, f"{self.clock().isoformat()}\n".encode())
