"""An athlete's injury risk this week in words: a chance beside the own base rate, and how far to trust it."""

from collections.abc import Mapping, Set

from chassis.text import listed
from client.adoption import Verdict
from client.evaluation import LEAST_ATHLETES, LEAST_INJURIES
from client.injury_risk.individual_risk import IndividualRisk, RiskDriver
from client.learning.expected_words import NOT_NAMED
from policies.vocabulary import Category

CHANCE, BASE_RATE, TRUST, MOVED, SOURCE = "Chance", "Own base rate", "On later days here", "Moved most by", "Comes from"
NOT_KNOWN = (
    "Not known: it takes a known load on 14 days and a node that ran in the last two; it says nothing while an athlete "
    "is not available, or not known to be, and in the week after a return"
)
FOR_CARE = "For the athlete and the medical team alone."
NOT_AVAILABLE = "No individual risk available."
TOO_FEW = f"Fewer than {LEAST_INJURIES} injuries or {LEAST_ATHLETES} athletes stand behind the check here"
SOURCE_WORDS = "The league’s model, fitted to this club’s earlier days"
CATEGORY_WORDS: Mapping[Category, str] = {
    Category.TRAINING_LOAD: "training load",
    Category.WELLNESS: "morning answers",
    Category.INJURY: "earlier injuries",
}


def risk_in_figures(one: IndividualRisk | None, verdict: Verdict, named: Set[Category]) -> dict[str, str]:
    """Return the lines for the medical team or the athlete. named: the categories that may be said by name.

    verdict: what this node's gate said of the model in use.
    """
    if one is None:
        return {
            CHANCE: NOT_KNOWN,
            BASE_RATE: "Not known",
            TRUST: trust_words(verdict),
            MOVED: "Not known",
            SOURCE: SOURCE_WORDS,
        }
    return {
        CHANCE: in_a_hundred(one.chance),
        BASE_RATE: in_a_hundred(one.base_rate),
        TRUST: trust_words(verdict),
        MOVED: _moved(one, named),
        SOURCE: SOURCE_WORDS,
    }


def in_a_hundred(chance: float) -> str:
    """A chance as a number of such weeks in a hundred; never none and never all."""
    if chance < 0.005:
        return "fewer than 1 in 100 such weeks"
    return f"about {min(max(round(100.0 * chance), 1), 99)} in 100 such weeks"


def trust_words(verdict: Verdict) -> str:
    """How many injuries came for those that the model expected on days that it did not learn from."""
    came, injuries = verdict.figures.get("observed_to_expected"), verdict.figures.get("events", 0.0)
    if came is None or injuries < LEAST_INJURIES or (verdict.judged_athletes or 0) < LEAST_ATHLETES:
        return TOO_FEW
    return f"{round(100.0 * came)} injuries came for each 100 expected"


def _moved(one: IndividualRisk, named: Set[Category]) -> str:
    if not one.drivers:
        return "Nothing: all is as on a usual day"
    return listed([f"{_name(driver, named)} ({_way(driver)} it)" for driver in one.drivers])


def _name(driver: RiskDriver, named: Set[Category]) -> str:
    return CATEGORY_WORDS[driver.category] if driver.category in named else NOT_NAMED


def _way(driver: RiskDriver) -> str:
    return "raises" if driver.log_odds > 0.0 else "lowers"
