"""A row that names nobody counts among the rows of the file, and never among those of the first athlete in it."""

import json
from datetime import UTC
from itertools import permutations

import pytest

from client.ingest.clock import LocalClock
from client.ingest.input_file import InputFile
from client.ingest.mapping import read_mapping
from client.uploads.contents import contents, read_for
from policies.vocabulary import Role
from tests.client.conftest import NOW

CLOCK = LocalClock(UTC, NOW)
MAPPING = {
    "version": 1,
    "app": "sheet",
    "athlete": "Player",
    "time": {"column": "Date", "format": "date"},
    "streams": [{"column": "RPE", "stream": "session_rpe"}],
}
LONG = f"2026-03-02,{'x' * 5_000},5"
RAGGED = "2026-03-02,5"
ADA, BEA = "2026-03-02,Ada,5", "2026-03-03,Bea,6"
ORDERS = list(permutations([LONG, RAGGED, ADA, BEA]))


@pytest.mark.parametrize("rows", ORDERS, ids=[f"order {number}" for number in range(len(ORDERS))])
def test_the_rows_of_an_athlete_are_those_that_name_them(rows: tuple[str, ...]) -> None:
    file = InputFile("squad.csv", "\n".join(["Date,Player,RPE", *rows, ""]).encode())

    found = contents(read_for(Role.COACH, file, CLOCK, read_mapping(json.dumps(MAPPING).encode())))

    assert found.rows_of == {"Ada": 1, "Bea": 1}
    assert found.kept_of == {"Ada": 1, "Bea": 1}
    assert found.account.rows == 4


def test_the_rows_of_a_file_of_one_athlete_are_all_of_them() -> None:
    file = InputFile("own.csv", b"Date,RPE\n2026-03-02,5\n2026-03-03\n")
    mapping = read_mapping(json.dumps({key: said for key, said in MAPPING.items() if key != "athlete"}).encode())

    assert contents(read_for(Role.COACH, file, CLOCK, mapping)).rows_of == {"": 2}
