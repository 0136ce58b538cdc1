"""An athlete of two clubs: the weight that each membership has in a sum, and what it costs.

Weights are whole sixteenths of one athlete, so that they are exact everywhere. Each club clips the athlete to its
weight w of the bound D, and adds all the noise where each club does (h = 1): with weights w1 + w2 = 1 both answers
together move by at most sqrt(w1² + w2²)·D, and each costs w² of what one whole athlete costs.

Where clubs share the noise (h > 1) only their sum is covered, and in that the weights add up before they are squared:
(w1 + w2)². There each membership costs w, which is as much in all and never less (docs/privacy.md §2.5).
"""

from typing import Final

from policies.errors import InvalidInput

WHOLE: Final = 16  # ours: fine enough for a month's loan in a season; a weight is a whole number of these
HALF: Final = WHOLE // 2


def weighted_price(rho_micro: int, sixteenths: int, *, min_honest_clubs: int) -> int:
    """Return what one round costs an athlete who takes part with this weight, in micro-rho, rounded up.

    rho_micro: of a whole athlete. Raises InvalidInput for a weight that none can have.
    """
    check_weight(sixteenths)
    share, whole = (sixteenths**2, WHOLE**2) if min_honest_clubs == 1 else (sixteenths, WHOLE)
    return -(-share * rho_micro // whole)


def check_weight(sixteenths: int) -> None:
    """Raise InvalidInput unless it is a weight: 1 to 16 sixteenths."""
    if not 1 <= sixteenths <= WHOLE:
        raise InvalidInput(f"expected a weight of 1 to {WHOLE} sixteenths, got {sixteenths}")
