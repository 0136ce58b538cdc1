"""The small sibling of the drill `one_caller`: a flood of the largest calls, and every withdrawal is carried out."""

from pathlib import Path

from tests.drills.one_caller import CATEGORIES, Union, attack


def test_every_withdrawal_is_carried_out_while_one_club_sends_all_that_it_may(tmp_path: Path) -> None:
    union = Union.make(tmp_path / "union", athletes=2, is_limited=True)

    result = attack(union, connections=6, items=120)

    assert len(result.withdrawals_s) == 2 * len(CATEGORIES)
    assert set(result.calls) <= {"200", "429"}
    assert result.calls["200"] > 0
