"""The audit report for a period: the form that asks for it, and one page made for paper."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from fastapi import Response

from audit.errors import AuditError
from audit.tlog.note import split_note
from audit.web.auditor import Auditor
from audit.web.entries.filter_form import FilterProblem, read_period
from audit.web.entries.log_page import state_of
from audit.web.figures.access_chart import report_chart
from audit.web.figures.summaries import days_covered, ledger_heads
from audit.web.figures.suppression import FEWEST_SHOWN, NOT_SHOWN, WHY_NOT_SHOWN, shown
from audit.web.report.figures import AuditReport, HeartbeatFigures, KindLine, build_report
from audit.web.verified.checked_log import Checked
from audit.web.verified.vouchers import key_line
from chassis.text import date_range, moment, month_of_year, plural, thousands

MOST_DAYS = 1_100
"""Longest period of one report (our choice): three years."""
LONGEST_PRINTED = 400
"""Characters of a key or signature line that still print (our choice): Ed25519 does, ML-DSA-44 takes a page."""


@dataclass(frozen=True, slots=True)
class PaperKey:
    """A key as the foot of the report names it: the whole line where it is short, else its SHA-256."""

    what: str
    text: str
    is_whole: bool


@dataclass(frozen=True, slots=True)
class KindRow:
    """One kind of entry in words; is_hidden: no number is shown. orgs: each with its number; rest: what follows."""

    what: str
    is_hidden: bool
    entries: str = ""
    orgs: tuple[str, ...] = ()
    rest: str = ""


def report_page(auditor: Auditor, checked: Checked, query: Mapping[str, str]) -> Response:
    """Return the form, or the report if the address names a period; 422 with the form if it cannot be one."""
    texts = {name: query.get(name, "").strip() for name in ("from", "to")}
    problems: list[FilterProblem] = []
    first, last = read_period(texts, problems)
    if any(texts.values()):
        _check_period(texts, first, last, problems)
    if problems or not (first and last):
        return _form(auditor, checked, texts, problems)
    return _report(auditor, checked, first, last)


def _check_period(
    texts: Mapping[str, str], first: date | None, last: date | None, problems: list[FilterProblem]
) -> None:
    for name, what in (("from", "first"), ("to", "last")):
        if not texts[name]:
            problems.append(FilterProblem(name, f"The report needs its {what} day, such as 2026-11-24."))
    if first and last and (last - first).days >= MOST_DAYS:
        days = thousands((last - first).days + 1)
        problems.append(FilterProblem("to", f"A report covers at most {thousands(MOST_DAYS)} days; these are {days}."))


def _form(auditor: Auditor, checked: Checked, texts: Mapping[str, str], problems: list[FilterProblem]) -> Response:
    today = checked.at.date()
    this_month = today.replace(day=1)
    last_month = (this_month - timedelta(days=1)).replace(day=1)
    covered = days_covered(checked.counters)
    offers = [
        (month_of_year(last_month), last_month, this_month - timedelta(days=1)),
        (f"{month_of_year(this_month)} so far", this_month, today),
    ]
    return auditor.page(
        "report_form.html",
        "Report",
        "/report",
        status=422 if problems else 200,
        covered=date_range(*covered) if covered else "",
        offers=[(name, f"/report?from={first}&to={last}") for name, first, last in offers],
        texts=texts,
        problems=problems,
        wrong={"from": "", "to": "", **{problem.field: problem.text for problem in problems}},
    )


def _report(auditor: Auditor, checked: Checked, first: date, last: date) -> Response:
    covered = days_covered(checked.counters)
    until_now = (covered[0], max(covered[1], checked.at.date())) if covered else None
    report = build_report(checked.counters, first, last, covered=until_now)
    state, signatures = state_of(auditor, checked), _signatures(auditor, checked)
    return auditor.page(
        "report.html",
        f"Audit report, {date_range(first, last)}",
        "/report",
        checked=checked,
        **state,
        kinds=[_kind_row(line) for line in report.kinds],
        period=date_range(first, last),
        lead=_lead(report, state, is_unfinished=last >= checked.at.date()),
        verified=_verified(state),
        made_at=moment(auditor.clock()),
        chart=report_chart(report.looks, is_by_month=report.is_by_month) if report.looks else None,
        rules=[(line.policy_hash, date_range(line.first_day, line.last_day)) for line in report.rules],
        ledger=_ledger(report),
        heartbeats=_heartbeats_words(report.heartbeats),
        fewest=FEWEST_SHOWN,
        not_shown=NOT_SHOWN,
        why_not_shown=WHY_NOT_SHOWN,
        body=checked.checkpoint.body,
        keys=_keys(auditor),
        signatures=signatures,
        is_paper_enough=_is_enough(auditor, checked, signatures),
        note_hash=sha256(checked.log.checkpoint).hexdigest(),
    )


def _kind_row(line: KindLine) -> KindRow:
    if line.entries is None:
        return KindRow(line.what, is_hidden=True)
    orgs = tuple(f"{org} {thousands(count)}" for org, count in line.orgs)
    rest = ("; others not shown" if orgs else "Not shown") if line.has_others else ""
    return KindRow(line.what, is_hidden=False, entries=thousands(line.entries), orgs=orgs, rest=rest)


def _lead(report: AuditReport, state: Mapping[str, Any], *, is_unfinished: bool) -> str:
    parts = [f"{_entries_words(report)}, none missing, none changed."]
    if state["witnesses"]:
        parts.append(state["quorum"].lead)
    if is_unfinished:
        parts.append("The period is not over yet.")
    return " ".join(parts)


def _verified(state: Mapping[str, Any]) -> str:
    whole = f"Every hash was computed anew from the entries up to the signed root, {state['whole_at']}"
    if state["whole_at"] == state["checked_at"]:
        return whole
    return f"{whole}; what was added since, {state['checked_at']}"


def _entries_words(report: AuditReport) -> str:
    if not report.kinds:
        return "No entry falls in this period"
    number = thousands(report.entries)
    if report.is_all:
        return f"{number} entries fall in this period"
    return f"At least {number} entries fall in this period" if report.entries else "Few entries fall in this period"


def _ledger(report: AuditReport) -> dict[str, object]:
    lines = report.ledger
    rows = [
        (month_of_year(month), [(line.label, shown(line.months[month])) for line in lines]) for month in lines[0].months
    ]
    return {
        "heads": ledger_heads([line.label for line in lines]),
        "rows": [*rows, ("Whole period", [(line.label, shown(line.total)) for line in lines])],
        "is_empty": all(line.total is None for line in report.ledger),
    }


def _heartbeats_words(beats: HeartbeatFigures | None) -> tuple[str, str]:
    """Return on how many days there was one, and the longest silence."""
    if beats is None:
        return "The log has no day in this period.", ""
    covered = plural(beats.days_covered, "day", "days")
    days = f"Heartbeats stand on {thousands(beats.days)} of the {covered} covered."
    if beats.gap is None:
        return days, "No day passed without a publication."
    length = (beats.gap[1] - beats.gap[0]).days + 1
    return days, f"Longest silence: {plural(length, 'day', 'days')}, {date_range(*beats.gap)}."


def _keys(auditor: Auditor) -> list[PaperKey]:
    verifiers = [log.verifier for log in auditor.policy.logs]
    verifiers += [witness.verifier for witness in auditor.policy.witnesses]
    return [_paper(key_line(verifier), verifier.vkey) for verifier in verifiers]


def _signatures(auditor: Auditor, checked: Checked) -> list[PaperKey]:
    """The lines under the checkpoint by keys that the policy knows."""
    known = {log.verifier for log in auditor.policy.logs} | {one.verifier for one in auditor.policy.witnesses}
    by_identity = {(verifier.name, verifier.key_id): verifier for verifier in known}
    _, signatures = split_note(checked.log.checkpoint)
    return [
        _paper(f"{verifier.algorithm.scheme}, {verifier.name}", signature.line)
        for signature in signatures
        if (verifier := by_identity.get((signature.name, signature.key_id)))
    ]


def _is_enough(auditor: Auditor, checked: Checked, signatures: Sequence[PaperKey]) -> bool:
    """Whether the policy accepts the checkpoint with those signature lines alone that are printed whole."""
    lines = "".join(f"{line.text}\n" for line in signatures if line.is_whole)
    try:
        auditor.policy.open(f"{checked.checkpoint.body}\n{lines}".encode())
    except AuditError:
        return False
    return True


def _paper(what: str, text: str) -> PaperKey:
    if len(text) <= LONGEST_PRINTED:
        return PaperKey(what, text, is_whole=True)
    return PaperKey(what, sha256(text.encode()).hexdigest(), is_whole=False)
