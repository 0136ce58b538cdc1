"""What each recipient of a matrix is called: its group, and its organisation where two have one group. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from consent.grants.values import MatrixCell
from consent.web.text import RECIPIENTS, RecipientWords
from policies.grant import Recipient


def recipients_of(cells: Sequence[MatrixCell]) -> list[Recipient]:
    """Return the matrix's recipients in the order of its columns."""
    return list(dict.fromkeys(c.recipient for c in cells))


def names_of(cells: Sequence[MatrixCell]) -> dict[Recipient, RecipientWords]:
    """Return the words of each recipient of `cells`; no two of them have the same title, column or phrase."""
    organisations = {cell.recipient: cell.recipient_name for cell in cells}
    groups = Counter(recipient.role for recipient in organisations)
    return {
        recipient: RECIPIENTS[recipient.role]
        if groups[recipient.role] == 1
        else _of(RECIPIENTS[recipient.role], organisation)
        for recipient, organisation in _told_apart(organisations).items()
    }


def _told_apart(organisations: dict[Recipient, str]) -> dict[Recipient, str]:
    """Two organisations can have one name; then the identifier stands behind it."""
    names = Counter((recipient.role, name) for recipient, name in organisations.items())
    return {
        recipient: name if names[recipient.role, name] == 1 else f"{name} ({recipient.org})"
        for recipient, name in organisations.items()
    }


def _of(words: RecipientWords, organisation: str) -> RecipientWords:
    return replace(
        words,
        title=f"{words.title} of {organisation}",
        column=f"{words.column}, {organisation}",
        phrase=f"{words.phrase} of {organisation}",
    )
