"""The index release: the bytes that are shown are the bytes that are hashed, and nothing fits beside them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from policies.release import OfficeIndex, OwnView

FIELDS = {
    "approval_id": "rel-0001",
    "expires_at": "2027-02-24",
    "index_band_5pt": "75-80",
    "interval_rounded_outward": "65-90",
    "limits_text": "A band from availability; no forecast.",
    "version": "durability-1",
    "weights_hash": "0123456789abcdef01234567",
    "window": "2025-11-24 to 2026-11-23",
}


@pytest.mark.parametrize("name", list(FIELDS))
def test_every_field_is_part_of_the_bytes(name: str) -> None:
    other = {"approval_id": "rel-0002", "weights_hash": "f" * 24}.get(name, "70-85")

    changed = OfficeIndex(**{**FIELDS, name: other})

    assert changed.canonical() != OfficeIndex(**FIELDS).canonical()
    assert changed.sha256 != OfficeIndex(**FIELDS).sha256


def test_the_bytes_are_the_same_after_a_journey() -> None:
    original = OfficeIndex(**FIELDS)

    assert OfficeIndex.model_validate_json(original.canonical()).canonical() == original.canonical()


@pytest.mark.parametrize("band", ["", "75", "75–80", "-5-0", "75-101", "075-80", "75-80 ", "75-80\n", "a-b"])
def test_a_band_is_two_whole_numbers_up_to_a_hundred(band: str) -> None:
    with pytest.raises(ValidationError):
        OfficeIndex(**{**FIELDS, "index_band_5pt": band})


@pytest.mark.parametrize("extra", ["score", "athlete", "components", "readiness", "coverage"])
def test_nothing_else_fits_in(extra: str) -> None:
    with pytest.raises(ValidationError):
        OfficeIndex(**FIELDS, **{extra: 1})


@given(st.lists(st.floats(0, 100), min_size=3, max_size=3))
def test_the_own_view_is_ordered(figures: list[float]) -> None:
    low, median, high = sorted(figures)

    assert OwnView(median=median, low=low, high=high, availability=50).median == median
    if low < median:
        with pytest.raises(ValidationError):
            OwnView(median=low, low=median, high=high, availability=50)
