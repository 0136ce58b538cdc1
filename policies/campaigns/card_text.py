"""A model's card as text for people: what `card.json` says, so that anybody can compare `card.md` with it.

It takes the card's JSON, since auditors read it without the types of models.
"""

from collections.abc import Mapping
from typing import Any

from policies.budget import rounded_up
from policies.errors import InvalidInput

CLUBS, CLUBS_BEFORE = "Clubs asked", "Clubs"
"""What stands before the number of clubs that a campaign names. Which of them answered is not known from a record, and
shall not be; cards of before said "Clubs" alone."""


def is_text_of(text: bytes, card: Mapping[str, Any]) -> bool:
    """Whether this is the card in Markdown, as it is written now or as before; raises InvalidInput as that does."""
    now = card_text(card)
    return text in (now.encode(), now.replace(f"| {CLUBS} |", f"| {CLUBS_BEFORE} |", 1).encode())


def card_text(card: Mapping[str, Any]) -> str:
    """Return the card in Markdown. card: the fields of `models.card.ModelCard`; raises InvalidInput for others."""
    try:
        return "\n".join([*_head(card), *_facts(card), *_metrics(card), *_limits(card)]) + "\n"
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInput("expected the fields of a model card") from error


def _head(card: Mapping[str, Any]) -> list[str]:
    return [f"# {card['model']}", "", f"Campaign `{card['campaign']}`", ""]


def _facts(card: Mapping[str, Any]) -> list[str]:
    facts = {
        "Purpose": card["purpose"],
        "Learnt from": card["data"],
        CLUBS: card["clubs"],
        "Athletes (public number, not a count)": card["public_athletes"],
        "Rounds": card["rounds"],
        "Clip norm": f"{card['clip_norm']:g}",
        "Noise multiplier": f"{card['noise_multiplier']:g}",
        "Clubs that must be honest": card["min_honest_clubs"],
        "Masking": card["masking"],
        "Privacy cost of one athlete": f"epsilon at most {rounded_up(card['epsilon_proved']):.2f}, proved for the "
        f"discrete noise ({card['epsilon_gaussian']:.3f} as Gaussian reference) at delta {card['delta']:g}; "
        f"{card['rho_micro']} micro-rho",
    }
    return ["| fact | value |", "|---|---|", *(f"| {name} | {value} |" for name, value in facts.items())]


def _metrics(card: Mapping[str, Any]) -> list[str]:
    head = ["", "## How good it is", "", "| measure | model | baseline | | on |", "|---|---|---|---|---|"]
    rows = [
        f"| {m['name']} | {m['value']:.3f} | {m['baseline']:.3f} | {m['baseline_name']} | {m['data']} |"
        for m in card["metrics"]
    ]
    return head + rows


def _limits(card: Mapping[str, Any]) -> list[str]:
    return ["", "## Limits", "", *(f"* {limit}" for limit in card["limits"])]
