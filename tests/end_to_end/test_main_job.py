"""The main job on a small league with every program running: what the demo says is checked from outside."""

import contextlib
import csv
import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from audit.entries.events import EventKind
from audit.tlog.trust_policy import TrustPolicy, parse_policy
from audit.verification.verify import verify_log
from tests.waiting import HANG_S

pytestmark = pytest.mark.xdist_group("demo")


def audit(*arguments: str) -> "subprocess.CompletedProcess[str]":
    program = Path(sys.executable).parent / "homefield-audit"
    return subprocess.run([str(program), *arguments], capture_output=True, text=True, check=False)


def policy_of(demo) -> TrustPolicy:
    return parse_policy(Path(demo.summary["trust_policy"]).read_bytes())


def names_of(demo) -> set[str]:
    found = set()
    for path in (demo.out / "data").glob("*.squad.csv"):
        with path.open(encoding="utf-8") as file:
            found |= {row["name"] for row in csv.DictReader(file)}
    return found


def stored_below(folder: Path) -> Iterator[tuple[Path, bytes]]:
    """Yield every file and what it holds; one that its program takes away meanwhile has gone into another."""
    for path in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            if path.is_file():
                yield path, path.read_bytes()


def athletes_of(demo) -> set[str]:
    with sqlite3.connect(demo.out / "union" / "consent.sqlite3") as database:
        tables = [r[0] for r in database.execute("select name from sqlite_master where type='table'")]
        member = next(t for t in tables if "member" in t)
        return {row[0] for row in database.execute(f"select athlete from {member}")}


def test_the_summary_holds_every_promised_figure(running_demo) -> None:
    s = running_demo.summary

    assert s["athletes"] == 16
    assert s["clubs"] == 2
    assert s["readings"] > 16 * 260
    assert s["consents"] >= s["learners"] > 0
    assert [c["rounds"] for c in s["campaigns"]] == [8, 1]
    assert all(0 < c["epsilon"] <= 2.0 + 1e-6 for c in s["campaigns"])
    assert all(0 < value < 5 for name, value in s["readiness_mae"][0].items() if isinstance(value, float))
    assert s["peak_memory_mib"] < 4096


def test_with_json_nothing_but_json_is_on_standard_output(running_demo) -> None:
    assert json.loads(running_demo.printed.read_text(encoding="utf-8")) == running_demo.summary


def test_the_private_spend_is_the_campaigns_and_no_more(running_demo) -> None:
    s = running_demo.summary

    most_in_one = max(c["epsilon"] for c in s["campaigns"])

    assert most_in_one <= s["epsilon_spent_most"] <= sum(c["epsilon"] for c in s["campaigns"])


def test_the_athlete_who_withdrew_left_the_next_round_and_the_next_campaign(running_demo) -> None:
    withdrawal = running_demo.summary["withdrawal"]

    assert 0 < withdrawal["rounds_counted"] < withdrawal["rounds"]
    assert withdrawal["takes_part_in_next_campaign"] is False


def test_the_withdrawal_stands_in_the_log_sealed(running_demo) -> None:
    verified = verify_log(running_demo.summary["log_directory"], policy_of(running_demo))

    kinds = [entry.kind for entry in verified.columns]

    assert EventKind.CONSENT_DECISION in kinds
    # Beside the decision a refund would tell that somebody took part: it comes with the close, for everybody enrolled.
    closed, enrolled = kinds.count(EventKind.CAMPAIGN_CLOSED), len(athletes_of(running_demo))
    assert kinds.count(EventKind.BUDGET_REFUNDED) == closed * enrolled > 0


def test_every_step_left_its_kind_of_entry(running_demo) -> None:
    verified = verify_log(running_demo.summary["log_directory"], policy_of(running_demo))

    kinds = {entry.kind for entry in verified.columns}

    assert {
        EventKind.ORG_REGISTERED,
        EventKind.MEMBER_ENROLLED,
        EventKind.CONSENT_DECISION,
        EventKind.CAMPAIGN_OPENED,
        EventKind.CAMPAIGN_APPROVED,
        EventKind.BUDGET_RESERVED,
        EventKind.ROUND_COMMITTED,
        EventKind.ROUND_AGGREGATED,
        EventKind.MODEL_REGISTERED,
        EventKind.MODEL_ADOPTED,
        EventKind.RELEASE_PROPOSED,
        EventKind.LOOK_ALLOWED,
        EventKind.ACCESS,
        EventKind.ANSWER_SENT,
        EventKind.HEARTBEAT,
    } <= kinds
    assert EventKind.RELEASE_ANSWERED not in kinds  # an answer looks like any other choice


def test_the_front_office_sees_a_band_for_every_yes_and_nothing_else(running_demo) -> None:
    s = running_demo.summary

    assert s["released_indices"] == s["answers"]["yes"]
    assert s["released_indices"] + s["office_not_available"] == s["athletes"]


def test_the_log_verifies_over_http_and_on_disk(running_demo) -> None:
    s = running_demo.summary

    on_disk = audit("verify", s["log_directory"], "--policy", s["trust_policy"], "--json")
    served = audit("verify", f"{running_demo.base('Athlete portal')}/log", "--vkey", s["log_vkey"], "--json")

    assert on_disk.returncode == 0, on_disk.stderr
    assert served.returncode == 0, served.stderr
    assert json.loads(served.stdout)["size"] >= s["log_size"]
    assert json.loads(on_disk.stdout)["quorum"]["needed"] == 2
    assert len(json.loads(on_disk.stdout)["cosigned_by"]) >= 2


def test_three_witnesses_followed_the_log_and_hold_nothing_against_it(running_demo) -> None:
    s = running_demo.summary

    assert [one["run_by"] for one in s["witnesses"]] == [
        "Coast Sports Authority",
        "Coast University",
        "Athletes’ Council",
    ]
    assert 2 <= s["cosigned"] <= 3
    assert sorted(one["size"] for one in s["witnesses"])[1] >= s["log_size"]
    assert not any(one["evidence"] for one in s["witnesses"])
    assert policy_of(running_demo).needed() == (2, 3)


def test_the_log_serves_the_policy_that_the_witnesses_stand_in(running_demo) -> None:
    served = httpx.get(f"{running_demo.base('Athlete portal')}/log/trust.policy").text

    assert served == Path(running_demo.summary["trust_policy"]).read_text(encoding="utf-8")
    for who in ("Coast University", "Athletes’ Council"):
        assert httpx.get(f"{running_demo.base(f'Witness, {who}')}/health", timeout=HANG_S).json() == {"status": "ok"}


def test_one_changed_byte_of_a_copy_fails_with_one_sentence(running_demo, tmp_path: Path) -> None:
    copy = tmp_path / "log"
    shutil.copytree(running_demo.summary["log_directory"], copy)
    bundle = sorted((copy / "tile" / "entries").rglob("*"), key=lambda p: (p.is_dir(), str(p)))[0]
    data = bytearray(bundle.read_bytes())
    data[len(data) // 2] ^= 1
    bundle.write_bytes(data)

    done = audit("verify", str(copy), "--policy", running_demo.summary["trust_policy"])

    assert done.returncode != 0
    assert "Traceback" not in done.stderr


def test_no_name_and_no_athlete_stands_in_the_public_log(running_demo) -> None:
    canaries = {name.encode() for name in names_of(running_demo)} | {a.encode() for a in athletes_of(running_demo)}
    assert len(canaries) >= 32

    for _, data in stored_below(Path(running_demo.summary["log_directory"])):
        assert not [canary for canary in canaries if canary in data]


def test_no_name_stands_readable_in_a_vault_or_in_what_programs_printed(running_demo) -> None:
    canaries = {name.encode() for name in names_of(running_demo)}
    places = [*running_demo.out.glob("club-*/vault.sqlite3*"), *running_demo.out.glob("logs/*.log")]
    assert len(places) >= 6

    for path in places:
        data = path.read_bytes()
        assert not [canary for canary in canaries if canary in data], path.name


def test_the_consent_service_and_the_coordinator_hold_no_reading(running_demo) -> None:
    """Invariant 1: nothing of a stream ever reaches another domain's storage."""
    words = [b"resting_heart_rate", b"rmssd", b"session_duration_min", b"sleep_duration_h", b"soreness"]
    stored = [found for domain in ("union", "league") for found in stored_below(running_demo.out / domain)]
    assert len(stored) > 10

    for path, data in stored:
        assert not [word for word in words if word in data], path.name


def test_a_signed_in_stranger_to_the_interface_gets_nothing(running_demo) -> None:
    base = running_demo.base("Athlete portal")

    answers = [
        httpx.get(f"{base}/v1/snapshot"),
        httpx.post(f"{base}/v1/decisions", json={}),
        httpx.post(f"{base}/v1/events", json={"kind": "ingest", "details": {}}),
        httpx.get(f"{base}/v1/office/club-a?person=x&role=front_office"),
    ]

    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1


def test_no_program_printed_a_traceback(running_demo) -> None:
    for path in running_demo.out.glob("logs/*.log"):
        assert "Traceback" not in path.read_text(errors="replace"), path.name
