"""Three seconds of the drill `soak`: signed requests at a rate, people at the portal, and memory that is let go."""

from pathlib import Path

from tests.drills.one_caller import CATEGORIES, Union
from tests.drills.soak import MOST_GROWTH_MB, soak


def test_a_service_under_load_answers_everything_and_its_memory_stays(tmp_path: Path) -> None:
    union = Union.make(tmp_path / "union", athletes=3, is_limited=False, checkpoint_every_s=1)

    result = soak(union, rate=30, lasts_s=3.0, seed=7)

    assert set(result.answers) == {"200"}
    assert sum(result.answers.values()) == 91
    assert 1 <= len(result.stops_s) == len(result.pages_s) <= 3 * len(CATEGORIES)
    assert result.memory_mb
    assert result.growth_mb < MOST_GROWTH_MB
    assert f"at most {MOST_GROWTH_MB:.0f}" in result.line
