"""The request page's figures and chart: the recipient's side comes from the exact bytes, the own side from the node."""

import json
import math
from collections.abc import Callable

import pytest

from consent.releases.values import ReleaseView
from consent.web.requests.page import bands_of, interval_chart, left_out, measures_of, parts_of, sources_of
from policies.release import OwnView
from policies.vocabulary import Lineage

Release = Callable[..., ReleaseView]


def test_figures_of_both_views(release: Release) -> None:
    bands = bands_of(release())

    assert bands.own_text == "81 (75–84)"
    assert bands.band_text == "80–85 (70–85)"


def test_the_band_shown_is_the_band_in_the_bytes(release: Release) -> None:
    made = release(band="45-50", band_range="35-60")

    content = json.loads(made.exact_bytes)
    assert bands_of(made).band_text == "45–50 (35–60)"
    assert content["index_band_5pt"] == "45-50"
    assert content["interval_rounded_outward"] == "35-60"


def test_parts_are_scaled_to_what_is_present(release: Release) -> None:
    whole = parts_of(release().own_view)
    without_load = parts_of(OwnView(median=80, low=70, high=90, availability=89, history=54))

    assert [(p.name, p.share) for p in whole] == [
        ("Availability", 55),
        ("Handling your heavier weeks", 25),
        ("Injuries older than 12 months", 20),
    ]
    assert [p.share for p in without_load] == [73, 27]
    assert sum(p.share for p in without_load) == 100


@pytest.mark.parametrize("load", [None, 81])
@pytest.mark.parametrize("history", [None, 54])
def test_what_the_number_sums_up_names_each_part_that_is_in_it(load: int | None, history: int | None) -> None:
    own = OwnView(median=80.5, low=74.9, high=84.2, availability=89, load_tolerance=load, history=history)

    said, parts = measures_of(own), [part.name for part in parts_of(own)]

    assert "how available you were" in said
    assert ("heavier weeks" in said) == ("Handling your heavier weeks" in parts)
    assert ("up to three years" in said) == ("Injuries older than 12 months" in parts)


def test_a_source_that_is_in_it_is_never_called_absent() -> None:
    clean = left_out((Lineage.CLUB_RECORD,))
    worn = left_out((Lineage.CLUB_RECORD, Lineage.WEARABLE))

    assert "Anything from a wearable device" in clean
    assert "Anything from a wearable device" not in worn
    assert "a wearable device" in sources_of((Lineage.CLUB_RECORD, Lineage.WEARABLE))


@pytest.mark.parametrize(
    ("own", "band", "band_range"),
    [
        ({"median": 80.5, "low": 74.9, "high": 84.2, "availability": 89}, "80-85", "70-85"),
        ({"median": 30, "low": 5, "high": 60, "availability": 20}, "30-35", "5-60"),
        ({"median": 97, "low": 41, "high": 99, "availability": 99}, "95-100", "40-100"),
    ],
)
def test_the_chart_may_stand_in_a_page_and_has_a_table_twin(
    release: Release, own: dict[str, float], band: str, band_range: str
) -> None:
    chart = interval_chart(release(band=band, band_range=band_range, own_view=OwnView.model_validate(own)))

    for svg in (chart.wide, chart.narrow):
        assert svg.startswith("<svg")
        assert "style=" not in svg
        assert band.replace("-", "–") in svg
    assert len(chart.rows) == 2
    assert all(len(row) == len(chart.columns) for row in chart.rows)
    assert str(math.floor(own["median"] + 0.5)) in chart.label
