"""Each row earns its place: without it, turned round, or without its condition, one of these lines fails."""

from collections.abc import Callable, Iterator
from importlib import resources

import pytest

from policies.decision import Request
from policies.enforcer import Enforcer
from policies.errors import BrokenRules
from policies.loader import PACKS, Bundle, build_bundle
from policies.reference_evaluator import Explanation, evaluate

# rule that settles it | question | facts
LINES = """
A01 | athlete heart raw read self_insight | self
D00 | athlete heart raw read self_insight |
A02 | athlete durability band approve squad_planning | self
A02 | athlete durability band withdraw squad_planning | self frozen
D00 | athlete durability band approve squad_planning |
M01 | medical cycle daily read care | consent
D00 | medical cycle daily read care |
D00 | medical cycle raw read care | consent
M02 | medical injury raw read care | consent
D00 | medical injury raw read care |
M03 | medical durability index read care | consent
D00 | medical durability index read care |
C01 | coach readiness index read training | consent
D00 | coach readiness index read training |
D00 | coach readiness daily read training | consent
C02 | coach sleep daily read training | consent
D00 | coach sleep daily read training |
D00 | coach sleep raw read training | consent
C03 | coach durability band read training | consent
D00 | coach durability band read training |
N01 | national_team readiness index read training | consent foreign
D00 | national_team readiness index read training | foreign
N02 | national_team heart daily read training | consent foreign
D00 | national_team heart daily read training | foreign
N03 | national_team durability band read training | consent foreign
D00 | national_team durability band read training | foreign
F01 | front_office durability band read contract | release
D00 | front_office durability band read contract | consent
F02 | front_office team_aggregate cohort read squad_planning | cohort
D00 | front_office team_aggregate cohort read squad_planning |
L01 | fl_aggregator injury cohort train fl_training | consent foreign
D00 | fl_aggregator injury cohort train fl_training | foreign
D00 | fl_aggregator injury cohort read fl_training | consent
G01 | governing_body access_log daily read oversight | foreign
D00 | governing_body heart daily read oversight | consent
D01 | coach sleep daily read training | consent foreign
D02 | coach sleep daily read training | consent frozen
D02 | athlete durability band approve squad_planning | self frozen
A01 | athlete heart raw read self_insight | self frozen
D03 | athlete sleep band approve betting | self
D04 | front_office durability index read squad_planning | release consent
D05 | front_office readiness band read squad_planning | release consent
D06 | front_office durability band read squad_planning | release minor guardian
D07 | athlete durability band approve contract | self minor guardian
D08 | coach sleep daily read training | consent minor
C02 | coach sleep daily read training | consent minor guardian
D09 | athlete sleep band approve contract | self
D10 | front_office durability band read contract | release wearable forbidden
F01 | front_office durability band read contract | release wearable
F01 | front_office durability band read contract | release forbidden
D11 | medical durability band read squad_planning | consent
D12 | coach nutrition daily read training | consent
D12 | national_team cycle daily read training | consent
D13 | fl_aggregator cycle cohort train fl_training | consent
D14 | fl_aggregator heart daily train fl_training | consent
"""
PACK_LINES = {
    "open": "",
    "eu-default": """
EU01 | front_office durability band read squad_planning | release wearable
F01 | front_office durability band read squad_planning | release
EU02 | athlete durability band approve contract | self wearable
A02 | athlete durability band approve contract | self
""",
    "nba-2023": """
NBA01 | front_office durability band read contract | release wearable
F01 | front_office durability band read contract | release
""",
    "nfl-2020": """
NFL01 | national_team sleep daily read training | consent
NFL02 | athlete sleep cohort approve fl_training | self
""",
}
HOME = resources.files("policies")
MODEL = (HOME / "model.conf").read_text(encoding="utf-8")
BASE = (HOME / "policy.csv").read_text(encoding="utf-8")
PACK_TEXTS = {pack: (HOME / "packs" / f"{pack}.csv").read_text(encoding="utf-8") for pack in PACKS}

ALLOWING = ("A", "M", "C", "N", "F", "L", "G")  # first parts of the ids of rules that allow

Ask = Callable[..., Request]


def lines_of(text: str) -> Iterator[tuple[str, str, str]]:
    """The (rule id, question, facts) of a table."""
    for line in text.strip().splitlines():
        rule_id, question, flags = (part.strip() for part in line.split("|"))
        yield rule_id, question, flags


def holds(bundle: Bundle, text: str, ask: Ask) -> bool:
    """True if every line of the table is settled by the rule it names, and the right way."""
    return all(
        evaluate(bundle.rules, ask(question, flags)) == Explanation(rule_id[:-2] in ALLOWING, rule_id)
        for rule_id, question, flags in lines_of(text)
    )


def mutants(text: str) -> Iterator[tuple[str, str]]:
    """Each row deleted, turned round, and freed from its condition; with a name for the failure message."""
    rows = text.splitlines()
    for n, row in enumerate(rows):
        if not row.startswith("p,"):
            continue
        cells = row.split(", ", 9)
        flipped = [*cells[:8], "deny" if cells[8] == "allow" else "allow", cells[9]]
        freed = [*cells[:7], "always", cells[8], cells[9].partition(", pending: ")[0]]
        for name, new in (("deleted", None), ("flipped", ", ".join(flipped)), ("freed", ", ".join(freed))):
            if new != row:
                kept = [*rows[:n], *([new] if new else []), *rows[n + 1 :]]
                yield f"{cells[1]} {name}", "\n".join(kept)


@pytest.mark.parametrize("pack", PACKS)
def test_both_engines_settle_every_line_by_the_rule_it_names(
    enforcers: dict[str, Enforcer], ask: Ask, pack: str
) -> None:
    for rule_id, question, flags in lines_of(PACK_LINES[pack] or LINES):
        decision = enforcers[pack].decide(ask(question, flags))

        assert (decision.rule_id, decision.allowed) == (rule_id, rule_id[:-2] in ALLOWING)


def test_every_mutant_of_the_base_rules_is_caught(ask: Ask) -> None:
    survivors = []
    for name, text in mutants(BASE):
        bundle = build_bundle(pack="open", model=MODEL, rules=text, pack_rules="")
        if holds(bundle, LINES, ask):
            survivors.append(name)

    assert survivors == []


@pytest.mark.parametrize("pack", [pack for pack in PACKS if PACK_LINES[pack]])
def test_every_mutant_of_a_pack_is_caught(pack: str, ask: Ask) -> None:
    for name, text in mutants(PACK_TEXTS[pack]):
        if name.endswith("flipped"):
            with pytest.raises(BrokenRules, match="may only forbid"):
                build_bundle(pack=pack, model=MODEL, rules=BASE, pack_rules=text)
            continue
        bundle = build_bundle(pack=pack, model=MODEL, rules=BASE, pack_rules=text)

        assert not holds(bundle, PACK_LINES[pack], ask), name


def test_the_mutation_test_sees_every_row() -> None:
    ids = {name.split()[0] for text in (BASE, *PACK_TEXTS.values()) for name, _ in mutants(text)}

    settled = {rule_id for text in (LINES, *PACK_LINES.values()) for rule_id, _, _ in lines_of(text)}

    assert settled - {"D00"} == ids
