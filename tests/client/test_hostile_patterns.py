"""No pattern of the reading code takes longer than its text: one cell must not stop a node."""

import importlib
import inspect
import pkgutil
import re
import unicodedata
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Any

import pytest

import client.ingest
import client.uploads
from client.ingest.cells.number_form import NumberForm, Refusal, plain_number
from client.ingest.input_file import InputFile
from client.ingest.sessions.squad.table_head import table_head
from client.ingest.sessions.squad.zones import zones_of
from tests.growth import assert_grows_in_proportion

_SIGNS = 16_000
_IN_ORDER = {"Nd", "Ll", "Lu", "Cc", "Cs"}  # digits, letters, control signs, surrogates
_ATOMS = ("1", " ", "(", "a", "x(", "1,", "1.", " 1", "a ", "<!DOCTYPE a [", "m/s ", '"', "/", "-")


def _modules() -> Iterator[ModuleType]:
    for package in (client.ingest, client.uploads):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            yield importlib.import_module(found.name)


def _patterns() -> Iterator[tuple[str, "re.Pattern[str] | re.Pattern[bytes]", str]]:
    """Each pattern of a module with the way in which its module uses it; one that is passed on is searched for."""
    for module in _modules():
        source = inspect.getsource(module)
        for name, value in vars(module).items():
            for pattern in value.values() if isinstance(value, dict) else (value,):
                if isinstance(pattern, re.Pattern):
                    used = re.findall(rf"\b{name}(?:\[\w+\])?\.(search|match|fullmatch|sub|findall|split)\(", source)
                    for how in sorted(set(used)) or ["search"]:
                        yield f"{module.__name__}.{name}.{how}", pattern, how


def _texts(size: int) -> list[str]:
    return [begin + atom * (size // len(atom)) + "!" for atom in _ATOMS for begin in ("", "a:", "x(")]


_PATTERNS = list(_patterns())


def test_the_patterns_are_found() -> None:
    assert len(_PATTERNS) > 40


@pytest.mark.parametrize(("pattern", "how"), [one[1:] for one in _PATTERNS], ids=[one[0] for one in _PATTERNS])
def test_a_pattern_takes_time_in_proportion_to_its_text(
    pattern: "re.Pattern[str] | re.Pattern[bytes]", how: str
) -> None:
    def made(size: int) -> list[str] | list[bytes]:
        texts = _texts(size)
        return [one.encode() for one in texts] if isinstance(pattern.pattern, bytes) else texts

    def work(texts: list[str] | list[bytes]) -> None:
        for text in texts:
            _used(pattern, how, text)

    assert_grows_in_proportion(made, work, _SIGNS if how in ("search", "sub") else _SIGNS // 2)


def _used(pattern: "re.Pattern[str] | re.Pattern[bytes]", how: str, text: str | bytes) -> None:
    if how == "sub":
        pattern.sub(text[:0], text)  # type: ignore[arg-type]  # text and pattern are of one kind
    else:
        getattr(pattern, how)(text)


@pytest.mark.parametrize("pattern", {one[1] for one in _PATTERNS}, ids=str)
def test_no_set_of_signs_is_a_range_by_accident(pattern: "re.Pattern[str] | re.Pattern[bytes]") -> None:
    """As `[+-x]` is, where plus, minus or x was meant: from plus to x."""
    for first, last in _ranges(re._parser.parse(pattern.pattern)):  # type: ignore[attr-defined]  # what `re` itself uses
        assert unicodedata.category(chr(first)) == unicodedata.category(chr(last))
        assert unicodedata.category(chr(first)) in _IN_ORDER, f"{chr(first)}-{chr(last)}"


def _ranges(parsed: Any) -> Iterator[tuple[int, int]]:
    """The bounds of every range in a parsed pattern, however deep it stands."""
    for part in parsed:
        if isinstance(part, tuple) and part and str(part[0]) == "RANGE":
            yield part[1]
        elif isinstance(part, Iterable) and not isinstance(part, str):
            yield from _ranges(part)


def test_a_cell_longer_than_any_number_is_none() -> None:
    assert plain_number("1" * 64) == pytest.approx(1.1111e63, rel=1e-3)
    assert plain_number("1" * 65) is None
    assert NumberForm().read("1" * 65) is Refusal.NOT_A_NUMBER


def test_zones_with_long_runs_of_digits_are_none() -> None:
    assert not zones_of([f"distance {'1' * 20_000} m/s"])
    assert zones_of(["distance 19.8 - 25.2 km/h"])


@pytest.mark.parametrize("begin", ["x(", "((((", "a"])
def test_a_head_of_blanks_and_brackets_takes_time_in_proportion(begin: str) -> None:
    def made(size: int) -> InputFile:
        return InputFile("a.csv", (begin + begin[-1] * size + " " * size + "y\n").encode())

    assert_grows_in_proportion(made, lambda file: table_head(file, {"time": "time"}), 24_000)


def test_the_head_says_units_in_brackets_and_what_stands_above() -> None:
    text = '# Athlete : "A 7";;\nTime (s),Speed ((km/h),Odd (a) [ m ],x\n'
    head = table_head(InputFile("a.csv", text.encode()), {"time": "time", "speed": "speed", "odd (a)": "odd"})

    assert head is not None
    assert head.said == {"athlete": "A 7"}
    assert {one: head.columns[one].place for one in head.columns} == {"time": 0, "odd": 2}
