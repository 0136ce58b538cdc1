"""Which rules say Never: the cells that no answer can open, each with its rule in words. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from chassis.text import sentence
from consent.grants.values import MatrixCell
from consent.web.text import CATEGORIES, RECIPIENTS
from policies.enforcer import RuleLine
from policies.loader import Effect


@dataclass(frozen=True, slots=True)
class NeverLine:
    """One rule that closes cells: for whom it closes which rows."""

    rule_id: str
    sentence: str
    closes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RulesView:
    """never: rules that close a cell of this athlete. denies, allows: every rule, id and sentence."""

    never: tuple[NeverLine, ...]
    denies: tuple[RuleLine, ...]
    allows: tuple[RuleLine, ...]


def rules_view(cells: Sequence[MatrixCell], lines: Sequence[RuleLine]) -> RulesView:
    """Bring the matrix and the rules in force together; a rule without a closed cell stands in the full lists only."""
    return RulesView(
        never=tuple(line for rule in lines if (line := _never(rule, cells)).closes),
        denies=tuple(rule for rule in lines if rule.effect is Effect.DENY),
        allows=tuple(rule for rule in lines if rule.effect is Effect.ALLOW),
    )


def _never(rule: RuleLine, cells: Sequence[MatrixCell]) -> NeverLine:
    closed = [cell for cell in cells if cell.never_rule == rule.rule_id]
    roles = dict.fromkeys(cell.recipient.role for cell in closed)
    return NeverLine(
        rule.rule_id,
        rule.sentence,
        tuple(
            (RECIPIENTS[role].title, _rows([cell for cell in closed if cell.recipient.role is role])) for role in roles
        ),
    )


def _rows(cells: Sequence[MatrixCell]) -> str:
    """Name the closed rows; some names hold an "and" of their own, so a semicolon parts them."""
    titles = [CATEGORIES[category].title for category in dict.fromkeys(cell.category for cell in cells)]
    return sentence("; ".join(title[:1].lower() + title[1:] for title in titles))
