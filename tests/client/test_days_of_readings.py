"""What is said to make a day's values makes them: the table of it alone is the table."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from client.features.daily import build
from client.features.days.days_of_readings import DaysOfReadings
from client.vault.codec import natural_key
from tests.client.metrics.test_random_worlds import OWN, world


@given(st.integers(0, 2**32), st.sampled_from([(), ("alpha",), ("beta", "alpha")]))
def test_the_table_of_what_is_chosen_is_the_table(seed: int, order: tuple[str, ...]) -> None:
    held = {natural_key(one): one for one in world(np.random.default_rng(seed))}  # as a vault holds them
    readings = sorted(held.values(), key=lambda one: (one.start, one.end))

    chosen = [one for made in DaysOfReadings(readings, order).chosen.values() for one in made]

    whole, again = (build(made, source_priority=order, own=OWN) for made in (readings, chosen))
    assert set(again.columns) == set(whole.columns)
    again = again.between(whole.dates[0], whole.dates[-1]) if whole.dates else again
    for name, column in whole.columns.items():
        if not name.endswith("_instrument"):
            assert np.array_equal(again.column(name), column, equal_nan=True), name
