"""The pages that sum the whole log up, and how to check it without them."""

from collections.abc import Callable
from datetime import date

from starlette.testclient import TestClient

from audit.entries.events import EventKind
from audit.entries.kind_labels import KINDS
from audit.tlog.trust_policy import TrustPolicy, parse_policy
from audit.web.verified.policy_text import write_policy

K = EventKind
Open = Callable[..., TestClient]


def test_rules_are_listed_with_their_periods(auditor: Open, busy_log) -> None:
    page = auditor().get("/rules").text

    assert "<h1>Rules 7f3a9c are in force</h1>" in page
    assert page.index("7f3a9c" + "0" * 58) < page.index("51d0e2" + "0" * 58)
    assert "2 Nov 2026" in page


def test_a_version_named_by_few_entries_is_not_counted_out(auditor: Open, static_log, entry) -> None:
    old, new = [entry(policy_hash="aa") for _ in range(40)], [entry(policy_hash="bb") for _ in range(3)]
    static_log.publish([*old, *new])
    page = auditor().get("/rules").text

    assert page.count('data-label="Entries">not shown</td>') == 2
    assert 'data-label="Entries">40' not in page


def test_the_ledger_hides_small_cells_and_what_would_give_them_away(auditor: Open, static_log, entry) -> None:
    days = [(9, 12), (10, 15), (11, 4)]
    made = [date(2026, month, 2) for month, number in days for _ in range(number)]
    static_log.publish([entry(K.BUDGET_RESERVED, day=day) for day in made])
    page = auditor().get("/ledger").text

    assert '<span class="big">31</span>' in page
    assert page.count('data-label="Set aside for a campaign">not shown</td>') == 2
    assert 'data-label="Set aside for a campaign">15</td>' in page


def test_the_ledger_says_that_dummy_entries_count_and_that_order_says_nothing(auditor: Open, busy_log) -> None:
    page = " ".join(auditor().get("/ledger").text.split())

    assert "of which many may be stand-ins" in page
    assert "are shuffled, so that their order says nothing" in page
    assert "how many athletes a club" not in page


def test_check_it_yourself_gives_commands_keys_and_checkpoint(auditor: Open, busy_log, signers, witnesses) -> None:
    page = auditor().get("/check").text.replace("&#39;", "'").replace("&#43;", "+")

    assert "homefield-audit verify 'ADDRESS-OF-THE-LOG'" in page
    assert "For ADDRESS-OF-THE-LOG put where the log’s files are served" in page
    assert "--kind access" in page
    assert str(busy_log.directory) not in page
    assert "--policy policy.txt" in page
    for signer in signers:
        assert f"--vkey '{signer.vkey}'" in page
    for witness in witnesses:
        assert witness.verifier.key_id.hex() in page
    assert busy_log.directory.joinpath("checkpoint").read_text().splitlines()[2] in page


def test_check_it_yourself_is_there_when_the_log_is_not_whole(auditor: Open, busy_log) -> None:
    busy_log.damage(-1)

    assert auditor().get("/check").status_code == 200


def test_the_policy_to_download_is_the_one_believed_here(
    auditor: Open, busy_log, with_witnesses: TrustPolicy, both_keys: TrustPolicy, signers
) -> None:
    assert parse_policy(auditor().get("/policy").content) == with_witnesses
    assert parse_policy(auditor(both_keys).get("/policy").content).needed() == (0, 0)
    assert auditor().get("/keys").text == "".join(f"{signer.vkey}\n" for signer in signers)


def test_octets_of_a_policy_that_are_no_text_survive(auditor: Open, busy_log, signers, witnesses) -> None:
    data = f"log {signers[0].vkey}\nwitness ".encode() + b"union\xff " + witnesses[0].vkey.encode() + b"\nquorum none\n"
    client = auditor(parse_policy(data))

    assert client.get("/policy").content == data
    assert "union\ufffd" in client.get("/").text
    assert "the policy asks for none" in client.get("/").text


def test_nested_quorums_are_written_as_they_were_read(signers, witnesses) -> None:
    lines = [f"log {signers[0].vkey}"]
    lines += [f"witness w{at} {witness.vkey}" for at, witness in enumerate(witnesses)]
    lines += ["group inner 1 w0 w1", "group outer 2 inner w2", "quorum outer"]
    policy = parse_policy("".join(f"{line}\n" for line in lines).encode())

    assert parse_policy(write_policy(policy).encode()) == policy


def test_every_kind_of_entry_is_explained() -> None:
    assert set(KINDS) == set(EventKind)


def test_health_waits_for_no_verification_and_holds_no_figure(auditor: Open, busy_log) -> None:
    client = auditor()
    assert client.get("/health").json() == {"status": "ok"}

    client.get("/")

    assert client.get("/health").json() == {"status": "ok"}


def test_the_first_check_begins_when_the_pages_are_served(auditor: Open, busy_log) -> None:
    with auditor() as client:
        assert client.get("/").status_code == 200
