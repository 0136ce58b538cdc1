"""Which source counts when two devices give the same stream for the same day."""

from collections import Counter
from collections.abc import Sequence

from client.biometrics.observations import Observation


def chosen_source(
    readings: Sequence[Observation], seen: Counter[tuple[str, str]], priority: Sequence[str]
) -> list[Observation]:
    """Return the readings of one source, in their order.

    The first app in `priority` wins; then the source with more readings in `seen`, the athlete's whole history
    of the stream; then the first name in the alphabet, so that the answer never depends on the order of import.
    """
    sources = {(r.source.app, r.source.device) for r in readings}
    if len(sources) == 1:
        return list(readings)
    rank = {app: place for place, app in enumerate(priority)}
    best = min(sources, key=lambda source: (rank.get(source[0], len(rank)), -seen[source], source))
    return [r for r in readings if (r.source.app, r.source.device) == best]
