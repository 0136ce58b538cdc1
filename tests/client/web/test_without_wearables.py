"""A node that asks for readiness and load without wearables computes them so, and says it with every question."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient

from client.app import build_app
from client.biometrics.streams import SPECS, Stream
from client.settings import NodeSettings, NodeSettingsFile, load_settings, save_settings
from client.vault.keys import UnlockKey
from client.vault.store import Vault
from client.web.tables import Tables, streams_of
from policies.vocabulary import WITHOUT_WEARABLES, Category, Lineage
from tests.client.web.conftest import ALL, ORIGIN, TIRED, Clock, FakeConsent, StaffBrowser

WORN = {stream.value for stream, spec in SPECS.items() if spec.lineage is Lineage.WEARABLE}


@pytest.fixture
def vault(stocked: Path) -> Iterator[Vault]:
    with Vault.open(stocked, UnlockKey(b"k" * 32)) as opened:
        yield opened


def known(table: object, name: str) -> bool:
    return bool(np.any(~np.isnan(table.column(name))))  # type: ignore[attr-defined]


def test_the_light_is_computed_from_nothing_that_is_worn(vault: Vault) -> None:
    plain, unworn = Tables(vault), Tables(vault, without_wearables=True)
    shared = frozenset(ALL)

    before, after = plain.read_for_light(TIRED, shared), unworn.read_for_light(TIRED, shared)

    assert {name for name in before.columns if name in WORN} >= {"rmssd", "resting_heart_rate"}
    assert {name for name in after.columns if name in WORN} == set()
    assert known(before, "lnrmssd")
    assert not known(after, "lnrmssd")
    assert known(after, "load_au")
    assert known(after, "sleep_h")  # what the athlete answered


def test_heart_and_sleep_which_are_asked_for_as_they_are_stay_as_they_are(vault: Vault) -> None:
    table = Tables(vault, without_wearables=True).read(TIRED, frozenset(ALL))

    assert known(table, "rmssd")


@pytest.mark.parametrize("category", sorted(WITHOUT_WEARABLES))
def test_no_worn_stream_of_these_categories_is_read(category: Category) -> None:
    found = streams_of(frozenset({category}), unworn=WITHOUT_WEARABLES)

    assert found
    assert {SPECS[stream].lineage for stream in found} & {Lineage.WEARABLE} == set()
    assert Stream.DISTANCE not in found


@pytest.mark.parametrize("is_unworn", [False, True])
def test_every_question_of_a_page_says_so(
    settings: NodeSettings, consent: FakeConsent, clock: Clock, vault: Vault, is_unworn: bool
) -> None:
    node = replace(settings, without_wearables=is_unworn)
    app = build_app(node, vault=vault, consent_client=consent, clock=clock, demo=True)
    with TestClient(app, base_url=ORIGIN, headers={"Origin": ORIGIN}, follow_redirects=False) as http:
        StaffBrowser(http).sign_in()

        assert http.get("/board").status_code == 200
        assert http.get(f"/athletes/{TIRED}").status_code == 200

    asked = [question for _, _, questions in consent.asked for question in questions]
    said = {question.category for question in asked if question.without_wearables}
    assert said == (WITHOUT_WEARABLES if is_unworn else set())
    assert {question.category for question in asked} > WITHOUT_WEARABLES


def test_the_setting_is_kept(tmp_path: Path) -> None:
    save_settings(tmp_path, NodeSettingsFile(club="club-a", name="Eastmere FC", without_wearables=True))

    assert load_settings(tmp_path).without_wearables
