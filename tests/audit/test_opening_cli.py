"""homefield-audit explain and prove with openings of some fields: what is shown is proven, and nothing else is said."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from audit.entries.disclosure import FIELDS, ORG_FIELDS, SecretFields, commit, open_fields
from audit.entries.events import Entry, EventKind
from audit.entries.opening_json import opening_json
from audit.tlog.tlog_proof import parse_proof

Run = Callable[..., tuple[int, str, str]]
VALUES = dict(zip(ORG_FIELDS, ("club-7", "coach", "training", "sleep", "daily", "D07", "granted", None), strict=True))
REST = '{"at":"2026-11-24T08:15:00+00:00","person":"coach.1\\u001b[2J"}'


@pytest.fixture
def opened(tmp_path: Path, write_log: Callable[..., Path], new_entry: Callable[..., Entry]) -> Callable[..., Path]:
    """Return a function that writes an opening of the last entry of a log, with the named fields shown."""
    fields = SecretFields.of_org(VALUES), SecretFields.of_subject(subject="ath-31", rest=REST)
    commitment, digests = commit(*fields)
    entry = new_entry(EventKind.ACCESS, commitment=commitment, day=date(2026, 11, 24))
    write_log([[new_entry(day=date(2026, 11, day)) for day in (1, 2, 3)], [entry]])

    def write(names: tuple[str, ...], **changes: object) -> Path:
        opening = opening_json(open_fields(names, fields, digests=digests, leaf=entry.leaf()))
        (tmp_path / "opening.json").write_text(json.dumps({**opening, **changes}))
        return tmp_path / "opening.json"

    return write


def test_explain_says_what_eight_fields_say_and_no_more(
    run: Run, opened: Callable[..., Path], policy: Path, tmp_path: Path
) -> None:
    words = ("explain", tmp_path / "log", 3, "--policy", policy, "--opening", opened(ORG_FIELDS))
    code, out, _ = run(*words)
    report = json.loads(run(*words, "--json")[1])

    assert code == 0
    assert "Entry 3: Access to an athlete’s data (whether it was granted is sealed)" in out
    assert "Opened: 8 of 10 fields are shown and are what the entry commits to; the others stay sealed." in out
    for said in ("Organisation: club-7", "As: coach", "What: sleep", "Rule: D07", "What came of it: granted"):
        assert f"  {said}\n" in out
    assert "ath-31" not in out
    assert "person" not in json.dumps(report)
    assert report["details"] == {name: value for name, value in VALUES.items() if value is not None}


def test_explain_says_all_of_a_whole_opening(
    run: Run, opened: Callable[..., Path], policy: Path, tmp_path: Path
) -> None:
    code, out, _ = run("explain", tmp_path / "log", 3, "--policy", policy, "--opening", opened(FIELDS))

    assert code == 0
    assert "the commitment is to exactly these details" in out
    assert "About athlete: ath-31" in out
    assert "Who: coach.1\ufffd[2J" in out


def test_prove_finds_the_entry_of_an_opening(
    run: Run, opened: Callable[..., Path], policy: Path, tmp_path: Path
) -> None:
    code, out, _ = run("prove", tmp_path / "log", "--opening", opened(("role",)), "--policy", policy)

    assert code == 0
    assert parse_proof(out).index == 3


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"shown": [{"name": "role", "salt": "00" * 16, "value": "medic"}]}, "role is not what the entry commits to"),
        ({"digests": ["00" * 32] * 10}, "the ten digests are not those"),
        ({"v": 1}, "expected an opening"),
    ],
)
def test_both_refuse_an_opening_that_was_changed(
    run: Run, opened: Callable[..., Path], policy: Path, tmp_path: Path, changes: dict[str, object], error: str
) -> None:
    file = opened(("role",), **changes)

    for words in (("explain", tmp_path / "log", 3), ("prove", tmp_path / "log")):
        code, _, err = run(*words, "--policy", policy, "--opening", file)
        assert code == 1
        assert error in err


def test_explain_refuses_the_opening_of_another_entry(
    run: Run, opened: Callable[..., Path], policy: Path, tmp_path: Path
) -> None:
    code, _, err = run("explain", tmp_path / "log", 2, "--policy", policy, "--opening", opened(("role",)))

    assert code == 1
    assert "the opening is of another entry" in err


def test_prove_wants_an_opening_that_says_of_which_entry_it_is(
    run: Run, log: Path, policy: Path, tmp_path: Path
) -> None:
    file = tmp_path / "keyed.json"
    file.write_text(json.dumps({"key": "00" * 32, "details": {}}))

    code, _, err = run("prove", log, "--opening", file, "--policy", policy)

    assert code == 2
    assert "expected an opening of version 2" in err
