"""Evidence on published models as the league's page lists it."""

from dataclasses import dataclass

from chassis.text import moment
from models.evidence.figures import Estimate
from models.evidence.pooled_gate import pooled_reasons
from server.errors import BadCoordinatorSettings
from server.evidence_store import EvidenceFolder


@dataclass(frozen=True, slots=True)
class LeagueEvidenceRow:
    """The newest evidence on one kind of model, in words; what each node makes of it is its own."""

    name: str
    judges: str
    registered: str
    excess: str
    comparable: str
    difference: str
    says: str


def evidence_rows(folder: EvidenceFolder) -> tuple[LeagueEvidenceRow, ...]:
    """Return the newest evidence on each kind of model; none where a record cannot be read."""
    try:
        found = folder.newest()
    except BadCoordinatorSettings:
        return ()
    return tuple(
        LeagueEvidenceRow(
            name=one.record.sha256,
            judges=one.record.judges,
            registered=moment(one.record.registered),
            excess=_words(one.record.figures.excess),
            comparable=_words(one.record.figures.comparable),
            difference=_words(one.record.figures.difference),
            says=_says(pooled_reasons(one.record.figures)),
        )
        for one in found
    )


def _words(one: Estimate) -> str:
    return f"{one.value:,.1f} ± {one.variance**0.5:,.1f}".replace("-", "−")


def _says(reasons: tuple[str, ...]) -> str:
    if not reasons:
        return "It suffices over the league"
    words = "; ".join(reasons).replace("'", "’")
    return f"It does not suffice: {words}"
