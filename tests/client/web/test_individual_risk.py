"""Individual risk on the club's pages: the medical team where the gate passed, and nobody else in any way."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from client.app import build_app
from client.injury_risk.club_head import KeptClubHead, keep_club_head, kept_club_head, members_of
from client.injury_risk.risk_words import FOR_CARE, NOT_AVAILABLE, NOT_KNOWN
from client.settings import NodeSettings
from client.vault.keys import UnlockKey
from client.vault.store import Vault
from client.web.access import FINER, SHOWN
from client.web.tables import Tables
from models.features import RISK_SCHEMA
from policies.snapshot import ConsentSnapshot
from policies.vocabulary import AthleteId, Category, Purpose, Role
from tests.client.injury_risk.risk_squad import PUBLIC, days_of, passed, with_learning
from tests.client.learning.squad import LEAGUE
from tests.client.web.conftest import HURT, NAMES, NOW, ORIGIN, PRIVATE, TIRED, WELL, FakeConsent, StaffBrowser

LINES = ["Chance", "Own base rate", "On later days here", "Moved most by", "Comes from"]
OTHER_PAGES = ("/board", "/athletes", "/imports", "/model")


@dataclass
class LearningConsent(FakeConsent):
    """Some athletes let the league learn as well."""

    learners: list[AthleteId] = field(default_factory=list)

    def snapshot(self) -> ConsentSnapshot:
        return with_learning(super().snapshot(), self.learners)


@pytest.fixture
def consent(consent: FakeConsent) -> LearningConsent:
    return LearningConsent(consent.granted, clock=consent.clock, learners=[WELL, TIRED])


@pytest.fixture
def settings(settings: NodeSettings) -> NodeSettings:
    return replace(settings, league_key=LEAGUE.verify_key.text)


@pytest.fixture(scope="module")
def with_loads(stocked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the vault with a load, answers and an availability every day; one athlete came back yesterday."""
    copy = tmp_path_factory.mktemp("risk") / "vault.sqlite3"
    shutil.copy(stocked, copy)
    with Vault.open(copy, UnlockKey(b"k" * 32)) as vault:
        for seed, one in enumerate((WELL, TIRED, PRIVATE)):
            vault.add(one, days_of(seed, NOW.date(), days=100, lost=(70,)))
        vault.add(HURT, days_of(9, NOW.date(), days=100, lost=(3,)))
    return copy


@pytest.fixture
def vault(with_loads: Path, tmp_path: Path) -> Iterator[Vault]:
    copy = tmp_path / "with-loads.sqlite3"
    shutil.copy(with_loads, copy)
    with Vault.open(copy, UnlockKey(b"k" * 32)) as opened:
        yield opened


@pytest.fixture
def browser(settings: NodeSettings, consent: LearningConsent, clock: Any, vault: Vault) -> Iterator[StaffBrowser]:
    app = build_app(settings, vault=vault, consent_client=consent, clock=clock, demo=True)
    with TestClient(app, base_url=ORIGIN, headers={"Origin": ORIGIN}, follow_redirects=False) as http:
        yield StaffBrowser(http)


def as_medical(browser: StaffBrowser, consent: LearningConsent) -> None:
    consent.role, consent.purpose = Role.MEDICAL, Purpose.CARE
    browser.sign_in("medical")


def use(settings: NodeSettings, vault: Vault, consent: LearningConsent, *, bias: float = 0.0) -> None:
    """A risk model passed, and the club head is fitted. bias: added to everybody's log-odds."""
    verdict = passed(settings.models, PUBLIC, now=NOW)
    weights = PUBLIC + bias * np.eye(RISK_SCHEMA.dimension)[-1]
    members = members_of(vault, consent.learners)
    keep_club_head(vault, KeptClubHead(NOW.date(), verdict.model_id, weights, 0.05, members))


def panel(browser: StaffBrowser, athlete: str) -> str:
    page = browser.http.get(f"/athletes/{athlete}").text
    (found,) = re.findall(r"<h3>Individual risk</h3>(.*?)</section>", page, re.S)
    return str(found)


def lines(browser: StaffBrowser, athlete: str) -> dict[str, str]:
    return dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", panel(browser, athlete)))


def bare(page: str) -> str:
    """A page without what is new in every answer."""
    return re.sub(r'(name="csrf" value="|nonce-|nonce=")[^"\']*', r"\1", page)


def test_the_medical_team_sees_chance_base_rate_drivers_and_source(
    settings: NodeSettings, browser: StaffBrowser, consent: LearningConsent, vault: Vault
) -> None:
    use(settings, vault, consent)
    as_medical(browser, consent)

    found = lines(browser, WELL)

    assert list(found) == LINES
    assert re.fullmatch(r"about \d+ in 100 such weeks", found["Chance"])
    assert re.fullmatch(r"about \d+ in 100 such weeks", found["Own base rate"])
    assert found["On later days here"] == "93 injuries came for each 100 expected"
    assert re.fullmatch(r"[a-z ]+ \((raises|lowers) it\) and [a-z ]+ \((raises|lowers) it\)", found["Moved most by"])
    assert found["Comes from"] == "The league’s model, fitted to this club’s earlier days"


def test_the_lines_are_the_same_of_everybody(
    settings: NodeSettings, browser: StaffBrowser, consent: LearningConsent, vault: Vault
) -> None:
    """Who lets the league learn, who does not, who may not be predicted, and of whom nothing is known."""
    use(settings, vault, consent)
    as_medical(browser, consent)
    found = {one: lines(browser, one) for one in NAMES if one != PRIVATE}

    assert {tuple(one) for one in found.values()} == {tuple(LINES)}
    assert found[HURT]["Chance"] == NOT_KNOWN
    assert len({one["Comes from"] for one in found.values()}) == 1
    consent.learners.remove(WELL)
    use(settings, vault, consent)
    assert lines(browser, WELL) == found[WELL]  # a head of the same weights: having stopped shows nowhere


def test_from_a_withdrawal_on_nothing_of_a_head_with_them_in_it_is_used(
    settings: NodeSettings, browser: StaffBrowser, consent: LearningConsent, vault: Vault
) -> None:
    use(settings, vault, consent)
    as_medical(browser, consent)
    assert lines(browser, WELL)["Chance"] != NOT_KNOWN

    consent.learners.remove(TIRED)

    assert {lines(browser, one)["Chance"] for one in (WELL, TIRED)} == {NOT_KNOWN}
    vault.erase(TIRED)
    assert kept_club_head(vault) is None


@pytest.mark.parametrize("missing", [Category.INJURY, Category.WELLNESS, Category.TRAINING_LOAD])
def test_a_withdrawn_category_counts_as_one_that_was_never_recorded(
    settings: NodeSettings,
    browser: StaffBrowser,
    consent: LearningConsent,
    vault: Vault,
    missing: Category,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(settings, vault, consent)
    as_medical(browser, consent)
    every = consent.granted[WELL]
    consent.granted[WELL] = tuple(one for one in every if one is not missing)
    withdrew = lines(browser, WELL)

    consent.granted[WELL] = every
    read = Tables._read
    monkeypatch.setattr(Tables, "_read", lambda self, a, c, unworn: read(self, a, c - {missing}, unworn))
    never = lines(browser, WELL)

    assert list(never) == LINES
    assert withdrew == never
    assert (withdrew["Chance"] == NOT_KNOWN) == (missing is not Category.WELLNESS)


def test_without_a_model_that_passed_the_sentence_stays(
    settings: NodeSettings, browser: StaffBrowser, consent: LearningConsent, vault: Vault
) -> None:
    as_medical(browser, consent)
    assert NOT_AVAILABLE in panel(browser, WELL)
    use(settings, vault, consent)
    assert NOT_AVAILABLE not in panel(browser, WELL)

    (settings.models / f"{RISK_SCHEMA.model}.in-use.json").write_text("")

    assert NOT_AVAILABLE in panel(browser, WELL)


def test_a_head_of_another_model_is_not_used(
    settings: NodeSettings, browser: StaffBrowser, consent: LearningConsent, vault: Vault
) -> None:
    use(settings, vault, consent)
    passed(settings.models, 0.9 * PUBLIC, now=NOW + timedelta(days=1))
    as_medical(browser, consent)

    assert lines(browser, WELL)["Chance"] == NOT_KNOWN


def test_no_coach_sees_anything_of_it_on_any_page(
    settings: NodeSettings, browser: StaffBrowser, consent: LearningConsent, vault: Vault
) -> None:
    """Byte for byte the same page whether nobody, or everybody, is at high risk."""
    passed(settings.models, PUBLIC, now=NOW)
    browser.sign_in()
    paths = [*OTHER_PAGES, *(f"/athletes/{one}" for one in NAMES)]
    without = {path: bare(browser.http.get(path).text) for path in paths}

    for bias in (-6.0, 6.0):
        use(settings, vault, consent, bias=bias)
        for path in paths:
            assert bare(browser.http.get(path).text) == without[path]

    assert FOR_CARE in without[f"/athletes/{WELL}"]
    assert "in 100 such weeks" not in "".join(without.values())


def test_a_coachs_page_of_an_athlete_is_the_same_before_and_after_a_model_passed(
    settings: NodeSettings, browser: StaffBrowser, consent: LearningConsent, vault: Vault
) -> None:
    browser.sign_in()
    before = {one: bare(browser.http.get(f"/athletes/{one}").text) for one in NAMES}

    use(settings, vault, consent, bias=3.0)

    assert {one: bare(browser.http.get(f"/athletes/{one}").text) for one in NAMES} == before


def test_no_list_shows_it_to_the_medical_team_either(
    settings: NodeSettings, browser: StaffBrowser, consent: LearningConsent, vault: Vault
) -> None:
    """There is no place where athletes stand in an order of risk."""
    as_medical(browser, consent)
    use(settings, vault, consent, bias=-6.0)
    low = {path: bare(browser.http.get(path).text) for path in OTHER_PAGES}

    use(settings, vault, consent, bias=6.0)

    assert {path: bare(browser.http.get(path).text) for path in OTHER_PAGES} == low


def test_no_proposal_depends_on_it(
    settings: NodeSettings, browser: StaffBrowser, consent: LearningConsent, vault: Vault
) -> None:
    as_medical(browser, consent)
    today = re.compile(r"<h2 id=\"d\">(.*?)</section>", re.S)

    def proposals() -> list[str]:
        pages = [bare(browser.http.get(f"/athletes/{one}").text) for one in (WELL, TIRED)]
        return [found for page in pages for found in today.findall(page)]

    before = proposals()
    use(settings, vault, consent, bias=6.0)

    assert len(before) == 2
    assert proposals() == before


@pytest.mark.parametrize("role", [Role.COACH, Role.MEDICAL])
def test_a_look_leaves_the_same_questions_and_events_whether_risk_is_shown_or_not(
    settings: NodeSettings, browser: StaffBrowser, consent: LearningConsent, vault: Vault, role: Role
) -> None:
    as_medical(browser, consent) if role is Role.MEDICAL else browser.sign_in()
    asked = [*SHOWN.items(), *FINER.get(role, {}).items()]
    for bias in (None, -6.0, 6.0):
        if bias is not None:
            use(settings, vault, consent, bias=bias)
        for one in (WELL, HURT, PRIVATE):
            consent.asked.clear()
            consent.events.clear()

            browser.http.get(f"/athletes/{one}")

            assert [(q.category, q.granularity) for _, _, questions in consent.asked for q in questions] == asked
            assert len(consent.asked) == 1
            assert consent.events == []
