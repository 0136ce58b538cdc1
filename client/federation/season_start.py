"""What a message must be to ask a later exchange of a season: in its window, and at what the exchange before published.

The league cannot choose the weights: the node computes them again from the published sums, and a node that has not got
that record says so, is sent it, and answers only then. All of it comes before the ledger is asked.
"""

from collections.abc import Callable
from datetime import datetime

from client.errors import RecordMissing, RoundRefused
from models.training.initial_weights import weights_sha256
from models.wire import TrainRequest
from policies.campaign import CampaignManifest
from policies.campaigns.season_windows import season_of, window_problem

PublishedStart = Callable[[CampaignManifest, int], str | None]
"""Returns the hash of the weights that an exchange of this season published, if this node holds and has proven it."""


def nothing_published(_manifest: CampaignManifest, _number: int) -> str | None:
    """A node that holds no record takes part in first exchanges alone."""
    return None


def check_exchange(
    request: TrainRequest, manifest: CampaignManifest, *, now: datetime, published: PublishedStart
) -> None:
    """Return if the message may be answered, or the campaign is no season.

    Raises RoundRefused outside of the exchange's window and for other weights, RecordMissing where this node lacks the
    record of the exchange before.
    """
    problem = window_problem(manifest, request.round, now)
    if problem:
        raise RoundRefused(problem)
    if season_of(manifest) is None or request.round == 1:
        return  # the first one starts at the weights that the manifest names
    start = published(manifest, request.round - 1)
    if start is None:
        raise RecordMissing(f"this node has no proven record of exchange {request.round - 1} of this season yet")
    if weights_sha256(request.weights) != start:
        raise RoundRefused("the exchange does not start at what the exchange before has published")
