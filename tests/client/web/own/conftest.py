"""Athletes at their own site: a phone that signs in with a one-time code, beside whatever else it holds."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.testclient import TestClient

from client.settings import NodeSettings
from policies.vocabulary import AthleteId
from tests.client.web.own.athlete_codes import new_athlete_code


@dataclass
class Phone:
    """An athlete's browser at the node."""

    http: TestClient
    settings: NodeSettings
    clock: Any

    def sign_in(self, athlete: AthleteId) -> None:
        code = new_athlete_code(self.settings.directory, self.clock, athlete)
        answer = self.http.post("/me/sign-in", data={"code": code})
        assert (answer.status_code, answer.headers["location"]) == (303, "/me")

    def page(self, path: str = "/me") -> str:
        answer = self.http.get(path)
        assert answer.status_code == 200, answer.status_code
        return answer.text

    def send(self, page: str, action: str, **fields: str) -> Any:
        """Fill the form of `page` that goes to `action`, hidden fields kept."""
        form = next(f for f in re.findall(r"<form.*?</form>", page, re.S) if f'action="{action}"' in f)
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
        return self.http.post(action, data=hidden | fields)


@pytest.fixture
def phone(plain: TestClient, settings: NodeSettings, clock: Any) -> Phone:
    """A phone where nobody is signed in."""
    return Phone(plain, settings, clock)


@pytest.fixture
def signed_in(phone: Phone, ids: dict[str, AthleteId]) -> Callable[[str], Phone]:
    """Signs the athlete in of whom this is special."""

    def sign_in(who: str) -> Phone:
        phone.sign_in(ids[who])
        return phone

    return sign_in
