"""Every figure that an invented history has is what it was: work on their speed changes none of them.

The digest was taken with an earlier and slower version. Where a figure is meant to change, take it anew and say why.
"""

import hashlib
from datetime import timedelta

from client.biometrics.rest_rule import RestBasis, RestRule
from client.features.past.as_of import tables_as_of
from client.metrics.athlete_metrics import metrics_between
from tests.bench.bench_metrics import START, invented

DAYS = 120
AS_BEFORE = "de39101312661e9f10e1fe3781e4f38380dca9cbbf6cbace6f04d8359f374525"


def test_figures_are_those_of_an_earlier_version() -> None:
    last = (START + timedelta(days=DAYS + 3)).date()
    held = tables_as_of(invented(1, DAYS), rest=RestRule(RestBasis.REPORTED), today=last)

    found = hashlib.sha256()
    for name, days in sorted(metrics_between(held, START.date(), last, key=b"k").items()):
        for one in days if any(one.value is not None for one in days) else ():
            value = None if one.value is None else f"{one.value:.6g}"
            found.update(repr((name, one.day, value, one.valid, one.quality, one.method)).encode())

    assert found.hexdigest() == AS_BEFORE
