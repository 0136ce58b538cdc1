"""Each sentence beside a figure is true of that figure, as printed: for every value, not for the usual ones alone."""

import math
import re
from datetime import date, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from client.coaching.domains import ANSWERS, TRAITS, Domain
from client.coaching.evidence import Evidence, Finding, evidence_on
from client.coaching.readiness import Light, Readiness
from client.features.daily import DailyTable
from client.web import text
from client.web.beside_usual import against_usual, printed
from client.web.charts.hrv import hrv_chart
from client.web.charts.sleep import sleep_finding
from client.web.rows.evidence_rows import evidence_rows, share_rows

CENTRES = {
    Domain.HRV: (4.09, 0.04),
    Domain.RESTING_PULSE: (50.0, 1.5),
    Domain.SLEEP: (7.0, 0.5),
    Domain.WELLNESS: (16.0, 1.2),
    Domain.JUMP: (38.0, 0.8),
}
TODAY = date(2026, 3, 1)


@st.composite
def mornings(draw: st.DrawFn, *, has_gaps: bool = False) -> Evidence:
    """Evidence of one morning whose last days may be anything; sums and pulses are whole as people give them.

    has_gaps: of each source some of the last two days may be unknown.
    """
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    histories = {d: rng.normal(centre, spread, 60) for d, (centre, spread) in CENTRES.items()}
    for domain, (_, spread) in CENTRES.items():
        days = 7 if domain is Domain.HRV else 2
        histories[domain][-days:] += draw(st.floats(-6, 6)) * spread * draw(st.sampled_from([0.2, 1.0]))
    for domain in (Domain.WELLNESS, Domain.RESTING_PULSE):
        histories[domain] = np.round(histories[domain])
    for domain in draw(st.sets(st.sampled_from(Domain))) if has_gaps else ():
        histories[domain][draw(st.sampled_from([-1, -2]))] = math.nan
    return evidence_on(59, histories)


@settings(deadline=None)
@given(mornings())
def test_points_and_words_follow_the_same_borders(evidence: Evidence) -> None:
    for domain, finding in evidence.findings.items():
        word = against_usual(finding)
        is_worse = "Above" if TRAITS[domain].sign < 0 else "below"
        if finding.points and domain is not Domain.HRV:
            assert is_worse.lower() in word.lower(), domain
        if domain is Domain.RESTING_PULSE:
            assert (word == "Above") == (finding.points > 0) == (finding.value >= finding.high)
            continue
        assert ("elow" in word) == (finding.value < finding.low), domain
        assert (word == "Above") == (finding.value > finding.high), domain
        assert (word == "As usual") == (finding.low <= finding.value <= finding.high), domain


def figures(words: str) -> list[float]:
    minutes = re.sub(r"(\d+)\s*h\s*(\d\d)", lambda m: str(int(m[1]) * 60 + int(m[2])), words)
    return [float(n.replace("−", "-")) for n in re.findall(r"[−+]?\d+(?:\.\d+)?", minutes)]


@settings(deadline=None)
@given(mornings())
def test_the_printed_figures_bear_out_the_word_beside_them(evidence: Evidence) -> None:
    for domain, finding in evidence.findings.items():
        word, said = against_usual(finding), text.measured(finding, 4)
        if domain is Domain.RESTING_PULSE:
            value, *between, usual, least = figures(said)
            assert (value - usual >= least) == (word == "Above"), said
            assert between in ([], [value - usual]), said
            continue
        if domain is Domain.JUMP:
            _, change, noise = figures(said)
            assert (change <= -noise) == (finding.points > 0), said
            continue
        value, low, high = {
            Domain.HRV: lambda f: f[1:4],
            Domain.SLEEP: lambda f: [f[0], *f[2:4]],
            Domain.WELLNESS: lambda f: [f[0], *f[2:4]],
        }[domain](figures(said))
        expected = "below" if value < low else "above" if value > high else "as usual"
        assert expected in word.lower(), said


@given(st.floats(-50, 50), st.floats(-50, 50), st.floats(0, 20), st.sampled_from([0.01, 1 / 60, 1.0]))
def test_rounding_never_moves_a_value_across_a_limit(value: float, low: float, width: float, step: float) -> None:
    it = printed(value, low, low + width, step=step)

    assert (it.value < it.low, it.value > it.high) == (value < low, value > low + width)
    assert abs(it.value * step - value) <= step
    assert abs(it.low * step - low) <= 2 * step
    assert abs(it.high * step - (low + width)) <= 2 * step


def test_a_high_resting_pulse_is_above_and_never_below() -> None:
    high = Finding(Domain.RESTING_PULSE, 1, 58.0, 50.0, 55.0)
    (row,) = evidence_rows(Evidence(Readiness(Light.AMBER, -1.0, 15.0, {}), {Domain.RESTING_PULSE: high}), 4)

    assert row.word == "Above"
    assert row.measured == "58 beats per minute, +8 against usual 50; counted from +5"


def test_a_pulse_that_usually_varies_counts_from_where_it_says() -> None:
    history = np.array([44.0, 50.0, 56.0] * 13 + [50.0, 58.0])

    finding = evidence_on(len(history) - 1, {Domain.RESTING_PULSE: history}).findings[Domain.RESTING_PULSE]

    assert finding.points == 0
    assert text.measured(finding, 4) == "58 beats per minute, +8 against usual 50; counted from +13"


nights_of = st.lists(st.one_of(st.just(math.nan), st.floats(3, 11)), min_size=2, max_size=60)


@given(nights_of)
def test_the_chart_says_of_two_nights_what_the_list_of_evidence_says(values: list[float]) -> None:
    nights = np.array(values)
    said, found = sleep_finding(nights), evidence_on(len(nights) - 1, {Domain.SLEEP: nights}).findings

    if Domain.SLEEP not in found:
        assert said == "Sleep over the last two weeks"
        return
    word = against_usual(found[Domain.SLEEP]).lower()
    assert ("elow" in word) == ("shorter" in said), (word, said)
    assert ("above" in word) == ("longer" in said), (word, said)
    assert ("as usual" in word) == ("as usual" in said), (word, said)
    low, high = found[Domain.SLEEP].low, found[Domain.SLEEP].high
    if said == "Two shorter nights":
        assert max(values[-2:]) < low
    elif said == "Two longer nights":
        assert min(values[-2:]) > high
    elif not said.endswith("on average"):
        assert low <= min(values[-2:]) <= max(values[-2:]) <= high


def test_nine_hours_and_six_are_not_two_shorter_nights() -> None:
    assert sleep_finding(np.array([8.5] * 28 + [9.0, 6.0])) == "The last two nights were shorter than usual on average"


@settings(deadline=None)
@given(mornings(has_gaps=True))
def test_the_shares_shown_are_all_there_are_and_add_up_to_z(evidence: Evidence) -> None:
    rows = share_rows(evidence)
    if evidence.is_grey:
        assert rows == []
        return

    shares = [float(row.share.replace("−", "-")) for row in rows if row.share != "none"]
    assert {row.source for row in rows} == {TRAITS[domain].label for domain in {*evidence.z, *evidence.findings}}
    assert len(shares) == len(evidence.readiness.contributions)
    assert evidence.readiness.z is not None
    assert abs(sum(shares) - evidence.readiness.z) <= 0.005 * len(shares) + 1e-9


def test_a_source_with_a_value_of_this_morning_alone_stands_among_the_shares() -> None:
    rng = np.random.default_rng(5)
    slept, sums = rng.normal(7, 0.5, 60), np.round(rng.normal(16, 1.2, 60))
    slept[-2:] = math.nan, 4.0  # the night before is not known: no mean of two nights, and a value for the light

    evidence = evidence_on(59, {Domain.SLEEP: slept, Domain.WELLNESS: sums}, weights=ANSWERS)

    assert Domain.SLEEP not in evidence.findings
    assert next(row.source for row in share_rows(evidence)) == "Sleep"


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 500), st.floats(-0.03, 0.03))
def test_the_variability_charts_sentence_is_true_of_its_label(seed: int, shift: float) -> None:
    values = np.random.default_rng(seed).normal(4.0, 0.03, 40)
    values[-7:] += shift
    dates = tuple(TODAY - timedelta(days=back) for back in range(39, -1, -1))

    chart = hrv_chart(DailyTable(dates, {"lnrmssd": values}))

    assert chart is not None
    mean, low, high = (float(n) for n in re.findall(r"\d\.\d\d", chart.label))
    place = "below" if mean < low else "above" if mean > high else "inside"
    assert f"is {place} the usual range" in chart.finding
