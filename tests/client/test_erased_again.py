"""A vault that was copied back by hand loses whoever was erased since, before it serves anybody."""

import shutil
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from client.errors import ConsentUnavailable
from client.vault.erased_again import erasing_again
from client.vault.keys import UnlockKey
from client.vault.store import Vault
from policies.vocabulary import AthleteId
from tests.waiting import HANG_S

GONE, STAYS = AthleteId("ath-0000000000000001"), AthleteId("ath-0000000000000002")
KEY = UnlockKey(bytes(range(32)))


@dataclass
class Service:
    """A consent service that gives these answers in turn; None is no answer."""

    answers: Sequence[frozenset[AthleteId] | None]
    asked: int = 0

    def erased(self) -> frozenset[AthleteId]:
        answer = self.answers[self.asked]
        self.asked += 1
        if answer is None:
            raise ConsentUnavailable("down")
        return answer


@pytest.fixture
def copied_back(tmp_path: Path) -> Path:
    """A vault as it was before one of its two athletes was erased."""
    with Vault.open(tmp_path / "vault", KEY) as vault:
        for number, athlete in enumerate((GONE, STAYS)):
            vault.add_athlete(athlete, "Canary", shirt_no=number)
    shutil.copyfile(tmp_path / "vault", tmp_path / "older")
    with Vault.open(tmp_path / "vault", KEY) as vault:
        vault.erase(GONE)
        assert vault.erased() == {GONE}
    return tmp_path / "older"


def held(vault: Vault) -> list[AthleteId]:
    return [one.athlete for one in vault.athletes()]


def test_the_erased_are_gone_before_anything_is_served(copied_back: Path) -> None:
    with Vault.open(copied_back, KEY) as vault:
        assert held(vault) == [GONE, STAYS]

        with erasing_again(vault, Service([frozenset({GONE})])):
            assert held(vault) == [STAYS]


def test_a_service_that_is_down_is_asked_until_it_answers(copied_back: Path) -> None:
    service = Service([None, None, frozenset({GONE})])
    with Vault.open(copied_back, KEY) as vault:
        with erasing_again(vault, service, every_s=0.0):
            (asking,) = [thread for thread in threading.enumerate() if thread.name == "erased"]
            asking.join(HANG_S)

            assert held(vault) == [STAYS]
        assert service.asked == 3


def test_the_end_of_the_program_waits_for_no_service(copied_back: Path) -> None:
    with Vault.open(copied_back, KEY) as vault, erasing_again(vault, Service([None]), every_s=HANG_S):
        assert held(vault) == [GONE, STAYS]

    assert not [thread for thread in threading.enumerate() if thread.name == "erased"]
