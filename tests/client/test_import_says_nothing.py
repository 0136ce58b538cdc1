"""Importing opens no connection, and what it says of a file, whole or broken, holds no name and no position."""

import socket
from pathlib import Path

import pytest

from client.ingest.clock import LocalClock
from client.ingest.importer import Attribution, Importer
from client.ingest.results.file_answer import FileAnswer
from client.vault.store import Vault
from policies.vocabulary import AthleteId
from tests.client.test_reader_fuzz import SEEDS

NAME, NORTH = "Wilhelmina", "59.9138688"
CUTS = (1.0, 0.9, 0.6, 0.3)


def with_canaries(data: bytes) -> bytes:
    """Put a name and a position where such files have them."""
    if data.startswith(b"<"):
        return data.replace(b">", f"><name>{NAME}</name><lat>{NORTH}</lat>".encode(), 1)
    if data[:1] in (b"{", b"["):
        return data.replace(b"{", f'{{"name": "{NAME}", "latitude": {NORTH}, '.encode(), 1)
    return data.replace(b"P1", NAME.encode()).replace(b"P 1", NAME.encode()).replace(b"50.1", NORTH.encode())


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any socket is an error."""

    def refused(*_: object, **__: object) -> None:
        raise AssertionError("an import opened a connection")

    monkeypatch.setattr(socket, "socket", refused)
    monkeypatch.setattr(socket, "create_connection", refused)


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("name", SEEDS)
def test_nothing_is_said_of_a_name_or_a_position(
    tmp_path: Path, vault: Vault, clock: LocalClock, athlete: AthleteId, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    data = with_canaries(SEEDS[name])
    importer, said = Importer(vault, clock, Attribution(athlete)), []

    for number, share in enumerate(CUTS):
        path = tmp_path / f"{number}.bin"
        path.write_bytes(data[: round(len(data) * share)])
        answer = FileAnswer(importer.take(path))
        said += [str(answer.as_json()), answer.why]

    assert not [text for text in (*said, caplog.text) if NAME in text or NORTH in text]
    assert not [one for one in vault.read(athlete) if NAME in repr(one) or NORTH in repr(one)]
