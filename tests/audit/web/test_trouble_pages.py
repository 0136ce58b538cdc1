"""What the pages say when the log cannot be shown: which check failed, what to do, and the evidence."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient

import audit.app
from audit.app import build_app
from audit.errors import SourceUnavailable
from audit.tlog.trust_policy import TrustPolicy
from audit.verification.sources import DirectorySource
from audit.web.verified import watch
from tests.waiting import HANG_S

Open = Callable[..., TestClient]
NOVEMBER = "/report?from=2026-11-01&to=2026-11-30"
SHOWN = (
    "/",
    "/entries/0",
    "/entries/0/proof",
    "/rules",
    "/ledger",
    NOVEMBER,
    "/export.json",
)


@pytest.mark.parametrize("path", SHOWN)
def test_a_log_that_is_not_whole_is_said_to_be_so_and_nothing_is_shown(auditor: Open, busy_log, path: str) -> None:
    busy_log.damage(0)

    answer = auditor().get(path)

    assert answer.status_code == 503
    assert "<h1>The log is not whole</h1>" in answer.text
    changed = busy_log.file_of(0).relative_to(busy_log.directory)
    assert f"<p>{changed} was changed at entry 1; the entries lead to the signed root.</p>" in answer.text
    assert "The files against each other and against the signed root." in answer.text
    assert "Keep a copy of the log’s files as they are now" in answer.text
    assert "Traceback" not in answer.text
    assert "Quiet heron" not in answer.text


def test_both_checkpoints_are_evidence_of_a_changed_past(auditor: Open, static_log, entry) -> None:
    client = auditor()
    static_log.publish([entry() for _ in range(20)])
    client.get("/")
    kept = (static_log.directory / "checkpoint").read_text("utf-8")
    static_log.leaves[3] = entry().leaf()
    static_log.publish([entry()])
    page = client.get("/").text.replace("&#43;", "+")
    now = (static_log.directory / "checkpoint").read_text("utf-8")
    evidence = client.get("/evidence")

    assert "20 entries, verified 24 November 2026, 06:04 UTC." in page
    assert kept.splitlines()[2] in page
    assert now.splitlines()[2] in page
    assert evidence.json()["checkpoint_now"] == now
    assert evidence.json()["checkpoint_kept"] == kept
    assert evidence.json()["reason"]
    assert 'filename="log-evidence.json"' in evidence.headers["content-disposition"]


def test_there_is_no_evidence_against_a_whole_log(auditor: Open, busy_log) -> None:
    client = auditor()
    client.get("/")

    assert client.get("/evidence").status_code == 404


@pytest.mark.parametrize("path", ["/entries/7", "/entries/7/proof", "/entries/7/leaf"])
def test_damage_after_a_first_look_is_found_at_the_entry(auditor: Open, busy_log, path: str) -> None:
    client = auditor()
    assert client.get("/").status_code == 200
    busy_log.damage(0)

    assert client.get(path).status_code == 503
    assert client.get("/").status_code == 503
    assert client.get("/health").json() == {"status": "late"}


def test_too_few_witnesses_are_named_as_such(auditor: Open, static_log, entry, witnesses) -> None:
    static_log.publish([entry()], witnesses=witnesses[:1])
    answer = auditor().get("/")

    assert answer.status_code == 503
    assert "<h1>Too few witnesses have countersigned</h1>" in answer.text
    assert "at least 2 witnesses of the quorum" in answer.text


def test_a_checkpoint_by_somebody_else_is_named_as_such(auditor: Open, busy_log, witnesses) -> None:
    stranger = TrustPolicy.of_keys([type(witnesses[0])("log.example/2026", bytes(32)).vkey])
    page = auditor(stranger).get("/").text

    assert "<h1>The checkpoint is not signed by the log’s key</h1>" in page


def test_a_missing_checkpoint_is_no_empty_log(auditor: Open, busy_log) -> None:
    (busy_log.directory / "checkpoint").unlink()
    answer = auditor().get("/")

    assert answer.status_code == 503
    assert "<h1>The log is not whole</h1>" in answer.text
    assert "found none" in answer.text


def test_a_log_out_of_reach_is_no_verdict(auditor: Open, busy_log, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: object, path: str) -> bytes:
        raise SourceUnavailable("the cable is out")

    client = auditor()
    monkeypatch.setattr("audit.verification.sources.DirectorySource.read", fail)
    answer = client.get("/")

    assert answer.status_code == 503
    assert "We cannot show this page right now" in answer.text
    assert "not whole" not in answer.text


class SlowDirectory(DirectorySource):
    """Files of which the second bundle is held back until the gate opens."""

    gate = threading.Event()
    reached = threading.Event()

    def read(self, path: str) -> bytes | None:
        if path == "tile/entries/001":
            self.reached.set()
            assert self.gate.wait(HANG_S)
        return super().read(path)


def test_a_long_check_shows_how_far_it_is_and_never_blocks(
    static_log, entry, with_witnesses: TrustPolicy, clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    static_log.publish([entry() for _ in range(600)])
    monkeypatch.setattr(audit.app, "open_source", lambda place: SlowDirectory(Path(place)))
    monkeypatch.setattr(watch, "PATIENCE_S", 0.0)
    client = TestClient(build_app(source=str(static_log.directory), policy=with_witnesses, clock=clock))
    client.get("/")
    assert SlowDirectory.reached.wait(HANG_S)

    answer = client.get("/?kind=looks&org=x")

    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "10"
    assert "<h1>The log is being checked</h1>" in answer.text
    assert "<span>256 of 600 entries</span>" in answer.text
    assert '<progress id="check" max="600" value="256">' in answer.text
    assert '<a href="/?kind=looks&amp;org=x">Show the newest state</a>' in answer.text
    assert client.get("/check").status_code == 200
    SlowDirectory.gate.set()


@pytest.mark.parametrize("path", ["/nowhere", "/entries/99999", "/entries/-1", "/entries/x", "/entries/0/nothing"])
def test_unknown_pages_are_404_in_plain_words(auditor: Open, busy_log, path: str) -> None:
    answer = auditor().get(path)

    assert answer.status_code == 404
    assert "There is no such page" in answer.text


def test_pages_need_a_log(tmp_path: Path, with_witnesses: TrustPolicy) -> None:
    with pytest.raises(SourceUnavailable):
        build_app(source=str(tmp_path / "none"), policy=with_witnesses)


def test_an_entry_published_while_a_page_is_made_is_no_alarm(
    auditor: Open, busy_log, entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The writer may remove a narrow tile that a page is about to read, once a wider one stands there."""
    client = auditor()
    client.get("/")
    read, done = DirectorySource.read, []

    def publish_first(self: DirectorySource, path: str) -> bytes | None:
        if path.startswith("tile/entries/") and not done:
            done.append(path)
            (self.directory / path).unlink()
            busy_log.publish([entry()])
        return read(self, path)

    monkeypatch.setattr(DirectorySource, "read", publish_first)

    assert client.get("/entries/7").status_code == 200
    assert done
