"""`make bench` measures signed calls; a connection that stays open waits for nothing that a new one does not."""

from tests.bench.bench_signed_calls import measure


def test_a_call_over_a_connection_that_stays_is_no_slower_than_one_over_a_new_connection() -> None:
    """Where head and body of an answer leave in two packets and the second waits, it is ten times as slow."""
    each_ms, kept_ms = measure(calls=15)

    assert kept_ms < 3 * each_ms
