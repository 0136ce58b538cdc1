"""Numbers that no device writes are an outcome of their file: no reader fails on them, and no file stops the next."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from client.errors import BadObservation, NotUsed, UnreadableFile
from client.ingest.clock import LocalClock
from client.ingest.format_registry import reader_for
from client.ingest.importer import Attribution, Importer
from client.ingest.input_file import InputFile
from client.ingest.preview import file_reading
from client.ingest.preview.file_reading import read_file
from client.vault.store import Vault
from policies.vocabulary import AthleteId
from tests.client.test_reader_fuzz import CLOCK, SEEDS

NUMBERS = ("1e308", "-1e308", "99999999999999", "-5", "1" * 400)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
GOOD = "effective_time_frame,injuries\n2020-01-06T05:39:54Z,{}\n"


@pytest.mark.parametrize("name", [name for name in SEEDS if not name.startswith("fit")])
def test_each_number_of_a_file_may_be_impossible(name: str) -> None:
    text = SEEDS[name].decode()
    for place in list(_NUMBER.finditer(text))[-40:]:
        for number in NUMBERS:
            changed = text[: place.start()] + number + text[place.end() :]
            file = InputFile("changed", changed.encode())
            try:
                reader_for(file).readings(file, CLOCK, label=None, nobody="")
            except (UnreadableFile, NotUsed):
                continue


def test_a_session_of_impossible_length_is_counted_and_gives_nothing() -> None:
    text = SEEDS["tcx"].decode().replace("<TotalTimeSeconds>60", "<TotalTimeSeconds>1e308")

    _, readings = read_file(InputFile("a.tcx", text.encode()), CLOCK)

    assert [one.observations for one in readings.values()] == [()]
    assert [one.report.details["dropped:range_activity_duration_min"] for one in readings.values()] == [1]


@pytest.mark.parametrize(
    "error", [OverflowError, ZeroDivisionError, BadObservation, ValueError, RecursionError, MemoryError]
)
def test_what_a_reader_did_not_expect_is_an_outcome_of_its_file(
    error: Callable[[str], Exception],
    vault: Vault,
    athlete: AthleteId,
    clock: LocalClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def failing(file: InputFile) -> object:
        if file.name == "a.csv":
            raise error("71.5")
        return reader_for(file)

    monkeypatch.setattr(file_reading, "reader_for", failing)
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    for path in paths:
        path.write_text(GOOD)

    results = Importer(vault, clock, Attribution(athlete)).take_all(paths)

    assert [one.status for one in results] == ["quarantined", "stored"]
    assert "71.5" not in results[0].reason
