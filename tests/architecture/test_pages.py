"""What every page keeps to (docs/pages.md): no script, no inline style, no banned word, one place for colours."""

import ast
import re
from pathlib import Path

import pytest

PACKAGES = ("audit", "chassis", "client", "consent", "deploy", "models", "policies", "server")
BANNED = (
    r"injury-prone",
    r"will be\b[^.<]{0,40}\binjured",
    r"prevents? injur",
    r"(?<!not a )risk score",  # only to say what something is not
    r"unlearned",
    r"non-compliant",
    r"failed to share",
    r"\banonymous",
    r"guaranteed",
    r"military-grade",
    r"AI-powered",
    r"\boops\b",
    r"\bsimply\b",
    r"\bjust\b",
)
BANNED_WORDS = re.compile("|".join(BANNED), re.IGNORECASE)
DECLINED = re.compile(r"\bdeclined\b", re.IGNORECASE)  # only in the athlete's own portal
INLINE = re.compile(r"<script|<style|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:", re.IGNORECASE)
OWN_FRAME = "client/athlete_web/templates/own.html"
"""The one frame with scripts: files of the node, by which a phone keeps answers while there is no connection."""
OWN_SCRIPT = re.compile(r'<script src="/me/scripts/[a-z]+\.js"( data-[a-z]+="\{\{ [a-z.]+ \}\}")* defer></script>')
THIRD_PARTY = re.compile(r"(?:\bsrc|<link[^>]*\bhref|\baction)\s*=\s*[\"'](?:https?:)?//", re.IGNORECASE)
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(")


def files(root: Path, pattern: str) -> list[Path]:
    """Files of our packages that match, whether tracked yet or not."""
    return sorted(path for package in PACKAGES for path in (root / package).rglob(pattern))


def shown_text(template: str) -> str:
    """A template without its comments."""
    return re.sub(r"{#.*?#}|<!--.*?-->", "", template, flags=re.DOTALL)


def strings_of(source: str) -> list[str]:
    """The string constants of a module that are not docstrings: the catalogues from which pages take words."""
    tree = ast.parse(source)
    constants = [n for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    scopes = [
        n for n in ast.walk(tree) if isinstance(n, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    described = {
        id(s.value)
        for scope in scopes
        for s in scope.body
        if isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant)
    }
    return [n.value for n in constants if id(n) not in described]


@pytest.fixture(scope="module")
def templates(root: Path) -> dict[str, str]:
    """Every template, without comments."""
    return {str(p.relative_to(root)): shown_text(p.read_text(encoding="utf-8")) for p in files(root, "*.html")}


def test_there_are_templates_to_check(templates: dict[str, str]) -> None:
    assert len(templates) >= 3


def test_no_two_templates_of_a_surface_have_one_name(root: Path) -> None:
    """A surface looks its templates up by name alone, in the folders of its rooms and then in the layout's."""
    shared = {path.name for path in (root / "chassis").rglob("*.html")}
    for surface in ("audit/web", "audit/witness", "client/web", "consent/web", "server/web"):
        names = [path.name for path in (root / surface).rglob("*.html")]

        assert names
        assert len(names) == len(set(names)), surface
        assert not shared & set(names), surface


def test_no_template_holds_a_banned_word(templates: dict[str, str]) -> None:
    found = {name: match[0] for name, text in templates.items() if (match := BANNED_WORDS.search(text))}

    assert found == {}


def test_no_catalogue_holds_a_banned_word(root: Path) -> None:
    found = {}
    for path in files(root, "*.py"):
        if "web" in path.parts or path.name in ("words.py", "sentences.py", "events.py"):
            for text in strings_of(path.read_text(encoding="utf-8")):
                if match := BANNED_WORDS.search(text):
                    found[str(path.relative_to(root))] = match[0]

    assert found == {}


def test_no_rule_or_pack_holds_a_banned_word(root: Path) -> None:
    assert [p for p in files(root, "*.csv") if BANNED_WORDS.search(p.read_text(encoding="utf-8"))] == []


def test_declined_is_said_only_to_the_athlete(templates: dict[str, str]) -> None:
    assert [n for n, text in templates.items() if DECLINED.search(text) and not n.startswith("consent/")] == []


def test_no_template_holds_script_or_inline_style(templates: dict[str, str]) -> None:
    plain = {name: OWN_SCRIPT.sub("", text) if name == OWN_FRAME else text for name, text in templates.items()}
    found = {name: match[0] for name, text in plain.items() if (match := INLINE.search(text))}

    assert found == {}
    assert len(OWN_SCRIPT.findall(templates[OWN_FRAME])) == 2


def test_no_template_asks_a_third_party(templates: dict[str, str]) -> None:
    assert [name for name, text in templates.items() if THIRD_PARTY.search(text)] == []


def test_both_dark_blocks_are_equal(root: Path) -> None:
    tokens = files(root, "tokens.css")
    assert tokens
    for path in tokens:
        text = path.read_text(encoding="utf-8")
        system = re.search(r':root:not\(\[data-theme="light"\]\)\s*{([^}]*)}', text)
        chosen = re.search(r':root\[data-theme="dark"\]\s*{([^}]*)}', text)
        assert system is not None
        assert chosen is not None
        assert system[1].split() == chosen[1].split()
        assert "--paper" in system[1]


def test_colours_are_decided_in_the_tokens_only(root: Path, templates: dict[str, str]) -> None:
    coloured = []
    for path in files(root, "*.css"):
        on_screen = path.read_text(encoding="utf-8").partition("@media print")[0]  # paper is plain black on white
        if path.name != "tokens.css" and COLOUR.search(re.sub(r"/\*.*?\*/", "", on_screen, flags=re.DOTALL)):
            coloured.append(path.name)

    assert coloured == []
    assert [n for n, t in templates.items() if re.search(r"\b(?:fill|stroke|color)\s*=\s*[\"']#", t)] == []
