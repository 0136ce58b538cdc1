"""The page of the log: its state, its witnesses, looks over time, and the list of entries with its filter."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Response

from audit.entries.events import sentence_of
from audit.entries.filtering import GROUPS, SEALED_DENIALS, leaves_out_denials
from audit.web.auditor import Auditor
from audit.web.entries.exports import MOST_EXPORTED
from audit.web.entries.filter_form import FIELDS, Wanted, parse_form
from audit.web.entries.find import FoundEntries, find
from audit.web.figures.access_chart import access_chart
from audit.web.figures.summaries import days_covered, organisations, weekly_counts
from audit.web.figures.suppression import count
from audit.web.verified.checked_log import Checked
from audit.web.verified.vouchers import quorum, signed_words, witness_rows
from chassis.text import date_range, moment, plural, short_date, thousands

ROWS_PER_PAGE = 25


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One line of the list of entries; `rules` are the first six digits; state: proven or broken."""

    index: int
    number: str
    what: str
    day: str
    org: str
    rules: str
    state: str


def log_page(auditor: Auditor, checked: Checked, query: Mapping[str, str]) -> Response:
    """Return the page; a filter that cannot be read gives the same page with status 422 and no list."""
    orgs = organisations(checked.counters)
    wanted = parse_form(query, orgs)
    before = _before(query, checked.size)
    found = FoundEntries([]) if wanted.problems else find(checked, wanted, before=before, limit=ROWS_PER_PAGE + 1)
    rows = [_row(checked, index) for index in found.indices[:ROWS_PER_PAGE]]
    weekly = weekly_counts(checked.counters)
    proven, broken = _parted(rows)
    if broken:
        auditor.watch.distrust()
    state = state_of(auditor, checked)
    older = _older(wanted, found)
    return auditor.page(
        "log.html",
        "Log",
        "/",
        status=422 if wanted.problems else 200,
        checked=checked,
        **state,
        lead=_lead(checked, state),
        chart=access_chart(weekly) if weekly else None,
        rows=proven,
        broken=broken,
        broken_title=f"{'One entry here is' if len(broken) == 1 else 'Some entries here are'} not proven",
        nothing=None if rows else _nothing(checked, wanted, older),
        is_filtered=not wanted.is_everything,
        listed=_listed(wanted, found, rows),
        denials=SEALED_DENIALS if leaves_out_denials(wanted.texts["kind"]) else "",
        older=older,
        newest=wanted.address() if before < checked.size else None,
        csv=wanted.address("/export.csv"),
        json=wanted.address("/export.json"),
        most_exported=thousands(MOST_EXPORTED),
        kind_choices=[("", "All kinds"), *((key, label) for key, (label, _) in GROUPS.items())],
        orgs=orgs,
        texts=wanted.texts,
        problems=wanted.problems,
        wrong={**dict.fromkeys(FIELDS, ""), **{problem.field: problem.text for problem in wanted.problems}},
    )


def _parted(rows: list[EntryLine]) -> tuple[list[EntryLine], list[EntryLine]]:
    """Return the proven entries and the others."""
    return [row for row in rows if row.state == "proven"], [row for row in rows if row.state != "proven"]


def _lead(checked: Checked, state: Mapping[str, Any]) -> str:
    """What stands in the log, and who vouches for it."""
    lead = "It is signed, and empty so far."
    if checked.size:
        since = f" from {state['covered']}" if state["covered"] else ""
        lead = f"{state['size']}{since}, none missing, none changed."
    return f"{lead} {state['quorum'].lead}" if state["witnesses"] else lead


def _nothing(checked: Checked, wanted: Wanted, older: str | None) -> tuple[str, str]:
    """Why the list is empty: a title and a sentence."""
    if wanted.problems:
        return "No list yet", "Put the filter right, and the entries it selects appear here."
    if checked.log.is_foreign:
        return (
            "Entries of another format",
            "Every entry is proven, but they are not written in Homefield’s format, "
            "so nothing here can say what they mean.",
        )
    if older:
        return "Nothing found so far", "Looking through older entries takes a while. Go on with “Older entries”."
    if not wanted.is_everything:
        return "No entry matches", "Choose another kind, organisation or period above, or search for something else."
    return (
        "No entries yet",
        "Every look at data, allowed or refused, every decision and every training round will stand here.",
    )


def state_of(auditor: Auditor, checked: Checked) -> dict[str, Any]:
    """Return what is known about the whole log, in words: for the top of a page and for the report."""
    witnesses = witness_rows(auditor.policy, checked.trusted, checked.sightings, since=checked.first.at)
    covered = days_covered(checked.counters)
    return {
        "checked_at": moment(checked.at),
        "whole_at": moment(checked.whole_at),
        "size": plural(checked.size, "entry", "entries"),
        "covered": date_range(*covered) if covered else "",
        "signed": signed_words(checked.trusted, auditor.policy),
        "witnesses": witnesses,
        "quorum": quorum(auditor.policy, witnesses),
        "first_at": moment(checked.first.at),
        "first_size": plural(checked.first.size, "entry", "entries"),
        "recheck": _recheck(checked),
    }


def _recheck(checked: Checked) -> str:
    """How far a new verification of the whole log is, or nothing."""
    progress = checked.recheck
    return f"{thousands(progress.done)} of {thousands(progress.total)}" if progress else ""


def _row(checked: Checked, index: int) -> EntryLine:
    fields = checked.columns[index]
    return EntryLine(
        index=index,
        number=thousands(index),
        what=sentence_of(fields.kind),
        day=short_date(fields.day, this_year=checked.at.year),
        org=fields.org,
        rules=fields.policy_hash[:6],
        state=checked.state(index),
    )


def _listed(wanted: Wanted, found: FoundEntries, rows: list[EntryLine]) -> str:
    """How many entries the filter selects, and how far files were looked through for a hash."""
    if wanted.problems or wanted.is_everything:
        return ""
    if found.total is not None:
        return f"{count(found.total).capitalize()} entries match."
    if found.searched_from:
        return f"Looked through the entries down to No. {thousands(found.searched_from)} so far."
    return "Looked through all entries." if rows else ""


def _older(wanted: Wanted, found: FoundEntries) -> str | None:
    if len(found.indices) > ROWS_PER_PAGE:
        return wanted.address(before=found.indices[ROWS_PER_PAGE - 1])
    return wanted.address(before=found.searched_from) if found.searched_from else None


def _before(query: Mapping[str, str], size: int) -> int:
    text = query.get("before", "")
    return min(int(text), size) if text.isascii() and text.isdigit() and len(text) < 19 else size
