"""Pages, commands and docs say how long a code works; they say what the code does."""

from datetime import timedelta
from pathlib import Path

import pytest

from chassis.sign_in.codes import CODE_LIFE

ROOT = Path(__file__).parents[3]
IN_WORDS = {timedelta(minutes=30): "half an hour"}
PLACES = (
    "chassis/sign_in/codes.py",
    "client/commands/staff.py",
    "client/web/templates/sign_in.html",
    "consent/commands/athletes.py",
    "consent/web/templates/sign_in.html",
    "docs/operate.md",
    "docs/threat-model.md",
    "server/commands/setup.py",
    "server/web/templates/sign_in.html",
)


@pytest.mark.parametrize("place", PLACES)
def test_the_life_of_a_code_is_said_as_it_is(place: str) -> None:
    assert IN_WORDS[CODE_LIFE] in (ROOT / place).read_text(encoding="utf-8")
