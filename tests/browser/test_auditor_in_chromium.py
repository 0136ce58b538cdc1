"""The auditor's pages in a real Chromium, in every state: readable by all, on every screen, and on paper."""

import hashlib
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from audit.app import build_app
from audit.entries.events import Entry, EventKind
from audit.tlog.checkpoint import Checkpoint
from audit.tlog.note_keys import Algorithm, Signer
from audit.tlog.trust_policy import TrustPolicy, parse_policy
from audit.writer.log import Log
from chassis.web.serving import listen, serving
from tests.browser.following import SCREENS, follow, new_context, shared_out
from tests.waiting import HANG_S

pytestmark = pytest.mark.xdist_group("auditor")

K = EventKind
NAME = "log.coast-league.example/2026"
NOW = datetime(2026, 11, 24, 6, 4, tzinfo=UTC)
FIRST = date(2026, 10, 12)
SIGNERS = (Signer(NAME, bytes(range(32))), Signer(NAME, bytes(range(32, 64)), Algorithm.ML_DSA_44))
WITNESSES = tuple(
    Signer(f"{name}.example/witness", hashlib.sha256(name.encode()).digest(), Algorithm.ED25519_COSIGNATURE)
    for name in ("players-union", "football-board", "university")
)
REPORT = "/report?from=2026-11-01&to=2026-11-30"
PAGES = ("/", "/?q=look+refused&org=Slate+otter", "/entries/3", "/rules", "/ledger", "/report", REPORT, "/check")
STATES = (
    ("whole", PAGES),
    (
        "whole",
        ("/?q=zzz&from=2026-13-01&rules=xyz", "/?kind=erased", "/report?from=2026-11-05&to=2026-11-01", "/nowhere"),
    ),
    ("without witnesses", ("/", REPORT)),
    ("empty", ("/", "/rules", "/ledger", "/report", REPORT)),
    ("not whole", ("/",)),
)


class Cosigners:
    """Stands for the witnesses' programs: signs what it is shown, two of three of them."""

    def cosign(self, note: bytes, checkpoint: Checkpoint, proof: Callable[[int], Sequence[bytes]]) -> bytes:
        at = int(NOW.timestamp()) - 180
        lines = [f"{witness.sign(checkpoint.body, timestamp_s=at).line}\n" for witness in WITNESSES[:2]]
        return note + "".join(lines).encode()


def entries() -> list[Entry]:
    """Six weeks: looks, a week with many refusals, decisions, budget, and two versions of the rules."""
    made = []
    for at in range(42):
        day = FIRST + timedelta(at)
        rules = hashlib.sha256(b"new" if day >= date(2026, 11, 9) else b"old").hexdigest()
        kinds = {K.LOOK_ALLOWED: 14, K.LOOK_REFUSED: 7 if at // 7 == 4 else 1, K.CONSENT_DECISION: at % 3}
        kinds |= {K.BUDGET_RESERVED: 24} if at % 20 == 3 else {}
        for kind, number in kinds.items():
            for place in range(number):
                org = ("Quiet heron", "Slate otter", "Amber finch")[place % 3]
                made.append(Entry(kind, org, day, rules, secrets.token_bytes(32), secrets.token_bytes(16)))
    return made


def policy() -> TrustPolicy:
    lines = [f"log {signer.vkey}" for signer in SIGNERS]
    lines += [f"witness {name} {witness.vkey}" for name, witness in zip("abc", WITNESSES, strict=True)]
    return parse_policy("\n".join([*lines, "group two 2 a b c", "quorum two", ""]).encode())


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The pages over logs in several states, by state: their addresses."""
    folder = tmp_path_factory.mktemp("auditor")
    for name, what in (("whole", entries()), ("empty", []), ("not whole", entries())):
        with Log.open(folder / name, signers=SIGNERS, clock=lambda: NOW, cosigner=Cosigners()) as log:
            if what:
                log.append_many([entry.leaf() for entry in what])
                log.publish()
    spoil(folder / "not whole")
    keys = TrustPolicy.of_keys([SIGNERS[0].vkey])
    wanted = {
        "whole": ("whole", policy()),
        "without witnesses": ("whole", keys),
        "empty": ("empty", keys),
        "not whole": ("not whole", policy()),
    }
    listeners = {
        name: listen(
            build_app(source=str(folder / place), policy=trust, run_by="Coast Football Board", clock=lambda: NOW),
            host="127.0.0.1",
            port=0,
        )
        for name, (place, trust) in wanted.items()
    }
    with pytest.MonkeyPatch.context() as patient, serving(list(listeners.values())):
        patient.setattr("audit.web.verified.watch.PATIENCE_S", HANG_S)
        yield {name: f"http://127.0.0.1:{listener.port}" for name, listener in listeners.items()}


def spoil(directory: Path) -> None:
    """Change one byte of a tile of hashes."""
    tile = next(path for path in sorted((directory / "tile" / "0").rglob("*")) if path.is_file())
    data = bytearray(tile.read_bytes())
    data[7] ^= 1
    tile.write_bytes(data)


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_axe_finds_nothing_in_any_state(sites: dict[str, str], chromium: Browser, width: int, scheme: str) -> None:
    """The content policy is set aside only so that axe itself may run."""
    context = new_context(chromium, viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
    page, found = context.new_page(), {}

    for state, paths in STATES:
        for path in shared_out(paths, (width, scheme)):
            page.goto(sites[state] + path)
            violations = Axe().run(page).response["violations"]
            found |= {f"{state} {path} {v['id']}": [n["target"] for n in v["nodes"]][:3] for v in violations}

    context.close()
    assert found == {}


def test_nothing_scrolls_sideways_on_a_small_phone(sites: dict[str, str], chromium: Browser) -> None:
    context = new_context(chromium, viewport={"width": 320, "height": 700})
    page, wide = context.new_page(), []

    for state, paths in STATES:
        for path in paths:
            page.goto(sites[state] + path)
            if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                wide.append((state, path))

    context.close()
    assert wide == []


def test_no_page_breaks_its_own_content_policy(sites: dict[str, str], chromium: Browser) -> None:
    context = new_context(chromium)
    page, complaints = context.new_page(), []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)

    for state, paths in STATES:
        for path in paths:
            page.goto(sites[state] + path)
            assert page.locator("script, [style]").count() == 0

    context.close()
    # Chromium reports an answer with an error status, which some of these pages are, as an error too.
    assert [text for text in complaints if "the server responded with a status of" not in text] == []


def test_searching_and_opening_an_entry_works_without_scripts(sites: dict[str, str], page: Page) -> None:
    page.goto(sites["whole"])
    page.get_by_label("Search").fill("look refused")
    page.get_by_label("Organisation").select_option("Slate otter")
    follow(page.get_by_role("button", name="Show"))

    assert page.locator("#q").input_value() == "look refused"
    assert page.get_by_role("rowheader").all_inner_texts() == ["Look refused (what was asked for is sealed)"] * 14

    follow(page.get_by_role("link", name=re.compile("^Open entry")).first)

    assert page.locator("h1").inner_text() == "Look refused (what was asked for is sealed)"
    assert page.get_by_text("Same as the signed root").is_visible()


def test_what_is_wrong_is_read_out_first_and_leads_to_its_field(sites: dict[str, str], page: Page) -> None:
    page.goto(f"{sites['whole']}/?from=2026-13-01")
    alert = page.get_by_role("alert")
    follow(alert.get_by_role("link"))

    assert "“2026-13-01” is none." in alert.inner_text()
    assert page.url.endswith("#from")


def test_a_report_is_asked_for_by_form_and_prints_on_few_sheets(sites: dict[str, str], chromium: Browser) -> None:
    context = new_context(chromium, color_scheme="dark")
    page = context.new_page()
    page.goto(f"{sites['whole']}/report")
    page.get_by_label("First day").fill("2026-11-01")
    page.get_by_label("Last day").fill("2026-11-22")
    follow(page.get_by_role("button", name="Make the report"))

    paper = page.pdf(prefer_css_page_size=True)
    page.emulate_media(media="print")

    assert 2 <= len(re.findall(rb"/Type\s*/Page[^s]", paper)) <= 6
    assert set(re.findall(rb"/MediaBox\s*\[([^\]]*)\]", paper)) == {b"0 0 594.95996 841.91998"}  # A4 in points
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.get_by_role("navigation").count() == 0
    assert page.locator(".runner").is_visible()
    assert page.get_by_role("link", name="Choose another period").count() == 0
    assert page.locator("details table").first.is_visible()
    context.close()


@pytest.mark.parametrize("path", PAGES)
def test_paper_is_light_and_has_no_controls(sites: dict[str, str], chromium: Browser, path: str) -> None:
    context = new_context(chromium, color_scheme="dark", viewport={"width": 680, "height": 900})
    page = context.new_page()
    page.goto(sites["whole"] + path)
    page.emulate_media(media="print")

    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator("form:visible, .btn:visible, nav.nav:visible").count() == 0
    context.close()
