"""What is expected of tomorrow on the athlete's page: figures for who may see readiness daily, a word for others."""

import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from client.app import build_app
from client.biometrics.observations import observe
from client.biometrics.streams import Stream
from client.consent_client import Question, Ruling
from client.learning.expected_words import DAILY_ONLY
from client.learning.kept_head import KeptHead, ModelSource, keep_head
from client.vault.keys import UnlockKey
from client.vault.store import Vault
from client.web.access import SHOWN
from models.features import RECOVERY_SCHEMA
from policies.snapshot import ConsentSnapshot
from policies.vocabulary import Category, Granularity, Purpose, Role
from tests.client.web.conftest import NOW, ORIGIN, SOURCE, TIRED, WELL, FakeConsent, StaffBrowser

READINESS_DAILY = (Category.READINESS, Granularity.DAILY)
LINES = ["Expected", "On 80 of 100 such days", "Moved most by", "Comes from"]


class LevelledConsent(FakeConsent):
    """Grants of readiness end at a level of their own, in the snapshot and in what is decided."""

    ruled = Granularity.DAILY
    listed = Granularity.DAILY

    def snapshot(self) -> ConsentSnapshot:
        found = super().snapshot()
        return replace(
            found,
            grants=tuple(
                replace(g, max_granularity=self.listed) if g.category is Category.READINESS else g for g in found.grants
            ),
        )

    def decisions(self, *, questions: Sequence[Question], **who: Any) -> tuple[Ruling, ...]:
        rulings = super().decisions(questions=questions, **who)
        return tuple(
            replace(r, allowed=r.allowed and (q.category is not Category.READINESS or q.granularity <= self.ruled))
            for q, r in zip(questions, rulings, strict=True)
        )


@pytest.fixture
def consent(consent: FakeConsent) -> LevelledConsent:
    return LevelledConsent(consent.granted, clock=consent.clock)


@pytest.fixture
def answered(stocked: Path, tmp_path: Path) -> Path:
    """A copy of the vault in which two athletes answered every morning: one as always, one lower this week."""
    copy = tmp_path / "answered.sqlite3"
    shutil.copy(stocked, copy)
    with Vault.open(copy, UnlockKey(b"k" * 32)) as vault:
        for athlete, lower in ((WELL, 0.0), (TIRED, 4.0)):
            mornings = [
                observe(Stream.READINESS, NOW - timedelta(days=back), 7.0 - (lower if back < 4 else back % 2), SOURCE)
                for back in range(50)
            ]
            vault.add(athlete, mornings)
    return copy


@pytest.fixture
def vault(answered: Path) -> Iterator[Vault]:
    with Vault.open(answered, UnlockKey(b"k" * 32)) as opened:
        yield opened


@pytest.fixture
def browser(settings: Any, consent: LevelledConsent, clock: Any, vault: Vault) -> Iterator[StaffBrowser]:
    app = build_app(settings, vault=vault, consent_client=consent, clock=clock, demo=True)
    with TestClient(app, base_url=ORIGIN, headers={"Origin": ORIGIN}, follow_redirects=False) as http:
        yield StaffBrowser(http)


def head(source: ModelSource = ModelSource.LEAGUE) -> KeptHead:
    weights = np.zeros(RECOVERY_SCHEMA.dimension)
    if source is not ModelSource.OWN_MEAN:
        weights[RECOVERY_SCHEMA.names.index("today")] = 0.4
        weights[RECOVERY_SCHEMA.names.index("mean_7d")] = 0.2
        weights[RECOVERY_SCHEMA.names.index("mean_3d")] = 0.1
    return KeptHead(source, NOW.date(), "ab" * 32, weights, 1.25, 0.4)


def as_medical(browser: StaffBrowser, consent: LevelledConsent) -> None:
    consent.role, consent.purpose = Role.MEDICAL, Purpose.CARE
    browser.sign_in("medical")


def panel(browser: StaffBrowser, athlete: str) -> dict[str, str]:
    page = browser.http.get(f"/athletes/{athlete}").text
    found = re.search(r"Tomorrow’s readiness answer</h2>(.*?)</section>", page, re.S)
    return dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", found.group(1))) if found else {}


def test_the_medical_team_sees_figures_drivers_and_source(
    browser: StaffBrowser, consent: LevelledConsent, vault: Vault
) -> None:
    keep_head(vault, TIRED, head())
    as_medical(browser, consent)

    found = panel(browser, TIRED)

    assert list(found) == LINES
    expected, mean = map(float, re.findall(r"\d+\.\d", found["Expected"]))
    assert expected < mean
    assert found["Expected"].endswith("Probably below usual")
    assert found["On 80 of 100 such days"] == f"{expected - 1.25:.1f} to {expected + 1.25:.1f} of 10"
    assert re.fullmatch(r"today’s answer \(−\d\.\d\) and the last \w+ \(−\d\.\d\)", found["Moved most by"])
    assert found["Comes from"] == "The league’s model with the athlete’s own head"


@pytest.mark.parametrize(
    ("source", "words"),
    [(ModelSource.OWN_MEAN, "own mean; no model has proved closer"), (ModelSource.PUBLIC, "public initial weights")],
)
def test_the_source_is_said(
    browser: StaffBrowser, consent: LevelledConsent, vault: Vault, source: ModelSource, words: str
) -> None:
    keep_head(vault, WELL, head(source))
    as_medical(browser, consent)

    found = panel(browser, WELL)

    assert words in found["Comes from"]
    assert (found["Moved most by"] == "Nothing: it is the own mean") is (source is ModelSource.OWN_MEAN)


def test_a_coach_sees_a_word_and_no_figure(browser: StaffBrowser, vault: Vault) -> None:
    keep_head(vault, TIRED, head())
    keep_head(vault, WELL, head())
    browser.sign_in()

    low, usual = panel(browser, TIRED), panel(browser, WELL)

    assert list(low) == list(usual) == LINES
    assert low["Expected"] == "Probably below usual"
    assert usual["Expected"] == "No sign of less than usual"
    for found in (low, usual):
        assert {found[line] for line in LINES[1:]} == {DAILY_ONLY}
        assert not re.search(r"\d", "".join(found.values()))


@pytest.mark.parametrize(
    ("ruled", "listed"), [(Granularity.INDEX, Granularity.DAILY), (Granularity.DAILY, Granularity.INDEX)]
)
def test_figures_take_decision_and_snapshot(
    browser: StaffBrowser, consent: LevelledConsent, vault: Vault, ruled: Granularity, listed: Granularity
) -> None:
    keep_head(vault, TIRED, head())
    consent.ruled, consent.listed = ruled, listed
    as_medical(browser, consent)

    found = panel(browser, TIRED)

    assert list(found) == LINES
    assert found["Expected"] == "Probably below usual"
    assert {found[line] for line in LINES[1:]} == {DAILY_ONLY}


def test_nothing_known_is_said_in_the_same_lines(browser: StaffBrowser, consent: LevelledConsent) -> None:
    browser.sign_in()
    coach = panel(browser, WELL)
    as_medical(browser, consent)

    medical = panel(browser, WELL)

    assert list(coach) == list(medical) == LINES
    assert coach["Expected"] == medical["Expected"]
    assert coach["Expected"].startswith("Not known")


def test_without_readiness_the_panel_is_that_of_one_who_never_answered(
    browser: StaffBrowser, consent: LevelledConsent, vault: Vault
) -> None:
    keep_head(vault, TIRED, head())
    consent.granted[TIRED] = (Category.SLEEP,)
    browser.sign_in()

    assert panel(browser, TIRED)["Expected"].startswith("Not known")


def asked(consent: LevelledConsent) -> list[tuple[str, Category, Granularity]]:
    return [(q.athlete, q.category, q.granularity) for _, _, questions in consent.asked for q in questions]


def test_what_is_asked_depends_on_the_role_alone(
    browser: StaffBrowser, consent: LevelledConsent, vault: Vault, ids: dict[str, str]
) -> None:
    shown = list(SHOWN.items())
    for role, more in (("coach", []), ("medical", [READINESS_DAILY])):
        as_medical(browser, consent) if role == "medical" else browser.sign_in()
        for kept in (None, head(ModelSource.OWN_MEAN), head(ModelSource.LEAGUE)):
            if kept is not None:
                keep_head(vault, TIRED, kept)
            for athlete in (TIRED, ids["private"], ids["unknown"]):
                consent.asked.clear()
                consent.events.clear()

                browser.http.get(f"/athletes/{athlete}")

                assert asked(consent) == [(athlete, *pair) for pair in [*shown, *more]]
                assert len(consent.asked) == 1
                assert consent.events == []


def proposal(browser: StaffBrowser, athlete: str) -> dict[str, str]:
    """What the panel of today's proposal or plan says, line by line."""
    page = browser.http.get(f"/athletes/{athlete}").text
    (panel_of_today,) = re.findall(r"<h2 id=\"d\">(.*?)</section>", page, re.S)
    lines = re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", panel_of_today, re.S)
    return {name: " ".join(re.sub(r"<.*?>", "", value).split()) for name, value in lines}


def low(source: ModelSource) -> KeptHead:
    """An own model that expects two points less than usual, whatever was answered."""
    weights = np.zeros(RECOVERY_SCHEMA.dimension)
    weights[-1] = -2.0
    return replace(head(source), weights=weights)


@pytest.mark.parametrize("role", ["coach", "medical"])
@pytest.mark.parametrize("source", [ModelSource.LEAGUE, ModelSource.PUBLIC])
def test_a_proposal_is_one_step_lighter_where_less_than_usual_is_expected(
    browser: StaffBrowser, consent: LevelledConsent, vault: Vault, source: ModelSource, role: str
) -> None:
    """And the same whether the athlete lets the league learn or never did."""
    as_medical(browser, consent) if role == "medical" else browser.sign_in()
    before, rest = proposal(browser, WELL), proposal(browser, TIRED)
    for athlete in (WELL, TIRED):
        keep_head(vault, athlete, low(source))

    lower = proposal(browser, WELL)

    assert before == {}  # the plan stands
    (planned,) = re.findall(r"([\d,]+) AU", lower["Plan"])
    (proposed,) = re.findall(r"at most ([\d,]+) AU", lower["Proposal"])
    assert float(proposed) == float(int(0.9 * float(planned)))
    assert lower["Because"] == "Tomorrow’s readiness answer will probably be below usual: one step less."
    assert lower["Would change if"] == "Were tomorrow expected as usual, the plan would stand."
    assert proposal(browser, TIRED) == rest  # evidence asks for rest already: nothing goes further
    board = " ".join(re.sub(r"<.*?>", " ", browser.http.get("/board").text).split())
    assert f"volume 10 % lower, at most {proposed} AU" in board


def test_the_own_mean_changes_no_proposal(browser: StaffBrowser, vault: Vault) -> None:
    browser.sign_in()
    before = browser.http.get(f"/athletes/{WELL}").text

    keep_head(vault, WELL, replace(low(ModelSource.OWN_MEAN), within_third=0.0))

    assert proposal(browser, WELL) == {}
    assert "No change is proposed" in before


def test_a_proposal_lowered_by_an_expectation_is_decided_like_any_other(browser: StaffBrowser, vault: Vault) -> None:
    keep_head(vault, WELL, low(ModelSource.LEAGUE))
    browser.sign_in()
    page = browser.http.get(f"/athletes/{WELL}").text
    form = dict(re.findall(r'name="(csrf|proposal)" value="([^"]*)"', page))

    answer = browser.http.post(f"/athletes/{WELL}/decide", data={**form, "answer": "accept"})

    assert "Tomorrow’s readiness answer will probably be below usual" in page
    assert answer.headers["location"] == f"/athletes/{WELL}/decided"
