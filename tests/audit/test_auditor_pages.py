"""The auditor's pages: what they show, what they never show, and what they say when the log is not whole."""

import base64
import csv
import io
import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from audit import merkle
from audit.app import build_app
from audit.errors import MalformedProof, SourceUnavailable
from audit.events import Entry, EventKind
from audit.log import Log
from audit.note import Signer
from audit.tlog_proof import verify_proof
from audit.web.words import count

K = EventKind
NewEntry = Callable[..., Entry]
Write = Callable[[Sequence[Sequence[Entry]]], Path]
PAGES = ("/", "/entries/0", "/rules", "/ledger", "/check")


class Clock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 6, 4, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def auditor(signer: Signer, clock: Clock, tmp_path: Path) -> Callable[[], TestClient]:
    """Return a function that opens the pages over this test's log."""

    def client() -> TestClient:
        app = build_app(source=str(tmp_path / "log"), vkey=signer.vkey, run_by="Coast Football Board", clock=clock)
        return TestClient(app)

    return client


@pytest.fixture
def busy_log(write_log: Write, new_entry: NewEntry) -> list[Entry]:
    """Return the entries of a log with looks over three weeks, two versions of the rules and some budget."""
    first, old, new = date(2026, 11, 2), "51d0e2" + "0" * 58, "7f3a9c" + "0" * 58
    entries = [new_entry(K.RULES_LOADED, day=first, org="Log operator", policy_hash=old, tag=b"")]
    for week in range(3):
        day, rules = first + timedelta(weeks=week), old if week < 2 else new
        entries += [new_entry(K.LOOK_ALLOWED, day=day, policy_hash=rules) for _ in range(20 + week)]
        entries += [
            new_entry(K.LOOK_REFUSED, day=day, org="Slate otter", policy_hash=rules) for _ in range(3 + 9 * week)
        ]
    entries += [new_entry(K.BUDGET_RESERVED, org="Players’ Union") for _ in range(12)]
    entries += [new_entry(K.ROUND_AGGREGATED, org="Log operator", tag=b"")]
    write_log([entries])
    return entries


def test_the_log_page_states_what_was_verified(auditor: Callable[[], TestClient], busy_log: list[Entry]) -> None:
    page = auditor().get("/").text

    assert "<h1>The log is whole</h1>" in page
    assert f"{len(busy_log)} entries, none missing, none changed." in page
    assert "Checked 24 November 2026, 06:04 UTC" in page
    assert page.count("</svg>Proven</span>") == 25
    assert "Coast Football Board" in page


def test_an_empty_log_has_every_page(auditor: Callable[[], TestClient], open_log: Callable[..., Log]) -> None:
    open_log()
    client = auditor()

    assert "No entries yet" in client.get("/").text
    assert "No looks yet" in client.get("/").text
    assert "No rules are named yet" in client.get("/rules").text
    assert "No budget entries yet" in client.get("/ledger").text
    assert client.get("/entries/0").status_code == 404


def test_a_log_of_another_format_is_shown_as_such(
    auditor: Callable[[], TestClient], open_log: Callable[..., Log]
) -> None:
    open_log().append_many([b"not ours"])

    assert "Entries of another format" in auditor().get("/").text


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("kind=looks_refused", "Look refused", "Look allowed ("),
        ("kind=rules", "Rules loaded", "Look allowed ("),
        ("kind=round_aggregated", "Training round added up", "Look refused ("),
        ("org=Slate+otter", "Look refused", "Look allowed ("),
        ("from=2026-11-17&to=2026-11-30", "Privacy budget set aside", "Look allowed ("),
        ("rules=51d0e2&kind=looks_refused", "51d0e2", "7f3a9c</td>"),
    ],
)
def test_filters_select(
    auditor: Callable[[], TestClient], busy_log: list[Entry], query: str, shown: str, hidden: str
) -> None:
    answer = auditor().get(f"/?{query}")

    assert answer.status_code == 200
    assert shown in answer.text
    assert hidden not in answer.text


def test_filters_keep_small_counts_to_themselves(auditor: Callable[[], TestClient], busy_log: list[Entry]) -> None:
    client = auditor()

    assert "Fewer than 10 entries match" in client.get("/?kind=rules").text
    assert "12 entries match" in client.get("/?kind=budget").text


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=2026-13-01", "from"),
        ("to=yesterday", "to"),
        ("from=2026-11-20&to=2026-11-01", "to"),
        ("rules=xyz", "rules"),
        ("kind=everything", "kind"),
        ("org=Nobody", "org"),
    ],
)
def test_a_wrong_filter_is_explained_at_its_field(
    auditor: Callable[[], TestClient], busy_log: list[Entry], query: str, field: str
) -> None:
    answer = auditor().get(f"/?{query}")

    assert answer.status_code == 422
    assert f'<a href="#{field}">' in answer.text
    assert f'aria-describedby="{field}-error"' in answer.text
    assert "Proven</span>" not in answer.text


def test_older_entries_are_paged_without_gaps(auditor: Callable[[], TestClient], busy_log: list[Entry]) -> None:
    client, address, seen = auditor(), "/", []
    while address:
        page = client.get(address).text
        seen += [int(index) for index in re.findall(r'href="/entries/(\d+)">Open', page)]
        older = re.search(r'href="([^"]+)#list">Older entries', page)
        address = older[1].replace("&amp;", "&") if older else ""

    assert seen == list(reversed(range(len(busy_log))))


@pytest.mark.parametrize("before", ["-1", "x", "9" * 30, "٣", ""])
def test_a_strange_page_address_shows_the_newest(
    auditor: Callable[[], TestClient], busy_log: list[Entry], before: str
) -> None:
    assert f'href="/entries/{len(busy_log) - 1}"' in auditor().get("/", params={"before": before}).text


def test_an_entry_shows_its_proof_up_to_the_signed_root(
    auditor: Callable[[], TestClient], busy_log: list[Entry]
) -> None:
    page = auditor().get("/entries/7").text
    root = merkle.root([merkle.leaf_hash(entry.leaf()) for entry in busy_log])

    assert base64.b64encode(merkle.leaf_hash(busy_log[7].leaf())).decode() in page
    assert page.count(base64.b64encode(root).decode()) == 2
    assert busy_log[7].commitment.hex() in page


def test_downloads_verify_offline(
    auditor: Callable[[], TestClient], busy_log: list[Entry], signer: Signer, tmp_path: Path
) -> None:
    client = auditor()
    leaf, proof = client.get("/entries/7/leaf"), client.get("/entries/7/proof")

    verify_proof(proof.text, leaf=leaf.content, verifier=signer.verifier)
    assert leaf.content == busy_log[7].leaf()
    assert 'filename="entry-7.tlog-proof"' in proof.headers["content-disposition"]
    assert client.get("/checkpoint").content == (tmp_path / "log" / "checkpoint").read_bytes()


def test_exports_carry_proofs_that_verify(
    auditor: Callable[[], TestClient], busy_log: list[Entry], signer: Signer
) -> None:
    client = auditor()
    document = client.get("/export.json?kind=budget").json()
    rows = list(csv.DictReader(io.StringIO(client.get("/export.csv?kind=budget").text)))
    root = merkle.root([merkle.leaf_hash(entry.leaf()) for entry in busy_log])

    assert document["vkey"] == signer.vkey
    assert document["is_complete"] is True
    assert len(document["entries"]) == len(rows) == 12
    for entry, row in zip(document["entries"], rows, strict=True):
        leaf = merkle.leaf_hash(base64.b64decode(entry["leaf"]))
        for proof in (entry["proof"], row["proof"].split()):
            merkle.verify_inclusion(
                leaf_hash=leaf,
                index=entry["index"],
                size=len(busy_log),
                proof=[base64.b64decode(step) for step in proof],
                root=root,
            )


def test_a_wrong_filter_exports_nothing(auditor: Callable[[], TestClient], busy_log: list[Entry]) -> None:
    assert auditor().get("/export.csv?from=soon").status_code == 422


def test_a_spreadsheet_runs_nothing(auditor: Callable[[], TestClient], write_log: Write, new_entry: NewEntry) -> None:
    write_log([[new_entry(org='=HYPERLINK("http://x")')]])

    row = next(csv.DictReader(io.StringIO(auditor().get("/export.csv").text)))

    assert row["organisation"].startswith("'=")


def test_rules_are_listed_with_their_periods(auditor: Callable[[], TestClient], busy_log: list[Entry]) -> None:
    page = auditor().get("/rules").text

    assert "<h1>Rules 7f3a9c are in force</h1>" in page
    assert page.index("7f3a9c" + "0" * 58) < page.index("51d0e2" + "0" * 58)
    assert "2 Nov 2026" in page


def test_the_ledger_hides_small_cells(auditor: Callable[[], TestClient], busy_log: list[Entry]) -> None:
    page = auditor().get("/ledger").text

    assert '<td role="cell" class="num" data-label="Set aside for a campaign">12</td>' in page
    assert '<td role="cell" class="num" data-label="Rounds added up">fewer than 10</td>' in page


def test_the_chart_and_its_table_hide_small_cells(auditor: Callable[[], TestClient], busy_log: list[Entry]) -> None:
    page = auditor().get("/").text

    assert "Most refused looks in the week of 16 November 2026: 21" in page
    assert "&lt;10" in page
    assert (
        '<tr><th scope="row">2 November 2026</th><td class="num">Looks refused</td><td class="num">fewer than 10'
        in page
    )
    assert '<td class="num">3</td>' not in page


@pytest.mark.parametrize(
    ("number", "text"), [(0, "fewer than 10"), (9, "fewer than 10"), (10, "10"), (48213, "48,213")]
)
def test_counts_below_ten_are_words(number: int, text: str) -> None:
    assert count(number) == text


def test_check_it_yourself_gives_command_key_and_checkpoint(
    auditor: Callable[[], TestClient], busy_log: list[Entry], signer: Signer, tmp_path: Path
) -> None:
    page = auditor().get("/check").text.replace("&#39;", "'")

    assert f"homefield-audit verify '{tmp_path / 'log'}'" in page
    assert signer.vkey.replace("+", "&#43;") in page or signer.vkey in page
    assert signer.name in page


@pytest.mark.parametrize("path", [*PAGES, "/nowhere", "/export.csv", "/static/tokens.css"])
def test_every_answer_carries_the_security_headers(
    auditor: Callable[[], TestClient], busy_log: list[Entry], path: str
) -> None:
    headers = auditor().get(path).headers

    assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self';")
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", PAGES)
def test_pages_hold_no_script_and_no_inline_style(
    auditor: Callable[[], TestClient], busy_log: list[Entry], path: str
) -> None:
    page = auditor().get(path).text

    assert "<script" not in page
    assert "style=" not in page
    assert not re.search(r"\son[a-z]+=", page)
    assert page.count("<h1") == 1
    assert "http://" not in page.replace("http://www.w3.org/", "")


def test_what_stands_in_the_log_is_text_not_markup(
    auditor: Callable[[], TestClient], write_log: Write, new_entry: NewEntry
) -> None:
    write_log([[new_entry(org="<script>alert(1)</script>")]])
    client = auditor()

    for path in ("/", "/entries/0", "/?org=%3Cscript%3Ealert(1)%3C/script%3E", '/?rules="><script>x</script>'):
        assert "<script" not in client.get(path).text


@pytest.mark.parametrize("path", ["/nowhere", "/entries/99999", "/entries/-1", "/entries/x", "/entries/0/nothing"])
def test_unknown_pages_are_404_in_plain_words(
    auditor: Callable[[], TestClient], busy_log: list[Entry], path: str
) -> None:
    answer = auditor().get(path)

    assert answer.status_code == 404
    assert "There is no such page" in answer.text


@pytest.mark.parametrize("path", ["/", "/entries/0", "/entries/0/proof", "/rules", "/ledger", "/export.json"])
def test_a_log_that_is_not_whole_is_said_to_be_so_and_nothing_is_shown(
    auditor: Callable[[], TestClient], busy_log: list[Entry], tmp_path: Path, path: str
) -> None:
    bundle = next(path for path in (tmp_path / "log" / "tile" / "entries").rglob("*") if path.is_file())
    data = bytearray(bundle.read_bytes())
    data[40] ^= 1
    bundle.write_bytes(data)

    answer = auditor().get(path)

    assert answer.status_code == 503
    assert "<h1>The log is not whole</h1>" in answer.text
    assert "does not hold the hashes of its entries." in answer.text
    assert "Traceback" not in answer.text
    assert "Quiet heron" not in answer.text


def test_damage_after_a_first_look_is_found(
    auditor: Callable[[], TestClient], busy_log: list[Entry], tmp_path: Path, clock: Clock
) -> None:
    client = auditor()
    assert client.get("/").status_code == 200
    tile = next((tmp_path / "log" / "tile" / "0").rglob("1*"))
    tile.write_bytes(bytes(len(tile.read_bytes())))

    assert client.get("/entries/0").status_code == 503
    clock.now += timedelta(seconds=60)
    assert client.get("/").status_code == 503


def test_a_growing_log_is_verified_anew(
    auditor: Callable[[], TestClient], open_log: Callable[..., Log], new_entry: NewEntry
) -> None:
    log, client = open_log(), auditor()
    for size in (1, 2, 3):
        log.append_many([new_entry().leaf()])
        assert f"{size} entries, none missing" in client.get("/").text


def test_a_log_out_of_reach_is_no_verdict(
    auditor: Callable[[], TestClient], busy_log: list[Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: object, path: str) -> bytes:
        raise SourceUnavailable("the cable is out")

    client = auditor()
    monkeypatch.setattr("audit.sources.DirectorySource.read", fail)
    answer = client.get("/")

    assert answer.status_code == 503
    assert "We cannot show this page right now" in answer.text
    assert "not whole" not in answer.text


def test_pages_need_a_key_and_a_log(tmp_path: Path, signer: Signer) -> None:
    with pytest.raises(MalformedProof):
        build_app(source=str(tmp_path), vkey="nonsense")
    with pytest.raises(SourceUnavailable):
        build_app(source=str(tmp_path / "none"), vkey=signer.vkey)


def test_health(auditor: Callable[[], TestClient], busy_log: list[Entry]) -> None:
    assert auditor().get("/health").json() == {"status": "ok"}


def test_no_banned_word_stands_in_a_template() -> None:
    banned = re.compile(
        r"\b(injury-prone|prevents injuries|risk score|unlearned|non-compliant|declined|anonymous|guaranteed|"
        r"military-grade|AI-powered|oops|simply|just)\b",
        re.IGNORECASE,
    )
    folder = Path(build_app.__code__.co_filename).parent / "web" / "templates" / "auditor"

    for template in folder.glob("*.html"):
        assert not banned.search(template.read_text(encoding="utf-8")), template.name
