"""A frozen account, as its athlete reads it: why it is frozen, who can lift that, and what was ended. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from audit.entries.details.codes import FreezeCause
from consent.grants.values import Change
from consent.registry.values import Member
from consent.web.text import CATEGORIES, RECIPIENTS, granularity_words
from policies.vocabulary import OrgId

_LEAD = "Your data is frozen, so nobody gets anything from you now."
_LISTED = "What you had let out is listed below, with its stop."
_NOTHING = "Nothing is let out either, so there is nothing to stop."
_KEPT = "It is kept, and nobody gets or uses any of it."
_WHY = {
    FreezeCause.ATHLETE: f"You froze your data. {_KEPT}",
    FreezeCause.OPERATOR: f"{{union}} has frozen your data while a question is open. {_KEPT} Only they can end it: ask "
    "the union’s desk.",
    FreezeCause.RECOVERY: "This service was put back from a backup and cannot know what you decided after it. So it "
    "ended everything that you shared, and froze your data until you have read this. Nothing comes back by itself: "
    "share again what you want to share.",
}
_WHEN_IT_ENDS = "Ending the freeze puts everything that is listed below in force again."
_BUTTONS = {
    FreezeCause.ATHLETE: "End the freeze",
    FreezeCause.RECOVERY: "I have read what was ended: end the freeze",
}
LIFTED_BY_ATHLETE = {cause.value: cause for cause in _BUTTONS}
"""The causes that an athlete can lift, by their name in the form."""


@dataclass(frozen=True, slots=True)
class FreezeNotice:
    """One cause: what it means, and the button that lifts it (none where the athlete cannot).

    ended: what the service ended for this cause, a line each; None where it ended nothing of that kind.
    """

    cause: str
    why: str
    button: str
    ended: tuple[str, ...] | None


def frozen_lead(*, has_cards: bool) -> str:
    """Return what the page says first. has_cards: whether it lists something that was let out."""
    return f"{_LEAD} {_LISTED if has_cards else _NOTHING}"


def freeze_notices(
    member: Member, ended: Sequence[Change], *, union: str, names: dict[OrgId, str], has_cards: bool
) -> tuple[FreezeNotice, ...]:
    """Return a notice for each cause for which the account is frozen.

    ended: what a recovery ended. has_cards: whether the page lists something that was let out.
    """
    lines = tuple(_line(change, names) for change in ended)
    return tuple(
        FreezeNotice(
            cause.value,
            _why(cause, union, has_cards=has_cards, is_last=len(member.frozen) == 1),
            _BUTTONS.get(cause, ""),
            lines if cause is FreezeCause.RECOVERY else None,
        )
        for cause in FreezeCause
        if cause in member.frozen
    )


def _why(cause: FreezeCause, union: str, *, has_cards: bool, is_last: bool) -> str:
    why = _WHY[cause].format(union=union)
    return f"{why} {_WHEN_IT_ENDS}" if cause is FreezeCause.ATHLETE and has_cards and is_last else why


def _line(change: Change, names: dict[OrgId, str]) -> str:
    cell = change.cell
    level = granularity_words(cell.category, change.granularity).label
    who = f"{RECIPIENTS[cell.recipient.role].title}, {names.get(cell.recipient.org, cell.recipient.org)}"
    return f"{CATEGORIES[cell.category].title}: {level[:1].lower()}{level[1:]}, for {who}"
