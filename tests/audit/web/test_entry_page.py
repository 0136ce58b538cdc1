"""The page of one entry, and every file to take away: proofs verify offline, exports hold proven entries only."""

import base64
import csv
import io
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from audit.entries.events import EventKind, parse_leaf, sentence_of
from audit.entries.kind_labels import KINDS
from audit.tlog import merkle
from audit.tlog.tlog_proof import verify_proof
from audit.tlog.trust_policy import TrustPolicy, parse_policy
from audit.web import auditor_routes
from audit.web.entries import exports

K = EventKind
Open = Callable[..., TestClient]


def test_an_entry_shows_its_proof_up_to_the_signed_root(auditor: Open, busy_log) -> None:
    page = auditor().get("/entries/7").text
    leaf = busy_log.leaves[7]

    assert base64.b64encode(merkle.leaf_hash(leaf)).decode() in page
    assert page.count(base64.b64encode(busy_log.root()).decode()) == 2
    assert parse_leaf(leaf).commitment.hex() in page
    assert parse_leaf(leaf).tag.hex() in page


def test_an_entry_says_what_it_means_and_what_is_sealed(auditor: Open, busy_log) -> None:
    page = auditor().get("/entries/7").text

    assert KINDS[K.LOOK_ALLOWED].meaning in page
    assert KINDS[K.LOOK_ALLOWED].sealed in page
    assert "homefield-audit explain" in page


@pytest.mark.parametrize("version", [1, 2])
def test_what_is_sealed_and_what_an_erasure_leaves_is_said_of_the_version_of_the_entry(
    auditor: Open, static_log, entry, version: int
) -> None:
    static_log.publish([entry(version=version)])
    page = " ".join(auditor().get("/entries/0").text.split())

    assert ("a hash with a key that fits these details" in page) is (version == 1)
    assert ("Whoever holds the key can open the seal" in page) is (version == 1)
    assert ("a hash over ten salted hashes, one of each detail, that fits" in page) is (version == 2)
    assert ("The first eight still open after an erasure" in page) is (version == 2)
    assert "Details stay sealed with each athlete’s own key" not in page


def test_every_kind_of_entry_has_its_page(auditor: Open, static_log, entry) -> None:
    static_log.publish([entry(kind) for kind in K])
    client = auditor()

    for index, kind in enumerate(K):
        page = client.get(f"/entries/{index}").text
        assert f"<h1>{sentence_of(kind)}</h1>" in page
        assert KINDS[kind].meaning in page


def test_an_entry_about_nobody_has_no_mark(auditor: Open, busy_log) -> None:
    assert "None: this entry is about no single athlete" in auditor().get("/entries/0").text


def test_neighbours_are_linked_where_there_are_any(auditor: Open, busy_log) -> None:
    client, last = auditor(), len(busy_log.leaves) - 1

    assert 'href="/entries/1">Entry after' in client.get("/entries/0").text
    assert "Entry before" not in client.get("/entries/0").text
    assert "Entry after" not in client.get(f"/entries/{last}").text


def test_downloads_verify_offline(auditor: Open, busy_log, with_witnesses: TrustPolicy) -> None:
    client = auditor()
    leaf, proof = client.get("/entries/7/leaf"), client.get("/entries/7/proof")

    verify_proof(proof.text, leaf=leaf.content, policy=with_witnesses)
    verify_proof(proof.text, leaf=leaf.content, policy=parse_policy(client.get("/policy").content))
    assert leaf.content == busy_log.leaves[7]
    assert 'filename="entry-7.tlog-proof"' in proof.headers["content-disposition"]
    assert client.get("/checkpoint").content == (busy_log.directory / "checkpoint").read_bytes()


def test_exports_carry_proofs_that_verify(auditor: Open, busy_log, signers) -> None:
    client = auditor()
    document = client.get("/export.json?kind=budget").json()
    rows = list(csv.DictReader(io.StringIO(client.get("/export.csv?kind=budget").text)))

    assert document["vkeys"] == [signer.vkey for signer in signers]
    assert parse_policy(document["policy"].encode()).open(document["checkpoint"].encode()).checkpoint.size
    assert document["is_complete"] is True
    assert len(document["entries"]) == len(rows) == 12
    for found, row in zip(document["entries"], rows, strict=True):
        leaf = merkle.leaf_hash(base64.b64decode(found["leaf"]))
        in_document = [base64.b64decode(step) for step in found["proof"]]
        in_table = [bytes.fromhex(step) for step in row["proof"].split()]
        for proof in (in_document, in_table):
            merkle.verify_inclusion(
                leaf_hash=leaf,
                index=found["index"],
                size=len(busy_log.leaves),
                proof=proof,
                root=busy_log.root(),
            )


def test_an_export_holds_the_newest_entries_up_to_its_limit(
    auditor: Open, busy_log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "MOST_EXPORTED", 5)
    document = auditor().get("/export.json").json()

    assert document["is_complete"] is False
    assert [found["index"] for found in document["entries"]] == [len(busy_log.leaves) - 1 - at for at in range(5)]


def test_an_export_of_a_search_holds_what_the_list_shows(auditor: Open, busy_log) -> None:
    tag = parse_leaf(busy_log.leaves[7]).tag.hex()
    document = auditor().get(f"/export.json?q={tag}").json()

    assert [found["index"] for found in document["entries"]] == [7]
    assert document["is_complete"] is True


def test_an_export_that_ran_out_of_time_says_so(
    auditor: Open, static_log, entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    static_log.publish([entry() for _ in range(600)])
    monkeypatch.setattr(auditor_routes, "EXPORT_LOOKS_FOR_S", 0)

    assert auditor().get("/export.json?q=" + "f" * 16).json()["is_complete"] is False


def test_a_download_breaks_off_where_an_entry_is_not_proven(auditor: Open, busy_log) -> None:
    client = auditor()
    client.get("/")
    busy_log.damage(-1)

    with pytest.raises(RuntimeError, match="response already started"):
        client.get("/export.csv")


def test_a_wrong_filter_exports_nothing(auditor: Open, busy_log) -> None:
    assert auditor().get("/export.csv?from=soon").status_code == 422


def test_a_spreadsheet_runs_nothing(auditor: Open, static_log, entry) -> None:
    static_log.publish([entry(org='=HYPERLINK("http://x")')])

    row = next(csv.DictReader(io.StringIO(auditor().get("/export.csv").text)))

    assert row["organisation"].startswith("'=")
