"""The log's public files over HTTP: types, caching, and nothing else of the disk."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from audit.entries.events import Entry
from audit.tlog import tiles
from audit.web.log_files import mount_log
from audit.writer.log import Log


@pytest.fixture
def client(open_log: Callable[..., Log], new_entry: Callable[..., Entry], tmp_path: Path) -> Iterator[TestClient]:
    with open_log() as log:
        for count in (100, 200):
            log.append_many([new_entry().leaf() for _ in range(count)])
            log.publish()
    (tmp_path / "log" / "secret").write_text("not for reading")
    app = FastAPI()
    mount_log(app, tmp_path / "log")
    with TestClient(app) as client:
        yield client


def test_the_checkpoint_is_text_and_hardly_cached(client: TestClient, tmp_path: Path) -> None:
    answer = client.get("/log/checkpoint")

    assert answer.content == (tmp_path / "log" / "checkpoint").read_bytes()
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=5"


def test_every_tile_is_served_as_immutable_bytes(client: TestClient, tmp_path: Path) -> None:
    for tile in tiles.tiles_of(300):
        answer = client.get(f"/log/{tile.path}")
        assert answer.content == (tmp_path / "log" / tile.path).read_bytes()
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_an_outgrown_partial_tile_is_cut_from_the_full_one(client: TestClient) -> None:
    hashes = client.get("/log/tile/0/000.p/100").content
    bundle = client.get("/log/tile/entries/000.p/100").content

    assert hashes == client.get("/log/tile/0/000").content[: 100 * 32]
    assert tiles.decode_bundle(bundle, 100)
    assert client.get("/log/tile/entries/000").content.startswith(bundle)


def test_bundles_are_compressed_for_those_who_take_it(client: TestClient, tmp_path: Path) -> None:
    stored = (tmp_path / "log" / "tile" / "entries" / "000").read_bytes()

    for accepted, encoding in (("gzip", "gzip"), ("br, gzip;q=0.5", "gzip"), ("identity", None), ("gzip;q=0", None)):
        answer = client.get("/log/tile/entries/000", headers={"Accept-Encoding": accepted})
        assert answer.headers.get("content-encoding") == encoding
        assert answer.headers["vary"] == "Accept-Encoding"
        assert answer.content == stored
        assert (int(answer.headers["content-length"]) < 0.6 * len(stored)) is (encoding == "gzip")


@pytest.mark.parametrize(
    "path",
    [
        "/log/tile/0/001",
        "/log/tile/0/001.p/45",
        "/log/tile/9/000",
        "/log/tile/0/000.p/256",
        "/log/tile/0/0",
        "/log/tile/",
        "/log/secret",
        "/log/tile/../secret",
        "/log/tile/%2e%2e/secret",
        "/log/tile/..%2fsecret",
        "/log/tile/0/..%2f..%2f..%2fsecret",
        "/log/tile//etc/passwd",
        "/log/tile/0/000%00",
        "/log/../log.state/lock",
        "/log/%2e%2e/log.state/lock",
        "/log/.state",
    ],
)
def test_nothing_else_can_be_reached(client: TestClient, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 404
    assert b"not for reading" not in answer.content


def test_head_answers_like_get_and_writing_is_refused(client: TestClient) -> None:
    assert client.head("/log/checkpoint").status_code == 200
    assert client.head("/log/tile/0/000").headers["content-length"] == "8192"
    assert client.post("/log/checkpoint").status_code == 405
    assert client.put("/log/tile/0/000", content=b"x").status_code == 405


def test_an_unreadable_log_is_503_and_a_missing_one_404(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = FastAPI()
    mount_log(app, tmp_path / "none", prefix="/elsewhere")
    client = TestClient(app)
    assert client.get("/elsewhere/checkpoint").status_code == 404

    def fail(self: Path) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, "read_bytes", fail)
    assert client.get("/elsewhere/checkpoint").status_code == 503
    assert client.get("/elsewhere/tile/0/000").status_code == 503
