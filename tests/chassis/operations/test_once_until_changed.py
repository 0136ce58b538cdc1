"""What is tried every few seconds is said once until it changes."""

from chassis.operations.once_until_changed import OnceUntilChanged


def test_a_reason_is_new_once_and_again_after_another_or_after_its_end() -> None:
    said = OnceUntilChanged()

    assert said.is_new("a", "NotApproved")
    assert not said.is_new("a", "NotApproved")
    assert said.is_new("b", "NotApproved")
    assert said.is_new("a", "RoundRefused")
    assert said.is_over("a")
    assert not said.is_over("a")
    assert said.is_new("a", "RoundRefused")


def test_whoever_makes_up_things_fills_no_log() -> None:
    said = OnceUntilChanged(most=3)

    assert sum(said.is_new(str(number), "NotApproved") for number in range(1000)) == 3
    assert said.is_over("0")
    assert said.is_new("again", "NotApproved")
