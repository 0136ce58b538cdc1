"""The list of who is alive: what every club agrees to before anything is revealed, and what follows from it."""

from collections.abc import Set

from models.errors import MasksRefused
from models.masks.key_agreement import RoundKeys
from models.masks.masked_round import MaskedRound
from models.masks.messages import AliveList
from policies.canonical import canonical_bytes


def agreed_bytes(alive: AliveList, roster: RoundKeys) -> bytes:
    """Return the bytes that clubs agree to: the campaign, the round, the roster, who dealt, and whose vector came."""
    return canonical_bytes(
        {
            "scheme": "homefield secagg-1 alive",
            "manifest_sha256": alive.manifest_sha256,
            "round": alive.round,
            "roster": roster.sha256,
            "dealers": sorted(alive.dealers),
            "alive": dict(alive.alive),
        }
    )


def check_alive(alive: AliveList, dealers: Set[str], of: MaskedRound) -> None:
    """Return if a list can be agreed to by a club that knows these dealers; raises MasksRefused otherwise."""
    if set(alive.dealers) != dealers or len(alive.dealers) != len(dealers):
        raise MasksRefused("expected a list with the clubs that dealt shares to this one, got others")
    if not alive.alive.keys() <= dealers:
        raise MasksRefused("expected living clubs that have dealt shares")
    of.check_enough(len(alive.alive), "alive")


def dropped(alive: AliveList) -> list[str]:
    """Return the clubs that dealt shares and whose vector did not come."""
    return sorted(set(alive.dealers) - alive.alive.keys())
