"""The grammar of citations: which sources code and documents may name, and how each resolves to something to open.

A section sign follows its source at once: `docs/indices.md §3.4`, `RFC 9162 §2.1`, `C2SP tlog-tiles §1`,
`ISO 8601 §4`, or a paper that stands in a list of sources, `Weir 2005 §2`. Several sections of one source are a
list: `docs/privacy.md §1.1 and §1.2`. Inside a page of docs/ a bare section sign means that page.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

SIGN = "\N{SECTION SIGN}"
RFCS = {
    "2104": "HMAC",
    "3339": "Date and Time on the Internet",
    "4180": "CSV",
    "4648": "Base16, Base32 and Base64",
    "5869": "HKDF",
    "6454": "The Web Origin Concept",
    "6797": "HTTP Strict Transport Security (HSTS)",
    "6962": "Certificate Transparency",
    "7515": "JSON Web Signature",
    "7578": "Returning Values from Forms: multipart/form-data",
    "7748": "X25519",
    "8032": "Edwards-Curve Digital Signatures",
    "8259": "JSON",
    "8439": "ChaCha20 and Poly1305",
    "8446": "TLS 1.3",
    "8785": "JSON Canonicalization Scheme",
    "9110": "HTTP Semantics",
    "9112": "HTTP/1.1",
    "9111": "HTTP Caching",
    "9162": "Certificate Transparency 2.0",
    "9421": "HTTP Message Signatures",
    "9457": "Problem Details for HTTP APIs",
    "9901": "Selective Disclosure for JWTs",
}
C2SP = {
    "merkle-tree",
    "signed-note",
    "tlog-checkpoint",
    "tlog-cosignature",
    "tlog-policy",
    "tlog-proof",
    "tlog-tiles",
    "tlog-witness",
}

_NUMBER = rf"{SIGN}\d+(?:\.\d+)*"
_LIST = rf"{_NUMBER}(?:(?:, | and |, and | to ){_NUMBER})*"
_PAPER = r"[A-Z][\w'’-]+(?: et al\.| and [A-Z][\w'’-]+)? (?:19|20)\d\d\b"
PAGE = re.compile(r"docs/[a-z0-9/_-]+\.md")
PAPER = re.compile(_PAPER)
RFC = re.compile(r"\bRFC (\d+)\b")
SOURCE = re.compile(
    rf"(?P<page>{PAGE.pattern})|RFC (?P<rfc>\d+)|C2SP (?P<c2sp>[a-z0-9-]+)(?: v\d+(?:\.\d+)*)?"
    rf"|(?P<iso>ISO(?:/IEC)?(?: TS)? \d+(?:-\d+)?(?::\d{{4}})?)|(?P<paper>{_PAPER})"
)
CITED = re.compile(rf"(?:{SOURCE.pattern}) (?P<sections>{_LIST})")
QUOTED_HEADING = re.compile(rf"({PAGE.pattern}) \"([^\"]+)\"")
# Documents that no reader of the repository has: a word that must be there at all, and how they are cited.
UNAVAILABLE = tuple(
    (word, re.compile(pattern, re.IGNORECASE))
    for word, pattern in (
        ("sports science", rf"sports science\b.{{0,12}}(?:{SIGN}|\d\.\d)"),
        ("ui ", rf"\bUI (?:{SIGN}|rules\b)"),
        ("ui.md", r"\bUI\.md\b"),
        ("design", rf"\bDESIGN(?: ?{SIGN}| invariants?\b|\.md\b)"),
        (f"data {SIGN}", rf"\bdata {SIGN}"),
        ("data.md", r"\bdata\.md\b"),
        ("data reference", r"\bdata reference\b"),
        ("federation", rf"\bfederation(?: and privacy)? {SIGN}"),
        (f"privacy {SIGN}", rf"\bprivacy {SIGN}"),
        ("reference ", r"\breference [A-F]\b"),
        ("the reference", r"\b(?:of|in|by) the reference(?=['’]|[.,:;()]|$| case\b| says\b)"),
        ("(reference:", r"\(reference:"),
    )
)
_HEADING = re.compile(r"^#{2,4} (\d+(?:\.\d+)*)\.? +\S", re.MULTILINE)
_PROMISE = re.compile(r"^(\d+)\. \*\*", re.MULTILINE)
_TITLE = re.compile(r"^#{1,4} (?:\d+(?:\.\d+)* )?(.+)$", re.MULTILINE)
_SOURCES = re.compile(r"^- \*\*([^*]+ (?:19|20)\d\d)\*\*: \S", re.MULTILINE)
_MONTHS = frozenset(
    "January February March April May June July August September October November December "
    "Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec".split()
)
_MARKER = re.compile(r"\n[ \t]*(?:#+:?|//|\*|--)?[ \t]*")


@dataclass(frozen=True, slots=True)
class Library:
    """What can be opened: numbered sections and titles of our pages, and the papers in their lists of sources."""

    sections: Mapping[str, frozenset[str]]
    titles: Mapping[str, frozenset[str]]
    papers: frozenset[str]
    repeated: tuple[str, ...] = field(default=())

    def has_paper(self, named: str) -> bool:
        """True if the end of a listed name is `named`: "Main and Gastin 2016" is the end of three authors."""
        return any(paper == named or paper.endswith(f" {named}") for paper in self.papers)


def read_library(root: Path) -> Library:
    """Read the headings and lists of sources of every page below docs/."""
    sections, titles, papers, repeated = {}, {}, set(), []
    for path in sorted((root / "docs").rglob("*.md")):
        name, text = path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")
        numbers = [*_HEADING.findall(text), *_PROMISE.findall(text)]
        repeated += [f"{name} {number}" for number in set(numbers) if numbers.count(number) > 1]
        sections[name], titles[name] = frozenset(numbers), frozenset(_TITLE.findall(text))
        papers |= set(_SOURCES.findall(text))
    return Library(sections, titles, frozenset(papers), tuple(repeated))


def one_line(text: str) -> str:
    """Join lines, leaving out the marks of comments, so that a citation may be broken across lines."""
    return _MARKER.sub(" ", text)


def faults_in(text: str, library: Library, *, page: str | None = None) -> list[str]:
    """Return what in `text` cannot be opened, each with some words around it; `page` is the page of docs/ it is."""
    joined = one_line(text)
    return [
        *_unavailable(joined),
        *_unresolved(joined, library, page),
        *_unknown_pages(joined, library),
        *(f"no such RFC in the list: {number}" for number in RFC.findall(joined) if number not in RFCS),
    ]


def papers_in(text: str) -> Iterator[str]:
    """Yield every paper that `text` names by author and year; a month is no author."""
    for found in PAPER.finditer(one_line(text)):
        if found[0].split()[0] not in _MONTHS:
            yield found[0]


def _unavailable(joined: str) -> list[str]:
    lowered = joined.lower()
    found = [hit for word, cited in UNAVAILABLE if word in lowered for hit in cited.finditer(joined)]
    return [f"nobody can open this source: {_around(joined, hit)}" for hit in found]


def _unresolved(joined: str, library: Library, page: str | None) -> list[str]:
    if SIGN not in joined:
        return []
    faults = [fault for cited in CITED.finditer(joined) for fault in _faults_of(cited, library)]
    rest = CITED.sub(lambda cited: " " * len(cited[0]), joined)
    known = library.sections.get(page or "", frozenset())
    for bare in re.finditer(rf"{_LIST}|{SIGN}", rest):
        missing = [number for number in _numbers(bare[0]) or ["without a number"] if number not in known]
        faults += [f"no section {number} in {page or 'any source'}: {_around(joined, bare)}" for number in missing]
    return faults


def _faults_of(cited: re.Match[str], library: Library) -> list[str]:
    if (page := cited["page"]) is not None:
        known = library.sections.get(page, frozenset())
        return [f"no section {number} in {page}" for number in _numbers(cited["sections"]) if number not in known]
    if (rfc := cited["rfc"]) is not None:
        return [] if rfc in RFCS else [f"no such RFC in the list: {rfc}"]
    if (c2sp := cited["c2sp"]) is not None:
        return [] if c2sp in C2SP else [f"no such C2SP specification: {c2sp}"]
    if (paper := cited["paper"]) is not None:
        return [] if library.has_paper(paper) else [f"in no list of sources: {paper}"]
    return []


def _unknown_pages(joined: str, library: Library) -> list[str]:
    missing = [f"no such page: {name}" for name in PAGE.findall(joined) if name not in library.sections]
    quoted = QUOTED_HEADING.findall(joined)
    return missing + [
        f"no heading {title!r} in {name}" for name, title in quoted if title not in _titles(library, name)
    ]


def _titles(library: Library, name: str) -> frozenset[str]:
    return library.titles.get(name, frozenset())


def _numbers(sections: str) -> list[str]:
    return re.findall(r"\d+(?:\.\d+)*", sections)


def _around(text: str, hit: re.Match[str]) -> str:
    return text[max(0, hit.start() - 40) : hit.end() + 25].strip()
