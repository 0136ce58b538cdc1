"""The printable report: what it counts, what it hides, and what is needed to check the paper later."""

import html
import re
from collections.abc import Callable
from datetime import date, timedelta
from hashlib import sha256

import pytest
from starlette.testclient import TestClient

from audit.entries.events import EventKind
from audit.tlog.trust_policy import TrustPolicy
from audit.web.figures.summaries import LEDGER
from audit.web.report.figures import build_report

K = EventKind
Open = Callable[..., TestClient]
NOVEMBER = "/report?from=2026-11-01&to=2026-11-30"


def test_the_form_offers_the_months_that_are_likely_meant(auditor: Open, busy_log) -> None:
    page = auditor().get("/report").text

    assert '<a href="/report?from=2026-10-01&amp;to=2026-10-31">October 2026</a>' in page
    assert '<a href="/report?from=2026-11-01&amp;to=2026-11-24">November 2026 so far</a>' in page
    assert "The log has entries from 2 to 24 November 2026" in page


@pytest.mark.parametrize(
    ("query", "field", "told"),
    [
        ("from=2026-11-01", "to", "needs its last day"),
        ("to=2026-11-01", "from", "needs its first day"),
        ("from=soon&to=2026-11-01", "from", "“soon” is none"),
        ("from=2026-11-05&to=2026-11-01", "to", "which is earlier than"),
        ("from=0001-01-01&to=9999-12-31", "to", "covers at most 1,100 days; these are 3,652,059"),
    ],
)
def test_a_period_that_is_none_is_explained_at_its_field(
    auditor: Open, busy_log, query: str, field: str, told: str
) -> None:
    answer = auditor().get(f"/report?{query}")

    assert answer.status_code == 422
    assert f'<a href="#{field}">' in answer.text
    assert told in answer.text
    assert f'id="{field}-error"' in answer.text


def test_the_report_states_how_the_log_was_verified(auditor: Open, busy_log) -> None:
    page = auditor().get(NOVEMBER).text

    assert "<h1>The log is whole: report for 1 to 30 November 2026</h1>" in page
    assert "Every hash was computed anew from the entries up to the signed root, 24 November 2026, 06:04 UTC" in page
    assert "with both keys (Ed25519 and ML-DSA-44)" in page
    assert page.count("</svg>Countersigned</span>") == 3
    assert "by Coast Football Board" in page
    assert "The period is not over yet." in page


def test_without_witnesses_the_report_says_what_nobody_vouches_for(
    auditor: Open, busy_log, both_keys: TrustPolicy
) -> None:
    page = auditor(both_keys).get(NOVEMBER).text

    assert "nobody but the log’s operator vouches" in page
    assert "Whether everybody was shown the same log: no witness vouches for that." in page


def test_kinds_and_organisations_are_counted_and_small_ones_hidden(auditor: Open, busy_log) -> None:
    page = auditor().get("/report?from=2026-11-09&to=2026-11-22").text

    assert "Look allowed (what was seen is sealed)" in page
    assert '<span class="nowrap">Quiet heron 43</span>' in page
    assert '<span class="nowrap">Slate otter 33</span>' in page
    assert "Rules loaded" not in page
    assert "At least" not in page


def test_where_something_is_hidden_the_sum_is_not_given_away(auditor: Open, busy_log) -> None:
    page = auditor().get("/report?from=2026-11-02&to=2026-11-22").text

    assert "Rules loaded" in page
    assert f"At least {63 + 36 + 18} entries fall in this period" in page


def test_a_report_over_the_whole_log_hides_more_because_its_size_is_known(auditor: Open, busy_log) -> None:
    page = auditor().get(NOVEMBER).text

    assert "Privacy budget set aside for a campaign" in page
    assert "Players’ Union 12" not in page
    assert "<dt>Entries in all</dt><dd>131 entries" in re.sub(r">\s+<", "><", page)


def test_the_paper_can_be_checked_later(
    auditor: Open, busy_log, with_witnesses: TrustPolicy, signers, witnesses
) -> None:
    page = auditor().get(NOVEMBER).text.replace("&#43;", "+")
    note = (busy_log.directory / "checkpoint").read_bytes()
    lines = note.decode().splitlines()
    checkpoint = with_witnesses.open(note).checkpoint

    assert f"<pre>{checkpoint.body}</pre>" in page
    assert lines[4] in page
    assert sha256(note).hexdigest() in page
    for signer in (signers[0], *witnesses):
        assert signer.vkey in page
    assert sha256(signers[1].vkey.encode()).hexdigest() in page
    assert sha256(lines[5].encode()).hexdigest() in page


def test_what_is_printed_in_full_is_a_signed_note_that_the_policy_accepts(
    auditor: Open, busy_log, signers, with_witnesses: TrustPolicy
) -> None:
    page = html.unescape(auditor().get(NOVEMBER).text)
    (body,) = re.findall("<pre>(log\\.example.*?)</pre>", page, re.DOTALL)
    typed = f"{body}\n" + "".join(f"{line}\n" for line in re.findall('<dd class="mono">(\u2014 .*)</dd>', page))

    assert with_witnesses.open(typed.encode()).checkpoint.size == len(busy_log.leaves)
    assert "each signature line that is printed in full here make a signed note that the" in page


def test_a_policy_that_asks_for_more_than_is_printed_has_the_checkpoint_kept_with_the_paper(
    auditor: Open, busy_log, signers
) -> None:
    both = TrustPolicy.of_keys([signer.vkey for signer in signers])

    assert "keep the checkpoint’s file with this paper" in auditor(policy=both).get(NOVEMBER).text


def test_silences_are_named(auditor: Open, busy_log) -> None:
    page = auditor().get("/report?from=2026-11-02&to=2026-11-21").text

    assert "Heartbeats stand on 18 of the 20 days covered." in page
    assert "Longest silence: 2 days, 9 to 10 November 2026." in page


def test_silence_after_the_newest_entry_counts_until_the_check(auditor: Open, busy_log, clock) -> None:
    clock.now += timedelta(days=5)

    assert "Longest silence: 8 days, 22 to 29 November 2026." in auditor().get(NOVEMBER).text


def test_a_period_before_the_log_has_no_days(auditor: Open, busy_log) -> None:
    page = auditor().get("/report?from=2020-01-01&to=2020-01-31").text

    assert "No entry falls in this period" in page
    assert "The log has no day in this period." in page


def test_long_periods_are_drawn_by_month(auditor: Open, static_log, entry) -> None:
    days = [date(2026, month, 3) for month in range(1, 12) for _ in range(9 + month)]
    static_log.publish([entry(K.LOOK_REFUSED, day=day) for day in days])
    page = auditor().get("/report?from=2025-06-01&to=2026-12-31").text

    assert "Most looks that the log tells as refused in November 2026: 20; which accesses were denied is sealed" in page
    assert '<th scope="row">January 2026</th>' in page
    assert '<th scope="row">December 2025</th>' not in page


def test_every_month_of_the_period_stands_in_the_ledger(busy_log, watched) -> None:
    counters = watched().check().counters
    report = build_report(counters, date(2026, 9, 15), date(2026, 12, 2), covered=(date(2026, 1, 1), date(2027, 1, 1)))

    assert [line.label for line in report.ledger] == list(LEDGER)
    assert list(report.ledger[0].months) == [date(2026, month, 1) for month in (9, 10, 11, 12)]
