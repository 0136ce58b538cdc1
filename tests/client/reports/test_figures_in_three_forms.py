"""One value, three forms: page, JSON and PDF have the same figures; the PDF is accessible, and no name stops it."""

import html
import io
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import page
import pypdf
import pytest
import typst
from pdfminer.high_level import extract_text

from client.reports.document import Document, Section, document
from client.reports.pdf import can_show, report_pdf
from client.reports.shown_characters import NOTE, SUBSTITUTE, ShownCharacters
from client.reports.value import report_json
from tests.client.reports.conftest import COACH, ODD_NAMES, SQUAD, Opened

MADE = datetime(2026, 11, 24, 6, 25, tzinfo=UTC)


def words_of(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def in_one_line(text: str) -> str:
    return " ".join(text.split())


def test_the_pdf_has_every_figure_of_the_json_and_no_other(opened: Opened) -> None:
    report = opened.report
    told: Any = report_json(report)
    pdf = report_pdf(document(report), made=report.opened)
    text = in_one_line("\n".join(words_of(pdf)))

    for line in told["lines"]:
        load = line["report"]["load"]
        change = round(100 * (load["week_au"] / load["week_before_au"] - 1))
        shown = f"{change:+d} %".replace("-", "−") if change else "0 %"
        name = "".join(one if can_show(one) else SUBSTITUTE for one in line["name"])
        assert f"{line['number']} {name} {load['week_au']:,.0f} {load['week_before_au']:,.0f} {shown}" in text
    assert len(told["lines"]) == SQUAD
    by_miner = Counter(re.findall(r"[+−]?\d[\d,.]*", extract_text(io.BytesIO(pdf))))
    wanted = Counter(re.findall(r"[+−]?\d[\d,.]*", _text_of(document(report))))
    assert not wanted - by_miner


def test_the_weeks_sums_are_those_of_the_readings(opened: Opened) -> None:
    report, squad = opened.report, opened.squad
    one = squad.athletes[3]
    readings = squad.site.vault.read(one)
    by_day: dict[Any, dict[str, float]] = {}
    for reading in readings:
        by_day.setdefault(reading.day, {})[reading.stream.value] = float(reading.value)
    loads = {day: held["session_rpe"] * held["session_duration_min"] for day, held in by_day.items() if len(held) > 6}

    def of(first: int) -> float:
        days = [report.day - timedelta(days=back) for back in range(first, first + 7)]
        return sum(loads[day] for day in days)

    found = next(line.report.load for line in report.lines if line.number == 4)
    assert (found.week_au, found.week_before_au) == (of(1), of(8))


def test_the_page_has_the_texts_of_the_document(opened: Opened) -> None:
    report, squad = opened.report, opened.squad
    it = document(report)
    body = squad.site.page(
        "report.html", COACH, here="/board", access=opened.access, title="Report", it=it, day=report.day.isoformat()
    ).body.decode()
    text = in_one_line(html.unescape(re.sub(r"<[^>]+>", " ", body)))

    for section in it.sections:
        for row in section.rows:
            assert in_one_line(" ".join(row)) in text
        assert all(in_one_line(one) in text for one in section.about)
    assert all(one in text for one in it.face)


def test_the_pdf_passes_a_validator_that_finds_faults(opened: Opened) -> None:
    report = opened.report
    found = page.validate_pdf_bytes(report_pdf(document(report), made=MADE), profile=page.ValidationProfile.PDF_UA_1)
    assert found.is_compliant
    assert found.rules.failed == 0
    assert found.rules.total > 100

    bare = typst.compile(b"= Heading\ntext", format="pdf", pdf_tags=False)
    assert not page.validate_pdf_bytes(bare, profile=page.ValidationProfile.PDF_UA_1).is_compliant


def test_it_says_when_and_for_whom_and_the_same_value_gives_the_same_bytes(opened: Opened) -> None:
    report = opened.report
    first, again = (report_pdf(document(report), made=report.opened) for _ in range(2))
    text = in_one_line("\n".join(words_of(first)))

    assert first == again
    assert "Prepared 24 November 2026, 06:28. Opened 24 November 2026, 06:45, for Robin Dale" in text


@pytest.mark.parametrize("number", ODD_NAMES)
def test_no_name_stops_a_report_and_the_number_stays(opened: Opened, number: int) -> None:
    report = opened.report
    text = in_one_line("\n".join(words_of(report_pdf(document(report), made=MADE))))

    shown = "".join(one if can_show(one) else SUBSTITUTE for one in ODD_NAMES[number])
    assert f"{number} {shown}" in text
    assert NOTE in text


def test_data_are_never_markup(opened: Opened) -> None:
    report = opened.report

    assert "passing *b* #panic(1)" in in_one_line(words_of(report_pdf(document(report), made=MADE))[0])


def a_document(text: str) -> Document:
    return Document("C", "K", "D", "T", [], [Section("S", [], ["A", "B"], [[text, "1"]])], ["F"])


@pytest.mark.parametrize("text", ["李娜", "😀", "a\0b", "e\u0301", "한국어", "ไทย", "ქართული", "\ud800", "𝕏" * 300, ""])
def test_any_text_renders(text: str) -> None:
    found = report_pdf(a_document(text), made=MADE)

    assert page.validate_pdf_bytes(found, profile=page.ValidationProfile.PDF_UA_1).is_compliant


def test_texts_that_can_be_shown_are_left_alone_and_nothing_is_added() -> None:
    text = "\n".join(words_of(report_pdf(a_document("Zoë Łukasz"), made=MADE)))

    assert "Zoë Łukasz" in text
    assert SUBSTITUTE not in text


def test_where_only_together_characters_cannot_be_shown_all_beyond_ascii_are_replaced() -> None:
    characters = ShownCharacters(lambda text: "éé" not in text)

    assert characters.of(["ab", "éé1", "é"]) == {"ab": "ab", "éé1": f"{SUBSTITUTE * 2}1", "é": "é"}


def _text_of(it: Document) -> str:
    parts = [it.kind, it.club, it.day, it.title, *it.lead, *it.face]
    for section in it.sections:
        parts += [section.heading, *section.about, *section.columns]
        parts += [cell for row in section.rows for cell in row]
    return "\n".join(parts)
