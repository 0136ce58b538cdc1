"""Metrics and readiness on a listener of their own, and what they may hold."""

from collections.abc import Callable

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from chassis.errors import CannotServe
from chassis.operations.exposition import exposed
from chassis.operations.figures import OTHER, EventCounter, OperatorMetric, ProgramFigures, refused_counter, rounded
from chassis.operations.health import NotReady, ProgramHealth
from chassis.operations.operator_listener import build_operator_app, operator_listeners
from chassis.web.serving import listen, serving

READY = ProgramHealth(lambda: False, lambda: None)
PAGES = OperatorMetric("homefield_planted", "Planted.", "kind", ("a", "b"))


def samples(figures: ProgramFigures) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    families = text_string_to_metric_families(exposed(figures).decode())
    return {(one.name, tuple(sorted(one.labels.items()))): one.value for part in families for one in part.samples}


def fail() -> float:
    raise RuntimeError("the log is closed")


def test_counts_times_and_readings_are_exposed_and_nothing_of_the_process() -> None:
    figures = ProgramFigures()
    figures.counting(PAGES).add("a", by=3)
    times = figures.timing(OperatorMetric("homefield_took_seconds", "Took."))
    times.add(0.1)
    times.add(1_000.0)
    figures.reading(OperatorMetric("homefield_size", "Size."), lambda: 41)

    found = samples(figures)

    assert found[("homefield_planted_total", (("kind", "a"),))] == 3
    assert found[("homefield_planted_total", (("kind", "b"),))] == 0
    assert found[("homefield_took_seconds_bucket", (("le", "0.1"),))] == 1
    assert found[("homefield_took_seconds_bucket", (("le", "+Inf"),))] == 2
    assert found[("homefield_took_seconds_sum", ())] == pytest.approx(1_000.1)
    assert found[("homefield_size", ())] == 41
    assert {name.split("_")[0] for name, _ in found} == {"homefield"}


def test_a_reading_that_fails_or_is_not_there_costs_no_other_figure() -> None:
    figures = ProgramFigures()
    figures.reading(OperatorMetric("homefield_broken", "Broken."), fail)
    figures.reading(OperatorMetric("homefield_absent", "Absent."), lambda: None)
    figures.reading(OperatorMetric("homefield_size", "Size."), lambda: 41)

    assert samples(figures) == {("homefield_size", ()): 41.0}


def test_a_labels_value_that_is_not_declared_never_stands_in_an_answer() -> None:
    figures = ProgramFigures()
    counter = figures.counting(PAGES)
    for number in range(1000):
        counter.add(f"ath-{number:016x}")

    assert len(counter.counts()) == 3
    assert counter.counts()[OTHER] == 1000
    assert "ath-" not in exposed(figures).decode()


def test_answers_below_400_are_no_refusals() -> None:
    figures = ProgramFigures()
    count = refused_counter(figures)
    for status in (200, 303, 401, 401, 418, 503):
        count(status)

    (counter,) = figures.counters
    assert {value: number for value, number in counter.counts().items() if number} == {"401": 2, "503": 1, OTHER: 1}


@pytest.mark.parametrize(
    ("total", "told"), [(0.0, 0.0), (0.0121, 0.01), (0.0149, 0.01), (12.4, 10.0), (15.9, 20.0), (149.0, 100.0)]
)
def test_a_total_is_told_to_one_digit(total: float, told: float) -> None:
    assert rounded(total) == pytest.approx(told)


@pytest.mark.parametrize(
    ("find", "status", "reason"), [(lambda: None, 200, None), (lambda: NotReady.LOG, 503, "log"), (fail, 503, "fault")]
)
def test_readiness_is_200_or_503_with_a_code(
    find: Callable[[], NotReady | None], status: int, reason: str | None
) -> None:
    http = TestClient(build_operator_app(ProgramFigures(), ProgramHealth(lambda: False, find)))

    answer = http.get("/ready")

    assert (answer.status_code, answer.json()) == (status, {"ready": reason is None, "reason": reason})


@pytest.mark.parametrize(("is_late", "told"), [(lambda: False, "ok"), (lambda: True, "late"), (fail, "late")])
def test_the_public_answer_is_ok_or_late_and_nothing_more(is_late: Callable[[], bool], told: str) -> None:
    assert ProgramHealth(is_late, lambda: None).public() == {"status": told}


def test_nothing_listens_without_a_port_and_a_taken_port_is_one_sentence() -> None:
    taken = listen(FastAPI(), host="127.0.0.1", port=0)
    try:
        assert operator_listeners(ProgramFigures(), READY, host="127.0.0.1", port=None) == []
        with pytest.raises(CannotServe, match=rf"port {taken.port} of 127\.0\.0\.1 cannot be used"):
            operator_listeners(ProgramFigures(), READY, host="127.0.0.1", port=taken.port)
    finally:
        taken.bound.close()


def test_on_loopback_no_web_site_reads_it_under_a_name_of_its_own() -> None:
    listeners = operator_listeners(ProgramFigures(), READY, host="127.0.0.1", port=0)
    with serving(listeners), httpx.Client(trust_env=False) as http:
        address = f"http://127.0.0.1:{listeners[0].port}"
        answers = [http.get(f"{address}{path}") for path in ("/metrics", "/ready", "/", "/docs", "/health")]
        rebound = http.get(f"{address}/metrics", headers={"Host": "evil.example"})

    assert [answer.status_code for answer in answers] == [200, 200, 404, 404, 404]
    assert answers[0].headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert rebound.status_code == 400


def test_counting_is_safe_for_threads() -> None:
    import threading

    counter = EventCounter(PAGES)
    threads = [threading.Thread(target=lambda: [counter.add("a") for _ in range(1000)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert counter.counts()["a"] == 8000
