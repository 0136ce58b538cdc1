"""The matcher of the model, compiled once: how Casbin asks whether one rule is about one request.

The text may say only that several of the functions here hold together, each over names of the request and of the rule.
It is checked node by node before it is compiled, so that no other code can stand in a model. Because all of them must
hold, a rule of which one word is another than the request's cannot match, whatever the rest of the matcher says.

    one_of(value, pattern)         value is a word of the vocabulary, and among the alternatives of the pattern
    holds_role(facts, pattern)     one of the roles is
    condition_holds(name, facts)   the condition of this name is true of the facts
"""

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from policies.conditions import CONDITIONS
from policies.decision import Facts
from policies.errors import BrokenRules
from policies.vocabulary import Action, Category, Granularity, Purpose

ANY: Final = "*"
ONE_OF: Final = "one_of"


class _Alternatives(dict[str, frozenset[str]]):
    """The words of each pattern of the rules, split when first met; `*` stands for every word of the vocabulary."""

    def __missing__(self, pattern: str) -> frozenset[str]:
        self[pattern] = found = frozenset(pattern.split("|")) - {""}
        return found


_ALTERNATIVES = _Alternatives(
    {ANY: frozenset([*Category, *Action, *Purpose, *(granularity.word for granularity in Granularity)])}
)


def _holds_role(facts: Facts, pattern: str) -> bool:
    return pattern == ANY or not _ALTERNATIVES[pattern].isdisjoint(facts.roles)


def _condition_holds(name: str, facts: Facts) -> bool:
    return CONDITIONS[name](facts) is True


_CALLED: Final = {"holds_role": _holds_role, "condition_holds": _condition_holds}
FUNCTIONS: Final = (ONE_OF, *_CALLED)


Row = Sequence[str]
"""One rule as Casbin holds it: its cells in order."""


class Matcher:
    """One matcher. It keeps nothing of a call, so that calls in several threads cannot meet in it.

    eval: returns whether a rule is about a request, given the parts of both by name. Casbin calls it for every rule.
    about: returns those of some rules that no word keeps from matching, given the parts of the request by name.
    """

    def __init__(self, text: str, rule_names: Sequence[str] = ()) -> None:
        """text: as Casbin holds it, with r_ and p_ before the names. rule_names: of the cells. Raises BrokenRules."""
        try:
            wanted = ast.parse(text.replace("&&", "and").strip(), mode="eval").body
        except SyntaxError as error:
            raise BrokenRules("model.conf: expected a matcher of functions joined with &&") from error
        calls = [_checked(call) for call in _joined(wanted)]
        self.eval = _compiled(calls)
        self.about = _words_compiled(calls, rule_names)


def _joined(wanted: ast.expr) -> list[ast.expr]:
    return wanted.values if isinstance(wanted, ast.BoolOp) and isinstance(wanted.op, ast.And) else [wanted]


def _checked(node: ast.expr) -> tuple[str, str, str]:
    """Return function and names of one call; raises BrokenRules for anything but a function here over two names."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS):
        raise BrokenRules(f"model.conf: expected a matcher of calls of {', '.join(FUNCTIONS)} joined with &&")
    names = [one.id for one in node.args if isinstance(one, ast.Name)]
    if len(names) != 2 or len(node.args) != 2 or node.keywords:
        raise BrokenRules("model.conf: expected functions of two names, of the request and of the rule")
    return node.func.id, names[0], names[1]


def _compiled(calls: list[tuple[str, str, str]]) -> Callable[[Mapping[str, Any]], bool]:
    """Return the checked calls as one function, which looks each name up in what it is given.

    Asked of every rule, it is written for speed: `one_of` stands in it as a lookup, without a call.
    """
    text = "lambda names: " + " and ".join(_written(*call) for call in calls)
    known = {"__builtins__": {}, "alternatives": _ALTERNATIVES, **_CALLED}
    made: Callable[[Mapping[str, Any]], bool] = eval(text, known)  # noqa: S307 - of checked identifiers, nothing else
    return made


def _words_compiled(
    calls: list[tuple[str, str, str]], rule_names: Sequence[str]
) -> Callable[[Mapping[str, Any], Sequence[Row]], list[Row]]:
    """Return the calls of `one_of` as one function over whole rules.

    A rule with a cell too many or too few is left for Casbin to refuse.
    """
    cells = {name: place for place, name in enumerate(rule_names)}
    words = [
        f"names[{first!r}] in alternatives[row[{cells[second]}]]"
        for function, first, second in calls
        if function == ONE_OF and first not in cells and second in cells
    ]
    claim = " and ".join(words) or "True"
    text = f"lambda names, rows: [row for row in rows if length(row) != {len(cells)} or ({claim})]"
    known = {"__builtins__": {}, "alternatives": _ALTERNATIVES, "length": len}
    made: Callable[[Mapping[str, Any], Sequence[Row]], list[Row]] = eval(text, known)  # noqa: S307 - as above
    return made


def _written(function: str, first: str, second: str) -> str:
    if function == ONE_OF:
        return f"(names[{first!r}] in alternatives[names[{second!r}]])"
    return f"{function}(names[{first!r}], names[{second!r}])"
