"""The consent service, killed while a club, a league and athletes are at work: nothing told is lost, nothing twice."""

from pathlib import Path

import pytest

from tests.killed.killed_service import kill_the_service
from tests.scale import seeded


@pytest.mark.slow
def test_a_killed_consent_service_has_all_that_it_acknowledged_once(tmp_path: Path) -> None:
    came = kill_the_service(tmp_path, kills=2, athletes=3, seed=seeded(1), is_watched=False)

    assert came.problems == []
    assert came.kills["consent"] == 2
    told = came.told
    assert min(map(len, (told.enrolled, told.asked, told.stopped, told.campaigns, told.tokens))) > 0
