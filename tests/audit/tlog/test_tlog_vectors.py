"""The formats of the log against vectors made from the specifications by a program that knows nothing of `audit`."""

import base64
import filecmp
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from audit.errors import MalformedPolicy, MalformedProof, ProofFailed, UnknownSigner
from audit.tlog import cosignature, merkle, tiles
from audit.tlog.checkpoint import parse_body
from audit.tlog.note import open_note
from audit.tlog.note_keys import Verifier
from audit.tlog.tiles import Tile
from audit.tlog.tlog_proof import parse_proof, verify_proof
from audit.tlog.trust_policy import TrustPolicy, parse_policy

Case = dict[str, Any]

VECTORS = Path(__file__).parents[2] / "vectors"
SCRIPT = VECTORS / "make_tlog_vectors.py"
HASHES = ("leaf", "root", "root1", "root2")


def load(name: str) -> Any:
    return json.loads((VECTORS / "tlog" / f"{name}.json").read_text(encoding="utf-8"))


def complete(cases: list[Case]) -> list[Case]:
    """Put into each case what it has in common with the one it changes."""
    return [{**cases[case["of"]], **case} if "of" in case else case for case in cases]


def each(cases: list[Case]) -> pytest.MarkDecorator:
    """Run a test once for each case, under its number and what is special about it."""
    names = [f"{number}, {case.get('why', 'good')}" for number, case in enumerate(cases)]
    return pytest.mark.parametrize("case", complete(cases), ids=names)


def octets(case: Case, name: str) -> bytes:
    return str(case[name]).encode() if name in case else base64.b64decode(case[f"{name}_base64"])


def merkle_case(case: Case, *numbers: str) -> Case:
    values: Case = {name: case[name] for name in numbers}
    values |= {name: base64.b64decode(case[name]) for name in HASHES if name in case}
    return values | {"proof": [base64.b64decode(value) for value in case["proof"]]}


def test_the_script_makes_the_files_that_are_checked_in(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-B", str(SCRIPT), str(tmp_path)], check=True)

    names = sorted(file.name for file in tmp_path.iterdir())
    assert names == sorted(file.name for file in (VECTORS / "tlog").iterdir())
    assert filecmp.cmpfiles(tmp_path, VECTORS / "tlog", names, shallow=False) == (names, [], [])


def test_the_script_knows_nothing_of_the_package() -> None:
    sources = [file.read_text(encoding="utf-8") for file in [SCRIPT, *VECTORS.glob("tlog_*.py")]]

    assert len(sources) == 5
    assert not any("import audit" in source or "from audit" in source for source in sources)


def test_roots_are_those_of_the_vectors() -> None:
    leaves = [merkle.leaf_hash(bytes([at])) for at in range(130)]

    for case in load("merkle")["roots"]:
        assert merkle.root(leaves[: case["size"]]) == base64.b64decode(case["root"])


@each(load("merkle")["inclusion"])
def test_inclusion_proofs_hold_where_the_vectors_say_so(case: Case) -> None:
    values = merkle_case(case, "index", "size")
    values["leaf_hash"] = values.pop("leaf")

    if case["valid"]:
        merkle.verify_inclusion(**values)
    else:
        with pytest.raises((MalformedProof, ProofFailed)):
            merkle.verify_inclusion(**values)


@each(load("merkle")["consistency"])
def test_consistency_proofs_hold_where_the_vectors_say_so(case: Case) -> None:
    values = merkle_case(case, "size1", "size2")

    if case["valid"]:
        merkle.verify_consistency(**values)
    else:
        with pytest.raises((MalformedProof, ProofFailed)):
            merkle.verify_consistency(**values)


def test_proofs_come_out_as_in_the_vectors() -> None:
    leaves = [merkle.leaf_hash(bytes([at])) for at in range(130)]

    def node(level: int, index: int) -> bytes:
        return merkle.root(leaves[index << level : (index + 1) << level])

    whole = [case for name in ("inclusion", "consistency") for case in load("merkle")[name] if "of" not in case]
    for case in [case for case in whole if case["valid"] and case["why"] == "as defined"]:
        made = (
            merkle.inclusion_proof(case["index"], case["size"], node)
            if "index" in case
            else merkle.consistency_proof(case["size1"], case["size2"], node)
        )
        assert [base64.b64encode(value).decode() for value in made] == case["proof"]


@each(load("tiles")["paths"])
def test_tile_paths_are_those_of_the_vectors_and_no_others(case: Case) -> None:
    if "index" not in case:
        with pytest.raises(MalformedProof):
            tiles.parse_path(case["path"])
        return
    level = -1 if case["level"] == "entries" else int(case["level"])
    tile = Tile(level, case["index"], case["width"])
    assert tile.path == case["path"]
    assert tiles.parse_path(case["path"]) == tile


def test_a_log_of_each_size_has_the_tiles_of_the_vectors() -> None:
    for case in load("tiles")["sizes"]:
        for level, (full, partial) in enumerate(case["levels"]):
            expected = Tile(level, full, partial) if partial else None
            assert tiles.stored_tile(Tile(level, full, 1), case["size"]) == expected
            if full:
                assert tiles.stored_tile(Tile(level, full - 1), case["size"]) == Tile(level, full - 1)


@each(load("notes")[1:])
def test_notes_open_where_the_vectors_say_so(case: Case) -> None:
    verifiers = [Verifier.from_vkey(vkey) for vkey in load("notes")[0]["keys"]]
    errors = {"malformed": MalformedProof, "fails": ProofFailed, "no trusted key": UnknownSigner}
    if case["outcome"] != "opens":
        with pytest.raises(errors[case["outcome"]]):
            open_note(octets(case, "note"), verifiers)
        return
    note = open_note(octets(case, "note"), verifiers)
    assert note.text == case["text"]
    assert [signature.name for signature in note.signatures] == case["signed"]
    assert [signature.name for signature in note.unverified] == case["unverified"]


@each(load("checkpoints"))
def test_checkpoints_say_what_the_vectors_say(case: Case) -> None:
    if "origin" not in case:
        with pytest.raises(MalformedProof):
            parse_body(case["text"])
        return
    checkpoint = parse_body(case["text"])
    assert (checkpoint.origin, checkpoint.size, checkpoint.root_text) == (
        case["origin"],
        case["size"],
        case["root"],
    )
    assert list(checkpoint.extensions) == case["extensions"]
    assert checkpoint.body == case["text"]


@each(load("cosignatures"))
def test_cosignatures_hold_where_the_vectors_say_so(case: Case) -> None:
    verifier = Verifier.from_vkey(case["vkey"])
    blob = bytes.fromhex(case["time"]) + base64.b64decode(case["signature"])

    if case["valid"]:
        verifier.verify(case["text"], blob)
        assert verifier.time_of(blob) == case["time_s"]
    else:
        with pytest.raises((MalformedProof, ProofFailed)):
            verifier.verify(case["text"], blob)


def test_cosigners_sign_the_messages_of_the_vectors() -> None:
    for case in [case for case in load("cosignatures") if "message" in case]:
        verifier = Verifier.from_vkey(case["vkey"])
        made = (
            cosignature.ed25519_message(case["time_s"], case["text"])
            if len(verifier.public) == 32
            else cosignature.ml_dsa_message(verifier.name, case["time_s"], case["text"])
        )
        assert made.hex() == case["message"]


@each(load("proofs")[1:])
def test_proof_files_hold_where_the_vectors_say_so(case: Case) -> None:
    policy = TrustPolicy.of_keys([load("proofs")[0]["vkey"]])
    data = case["file"].encode()
    if not case["valid"]:
        with pytest.raises((MalformedProof, ProofFailed)):
            verify_proof(data, leaf=bytes([4]), policy=policy)
        return
    assert verify_proof(data, leaf=bytes([case["index"]]), policy=policy).signed_by == (policy.logs[0].verifier,)
    assert parse_proof(data).text == case["file"]
    assert parse_proof(data).extra.decode() == case["extra"]


@each(load("policies"))
def test_policies_ask_for_the_witnesses_of_the_vectors(case: Case) -> None:
    if not case["valid"]:
        with pytest.raises(MalformedPolicy):
            parse_policy(octets(case, "policy"))
        return
    policy = parse_policy(octets(case, "policy"))
    assert policy.needed() == (case["fewest"], len(policy.witnesses))
    assert all(policy.is_met_by(names.split(" ")) for names in case["enough"])
    assert not any(policy.is_met_by(names.split(" ")) for names in case["too_few"])
