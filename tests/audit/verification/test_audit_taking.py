"""homefield-audit explain, prove and export: what a person takes away from a log, and checks without it."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from audit.entries import commitments
from audit.entries.commitments import KeyedOpening
from audit.entries.events import parse_leaf
from audit.entries.export_rows import csv_row
from audit.tlog import merkle
from audit.tlog.canonical_base64 import decode_base64
from audit.tlog.checkpoint import parse_body
from audit.tlog.note import split_note
from audit.tlog.note_keys import Signer
from audit.tlog.tlog_proof import parse_proof
from audit.verification.athlete_export import AthleteExport, own_entry, write_export
from audit.writer.log import Log
from tests.audit.opened_entry import DETAILS, ENTRY_KEY, TAG_KEY

Run = Callable[..., tuple[int, str, str]]


def test_a_log_of_another_format_is_shown_and_explained_as_such(
    run: Run, open_log: Callable[..., Log], signer: Signer, tmp_path: Path
) -> None:
    with open_log() as log:
        log.append_many([b"something else"])
        log.publish()
    place = (tmp_path / "log", "--vkey", signer.vkey)

    assert "cannot be explained here" in run("verify", *place)[1]
    assert "cannot be listed here" in run("show", *place)[1]
    assert "not in Homefield's format" in run("explain", place[0], 0, *place[1:])[1]
    assert run("export", *place, "-o", tmp_path / "out")[0] == 1
    assert not (tmp_path / "out").exists()


def test_explain_says_what_is_public_what_is_sealed_and_what_proves_it(
    run: Run, log: Path, policy: Path, leaf: bytes
) -> None:
    code, out, _ = run("explain", log, 3, "--policy", policy)
    report = json.loads(run("explain", log, 3, "--policy", policy, "--json")[1])

    assert code == 0
    for said in ("Entry 3: Look refused", "Day: 2026-11-24", "(a cover name)", "Sealed: ", "Proven: ", "in 2 steps"):
        assert said in out
    assert decode_base64(report["leaf"]) == leaf
    assert report["entry"]["kind"] == "look_refused"
    assert report["checkpoint"]["size"] == 4


def test_explain_opens_an_entry_for_whoever_holds_its_key(run: Run, log: Path, policy: Path, tmp_path: Path) -> None:
    file = tmp_path / "opening.json"
    file.write_text(json.dumps({"key": ENTRY_KEY.hex(), "details": DETAILS}))

    code, out, _ = run("explain", log, 3, "--policy", policy, "--opening", file)
    file.write_text(json.dumps({"key": ENTRY_KEY.hex(), "details": {**DETAILS, "because": "you said so"}}))
    other, _, err = run("explain", log, 3, "--policy", policy, "--opening", file)

    assert code == 0
    assert "As: front office" in out
    assert "Because: \ufffd[2Jno consent" in out
    assert other == 1
    assert "the commitment is to other details" in err


@pytest.fixture
def bundle(log: Path, leaf: bytes, signer: Signer, policy: Path, run: Run, tmp_path: Path) -> Path:
    """The file of the athlete that the last entry is about."""
    proof = json.loads(run("prove", log, 3, "--policy", policy, "--json")[1])["proof"]
    entry = own_entry(0, leaf, proof, KeyedOpening(ENTRY_KEY, DETAILS))
    checkpoint = (log / "checkpoint").read_bytes()
    path = tmp_path / "mine.json"
    path.write_bytes(write_export(AthleteExport(signer.name, policy.read_text(), TAG_KEY, 1, checkpoint, (entry,))))
    return path


def test_explain_checks_a_whole_data_subject_export(run: Run, log: Path, bundle: Path, policy: Path) -> None:
    code, alone, _ = run("explain", "--bundle", bundle)
    _, whole, _ = run("explain", "--bundle", bundle, log, "--policy", policy)
    report = json.loads(run("explain", log, "--bundle", bundle, "--json")[1])

    assert code == 0
    assert "All 1 entries of the file are right" in alone
    assert "was not checked" in alone
    assert "policy in the file itself" in alone
    assert "All 1 entries are there, none is missing, and the log of 4 entries is whole." in whole
    assert "No. 1  2026-11-24  Look refused" in whole
    assert "policy in the file itself" not in whole
    assert (report["ok"], report["total"], report["proven"], report["is_complete"]) == (True, 1, 1, True)
    assert report["entries"][0]["details"] == DETAILS


def test_explain_finds_an_own_entry_that_the_file_leaves_out(run: Run, log: Path, bundle: Path) -> None:
    file = json.loads(bundle.read_bytes())
    bundle.write_text(json.dumps({**file, "total": 0, "entries": []}))

    assert run("explain", "--bundle", bundle)[0] == 0
    code, out, _ = run("explain", "--bundle", bundle, log, "--json")

    assert code == 1
    assert "were left out" in json.loads(out)["error"]


@pytest.mark.parametrize("way", ["index", "leaf", "tag"])
def test_prove_finds_an_entry_in_three_ways(
    run: Run, log: Path, leaf: bytes, policy: Path, tmp_path: Path, way: str
) -> None:
    (tmp_path / "leaf").write_bytes(leaf)
    words = {
        "index": ["3"],
        "leaf": ["--leaf", str(tmp_path / "leaf")],
        "tag": ["--tag", commitments.tag(TAG_KEY, 0).hex()],
    }

    code, out, _ = run("prove", log, *words[way], "--policy", policy)
    proof = parse_proof(out)

    assert (code, proof.index) == (0, 3)
    checkpoint = parse_body(split_note(proof.checkpoint)[0])
    merkle.verify_inclusion(leaf_hash=merkle.leaf_hash(leaf), index=3, size=4, proof=proof.hashes, root=checkpoint.root)


def test_prove_overwrites_only_when_told_to(run: Run, log: Path, policy: Path, tmp_path: Path) -> None:
    out = tmp_path / "proof"
    assert run("prove", log, 3, "--policy", policy, "-o", out)[0] == 0
    assert run("prove", log, 2, "--policy", policy, "-o", out)[0] == 1
    assert parse_proof(out.read_bytes()).index == 3
    assert run("prove", log, 2, "--policy", policy, "-o", out, "--force")[0] == 0
    assert parse_proof(out.read_bytes()).index == 2


def test_prove_writes_both_files_or_neither(run: Run, log: Path, policy: Path, tmp_path: Path) -> None:
    out, kept = tmp_path / "own.tlog-proof", tmp_path / "own.leaf"
    kept.write_bytes(b"kept")
    place = ("prove", log, 3, "--policy", policy, "-o", out, "--leaf-to")

    is_there = run(*place, kept)
    same = run(*place, out, "--force")

    assert (is_there[0], is_there[2]) == (1, f"homefield-audit: {kept} is there already; --force overwrites it\n")
    assert same[0] == 2
    assert "expected two files" in same[2]
    assert not out.exists()
    assert kept.read_bytes() == b"kept"


def test_an_export_that_cannot_be_written_names_the_file_that_was_asked_for(
    run: Run, log: Path, policy: Path, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()

    for out, reason in (("folder", "is a directory"), ("none/x.csv", "no such file or directory")):
        code, _, err = run("export", log, "--policy", policy, "-o", tmp_path / out, "--force")

        assert (code, err) == (1, f"homefield-audit: cannot write {tmp_path / out}: {reason}\n")


def test_no_hash_of_a_table_looks_like_a_formula(leaf: bytes) -> None:
    sibling = b"\xf8" + bytes(31)  # in base64 it begins with a plus

    row = next(csv.reader([csv_row(3, leaf, [sibling])]))

    assert row[-2:] == [merkle.leaf_hash(leaf).hex(), sibling.hex()]


def test_export_writes_a_table_with_proofs(run: Run, log: Path, policy: Path, tmp_path: Path) -> None:
    out = tmp_path / "looks.csv"
    assert run("export", log, "--policy", policy, "--kind", "looks", "--proofs", "-o", out)[0] == 0

    with out.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))

    assert [row["index"] for row in rows] == ["0", "1", "2", "3"]
    checkpoint = parse_body(split_note((log / "checkpoint").read_bytes())[0])
    for row in rows:
        merkle.verify_inclusion(
            leaf_hash=bytes.fromhex(row["leaf_hash"]),
            index=int(row["index"]),
            size=4,
            proof=[bytes.fromhex(value) for value in row["proof"].split()],
            root=checkpoint.root,
        )


@pytest.mark.parametrize("with_proofs", [True, False])
def test_export_writes_a_document_that_needs_nothing_else(
    run: Run, log: Path, policy: Path, signer: Signer, tmp_path: Path, with_proofs: bool
) -> None:
    out = tmp_path / "looks.json"
    more = ["--proofs"] * with_proofs
    code, said, _ = run(
        "export", log, "--policy", policy, "--from", "2026-11-02", "--format", "json", "-o", out, "--json", *more
    )

    document = json.loads(out.read_text())

    assert code == 0
    told = {"file": str(out), "entries": 3, "of": 4, "with_proofs": with_proofs}
    assert json.loads(said) == {"schema": "homefield-export-1", **told}
    assert document["vkeys"] == [signer.vkey]
    assert document["checkpoint"].encode() == (log / "checkpoint").read_bytes()
    assert [entry["index"] for entry in document["entries"]] == [1, 2, 3]
    for entry in document["entries"]:
        leaf = decode_base64(entry["leaf"])
        assert parse_leaf(leaf).day.isoformat() == entry["day"]
        assert ("proof" in entry) == with_proofs
        assert decode_base64(entry["leaf_hash"]) == merkle.leaf_hash(leaf)


def test_export_leaves_no_file_of_a_log_that_is_not_whole(run: Run, log: Path, policy: Path, tmp_path: Path) -> None:
    (log / "tile" / "0" / "000.p" / "3").write_bytes(bytes(96))
    before = set(tmp_path.iterdir())

    assert run("export", log, "--policy", policy, "-o", tmp_path / "out")[0] == 1
    assert set(tmp_path.iterdir()) == before


def test_export_leaves_no_file_of_entries_that_change_while_they_are_written(
    run: Run, log: Path, policy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from audit.verification import verify

    def then_spoil(*words: object, **options: object) -> object:
        verified = export_verify(*words, **options)
        bundle = log / "tile" / "entries" / "000.p" / "4"
        bundle.write_bytes(bundle.read_bytes().replace(b"2026-11-24", b"2026-11-25"))
        return verified

    export_verify = verify.verify_source
    monkeypatch.setattr(verify, "verify_source", then_spoil)
    before = set(tmp_path.iterdir())

    code, _, err = run("export", log, "--policy", policy, "-o", tmp_path / "out")

    assert (code, set(tmp_path.iterdir())) == (1, before)
    assert "does not hold the entries of its tile" in err
