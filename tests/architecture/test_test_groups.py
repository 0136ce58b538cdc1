"""Tests that share something dear (a running league, a large log) run in one process, as `xdist_group` says."""

import pytest


def test_a_group_is_known_to_the_process_that_hands_out_tests(request: pytest.FixtureRequest) -> None:
    if not getattr(request.config.option, "loadgroup", False):
        pytest.skip("not run with --dist loadgroup")

    names = {item.nodeid.rpartition("@")[2] for item in request.session.items if item.get_closest_marker("xdist_group")}
    marked = {mark.args[0] for item in request.session.items for mark in item.iter_markers("xdist_group")}

    assert names == marked
