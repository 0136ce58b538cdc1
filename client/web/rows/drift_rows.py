"""How the model in use does since its gate, on the model page: a sentence, a chart, and what can be done."""

from dataclasses import dataclass
from datetime import tzinfo

from chassis.text import long_date
from chassis.web.charts import Chart
from client.league_models.side_by_side import ModelVersions
from client.learning.drift import DriftState, finding_of
from client.learning.drift_words import ADVICE, NOT_WORKED_OUT, drift_words, since_words
from client.web.charts.drift import drift_chart


@dataclass(frozen=True, slots=True)
class DriftRow:
    """Words and chart of one model in use; advice: "" unless drift is large; chart: None without a figure."""

    since: str
    sentence: str
    worked_out: str
    advice: str
    chart: Chart | None


def drift_row(found: ModelVersions, zone: tzinfo) -> DriftRow | None:
    """Return them; None where no model of the kind is in use."""
    if found.in_use is None:
        return None
    since = since_words(found.adoption, zone)
    if found.adoption is None or found.drift is None:
        return DriftRow(since, f"{NOT_WORKED_OUT}.", "", "", None)
    finding = finding_of(found.adoption, found.drift)
    return DriftRow(
        since,
        drift_words(found.drift, finding),
        long_date(found.drift.worked_out.astimezone(zone).date()),
        ADVICE if finding.state is DriftState.LARGE else "",
        drift_chart(found.drift, finding),
    )
