"""The page of the log: what it states about the whole, its witnesses, the filter and the list."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from starlette.testclient import TestClient

from audit.entries.events import Entry, EventKind
from audit.tlog.note_keys import Signer
from audit.tlog.signers import witness_signers
from audit.tlog.trust_policy import TrustPolicy, parse_policy
from audit.web.figures.suppression import count

K = EventKind
Open = Callable[..., TestClient]


@pytest.mark.parametrize(
    ("kind", "is_told"), [("looks_refused", True), ("looks", False), ("accesses", False), ("", False)]
)
def test_a_list_of_refusals_says_where_denied_accesses_stand(
    auditor: Open, busy_log, kind: str, *, is_told: bool
) -> None:
    page = auditor().get(f"/?kind={kind}").text

    assert ("Denied accesses to athletes’ data are not among these" in page) is is_told


def test_the_page_states_what_was_verified(auditor: Open, busy_log) -> None:
    page = auditor().get("/").text

    assert "<h1>The log is whole</h1>" in page
    assert f"{len(busy_log.leaves)} entries from 2 to 24 November 2026, none missing, none changed." in page
    assert "Checked 24 November 2026, 06:04 UTC" in page
    assert "24 November 2026, 06:00 UTC, with both keys (Ed25519 and ML-DSA-44)" in page
    assert page.count("</svg>Proven</span>") == 25
    assert "Coast Football Board" in page


def test_one_key_of_two_is_not_called_both(auditor: Open, busy_log, signers: Sequence[Signer]) -> None:
    assert "with the log’s key (Ed25519)" in auditor(TrustPolicy.of_keys([signers[0].vkey])).get("/").text


def test_the_page_says_since_when_the_log_is_followed(auditor: Open, busy_log, entry, clock) -> None:
    client = auditor()
    client.get("/")
    clock.now += timedelta(hours=12)
    busy_log.publish([entry()])
    page = client.get("/").text

    assert f"24 November 2026, 06:04 UTC, from {len(busy_log.leaves) - 1} entries on. It has only grown." in page
    assert "Checked 24 November 2026, 18:04 UTC" in page


def test_witnesses_that_cosigned_are_named_with_their_time(auditor: Open, busy_log) -> None:
    page = auditor().get("/").text

    assert page.count("</svg>Countersigned</span>") == 3
    assert '<span>union<span class="quiet small"> 06:01</span></span>' in page
    assert "Needed: 2 of 3. Met." in page
    assert "Three of three witnesses countersigned; two are enough." in page


def test_a_witness_with_two_keys_is_counted_once(auditor: Open, static_log, entry, signers: Sequence[Signer]) -> None:
    ring = {name: witness_signers(f"{name}.example/witness", name.ljust(32).encode()) for name in ("union", "board")}
    lines = [f"log {signer.vkey}" for signer in signers]
    for name, (first, second) in ring.items():
        lines += [f"witness {name}+ed {first.vkey}", f"witness {name}+pq {second.vkey}"]
        lines += [f"group {name} any {name}+ed {name}+pq"]
    policy = parse_policy("".join(f"{line}\n" for line in [*lines, "group one 1 union board", "quorum one"]).encode())
    static_log.publish([entry()], witnesses=ring["union"])

    page = auditor(policy).get("/").text

    assert "One of two witnesses countersigned; at least one is enough." in page
    assert "Needed: at least 1 of 2. Met." in page


def test_a_witness_that_fell_behind_is_late(auditor: Open, static_log, entry, witnesses: Sequence[Signer]) -> None:
    static_log.signed_at = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
    static_log.publish([entry()])
    client = auditor()
    client.get("/")
    static_log.signed_at += timedelta(hours=12)
    static_log.publish([entry()], witnesses=witnesses[:2])
    page = client.get("/").text

    assert "</svg>12 hours late</span>" in page
    assert "last 23 November 2026, 18:01 UTC" in page
    assert "Two of three witnesses countersigned; two are enough." in page


def test_a_witness_that_was_never_seen_is_said_to_be_so(
    auditor: Open, static_log, entry, witnesses: Sequence[Signer]
) -> None:
    static_log.publish([entry()], witnesses=witnesses[:2])
    page = auditor().get("/").text

    assert "</svg>Not seen</span>" in page
    assert "nothing since 24 November 2026, 06:04 UTC" in page


def test_without_witnesses_the_page_says_what_that_means(auditor: Open, busy_log, both_keys: TrustPolicy) -> None:
    page = auditor(both_keys).get("/").text

    assert "These pages know of no witness of this log." in page
    assert "Countersigned" not in page


def test_an_empty_log_has_every_page(auditor: Open, static_log) -> None:
    static_log.publish([])
    client = auditor()

    assert "It is signed, and empty so far." in client.get("/").text
    assert "No entries yet" in client.get("/").text
    assert "No looks yet" in client.get("/").text
    assert "No rules are named yet" in client.get("/rules").text
    assert "No budget entries yet" in client.get("/ledger").text
    assert "The log has no entries yet" in client.get("/report").text
    assert "Nothing was recorded in this period" in client.get("/report?from=2026-11-01&to=2026-11-30").text
    assert client.get("/entries/0").status_code == 404


def test_a_log_of_another_format_is_shown_as_such(auditor: Open, static_log) -> None:
    static_log.publish([b"not ours"])
    client = auditor()

    assert "Entries of another format" in client.get("/").text
    assert client.get("/entries/0").status_code == 404


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("kind=looks_refused", "Look refused", "Look allowed ("),
        ("kind=rules", "Rules loaded", "Look allowed ("),
        ("kind=round_aggregated", "Training round added up", "Look refused ("),
        ("org=Slate+otter", "Look refused", "Look allowed ("),
        ("from=2026-11-17&to=2026-11-30", "Privacy budget set aside", "Look allowed ("),
        ("rules=51d0e2&kind=looks_refused", "51d0e2", "7f3a9c</span>"),
        ("q=refused&kind=looks", "Look refused", "Look allowed ("),
    ],
)
def test_filters_select(auditor: Open, busy_log, query: str, shown: str, hidden: str) -> None:
    answer = auditor().get(f"/?{query}")

    assert answer.status_code == 200
    assert shown in answer.text
    assert hidden not in answer.text


def test_filters_keep_small_counts_to_themselves(auditor: Open, busy_log) -> None:
    client = auditor()

    assert "Fewer than 10 entries match" in client.get("/?kind=rules").text
    assert "12 entries match" in client.get("/?kind=budget").text
    assert "No entry matches" in client.get("/?kind=erased").text


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=2026-13-01", "from"),
        ("to=yesterday", "to"),
        ("from=2026-11-20&to=2026-11-01", "to"),
        ("rules=xyz", "rules"),
        ("kind=everything", "kind"),
        ("org=Nobody", "org"),
        ("q=zzz", "q"),
        ("q=" + "a" * 121, "q"),
    ],
)
def test_a_wrong_filter_is_explained_at_its_field(auditor: Open, busy_log, query: str, field: str) -> None:
    answer = auditor().get(f"/?{query}")

    assert answer.status_code == 422
    assert f'<a href="#{field}">' in answer.text
    assert re.search(rf'id="{field}"[^>]*aria-invalid="true"[^>]*aria-describedby="[^"]*{field}-error"', answer.text)
    assert "Proven</span>" not in answer.text
    assert "No list yet" in answer.text


def test_what_was_typed_wrong_is_kept(auditor: Open, busy_log) -> None:
    page = auditor().get("/?from=2026-13-01&rules=xyz&org=Slate+otter").text

    assert 'value="2026-13-01"' in page
    assert 'value="xyz"' in page
    assert "<option selected>Slate otter</option>" in page
    assert "“2026-13-01” is none." in page


def test_older_entries_are_paged_without_gaps(auditor: Open, busy_log) -> None:
    client, address, seen = auditor(), "/", []
    while address:
        page = client.get(address).text
        seen += [int(index) for index in re.findall(r'href="/entries/(\d+)">Open', page)]
        older = re.search(r'href="([^"]+)#list">Older entries', page)
        address = older[1].replace("&amp;", "&") if older else ""

    assert seen == list(reversed(range(len(busy_log.leaves))))


def test_pages_of_a_filtered_list_hold_only_what_it_selects(auditor: Open, busy_log) -> None:
    client, address, seen = auditor(), "/?kind=looks_allowed", []
    while address:
        page = client.get(address).text
        seen += [int(index) for index in re.findall(r'href="/entries/(\d+)">Open', page)]
        older = re.search(r'href="([^"]+)#list">Older entries', page)
        address = older[1].replace("&amp;", "&") if older else ""

    kinds = [b'"kind":"look_allowed"' in leaf for leaf in busy_log.leaves]
    assert seen == [index for index in reversed(range(len(kinds))) if kinds[index]]


@pytest.mark.parametrize("before", ["-1", "x", "9" * 30, "٣", ""])
def test_a_strange_page_address_shows_the_newest(auditor: Open, busy_log, before: str) -> None:
    assert f'href="/entries/{len(busy_log.leaves) - 1}"' in auditor().get("/", params={"before": before}).text


def test_an_entry_whose_proof_fails_goes_to_the_top(auditor: Open, static_log, entry: Callable[..., Entry]) -> None:
    static_log.publish([entry() for _ in range(600)])
    client = auditor()
    client.get("/")
    static_log.damage(0)
    page = client.get("/?before=260").text

    assert page.index("Some entries here are not proven") < page.index("</svg>Not proven</span>")
    assert page.index("</svg>Not proven</span>") < page.index("</svg>Proven</span>")
    assert "What to do: keep a copy" in page
    assert client.get("/").status_code == 503


def test_the_chart_and_its_table_hide_small_cells(auditor: Open, busy_log) -> None:
    page = auditor().get("/").text

    most = "Most looks that the log tells as refused in the week of 16 November 2026: 21"
    assert f"{most}; which accesses were denied is sealed" in page
    assert "&lt;10" in page
    row = r'<th scope="row">2 November 2026</th><td class="num">20</td><td class="num">fewer than 10'
    assert row in re.sub(r">\s+<", "><", page)
    assert '<td class="num">3</td>' not in page


@pytest.mark.parametrize(
    ("number", "text"), [(0, "fewer than 10"), (9, "fewer than 10"), (10, "10"), (48213, "48,213")]
)
def test_counts_below_ten_are_words(number: int, text: str) -> None:
    assert count(number) == text
