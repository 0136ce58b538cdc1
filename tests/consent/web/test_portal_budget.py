"""The privacy budget in words: parts add up, nothing reads as zero that is not, and a cap can only go down."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.ledger.values import BudgetLine, BudgetView
from consent.web.budget.page import RIGHTS, budget_page, lowest_parts, read_cap
from consent.web.sharing.change_request import BadEntry

CAP = 1_172_815


def view_of(spent: int = 150_755, reserved: int = 50_251, cap: int = CAP) -> BudgetView:
    line = BudgetLine("recovery 2026/27", "recovery", "rounds 1 to 8", spent, "used")
    return BudgetView(spent, reserved, cap, 2.5, 8.0, 1e-6, (line,))


def test_the_page_says_what_is_left() -> None:
    page = budget_page(view_of())

    assert "83 of 100 parts are left" in page.lead
    assert page.bar == "13 parts used, 4 set aside, 83 left"
    assert (page.used, page.set_aside) == (12.85, 17.14)
    assert page.rows[-1].parts == "82.9"
    assert ("Lifetime cap", "ε = 8 at δ = 10⁻⁶ (1,172,815 micro-rho)") in page.exact


@given(st.integers(0, CAP), st.integers(0, CAP))
def test_widths_stay_inside_the_bar_and_a_little_is_never_nothing(spent: int, reserved: int) -> None:
    reserved = min(reserved, CAP - spent)

    page = budget_page(view_of(spent, reserved))

    assert 0 <= page.used <= page.set_aside <= 100
    assert (page.rows[0].parts == "0.0") == (spent == 0)
    assert page.bar.startswith("0 parts used") == (spent == 0)
    assert page.bar.endswith(" 0 left") == (spent + reserved == CAP)


@given(st.integers(0, CAP - 1), st.integers(0, CAP), st.integers(0, 120))
def test_a_new_cap_is_lower_and_holds_what_is_taken(spent: int, reserved: int, parts: int) -> None:
    view = view_of(spent, min(reserved, CAP - spent))

    try:
        choice = read_cap(view, str(parts))
    except BadEntry:
        assert not lowest_parts(view) <= parts <= 99
    else:
        assert view.spent_micro_rho + view.reserved_micro_rho <= choice.micro_rho < CAP


@pytest.mark.parametrize("text", ["", "-5", "100", "5.5", "ten", "٣", "99999999999999999999"])
def test_a_wrong_number_of_parts_is_told(text: str) -> None:
    with pytest.raises(BadEntry) as caught:
        read_cap(view_of(), text)

    assert "between 18 and 99" in caught.value.problems[0].text


def test_eight_rights_each_say_where_they_stand() -> None:
    assert len(RIGHTS) == 8
    assert all(right.here.endswith(".") for right in RIGHTS)
    assert all(right.href or "desk" in right.here for right in RIGHTS)


@pytest.mark.parametrize(
    ("campaign", "hint"),
    [
        ("recovery-20261123-1", "campaign of 23 November 2026, rounds 1 to 8"),
        ("recovery-20269999-1", "campaign recovery-20269999-1, rounds 1 to 8"),
        ("2026-B", "campaign 2026-B, rounds 1 to 8"),
    ],
)
def test_a_campaign_is_named_by_what_it_learns_and_its_day(campaign: str, hint: str) -> None:
    line = BudgetLine(campaign, "recovery-linear-1", "rounds 1 to 8", 10, "used")

    row = budget_page(BudgetView(10, 0, CAP, 2.5, 8.0, 1e-6, (line,))).rows[0]

    assert (row.what, row.hint) == ("Recovery model", hint)
