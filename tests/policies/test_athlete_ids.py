"""What an athlete's id looks like stands in one place: nodes mint it, and every service asks for that form."""

import re
from pathlib import Path

import pytest

from client.vault.store import new_athlete_id
from policies.vocabulary import is_athlete_id

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("audit", "chassis", "client", "consent", "deploy", "models", "policies", "server")


def test_what_a_node_mints_is_an_id() -> None:
    assert is_athlete_id(new_athlete_id())


@pytest.mark.parametrize(
    "text",
    ["", "Mara", "ath-0123456789ABCDEF", "ath-0123456789abcde", "ath-0123456789abcdef0", "ath-0123456789abcdef\n"],
)
def test_what_may_be_a_name_is_none(text: str) -> None:
    assert not is_athlete_id(text)


def test_its_form_is_written_once() -> None:
    form = re.compile(re.escape("ath-[0-9a-f]{"))
    found = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if form.search(path.read_text(encoding="utf-8"))
    }

    assert found == {"policies/vocabulary.py"}
