"""At a club's size head and calibration do not hurt, and isotonic calibration does (docs/indices.md §10.3)."""

import numpy as np
import pytest

from tests.models.training.club_leagues import CELLS, ClubErrors, club_errors
from tests.scale import sized


@pytest.mark.study
@pytest.mark.slow
def test_head_and_calibration_do_not_hurt_clubs_and_isotonic_calibration_does() -> None:
    found: dict[str, list[ClubErrors]] = {
        cell.words: [club_errors(cell, place) for place in range(sized(3, in_drill=30))] for cell in CELLS
    }

    change = {words: np.mean([one.calibrated - one.league for one in some]) for words, some in found.items()}
    isotonic = np.mean([one.isotonic - one.calibrated for some in found.values() for one in some])
    assert np.mean(list(change.values())) < 0.0
    assert max(change.values()) < 0.5, change  # thousandths of a nat
    assert isotonic > 1.0
