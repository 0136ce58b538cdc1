"""`make bench` measures signed calls; a client that stays is the cheaper one by far."""

from tests.bench.bench_signed_calls import measure


def test_a_client_that_stays_is_several_times_cheaper_than_one_for_each_call() -> None:
    each_ms, kept_ms = measure(calls=9)

    assert each_ms > 3 * kept_ms
