"""Who has asked too often waits, and nobody else does."""

from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.types import Scope

from chassis.http.budgets import AddressBudget, AddressBudgets, Budget, address_of


def test_a_minute_is_spent_by_name_and_what_is_refused_costs_nothing() -> None:
    budget = Budget(10)

    assert [budget.spend("club-a", 4), budget.spend("club-a", 4)] == [0, 0]
    assert 1 <= budget.spend("club-a", 4) <= 60
    assert budget.spend("club-a", 2) == 0
    assert budget.spend("club-b", 10) == 0
    assert budget.spend("club-b") > 0


def test_what_is_dearer_than_a_minute_takes_a_whole_one() -> None:
    budget = Budget(10)

    assert budget.spend("club-a", 1_000) == 0
    assert budget.spend("club-a") > 0


def test_a_caller_of_ipv6_has_one_name_for_a_whole_network() -> None:
    assert address_of("2001:db8::1") == address_of("2001:db8:0:0:ffff::2") != address_of("2001:db8:0:1::1")
    assert address_of("192.0.2.1") != address_of("192.0.2.2")
    assert address_of("testclient") == "testclient"


def test_an_address_that_asks_too_often_is_told_when_to_come_back() -> None:
    app = FastAPI()
    app.get("/{rest}")(lambda rest: rest)

    def is_free(scope: Scope) -> bool:
        return bool(scope["path"] == "/free")

    limited = AddressBudgets(app, AddressBudget(3, is_free))
    here = TestClient(limited, client=("192.0.2.1", 1))
    there = TestClient(limited, client=("192.0.2.2", 1))

    answers = [here.get("/page") for _ in range(5)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert here.get("/free").status_code == there.get("/page").status_code == 200
