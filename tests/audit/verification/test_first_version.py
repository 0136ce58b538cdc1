"""What was written while entries were of version 1 still verifies, opens and is listed."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from audit.entries.events import parse_leaf
from audit.entries.opening_json import parse_opening
from audit.errors import ProofFailed
from audit.tlog.trust_policy import TrustPolicy, parse_policy
from audit.verification.athlete_export import parse_export, write_export
from audit.verification.check_athlete_export import check_export, check_in_log
from audit.verification.prover import prove_entry
from audit.verification.sources import open_source
from audit.verification.verified_details import verified_details
from audit.verification.verify import verify_log

RECORD = Path(__file__).parents[2] / "vectors" / "v1"
LOG = RECORD / "log"
OPENING = json.loads((RECORD / "opening.json").read_text())


@pytest.fixture(scope="module")
def trust() -> TrustPolicy:
    return parse_policy((RECORD / "trust.policy").read_bytes())


def test_its_log_verifies_and_every_entry_is_of_version_1(trust: TrustPolicy) -> None:
    log = verify_log(str(LOG), trust)

    versions = {parse_leaf(prove_entry(open_source(str(LOG)), trust, n).leaf).version for n in range(log.size)}

    assert (log.size, len(log.columns), versions) == (25, 25, {1})


def test_its_downloaded_export_checks_alone_and_against_the_log(trust: TrustPolicy) -> None:
    data = (RECORD / "export.json").read_bytes()
    checked = check_export(parse_export(data), trust)
    found = check_in_log(checked, open_source(str(LOG)), trust)

    assert (len(checked.entries), checked.proven, checked.sealed) == (9, 7, 0)
    assert (found.log.size, found.found, found.newer) == (25, 7, 0)
    assert checked.entries[3].details is not None
    assert checked.entries[3].details["because"] == "you do not share this with them"
    assert parse_export(write_export(parse_export(data))) == parse_export(data)


def test_its_opening_opens_its_entry_and_no_other(trust: TrustPolicy) -> None:
    opening = parse_opening(json.dumps(OPENING["opening"]).encode())
    source = open_source(str(LOG))
    entry = parse_leaf(prove_entry(source, trust, OPENING["index"]).leaf)

    assert verified_details(opening, entry) == OPENING["opening"]["details"]
    with pytest.raises(ProofFailed):
        verified_details(opening, parse_leaf(prove_entry(source, trust, OPENING["index"] + 1).leaf))
    with pytest.raises(ProofFailed, match="is of version 1"):
        verified_details(opening, replace(entry, version=2))


def test_explain_reads_all_of_it(run: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    policy, opening = RECORD / "trust.policy", tmp_path / "opening.json"
    opening.write_text(json.dumps(OPENING["opening"]))

    code, said, _ = run("explain", "--bundle", RECORD / "export.json", LOG, "--policy", policy)
    one, opened, _ = run("explain", LOG, OPENING["index"], "--policy", policy, "--opening", opening)

    assert (code, one) == (0, 0)
    assert "7 of 9 are there, none is missing, and the log of 25 entries is whole." in said
    assert "Because: you do not share this with them" in opened
