"""The front-office version: five-point band, outward rounding, nothing else, and nothing at all when it may not be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.durability.index import ATHLETE_WEIGHTS, OFFICE_WEIGHTS, Component, DurabilityInputs, Share, durability
from models.durability.released_index import band, lineage, office_index, own_view
from models.errors import NotEnoughData
from policies.release import OfficeIndex
from policies.vocabulary import Lineage

CASE_2 = DurabilityInputs(365, (14, 32, 8), Share(18, 22), Share(12, 18), ((45, 500), (20, 800)))
KEYS = {"approval_id": "rel-test-1", "expires_at": "2027-02-28T00:00:00+00:00", "window": "365 d to 2026-11"}


def test_bands_of_the_worked_case() -> None:
    index = office_index(durability(CASE_2), **KEYS, is_minor=False)

    assert (index.index_band_5pt, index.interval_rounded_outward) == ("80-85", "70-85")


LIMITS_OF_VERSIONS = {
    "office-3": (
        "Availability over 12 months and, where known, handling of heavier weeks in them and injuries of up to three "
        "years. No forecast of injury. No sleep, heart, mood, illness or cycle data."
    )
}
"""The signed texts, each with its version: a text that changes is another line here, and another version."""


@given(
    st.one_of(st.none(), st.just(Share(8, 8))),
    st.one_of(st.none(), st.just(()), st.just(((20.0, 700.0),))),
)
def test_the_signed_text_is_its_versions_and_tells_no_part(
    tolerance: Share | None, older: tuple[tuple[float, float], ...] | None
) -> None:
    index = office_index(durability(DurabilityInputs(360, (), tolerance, None, older)), **KEYS, is_minor=False)

    assert index.limits_text == LIMITS_OF_VERSIONS[index.version]


def test_payload_has_these_keys_and_no_other() -> None:
    index = office_index(durability(CASE_2), **KEYS, is_minor=False)

    assert set(index.model_dump()) == {
        "approval_id", "expires_at", "index_band_5pt", "interval_rounded_outward", "limits_text", "version",
        "weights_hash", "window",
    }  # fmt: skip


@given(st.floats(0, 100), st.floats(0, 100))
def test_bands_round_outward_and_are_valid(first: float, second: float) -> None:
    low, high = sorted((first, second))

    text = band(low, high)

    lower, upper = (int(part) for part in text.split("-"))
    assert lower <= low
    assert upper >= high
    assert upper - lower >= 5
    assert lower % 5 == upper % 5 == 0
    OfficeIndex.model_validate(
        {**KEYS, "index_band_5pt": text, "interval_rounded_outward": text, "limits_text": "", "version": "",
         "weights_hash": "0" * 24}
    )  # fmt: skip


@pytest.mark.parametrize(
    ("inputs", "is_minor"),
    [(CASE_2, True), (DurabilityInputs(120, (), Share(8, 8), None, None), False)],
)
def test_minors_and_short_histories_are_not_released(inputs: DurabilityInputs, is_minor: bool) -> None:
    with pytest.raises(NotEnoughData):
        office_index(durability(inputs), **KEYS, is_minor=is_minor)


def test_an_index_with_the_recovery_stream_is_not_released() -> None:
    with pytest.raises(NotEnoughData):
        office_index(durability(CASE_2, ATHLETE_WEIGHTS), **KEYS, is_minor=False)


def test_a_wide_interval_is_not_released() -> None:
    only_few_weeks = durability(DurabilityInputs(180, (60, 60), Share(0, 1)), {Component.LOAD_TOLERANCE: 1.0})
    wide = type(only_few_weeks)(60.0, 40.0, 71.0, {}, OFFICE_WEIGHTS, 365)

    with pytest.raises(NotEnoughData):
        office_index(wide, **KEYS, is_minor=False)


def test_own_view_shows_components_but_never_recovery() -> None:
    view = own_view(durability(CASE_2))

    assert (view.median, view.availability, view.load_tolerance, view.history) == pytest.approx(
        (80.5, 88.8, 81.2, 53.8), abs=0.3
    )
    assert "recovery" not in view.model_dump()


def test_lineage_names_the_sources_and_no_wearable() -> None:
    assert lineage(CASE_2) == (Lineage.CLUB_RECORD, Lineage.SESSION_RPE)
    assert lineage(DurabilityInputs(365)) == (Lineage.CLUB_RECORD,)
