"""The pages that sum the whole log up: the rules in force, and what was taken from privacy budgets."""

from fastapi import Response

from audit.web.auditor import Auditor
from audit.web.figures.summaries import LEDGER, ledger_by_month, ledger_heads, ledger_totals, rules_in_force
from audit.web.figures.suppression import WHY_NOT_SHOWN, count, shown
from audit.web.verified.checked_log import Checked
from chassis.text import month_of_year, short_date, thousands


def rules_page(auditor: Auditor, checked: Checked) -> Response:
    """Return the page of every version of the rules that an entry names."""
    periods = [
        {
            "hash": period.policy_hash,
            "name": period.policy_hash[:6],
            "list": f"/?rules={period.policy_hash}#list",
            "first": short_date(period.first_day),
            "last": short_date(period.last_day),
            "first_index": period.first_index,
            "first_number": thousands(period.first_index),
            "entries": shown(period.entries),
        }
        for period in rules_in_force(checked.counters)
    ]
    versions = "one version" if len(periods) == 1 else f"{len(periods)} versions"
    return auditor.page(
        "rules.html",
        "Rules in force",
        "/rules",
        periods=periods,
        lead=f"Every decision names the exact rules it was made under. The log knows {versions}.",
        why_not_shown=WHY_NOT_SHOWN,
    )


def ledger_page(auditor: Auditor, checked: Checked) -> Response:
    """Return the page of budget entries, in all and by month."""
    months = [
        (month_of_year(line.month), [(label, shown(line.counts[label])) for label in LEDGER])
        for line in ledger_by_month(checked.counters)
    ]
    totals = [(label, count(number)) for label, number in ledger_totals(checked.counters).items()]
    return auditor.page(
        "ledger.html",
        "Privacy ledger",
        "/ledger",
        months=months,
        totals=totals,
        heads=ledger_heads(list(LEDGER)),
        why_not_shown=WHY_NOT_SHOWN,
    )
