"""Drift in words: since when a model is in use, what its newest full month says, and what can be done about it."""

from datetime import date, tzinfo

from chassis.text import long_date, month_of_year
from client.adoption import Adoption
from client.evaluation import LEAST_ATHLETES, LEAST_INJURIES, LEAST_RESAMPLED
from client.learning.drift import Drift, DriftFinding, DriftState
from models.features import READINESS_MODELS

NOT_NOTED = "Before this was noted"
NOT_WORKED_OUT = "Not worked out yet: that comes when the running node judges the model next, within eight days"
ADVICE = (
    "The node goes on judging it every week and stops using it once it fails. Whoever runs the node can put another "
    "model through its gate (homefield-node adopt); only the league can take a model back for every club "
    "(homefield-server models rollback)."
)


def since_words(adoption: Adoption | None, zone: tzinfo) -> str:
    """Since when a model is in use."""
    if adoption is None or adoption.verdict.judged is None:
        return NOT_NOTED
    day = long_date(adoption.verdict.judged.astimezone(zone).date())
    return day if adoption.is_day_known else f"Before {day}, when this was noted first"


def drift_words(drift: Drift, found: DriftFinding) -> str:
    """What the newest full month says beside the gate, in one sentence."""
    month = found.month
    if month is None:
        return "No full month yet since it is noted as in use."
    name = month_of_year(month.month)
    if month.figure is None:
        return f"{too_few_words(drift.model)} stand behind {name}: nothing of it is shown or compared."
    if month.spread is None:
        return f"{name} is not compared: it takes {LEAST_RESAMPLED} athletes to tell drift from chance."
    if found.gate is None or found.limit is None:
        return f"{name} is not compared: what the gate saw is not known, or is of too few athletes."
    said = f"{name}: {figure_words(month.figure, drift.model)}, at the gate {figure_words(found.gate, drift.model)}"
    if found.state is DriftState.LARGE:
        return f"{said}. That is beyond the limit of {figure_words(found.limit, drift.model)}: drift is large."
    return f"{said}. That is within the limit of {figure_words(found.limit, drift.model)}."


def too_few_words(model: str) -> str:
    """What keeps a month of this kind of model from being shown."""
    athletes = f"Fewer than {LEAST_ATHLETES} athletes"
    return athletes if model in READINESS_MODELS else f"{athletes} or {LEAST_INJURIES} injuries"


def figure_words(value: float, model: str) -> str:
    """A figure with its unit, in the digits in which it is compared."""
    if model in READINESS_MODELS:
        return f"{value:.3f} points of 10"
    return f"a Brier skill of {value:.3f}".replace("-", "−")


def month_words(month: date, *, is_full: bool) -> str:
    """The name of a month; one in which the model was not in use all days, or that is not over, says so."""
    return month_of_year(month) if is_full else f"{month_of_year(month)}, in part"
