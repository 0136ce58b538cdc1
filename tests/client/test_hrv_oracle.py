"""RMSSD and SDNN where no beat is removed are those of neurokit2: a few recordings of the drill `oracles`."""

import json
from typing import Any

import numpy as np
import pytest

from client.features.hrv import analyse, as_intervals
from tests.drills.oracles import IN_GATE, VALUES, differences, series_of

STORED: dict[str, Any] = json.loads(VALUES.read_text(encoding="utf-8"))


def test_no_figure_differs_where_no_beat_is_removed() -> None:
    series = series_of(1, IN_GATE)

    assert differences(series, STORED["values"]) == []
    assert set(series) == set(STORED["values"])


def test_the_comparison_finds_a_figure_that_differs_and_a_recording_with_a_removed_beat() -> None:
    series = series_of(1, 2)
    first, second = series
    series[second][30] = 1900
    theirs = {name: dict(STORED["values"][name]) for name in series}
    theirs[first]["rmssd"] += 1e-6

    assert differences(series, theirs) == [first, second]


def test_the_series_with_artefacts_is_corrected_by_the_stated_method(golden: dict[str, Any]) -> None:
    """Local median of 20 %, pairs of neighbours only (docs/indices.md §3.1): not the correction of other libraries."""
    numbers = golden["rr_artefact"]
    found = analyse(as_intervals(np.diff(np.array(numbers["bad_peaks_ms"], dtype=float))))

    assert found.rmssd_ms == pytest.approx(40.647, abs=5e-4)
    others = ("neurokit2_0.2.13_single_pass", "neurokit2_0.2.13_iterative")
    assert all(abs((found.rmssd_ms or 0) - numbers[name]["rmssd"]) > 1 for name in others)
