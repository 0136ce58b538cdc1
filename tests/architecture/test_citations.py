"""Every citation leads to something a reader can open: our pages by section, an RFC, C2SP, ISO, or a listed paper."""

from pathlib import Path

import pytest

from tests.architecture.citations import SIGN, Library, faults_in, papers_in, read_library

SUFFIXES = {".py", ".md", ".html", ".css", ".csv", ".toml", ".txt", ".yaml", ".yml", ".json", ".jsonld", ".sh", ""}
EXAMPLES = {"tests/architecture/citations.py", "tests/architecture/test_citations.py"}  # hold patterns, cite nothing


@pytest.fixture(scope="module")
def library(root: Path) -> Library:
    """Headings and sources of our pages."""
    return read_library(root)


@pytest.fixture(scope="module")
def texts(repository_files: list[Path], root: Path) -> dict[str, str]:
    """Every text file of the repository by its path."""
    found = {}
    for path in repository_files:
        name = path.relative_to(root).as_posix()
        if path.suffix in SUFFIXES and name not in {*EXAMPLES, "LICENSE"}:
            found[name] = path.read_text(encoding="utf-8", errors="replace")
    return found


def test_there_are_citations_to_check(texts: dict[str, str], library: Library) -> None:
    assert sum(text.count(SIGN) for name, text in texts.items() if name.endswith(".py")) > 60
    assert len(library.papers) > 40
    assert len(library.sections["docs/indices.md"]) > 40
    assert {"1", "12"} <= library.sections["docs/invariants.md"]


def test_no_section_number_stands_twice_in_a_page(library: Library) -> None:
    assert library.repeated == ()


def test_every_citation_can_be_opened(texts: dict[str, str], library: Library) -> None:
    faults = {
        name: found
        for name, text in texts.items()
        if (found := faults_in(text, library, page=name if name.startswith("docs/") else None))
    }

    assert faults == {}


def test_every_paper_named_in_code_or_pages_is_in_a_list_of_sources(texts: dict[str, str], library: Library) -> None:
    unlisted = {
        (name, paper)
        for name, text in texts.items()
        if name.endswith((".py", ".md"))
        for paper in papers_in(text)
        if not library.has_paper(paper)
    }

    assert unlisted == set()


def test_every_listed_paper_is_cited(texts: dict[str, str], library: Library) -> None:
    used = {paper for name, text in texts.items() if name.endswith((".py", ".md")) for paper in _bodies(text)}
    unused = [paper for paper in library.papers if not any(paper == one or paper.endswith(f" {one}") for one in used)]

    assert unused == []


def _bodies(text: str) -> set[str]:
    """Papers named outside a list of sources."""
    return set(papers_in("\n".join(line for line in text.splitlines() if not line.startswith("- **"))))


@pytest.fixture
def small() -> Library:
    """One page with two sections, one paper."""
    return Library(
        {"docs/indices.md": frozenset({"1", "3.4"})},
        {"docs/indices.md": frozenset({"Rules"})},
        frozenset({"Weir 2005"}),
    )


@pytest.mark.parametrize(
    "text",
    [
        f"sports science {SIGN}6.2",
        f"sports\n# science reference {SIGN}3.4",
        "reference" + " D",
        "reference" + " A.3",
        f"UI {SIGN}12",
        "Ratios are listed in UI" + ".md",
        f"DESIGN {SIGN}5",
        "DESIGN" + " invariant 7",
        f"data {SIGN}2.3",
        "data" + ".md section 3",
        "the counts of the data" + " reference",
        f"federation {SIGN}7",
        f"federation and\n# privacy {SIGN}6.1",
        "goldens of the" + " reference.",
        f"see {SIGN}4",
        f"docs/indices.md {SIGN}3.5",
        f"docs/indices.md {SIGN}3.4 and {SIGN}9",
        f"docs/nowhere.md {SIGN}1",
        "docs/nowhere.md",
        'docs/indices.md "Rulers"',
        f"RFC 99999 {SIGN}1",
        "RFC 12",
        f"C2SP tlog-nothing {SIGN}2",
        f"Nobody et al. 1999 {SIGN}2",
    ],
)
def test_a_citation_that_cannot_be_opened_is_found(text: str, small: Library) -> None:
    assert faults_in(f'"""Loads ({text})."""', small)


@pytest.mark.parametrize(
    "text",
    [
        f"docs/indices.md {SIGN}3.4",
        f"docs/indices.md\n    # {SIGN}1 and {SIGN}3.4",
        'docs/indices.md "Rules"',
        f"RFC 9162 {SIGN}2.1.3.2",
        f"C2SP signed-note v1.0.0 {SIGN}1",
        f"ISO/IEC TS 27560:2023 {SIGN}6",
        f"Weir 2005 {SIGN}2",
        "the reference evaluator, better than the reference",
        "science of sports, and data of athletes",
    ],
)
def test_a_citation_that_can_be_opened_is_accepted(text: str, small: Library) -> None:
    assert faults_in(f"# {text}", small) == []


def test_a_bare_section_sign_means_its_own_page_in_docs_only(small: Library) -> None:
    assert faults_in(f"robust z ({SIGN}3.4)", small, page="docs/indices.md") == []
    assert faults_in(f"robust z ({SIGN}3.6)", small, page="docs/indices.md")
    assert faults_in(f"robust z ({SIGN}3.4)", small)


def test_months_are_no_authors_and_ends_of_author_lists_are_papers() -> None:
    listed = Library({}, {}, frozenset({"Saw, Main and Gastin 2016"}))

    assert list(papers_in("on 24 Nov 2026 and in August 2026")) == []
    assert [listed.has_paper(paper) for paper in papers_in("(Saw, Main and Gastin 2016; Main 2016)")] == [True, False]
