"""One row of the matrix: what its form offers, and what a filled-in form asks for."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consent.grants.values import MatrixCell
from consent.web.sharing.change_form import offers
from consent.web.sharing.change_request import BadEntry, read_change_request
from consent.web.sharing.page import key_of
from policies.vocabulary import Category, Granularity, Role

Matrix = Callable[..., list[MatrixCell]]
TODAY = date(2026, 11, 24)
SEASON = date(2027, 6, 30)
COACH, MEDICAL, OFFICE = "club-a.coach", "club-a.medical", "club-a.front_office"


def row_of(cells: list[MatrixCell], category: Category) -> list[MatrixCell]:
    return [cell for cell in cells if cell.category is category]


def test_never_cells_are_not_offered_and_nothing_is_preselected(matrix: Matrix) -> None:
    row = row_of(matrix(), Category.SLEEP)

    shown = offers(row, today=TODAY, entered={})

    assert [offer.key for offer in shown] == [MEDICAL, COACH, "gb.national_team", "league.fl_aggregator"]
    assert all([o.value for o in offer.options if o.is_chosen] == ["off"] for offer in shown)
    assert {offer.ends for offer in shown} == {"2027-06-30"}


def test_no_choice_exceeds_the_ceiling(matrix: Matrix) -> None:
    for category in Category:
        row = row_of(matrix(), category)
        ceilings = {key_of(cell.recipient): cell.ceiling for cell in row}
        for offer in offers(row, today=TODAY, entered={}):
            levels = [Granularity.from_word(o.value) for o in offer.options if o.value != "off"]
            assert levels == sorted(levels)
            assert max(levels) == ceilings[offer.key]


def test_the_band_for_the_front_office_opens_by_approval_only(matrix: Matrix) -> None:
    row = row_of(matrix(), Category.DURABILITY)

    assert OFFICE not in [offer.key for offer in offers(row, today=TODAY, entered={})]
    with pytest.raises(BadEntry):
        read_change_request(row, {f"give.{OFFICE}": "band", "ends": "2027-01-01"}, today=TODAY)


def test_a_choice_becomes_one_change_and_says_so(matrix: Matrix) -> None:
    row = row_of(matrix(), Category.SLEEP)

    wanted = read_change_request(row, {f"give.{COACH}": "daily", "ends": "2027-06-30"}, today=TODAY)

    (change,) = wanted.changes
    assert (change.cell.recipient.role, change.granularity) == (Role.COACH, Granularity.DAILY)
    assert change.ends is not None
    assert change.ends.isoformat() == "2027-06-30T23:59:59+00:00"
    assert (wanted.lines[0].wanted, wanted.lines[0].now) == ("Daily numbers, until 30 June 2027", "Off")
    assert dict(wanted.fields) == {f"give.{COACH}": "daily", f"ends.{COACH}": "2027-06-30"}


def test_the_check_pages_fields_ask_for_the_same_change(matrix: Matrix) -> None:
    row = row_of(matrix({(Category.SLEEP, Role.MEDICAL): (Granularity.RAW, SEASON)}), Category.SLEEP)
    entered = {f"give.{COACH}": "daily", f"give.{MEDICAL}": "off", "ends": "2027-01-31"}

    wanted = read_change_request(row, entered, today=TODAY)

    assert read_change_request(row, dict(wanted.fields), today=TODAY) == wanted


def test_what_stays_as_it_is_is_no_change(matrix: Matrix) -> None:
    live = {(Category.SLEEP, Role.COACH): (Granularity.DAILY, SEASON)}
    row = row_of(matrix(live), Category.SLEEP)
    as_it_is = {f"give.{COACH}": "daily", f"ends.{COACH}": "2027-06-30", f"give.{MEDICAL}": "off"}

    with pytest.raises(BadEntry, match="expected") as caught:
        read_change_request(row, as_it_is, today=TODAY)

    assert "Nothing would change" in caught.value.problems[0].text


def test_another_recipients_end_stays_when_one_changes(matrix: Matrix) -> None:
    live = {(Category.SLEEP, Role.COACH): (Granularity.DAILY, SEASON)}
    row = row_of(matrix(live), Category.SLEEP)
    entered = {offer.field: "off" for offer in offers(row, today=TODAY, entered={})}
    entered |= {f"give.{COACH}": "daily", f"ends.{COACH}": "2027-06-30"}
    entered |= {f"give.{MEDICAL}": "raw", f"ends.{MEDICAL}": "2027-01-31"}

    wanted = read_change_request(row, entered, today=TODAY)

    assert [change.cell.recipient.role for change in wanted.changes] == [Role.MEDICAL]


@pytest.mark.parametrize(
    ("end", "text"),
    [
        ("2028-11-24", "“24 November 2028” is later than 24 November 2027."),
        ("2026-11-24", "“24 November 2026” is not later than today."),
        ("30.6.2027", "“30.6.2027” is not a date. Choose an end date up to 24 November 2027."),
        ("", "Choose an end date up to 24 November 2027."),
    ],
)
def test_a_wrong_end_says_what_was_expected_and_what_came(matrix: Matrix, end: str, text: str) -> None:
    row = row_of(matrix(), Category.SLEEP)

    with pytest.raises(BadEntry) as caught:
        read_change_request(row, {f"give.{COACH}": "daily", f"ends.{COACH}": end}, today=TODAY)

    assert [(p.field, p.text) for p in caught.value.problems] == [(f"ends.{COACH}", text)]


def test_every_problem_comes_at_once_and_the_form_keeps_what_was_entered(matrix: Matrix) -> None:
    row = row_of(matrix(), Category.SLEEP)
    entered = {f"give.{COACH}": "raw", f"give.{MEDICAL}": "daily", f"ends.{MEDICAL}": "2030-01-01"}

    with pytest.raises(BadEntry) as caught:
        read_change_request(row, entered, today=TODAY)
    shown = {o.key: o for o in offers(row, today=TODAY, entered=entered, problems=caught.value.problems)}

    assert {p.field for p in caught.value.problems} == {f"give.{COACH}", f"ends.{MEDICAL}"}
    assert shown[MEDICAL].ends == "2030-01-01"
    assert [o.value for o in shown[MEDICAL].options if o.is_chosen] == ["daily"]
    assert shown[COACH].problems
    assert not shown["gb.national_team"].problems


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    category=st.sampled_from([c for c in Category if c.is_personal]),
    names=st.dictionaries(
        st.sampled_from(
            [f"give.{k}" for k in (COACH, MEDICAL, OFFICE, "gb.national_team", "league.fl_aggregator", "club-b.coach")]
        ),
        st.sampled_from(["off", "none", "cohort", "band", "index", "daily", "raw", "RAW", "", "everything"]),
    ),
)
def test_no_form_asks_for_more_than_the_rules_would_honour(
    matrix: Matrix, category: Category, names: dict[str, str]
) -> None:
    row = row_of(matrix(), category)
    limits = {cell.cell: cell for cell in row}

    try:
        changes = read_change_request(row, names | {"ends": "2027-01-31"}, today=TODAY).changes
    except BadEntry:
        changes = ()

    for change in changes:
        cell = limits[change.cell]
        assert cell.never_rule is None
        assert not cell.by_release
        assert Granularity.NONE < change.granularity <= cell.ceiling
