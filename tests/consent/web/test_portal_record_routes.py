"""The athlete's own record through the pages: looks with checked proofs, receipts, budget, rules, sound HTML."""

import re
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest

from audit.errors import LogUnavailable, MalformedProof
from audit.tlog.tlog_proof import parse_proof, verify_proof
from audit.tlog.trust_policy import TrustPolicy
from audit.verification.athlete_export import parse_export
from audit.verification.check_athlete_export import check_export, check_in_log
from audit.verification.sources import DirectorySource
from consent.web.history.access_history import PAGE_SIZE
from policies.vocabulary import AthleteId, Category

ATHLETE, OTHER = AthleteId("ath-00000000000000a1"), AthleteId("ath-00000000000000b2")
VOID = {"meta", "link", "input", "br", "img", "hr", "path", "circle", "rect", "line"}
PAGES = (
    "/sign-in",
    "/demo",
    "/shared",
    "/shared/preview/club-a/coach",
    "/shared/preview/club-a/front_office",
    "/shared/preview/league/fl_aggregator",
    *(f"/change/{category.value}" for category in Category if category.is_personal),
    "/asked",
    "/looked",
    "/looked?period=all&who=coach&kind=refused&page=2",
    "/budget",
    "/budget/cap",
    "/receipts",
    "/rules",
    "/settings",
    "/nothing/here",
)


def give_sleep(browser: Any) -> Any:
    page = browser.submit(browser.get("/change/sleep"), "/change/sleep", **{"give.club-a.coach": "daily"})
    return browser.submit(page, "/change/sleep/confirm")


def test_accesses_granted_and_denied_are_told_and_proven(world: Any) -> None:
    browser = world.browser()
    give_sleep(browser)
    world.look(ATHLETE, Category.SLEEP)
    world.look(ATHLETE, Category.HEART)
    waiting = browser.get("/looked").text
    world.service.publish()

    page = browser.get("/looked").text

    for text in (waiting, page):
        assert "Nothing is missing" in text
        assert "Not proven" not in text
        assert "Download proofs" in text
    assert waiting.count("Waiting for 09:00 UTC") == 5  # enrolled, signed in, decided, a look, a try
    assert page.count("Proven</span>") == 5
    assert "Waiting for" not in page
    assert "Checkpoint of 08:14 UTC today, signed by the log; no witness countersigns it yet." in page

    assert "R. D., performance coach, Eastmere FC, saw your sleep" in page
    assert "A try by R. D., performance coach, Eastmere FC, was refused" in page
    assert "For planning your training, because of your yes of 24 November 2026." in page
    assert "one person looked once" in page
    assert "One try was refused." in page
    assert "Ola" not in page


def test_tries_that_are_refused_push_no_look_off_the_first_page(world: Any) -> None:
    browser = world.browser()
    give_sleep(browser)
    world.look(ATHLETE, Category.SLEEP)
    for _ in range(PAGE_SIZE + 5):
        world.clock.now += timedelta(seconds=1)
        world.look(ATHLETE, Category.INJURY)

    page = browser.get("/looked").text

    assert "R. D., performance coach, Eastmere FC, saw your sleep" in page
    assert f"{PAGE_SIZE + 5} tries by R. D., performance coach, Eastmere FC, were refused" in page


def test_what_is_told_is_the_athletes_own_only(world: Any) -> None:
    world.look(OTHER, Category.HEART)

    page = world.browser().get("/looked").text

    assert "performance coach" not in page


def test_a_log_that_lost_an_entry_is_noticed(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = world.browser()
    done = give_sleep(browser)
    world.service.publish()
    index = world.store.receipts(ATHLETE)[0].log_index
    leaf = world.service.log.leaf

    def tampered(wanted: int) -> bytes:
        if wanted == index:
            raise MalformedProof("expected an entry")
        return bytes(leaf(wanted))

    monkeypatch.setattr(world.service.log, "leaf", tampered)

    page = browser.get("/looked").text
    receipt = browser.get(str(done.url)).text

    assert "Not everything is proven" in page
    assert "Nothing is missing" not in page
    assert "Not proven" in receipt


def test_a_proof_file_can_be_checked_without_the_portal(world: Any) -> None:
    browser = world.browser()
    give_sleep(browser)
    number = world.store.looks(ATHLETE).entries[0].number
    assert browser.get(f"/looked/{number}/proof").status_code == 409  # it waits
    world.service.publish()

    answer = browser.get(f"/looked/{number}/proof")
    index = parse_proof(answer.text).index

    policy = TrustPolicy.of_keys(world.service.log.vkeys)
    trusted = verify_proof(answer.text, leaf=world.service.log.leaf(index), policy=policy)
    assert trusted.checkpoint.size == world.service.log.size
    assert answer.headers["content-disposition"] == f'attachment; filename="entry-{number}.tlog-proof"'


def test_the_data_subject_export_can_be_checked_without_the_portal(world: Any) -> None:
    browser = world.browser()
    give_sleep(browser)
    world.look(ATHLETE, Category.SLEEP)
    world.look(OTHER, Category.SLEEP)
    world.service.publish()
    world.look(ATHLETE, Category.HEART)

    answer = browser.get("/looked/proofs")

    own, policy = parse_export(answer.content), world.service.trust.policy
    checked = check_export(own, policy)
    in_log = check_in_log(checked, DirectorySource(world.service.settings.log_directory), policy)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-disposition"] == 'attachment; filename="my-entries-private.json"'
    assert answer.headers["cache-control"] == "no-store"
    assert (own.total, len(checked.entries), checked.proven, in_log.found) == (5, 5, 4, 4)
    assert [one.details["kind"] for one in checked.entries] == [
        "member_enrolled",
        "signed_in",
        "consent_decision",
        "access",
        "access",
    ]
    assert [one.details["outcome"] for one in checked.entries[3:]] == ["granted", "denied"]
    assert not re.search(
        rb"[^A-Za-z0-9+/=]Ola[^A-Za-z0-9+/=]", answer.content
    )  # no name; three letters of a key are none
    assert world.visitor().get("/looked/proofs").url.path == "/sign-in"


def test_a_receipt_can_be_kept_and_is_nobody_elses(world: Any) -> None:
    browser, other = world.browser(), world.browser(OTHER)
    done = give_sleep(browser)
    path = str(done.url.path)

    whole = browser.get(f"{path}.json")

    assert whole.json() == world.store.receipt(ATHLETE, path.rsplit("/", 1)[1])
    assert whole.headers["content-type"].startswith("application/ld+json")
    assert whole.headers["cache-control"] == "no-store"
    assert other.get(path).status_code == 404
    assert other.get(f"{path}.json").status_code == 404
    assert path in browser.get("/receipts").text


def test_the_cap_can_only_go_down_and_says_so(world: Any) -> None:
    browser = world.browser()
    before = world.store.budget(ATHLETE).cap_micro_rho

    check = browser.submit(browser.get("/budget/cap"), "/budget/cap", parts="50")
    assert world.store.budget(ATHLETE).cap_micro_rho == before
    page = browser.submit(check, "/budget/cap/confirm")
    raised = browser.post("/budget/cap/confirm", {"csrf": browser.csrf(), "parts": "120", "micro_rho": str(before)})
    replayed = browser.submit(check, "/budget/cap/confirm")

    assert "Nobody can raise the cap again" in check.text
    assert "Your privacy budget and your rights" in page.text
    assert raised.status_code == 422
    assert replayed.status_code == 409
    assert world.store.budget(ATHLETE).cap_micro_rho == before // 2


def test_the_budget_and_the_eight_rights_are_there(world: Any) -> None:
    page = world.browser().get("/budget").text

    assert "100 of 100 parts are left" in page
    assert page.count("GDPR Article") == 8
    assert "ε = 8 at δ = 10⁻⁶" in page


def test_the_rules_say_which_cells_they_close(world: Any) -> None:
    page = world.browser().get("/rules").text

    assert "The front office never sees body data, readiness or injuries, in any form." in page
    assert world.store.status().policy_hash in page


def test_a_rule_that_waits_for_a_feature_is_not_shown_as_protection(world: Any) -> None:
    page = " ".join(world.browser().get("/rules").text.split())

    waiting = re.findall(r"<li>(?:(?!</li>).)*Not in force yet.*?</li>", page)
    assert len(waiting) == 1
    assert "Rule F02" in waiting[0]
    assert "this service has no squad figure so far" in waiting[0]
    assert "guardians cannot do that here yet" in page


class _Outline(HTMLParser):
    """Collects what sound HTML is checked for."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.ids: list[str] = []
        self.headings: list[int] = []
        self.labels: set[str] = set()
        self.fields: list[tuple[str, str]] = []
        self.language = ""
        self.described: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self.open.append(tag)
        if tag == "html":
            self.language = values.get("lang", "")
        if tag in ("h1", "h2", "h3", "h4"):
            self.headings.append(int(tag[1]))
        if tag == "label":
            self.labels.add(values.get("for", ""))
        if tag in ("input", "select", "textarea") and values.get("type") != "hidden":
            self.fields.append((values.get("name", ""), values.get("id", "")))
        if tag == "td" and "data-label" not in values and values.get("role") == "cell":
            self.faults.append("a cell without its label for phones")
        self.ids += [values["id"]] if "id" in values else []
        self.described += values.get("aria-describedby", "").split()

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes something else")


def test_pages_are_sound_html(world: Any) -> None:
    release, browser = world.propose(), world.browser()
    done = give_sleep(browser)
    world.look(ATHLETE, Category.SLEEP, Category.HEART)
    request = f"/asked/{release.release_id}"
    pages = [browser.get(path) for path in (*PAGES, request, str(done.url))]
    pages.append(browser.submit(browser.get(request), request, answer="yes"))
    pages.append(browser.submit(browser.get("/change/heart"), "/change/heart", **{"give.club-a.coach": "daily"}))
    pages.append(browser.submit(browser.get("/change/heart"), "/change/heart"))
    pages.append(browser.submit(browser.get("/budget/cap"), "/budget/cap", parts="50"))
    pages.append(browser.submit(browser.get("/budget/cap"), "/budget/cap", parts="500"))
    newcomer = world.browser(OTHER)
    pages += [newcomer.get(path) for path in PAGES]

    faults = [(str(page.url), found) for page in pages if (found := _faults(page.text))]

    assert faults == []


def _faults(text: str) -> list[str]:
    outline = _Outline()
    outline.feed(text)
    checks = {
        "something stays open": not outline.open,
        "no language": outline.language == "en",
        "not one h1": outline.headings.count(1) == 1,
        "a skipped heading level": all(
            b - a <= 1 for a, b in zip(outline.headings, outline.headings[1:], strict=False)
        ),
        "an id twice": len(set(outline.ids)) == len(outline.ids),
        "a field without label": {field for _, field in outline.fields} <= outline.labels,
        "a description that is nowhere": set(outline.described) <= set(outline.ids),
        "inline style or script": "style=" not in text and "<script" not in text,
        "no title": "– Homefield</title>" in text,
        "a missing value": "None" not in text,
    }
    return [*outline.faults, *(name for name, holds in checks.items() if not holds)]


def test_nothing_that_the_athlete_did_is_answered_without_the_log(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = world.visitor()

    def fail(*_: object, **__: object) -> list[bytes]:
        raise LogUnavailable("no space")

    monkeypatch.setattr(world.service.log, "append_many", fail)

    assert visitor.post("/demo/sign-in", {"athlete": ATHLETE}).status_code == 503
    assert not visitor.client.cookies
