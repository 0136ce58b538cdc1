"""One word, one idea: what the glossary's terms replaced comes back neither as a name nor in prose."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

PATTERNS = Path(__file__).with_name("vocabulary.txt")
LIST = "tests/architecture/vocabulary.txt"
HISTORY = {
    "CHANGELOG.md",  # says what was said then
    "docs/adr/0001-shared-page-furniture-in-audit-web.md",  # superseded
    "tests/vectors/stores/make_stores_0_1.py",  # runs with the sources of release 0.1
    LIST,
}


@dataclass(frozen=True, slots=True)
class Former:
    """One pattern of the list: where it counts, what it matches in small letters, and the term to use."""

    place: str
    pattern: re.Pattern[str]
    term: str


def patterns() -> list[Former]:
    """The checked-in list."""
    found = []
    for line in PATTERNS.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            place, rest = line.split(" | ", 1)
            pattern, term = rest.rsplit(" => ", 1)
            found.append(Former(place, re.compile(pattern), term))
    return found


FORMER = patterns()
IDENTIFIERS = [former for former in FORMER if former.place == "identifier"]
ANY_IDENTIFIER = re.compile("|".join(f"(?:{former.pattern.pattern.strip('.*')})" for former in IDENTIFIERS))
PROSE = [former for former in FORMER if former.place == "prose"]
WORD = re.compile(r"[^\W\d]\w*")


def words_of(name: str) -> str:
    """A name as words: "LookAllowed" and "look_allowed" are both "look allowed"."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|_+", " ", name).strip().lower()


def names_of(source: str) -> set[str]:
    """Every name in a module."""
    return {
        token.string for token in tokenize.generate_tokens(io.StringIO(source).readline) if token.type == tokenize.NAME
    }


def prose_of(source: str) -> Iterator[str]:
    """Docstrings and comments of a module."""
    tree = ast.parse(source)
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    yield from (ast.get_docstring(node) or "" for node in ast.walk(tree) if isinstance(node, documented))
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    yield from (token.string for token in tokens if token.type == tokenize.COMMENT)


@cache
def terms_of_name(name: str) -> tuple[str, ...]:
    """The glossary terms that replaced this name."""
    words = words_of(name)
    if name in STORED or not ANY_IDENTIFIER.search(words):
        return ()
    return tuple(former.term for former in IDENTIFIERS if former.pattern.fullmatch(words))


def former_names(source: str) -> list[str]:
    """Names of a module that a glossary term replaced, with the term."""
    if not any(map(terms_of_name, set(WORD.findall(source)))):
        return []  # not even in a text or a comment; to read tokens takes far longer
    return [f"{name}: say {term}" for name in sorted(names_of(source)) for term in terms_of_name(name)]


def former_prose(text: str) -> list[str]:
    """Phrases of a text that a glossary term replaced, with the term."""
    line = " ".join(text.lower().split())
    return [f"{found[0]}: say {former.term}" for former in PROSE for found in former.pattern.finditer(line)]


def former_prose_of(source: str) -> list[str]:
    """The same in the docstrings and comments of a module."""
    if not former_prose(source):
        return []  # not even in its code
    return [phrase for part in prose_of(source) for phrase in former_prose(part)]


OUTPUT = re.compile(r"^```\w*\n.*?^```$", re.DOTALL | re.MULTILINE)
"""What a program printed, as a page of ours shows it."""

STORED = {"LOOK_ALLOWED", "LOOK_REFUSED"}
"""Event kinds of version 1, which stand in published logs."""


def test_no_name_is_one_that_a_term_replaced(repository_files: list[Path], root: Path) -> None:
    found = {
        str(path.relative_to(root)): former
        for path in repository_files
        if path.suffix == ".py"
        and str(path.relative_to(root)) not in HISTORY
        and (former := former_names(path.read_text(encoding="utf-8")))
    }

    assert found == {}


def test_no_prose_uses_what_a_term_replaced(repository_files: list[Path], root: Path) -> None:
    found = {}
    for path in repository_files:
        if path.suffix not in (".py", ".md") or str(path.relative_to(root)) in HISTORY:
            continue
        text = path.read_text(encoding="utf-8")
        former = former_prose(OUTPUT.sub("", text)) if path.suffix == ".md" else former_prose_of(text)
        if former:
            found[str(path.relative_to(root))] = former

    assert found == {}


@pytest.mark.parametrize("name", ["cover_name", "CoverName", "desk", "RecordedActs", "own_entries", "decoy", "_wish"])
def test_a_former_name_is_found(name: str) -> None:
    assert former_names(f"{name} = 1\n")


@pytest.mark.parametrize("name", ["wishes_left", "edge", "gate", "outcome", "opening", "act", "found", "access_event"])
def test_ordinary_english_stays_allowed(name: str) -> None:
    assert former_names(f"{name} = 1\n") == []


@pytest.mark.parametrize(
    "phrase",
    ["Cover names are stable", "hands out a desk code", "witnesses countersign it", "a decoy\nentry", "is mended"],
)
def test_a_former_phrase_is_found(phrase: str) -> None:
    assert former_prose(phrase)


def test_every_term_of_the_list_stands_in_the_glossary(root: Path) -> None:
    glossary = (root / "docs" / "glossary.md").read_text(encoding="utf-8").lower()

    missing = {
        word.strip()
        for former in FORMER
        for word in re.sub(r"\(.*?\)|;.*", "", former.term).split(",")
        if word.strip() and word.strip() not in glossary
    }

    assert missing <= {"fixed", "recovered", "undefined"}
