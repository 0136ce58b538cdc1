"""What no page does: run scripts, carry markup from the log, speak to third parties, cache, or use a banned word."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient

import audit.web

Open = Callable[..., TestClient]
NOVEMBER = "/report?from=2026-11-01&to=2026-11-30"
PAGES = (
    "/",
    "/?q=look+refused",
    "/entries/0",
    "/rules",
    "/ledger",
    "/report",
    NOVEMBER,
    "/check",
)


@pytest.mark.parametrize("path", [*PAGES, "/nowhere", "/export.csv", "/policy", "/static/tokens.css"])
def test_every_answer_carries_the_security_headers(auditor: Open, busy_log, path: str) -> None:
    headers = auditor().get(path).headers

    assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self';")
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", PAGES)
def test_pages_hold_no_script_and_no_inline_style(auditor: Open, busy_log, path: str) -> None:
    page = auditor().get(path).text

    assert "<script" not in page
    assert "style=" not in page
    assert not re.search(r"\son[a-z]+=", page)
    assert page.count("<h1") == 1
    assert "http://" not in page.replace("http://www.w3.org/", "")


@pytest.mark.parametrize("path", PAGES)
def test_every_id_is_there_once_and_every_reference_leads_somewhere(auditor: Open, busy_log, path: str) -> None:
    page = auditor().get(path).text
    ids = re.findall(r'\sid="([^"]+)"', page)
    wanted = re.findall(r'aria-describedby="([^"]+)"', page) + re.findall(r'\sfor="([^"]+)"', page)

    assert len(ids) == len(set(ids))
    assert {name for names in wanted for name in names.split()} <= set(ids)


def test_what_stands_in_the_log_is_text_not_markup(auditor: Open, static_log, entry) -> None:
    static_log.publish([entry(org="<script>alert(1)</script>") for _ in range(12)])
    client = auditor()
    asked = ("/?org=%3Cscript%3Ealert(1)%3C/script%3E", '/?rules="><script>x</script>', "/?q=<script>x</script>")

    for path in ("/", "/entries/0", NOVEMBER, *asked):
        assert "<script" not in client.get(path).text
    assert "&lt;script&gt;" in client.get("/entries/0").text


def test_pages_show_no_time_of_an_entry_and_no_count_below_ten(auditor: Open, busy_log) -> None:
    client = auditor()

    for path in ("/", "/ledger", NOVEMBER):
        text = re.sub(r"\s*\n\s*", "", client.get(path).text)
        assert re.search(r'class="num"[^>]*>[0-9]', text), path
        assert not re.search(r'class="num"[^>]*>[0-9]<', text), path
        assert not re.search(r'class="nowrap">[A-Z][^<]* [0-9]</span>', text), path


def test_no_banned_word_stands_in_a_template() -> None:
    banned = re.compile(
        r"\b(injury-prone|prevents injuries|risk score|unlearned|non-compliant|declined|anonymous|guaranteed|"
        r"military-grade|AI-powered|oops|simply|just)\b",
        re.IGNORECASE,
    )
    templates = list(Path(audit.web.__file__).parent.rglob("*.html"))

    assert len(templates) > 9
    for template in templates:
        assert not banned.search(template.read_text(encoding="utf-8")), template.name
