"""Strict loading of rules and packs. Casbin ignores what it does not understand; here that is an error."""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib import resources
from typing import TypeVar

from policies.canonical import canonical_bytes, sha256_hex
from policies.conditions import CONDITIONS, PENDING_FACTS, can_hold
from policies.errors import BrokenRules
from policies.vocabulary import Action, Category, Granularity, Purpose, Role

PACKS = ("open", "eu-default", "nba-2023", "nfl-2020")
DEFAULT_RULE_ID = "D00"  # what a refusal without any matching rule is called; no file may use it

_FIELDS = 9  # id, role, category, granularity, action, purpose, condition, effect, sentence
_PENDING = "pending: "  # begins a tenth cell: the rule decides nothing until this feature is there
_RULE_ID = re.compile(r"[A-Z]{1,3}[0-9]{2}")
_MODEL_LINES = {
    "[request_definition]": "r = category, granularity, action, purpose, facts",
    "[policy_definition]": "p = id, role, category, granularity, action, purpose, condition, eft",
    "[policy_effect]": "e = some(where (p.eft == allow)) && !some(where (p.eft == deny))",
}


class Effect(StrEnum):
    """What a matching rule does; a deny wins over every allow."""

    ALLOW = "allow"
    DENY = "deny"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, with every pattern resolved to the words it stands for, and the texts it was written in.

    pending: the feature without which no fact can make its condition true; empty where it is in force.
    """

    rule_id: str
    roles: frozenset[Role]
    categories: frozenset[Category]
    granularities: frozenset[Granularity]
    actions: frozenset[Action]
    purposes: frozenset[Purpose]
    condition: str
    effect: Effect
    sentence: str
    any_role: bool
    cells: tuple[str, ...]
    pending: str


@dataclass(frozen=True, slots=True)
class Bundle:
    """A model, all its rules and the hash that names them.

    forbids_wearables: the collective agreement of this pack keeps what comes from wearables out of contract talks.
    """

    pack: str
    model: str
    rules: tuple[Rule, ...]
    policy_hash: str
    forbids_wearables: bool


def load_bundle(pack: str) -> Bundle:
    """Load the packaged rules with one pack; raises BrokenRules."""
    if pack not in PACKS:
        raise BrokenRules(f"expected one of the packs {', '.join(PACKS)}, got {pack!r}")
    home = resources.files("policies")
    return build_bundle(
        pack=pack,
        model=(home / "model.conf").read_text(encoding="utf-8"),
        rules=(home / "policy.csv").read_text(encoding="utf-8"),
        pack_rules=(home / "packs" / f"{pack}.csv").read_text(encoding="utf-8"),
    )


def build_bundle(*, pack: str, model: str, rules: str, pack_rules: str) -> Bundle:
    """Check the texts of one bundle and name it by SHA-256 over their canonical form; raises BrokenRules."""
    model_lines = _meaningful_lines(model)
    _check_model(model_lines)
    base, extra = _parse(rules, "policy.csv"), _parse(pack_rules, f"{pack}.csv")
    if any(rule.effect is Effect.ALLOW for rule in extra):
        raise BrokenRules(f"{pack}.csv: a pack may only forbid")
    every = (*base, *extra)
    _check_set(every)
    digest = sha256_hex(
        canonical_bytes(
            {
                "model": model_lines,
                "pack": pack,
                "rules": [list(rule.cells) for rule in base],
                "pack_rules": [list(rule.cells) for rule in extra],
            }
        )
    )
    forbids = any(rule.condition == "wearable" and Purpose.CONTRACT in rule.purposes for rule in extra)
    return Bundle(pack, "\n".join(model_lines), every, policy_hash=digest, forbids_wearables=forbids)


def _meaningful_lines(text: str) -> list[str]:
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _check_model(lines: list[str]) -> None:
    if len(lines) != 8 or lines[6] != "[matchers]" or not lines[7].startswith("m = "):
        raise BrokenRules("model.conf: expected four sections of one line each")
    if dict(zip(lines[:6:2], lines[1:6:2], strict=True)) != _MODEL_LINES:
        raise BrokenRules("model.conf: expected the known definitions and an effect in which deny wins")
    if "eval(" in lines[7] or '"' in lines[7] or "'" in lines[7]:
        raise BrokenRules("model.conf: the matcher evaluates no rule text and holds no string")


def _check_set(rules: tuple[Rule, ...]) -> None:
    ids = [rule.rule_id for rule in rules]
    if len(set(ids)) != len(ids):
        raise BrokenRules("expected every rule id once")
    if {rule.effect for rule in rules} != set(Effect):
        raise BrokenRules("expected at least one rule that allows and one that denies")
    for rule in rules:
        _check_in_force(rule)


def _check_in_force(rule: Rule) -> None:
    """Refuse a rule that only looks like protection: nothing makes its condition true, and it does not say so."""
    if not rule.pending and not can_hold(rule.condition):
        raise BrokenRules(
            f"rule {rule.rule_id}: nothing can make its condition true; mark it `{_PENDING}feature` or remove it"
        )
    if rule.pending and (can_hold(rule.condition) or rule.pending not in PENDING_FACTS.values()):
        raise BrokenRules(f"rule {rule.rule_id}: it is marked as pending, but its condition waits for no such feature")


@lru_cache(maxsize=2 * len(PACKS))  # the same text says the same; whether its rules are in force is checked each time
def _parse(text: str, where: str) -> tuple[Rule, ...]:
    try:
        rows = csv.reader(_meaningful_lines(text), skipinitialspace=True, strict=True)
        return tuple(_rule([cell.strip() for cell in row], f"{where} row {n}") for n, row in enumerate(rows, 1))
    except csv.Error as error:
        raise BrokenRules(f"{where}: expected comma-separated rows") from error


def _rule(row: list[str], where: str) -> Rule:
    if row[0] != "p":
        raise BrokenRules(f"{where}: expected a row of type p")
    cells = tuple(row[1:])
    pending = _pending(cells)
    if len(cells) != _FIELDS + bool(pending) or not all(cells):
        raise BrokenRules(f"{where}: expected {_FIELDS} cells with text, got {sum(map(bool, cells))}")
    rule_id, roles, categories, granularities, actions, purposes, condition, effect, sentence = cells[:_FIELDS]
    if not _RULE_ID.fullmatch(rule_id) or rule_id == DEFAULT_RULE_ID:
        raise BrokenRules(f"{where}: expected a rule id of capitals and two digits")
    if condition not in CONDITIONS:
        raise BrokenRules(f"{where}: expected a known condition")
    if effect not in set(Effect):
        raise BrokenRules(f"{where}: expected the effect allow or deny")
    by_word = {granularity.word: granularity for granularity in Granularity}
    return Rule(
        rule_id=rule_id,
        roles=frozenset(Role(word) for word in _words(roles, Role, where)),
        categories=frozenset(Category(word) for word in _words(categories, Category, where)),
        granularities=frozenset(by_word[word] for word in _words(granularities, by_word, where)),
        actions=frozenset(Action(word) for word in _words(actions, Action, where)),
        purposes=frozenset(Purpose(word) for word in _words(purposes, Purpose, where)),
        condition=condition,
        effect=Effect(effect),
        sentence=sentence,
        any_role=roles == "*",
        cells=cells,
        pending=pending,
    )


def _pending(cells: tuple[str, ...]) -> str:
    """Return the feature that a tenth cell names; empty text if there is none."""
    return cells[_FIELDS].removeprefix(_PENDING) if cells[_FIELDS:] and cells[_FIELDS].startswith(_PENDING) else ""


W = TypeVar("W", bound=str)


def _words(pattern: str, known: Iterable[W], where: str) -> list[str]:
    """Resolve `pattern` to words of the vocabulary; raises BrokenRules for any other text."""
    vocabulary = [str(word) for word in known]
    if pattern == "*":
        return vocabulary
    words = pattern.split("|")
    if len(set(words)) != len(words) or not set(words) <= set(vocabulary):
        raise BrokenRules(f"{where}: expected words of the vocabulary, each once")
    return words
