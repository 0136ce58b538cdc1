"""One morning's evidence as rows of a page: what each source says, and what it gives to the light."""

from dataclasses import dataclass

from client.coaching.daily_assessment import NOTHING
from client.coaching.domains import TRAITS, Domain
from client.coaching.evidence import Evidence
from client.web import text
from client.web.beside_usual import against_usual


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One source of evidence in words. points, before: of this morning, and of the morning before."""

    source: str
    light: str
    word: str
    measured: str
    points: str
    before: str


@dataclass(frozen=True, slots=True)
class ShareRow:
    """What one source gives to Z, in words: its value of this morning alone, in own usual spreads, and its share."""

    source: str
    steps: str
    share: str


def evidence_rows(evidence: Evidence, items: int, before: Evidence = NOTHING) -> list[EvidenceRow]:
    """Return the rows of the evidence list, most points first; sources without enough data are not listed.

    before: the evidence of the morning before, at which the rule looks too.
    """
    rows = []
    for domain in sorted(Domain, key=lambda d: (-_points(evidence, d), list(Domain).index(d))):
        finding = evidence.findings.get(domain)
        if finding is None:
            continue
        rows.append(
            EvidenceRow(
                source=TRAITS[domain].label,
                light=finding.light.value,
                word=against_usual(finding),
                measured=text.measured(finding, items),
                points=_counted(evidence, domain),
                before=_counted(before, domain),
            )
        )
    return rows


def _counted(evidence: Evidence, domain: Domain) -> str:
    if domain not in evidence.findings:
        return "no data"
    return "not counted" if evidence.is_grey else str(evidence.findings[domain].points)


def share_rows(evidence: Evidence, *, is_whole: bool = True) -> list[ShareRow]:
    """Return each share of Z, the lowest first, then sources of the list that have none; nothing on grey mornings.

    is_whole: the list holds all that the light rests on. Where it does not, no share is told: together they are Z, so
    that one which is missing would be told by the others. Z rests on this morning's values alone, the list on means of
    several days: a source may stand in one of them only.
    """
    shares = evidence.readiness.contributions
    if evidence.is_grey:
        return []
    if not is_whole:
        return [ShareRow(TRAITS[domain].label, text.minus(z), "") for domain, z in sorted(evidence.z.items())]
    given = [
        ShareRow(TRAITS[domain].label, text.minus(evidence.z[domain]), text.minus(share))
        for domain, share in sorted(shares.items(), key=lambda item: (item[1], item[0]))
    ]
    missing = [domain for domain in Domain if domain in evidence.findings and domain not in shares]
    return given + [ShareRow(TRAITS[domain].label, "nothing to compare", "none") for domain in missing]


def _points(evidence: Evidence, domain: Domain) -> int:
    finding = evidence.findings.get(domain)
    return finding.points if finding else -1
