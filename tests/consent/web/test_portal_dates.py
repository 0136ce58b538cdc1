"""The ends that a form may hold."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from consent.web.dates import end_of_day, latest_end, proposed_end
from policies.grant import LONGEST_GRANT


@given(st.integers(0, 70 * 365 * 86_400))
def test_every_end_that_the_form_offers_fits_into_a_grant(seconds: int) -> None:
    now = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)

    for day in (proposed_end(now.date()), latest_end(now.date())):
        assert timedelta(0) < end_of_day(day) - now <= LONGEST_GRANT


def test_the_end_of_the_season_is_proposed_while_it_is_far_enough() -> None:
    assert proposed_end(date(2026, 11, 24)) == date(2027, 6, 30)
    assert proposed_end(date(2027, 6, 15)) == date(2028, 6, 14)
    assert proposed_end(date(2027, 7, 1)) == date(2028, 6, 30)
